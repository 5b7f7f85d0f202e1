// Samples of schemas, and routes that answer with them.
#include "cli/stand-in.h"

#include <array>
#include <set>

#include "base/text.h"

namespace executor::cli {
namespace {

using source::SchemaView;
using source::ToolSet;

// Two show that it is a list; more would only be longer.
constexpr std::size_t kSampleItems = 2;
constexpr unsigned kFullDepth = 1;  // an item of a list, or a part of allOf, is shown in full too

// A value that a client which checks formats would take.
std::string sampleText(std::string_view format) {
  if (format == "date-time") return "2026-01-02T03:04:05Z";
  if (format == "date") return "2026-01-02";
  if (format == "uri" || format == "url") return "https://example.com/";
  if (format == "email") return "someone@example.com";
  if (format == "uuid") return "00000000-0000-4000-8000-000000000000";
  return "text";
}

// The first value the document itself gives for the schema.
std::optional<json::value> givenSample(const SchemaView& view) {
  for (auto text : {view.constJson, view.defaultJson}) {
    if (text.empty()) continue;
    if (auto parsed = parseJson(text)) return *std::move(parsed);
  }
  if (!view.enumJson.empty()) {
    auto values = parseJson(view.enumJson);
    if (values && values->is_array() && !values->as_array().empty()) return values->as_array()[0];
  }
  if (view.restJson.empty()) return std::nullopt;
  auto rest = parseJson(view.restJson);
  const auto* example = rest ? find(*rest, "example") : nullptr;
  return example ? std::optional(*example) : std::nullopt;
}

// At the top everything is shown; deeper only what is required, or answers of GitHub's size would
// come out of every small request.
json::object sampleObject(const ToolSet& set, const SchemaView& view, const json::object& echo,
                          unsigned depth) {
  json::object out;
  for (const auto& property : view.properties) {
    if (const auto* known = find(echo, property.name)) {
      out[property.name] = *known;
    } else if (property.required || depth <= kFullDepth) {
      out[property.name] = sampleOf(set, property.schema, {}, depth + 1);
    }
  }
  for (auto part : view.allOf) {
    auto merged = sampleOf(set, part, echo, depth + 1);
    if (!merged.is_object()) continue;
    for (auto& member : merged.as_object()) out[member.key()] = member.value();
  }
  return out;
}

// Types come as a set; the first that fits is as good as another.
json::value sampleScalar(const SchemaView& view) {
  if (view.types & (source::kTypeInteger | source::kTypeNumber)) return 1;
  if (view.types & source::kTypeBoolean) return true;
  if (view.types & source::kTypeString) return json::string(sampleText(view.format));
  return nullptr;
}

// "/repos/{owner}/issues" as a pattern of the router.
std::string patternOf(std::string_view pathTemplate) {
  std::string out;
  for (auto segment : splitText(pathTemplate.substr(1), '/')) {
    out += '/';
    out += segment.find('{') == std::string_view::npos ? segment : std::string_view("*");
  }
  return out;
}

// A created thing answers 201, everything else 200, what has no content 204.
Task<net::Response> answer(std::shared_ptr<const ToolSet> set, std::uint32_t index,
                           net::Request request) {
  auto tool = set->tool(index);
  auto body = parseJson(request.body);
  json::object echo = body && body->is_object() ? body->as_object() : json::object{};
  if (tool.outputEmpty || tool.outputSchema == source::kNoSchema) {
    co_return net::Response{.status = 204};
  }
  auto value = sampleOf(*set, tool.outputSchema, echo);
  co_return net::Response::json(request.method == "POST" ? 201 : 200, serializeJson(value));
}

}  // namespace

// Depth is bounded, so circular schemas end in null.
json::value sampleOf(const ToolSet& set, std::uint32_t schema, const json::object& echo,
                     unsigned depth) {
  if (schema == source::kNoSchema || depth > kMaxSampleDepth) return nullptr;
  auto view = set.schema(schema);
  if (auto given = givenSample(view)) return *std::move(given);
  if (!view.oneOf.empty()) return sampleOf(set, view.oneOf.front(), echo, depth + 1);
  if (!view.anyOf.empty() && view.properties.empty()) {
    return sampleOf(set, view.anyOf.front(), echo, depth + 1);
  }
  if (view.types & source::kTypeArray) {
    json::array items;
    for (std::size_t i = 0; i < kSampleItems; ++i) {
      items.push_back(sampleOf(set, view.items, {}, depth + 1));
    }
    return items;
  }
  bool isObject = !view.properties.empty() || !view.allOf.empty();
  if (isObject || (view.types & source::kTypeObject)) return sampleObject(set, view, echo, depth);
  return sampleScalar(view);
}

// Two operations whose paths differ only in parameter names are one route; the first keeps it.
void addStandIn(net::Router& router, std::shared_ptr<const ToolSet> set) {
  std::set<std::pair<std::string, std::string>> added;
  for (std::uint32_t i = 0; i < set->toolCount(); ++i) {
    auto tool = set->tool(i);
    if (!tool.pathTemplate.starts_with('/')) continue;
    auto route = std::pair(std::string(tool.method), patternOf(tool.pathTemplate));
    if (!added.insert(route).second) continue;
    router.add(route.first, route.second,
               [set, i](net::Request request) { return answer(set, i, std::move(request)); });
  }
}

}  // namespace executor::cli
