#include "source/openapi/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"

namespace executor::source::openapi {
namespace {

// "formData" and "body" are Swagger 2.0's and have no place here.
std::optional<Location> locationOf(std::string_view in) {
  constexpr std::array<std::pair<std::string_view, Location>, 4> kPlaces = {
      {{"path", Location::path},
       {"query", Location::query},
       {"header", Location::header},
       {"cookie", Location::cookie}}};
  for (const auto& [name, location] : kPlaces)
    if (name == in) return location;
  return std::nullopt;
}

// OpenAPI 3.1, "Parameter Object": definitions of these three "SHALL be ignored". Authorization
// would otherwise let an agent's input stand where the credential belongs.
bool isReservedHeader(std::string_view name) {
  return equalsIgnoreCase(name, "accept") || equalsIgnoreCase(name, "content-type") ||
         equalsIgnoreCase(name, "authorization");
}

// The first of a (name, in) wins, so whoever is added first has precedence.
class Collector {
 public:
  Collector(const Document& document, std::string_view operationKey, Warnings& warnings)
      : document_(document), operationKey_(operationKey), warnings_(warnings) {}

  void add(const json::object& owner) {
    const auto* list = findArray(owner, "parameters");
    if (!list) return;
    for (const auto& entry : *list) addOne(entry);
  }

  std::vector<std::pair<const json::object*, Location>> found;

 private:
  void addOne(const json::value& entry) {
    const auto* target = document_.follow(entry);
    const auto* object = target ? target->if_object() : nullptr;
    if (!object) return drop("a parameter leads nowhere");
    const std::string_view name = findString(*object, "name");
    const std::string_view in = trimText(findString(*object, "in"));
    const auto location = locationOf(in);
    if (name.empty()) return drop("a parameter has no name");
    if (!location) return drop(fmt::format("parameter {} is in \"{}\"", name, in));
    if (*location == Location::header && isReservedHeader(name)) return;
    if (seen_.emplace(name, *location).second) found.emplace_back(object, *location);
  }

  // One broken parameter does not cost the operation.
  void drop(std::string_view why) {
    warnings_.add(fmt::format("{}: {}; it is left out.", operationKey_, why));
  }

  const Document& document_;
  std::string_view operationKey_;
  Warnings& warnings_;
  std::set<std::pair<std::string_view, Location>> seen_;
};

}  // namespace

std::vector<std::pair<const json::object*, Location>> effectiveParameters(
    const Document& document, const json::object& pathItem, const json::object& operation,
    std::string_view operationKey, Warnings& warnings) {
  Collector collector(document, operationKey, warnings);
  collector.add(operation);
  collector.add(pathItem);
  return std::move(collector.found);
}

// An opening brace without its end is literal text.
std::vector<std::string_view> placeholdersOf(std::string_view pathTemplate) {
  std::vector<std::string_view> out;
  for (auto open = pathTemplate.find('{'); open != pathTemplate.npos;) {
    const auto close = pathTemplate.find('}', open);
    if (close == pathTemplate.npos) break;
    const auto name = pathTemplate.substr(open + 1, close - open - 1);
    if (!name.empty() && std::ranges::find(out, name) == out.end()) out.push_back(name);
    open = pathTemplate.find('{', close);
  }
  return out;
}

}  // namespace executor::source::openapi
