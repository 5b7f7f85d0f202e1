#include "source/body-keys.h"

#include <algorithm>

namespace executor::source {
namespace {

constexpr std::string_view kSuffix = "_body";

bool isFlatName(const ToolView& tool, std::string_view name) {
  return std::ranges::find(tool.parameters, name, &ParameterView::flatName) !=
         tool.parameters.end();
}

std::string_view withoutSuffix(std::string_view name) {
  return name.substr(0, name.size() - kSuffix.size());
}

// True if `key`, or what is left of it without any number of `_body`, is taken by a parameter.
// Those keys get one suffix more, so that the way back is unambiguous.
bool needsSuffix(const ToolView& tool, std::string_view key) {
  for (; key.ends_with(kSuffix); key = withoutSuffix(key))
    if (isFlatName(tool, key)) return true;
  return isFlatName(tool, key);
}

// The body's key of a flat member that no parameter declares.
std::string_view bodyKeyOf(const ToolView& tool, std::string_view flatName) {
  return needsSuffix(tool, flatName) ? withoutSuffix(flatName) : flatName;
}

}  // namespace

std::string flatKeyOfBody(const ToolView& tool, std::string_view key) {
  for (const auto& parameter : tool.parameters)
    if (parameter.location == Location::body && parameter.wireName == key)
      return std::string(parameter.flatName);
  std::string name(key);
  if (needsSuffix(tool, key)) name += kSuffix;
  return name;
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
