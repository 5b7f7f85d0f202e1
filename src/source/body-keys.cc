// How a key of an open body and its name in the flat input find each other.
//
// Take all names that differ only in how many `_body` they end in: "id", "id_body", "id_body_body",
// … Some of them are flat names the operation declares; some are keys of the body it declares. The
// n-th key that is not declared goes by the n-th flat name that is not declared. That is a
// bijection whatever the document declares, it gives `<name>_body` in the plain case (D21), and a
// key that collides with nothing keeps its name. Appending `_body` until a name is free would not
// do: two keys could then meet in one name, and one value would silently go where the other
// belongs.
#include "source/body-keys.h"

#include <algorithm>
#include <vector>

namespace executor::source {
namespace {

constexpr std::string_view kSuffix = "_body";

// "id_body_body" is {"id", 2}.
struct Suffixed {
  std::string_view base;
  std::size_t count = 0;
};

Suffixed suffixed(std::string_view name) {
  Suffixed out{name};
  for (; out.base.ends_with(kSuffix); ++out.count) out.base.remove_suffix(kSuffix.size());
  return out;
}

std::string withSuffixes(std::string_view base, std::size_t count) {
  std::string out(base);
  while (count-- > 0) out += kSuffix;
  return out;
}

// The suffix counts that are taken among the names of one base, ascending, each once.
using Counts = std::vector<std::size_t>;

void addCount(std::string_view name, std::string_view base, Counts& out) {
  if (const auto split = suffixed(name); split.base == base) out.push_back(split.count);
}

void normalize(Counts& counts) {
  std::ranges::sort(counts);
  const auto rest = std::ranges::unique(counts);
  counts.erase(rest.begin(), rest.end());
}

struct Taken {
  Counts flatNames, bodyKeys;
};

Taken takenOf(const ToolView& tool, std::string_view base) {
  Taken out;
  for (const auto& parameter : tool.parameters) {
    addCount(parameter.flatName, base, out.flatNames);
    if (parameter.location == Location::body) addCount(parameter.wireName, base, out.bodyKeys);
  }
  normalize(out.flatNames);
  normalize(out.bodyKeys);
  return out;
}

// How many free counts lie below `count`.
std::size_t rankOf(std::size_t count, const Counts& taken) {
  return count - static_cast<std::size_t>(std::ranges::lower_bound(taken, count) - taken.begin());
}

// The free count that has `rank` free ones below it.
std::size_t freeAt(std::size_t rank, const Counts& taken) {
  for (const auto count : taken)
    if (count <= rank) ++rank;
  return rank;
}

bool isFlatName(const ToolView& tool, std::string_view name) {
  return std::ranges::find(tool.parameters, name, &ParameterView::flatName) !=
         tool.parameters.end();
}

// The body's key of a flat member that no parameter declares.
std::string bodyKeyOf(const ToolView& tool, std::string_view flatName) {
  const auto [base, count] = suffixed(flatName);
  const Taken taken = takenOf(tool, base);
  return withSuffixes(base, freeAt(rankOf(count, taken.flatNames), taken.bodyKeys));
}

}  // namespace

std::string flatKeyOfBody(const ToolView& tool, std::string_view key) {
  for (const auto& parameter : tool.parameters)
    if (parameter.location == Location::body && parameter.wireName == key)
      return std::string(parameter.flatName);
  const auto [base, count] = suffixed(key);
  const Taken taken = takenOf(tool, base);
  return withSuffixes(base, freeAt(rankOf(count, taken.bodyKeys), taken.flatNames));
}

json::object bodyOf(const ToolView& tool, const json::object& flat) {
  json::object body;
  for (const auto& parameter : tool.parameters) {
    if (parameter.location != Location::body) continue;
    if (const auto* value = flat.if_contains(parameter.flatName)) body[parameter.wireName] = *value;
  }
  if (!tool.bodyOpen) return body;
  for (const auto& member : flat)
    if (!isFlatName(tool, member.key())) body[bodyKeyOf(tool, member.key())] = member.value();
  return body;
}

}  // namespace executor::source
