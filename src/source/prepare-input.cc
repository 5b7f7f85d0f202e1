// prepareInput(): from what a program passed to the canonical flat input (D21, D22).
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "source/body-keys.h"
#include "source/operation.h"
#include "source/request-body.h"
#include "source/schema-check.h"

namespace executor::source {
namespace {

// In a hint; GitHub's largest operations have more than fifty inputs.
constexpr std::size_t kMaxListedInputs = 16;

// "owner, repo, title, assignees?" for hints.
std::string listInputs(const ToolView& tool) {
  if (tool.parameters.empty()) return "It takes no input.";
  std::vector<std::string> names;
  for (const auto& parameter : tool.parameters) {
    if (names.size() == kMaxListedInputs) {
      names.push_back(fmt::format("… ({} more)", tool.parameters.size() - kMaxListedInputs));
      break;
    }
    names.push_back(std::string(parameter.flatName) + (parameter.required ? "" : "?"));
  }
  return fmt::format("Inputs of {}: {}.", tool.path, fmt::join(names, ", "));
}

// Null if the tool has no such input.
const ParameterView* findFlat(const ToolView& tool, std::string_view name) {
  const auto it = std::ranges::find(tool.parameters, name, &ParameterView::flatName);
  return it == tool.parameters.end() ? nullptr : &*it;
}

// The names of the original's form, which programs written for it still use.
constexpr std::array<std::pair<std::string_view, Location>, 5> kBuckets = {
    {{"path", Location::path},
     {"query", Location::query},
     {"headers", Location::header},
     {"cookie", Location::cookie},
     {"body", Location::body}}};

// D21: only buckets, all but `body` hold objects, and none is a flat name of the operation.
bool isBucketed(const ToolView& tool, const json::object& input) {
  return !input.empty() && std::ranges::all_of(input, [&](const auto& member) {
    const std::string_view key = member.key();
    const auto bucket = std::ranges::find(kBuckets, key, [](const auto& b) { return b.first; });
    const bool shaped = bucket != kBuckets.end() &&
                        (bucket->second == Location::body || member.value().is_object());
    return shaped && !findFlat(tool, key);
  });
}

// One preparation, in a fixed order: form, unknown keys, missing keys, then values. So the first
// error an agent sees is the most basic one, and nothing is checked for depth in an input that has
// the wrong shape. Works on copies; the caller's input is never changed.
class Preparation {
 public:
  Preparation(const ToolSet& set, const ToolView& tool, const json::value& input)
      : tool_(tool), check_(set, countNodes(input)) {}

  Result<json::object> run(const json::object& input) {
    EXECUTOR_TRY(json::object flat, isBucketed(tool_, input) ? flatten(input) : copied(input));
    EXECUTOR_CHECK(refuseUnknown(flat));
    dropNulls(flat);
    EXECUTOR_CHECK(refuseMissing(flat));
    json::object out;
    for (const auto& parameter : tool_.parameters)
      if (parameter.location != Location::body) EXECUTOR_CHECK(takeParameter(parameter, flat, out));
    EXECUTOR_CHECK(takeBody(flat, out));
    return out;
  }

 private:
  // The flat form needs no work, only a copy that may be changed.
  static Result<json::object> copied(const json::object& input) { return input; }

  // The bucketed form becomes the flat one before anything looks at it: hash, policy and approval
  // see one form only (D21).
  Result<json::object> flatten(const json::object& input) {
    json::object flat;
    for (const auto& [name, location] : kBuckets) {
      const auto* bucket = input.if_contains(name);
      if (!bucket) continue;
      if (!bucket->is_object())
        return fail(ErrorCode::invalid_input,
                    fmt::format("`{}` of {}: expected object, got {}.", name, tool_.path,
                                jsonTypeName(*bucket)),
                    listInputs(tool_));
      for (const auto& [key, value] : bucket->get_object())
        EXECUTOR_CHECK(placeInFlat(name, location, key, value, flat));
    }
    return flat;
  }

  // Header names are compared without case (RFC 9110 section 5.1), all others exactly.
  Status placeInFlat(std::string_view bucket, Location location, std::string_view key,
                     const json::value& value, json::object& flat) {
    const auto it = std::ranges::find_if(tool_.parameters, [&](const ParameterView& parameter) {
      if (parameter.location != location) return false;
      return location == Location::header ? equalsIgnoreCase(parameter.wireName, key)
                                          : parameter.wireName == key;
    });
    if (it != tool_.parameters.end()) {
      flat[it->flatName] = value;
    } else if (location == Location::body && tool_.bodyOpen) {
      flat[flatKeyOfBody(tool_, key)] = value;
    } else {
      return unknown(fmt::format("{}.{}", bucket, key), key);
    }
    return {};
  }

  // A misspelled optional key that is silently dropped is the worst answer an agent can get.
  Status refuseUnknown(const json::object& flat) {
    if (tool_.bodyOpen) return {};
    for (const auto& member : flat)
      if (!findFlat(tool_, member.key())) return unknown(member.key(), member.key());
    return {};
  }

  // `shown` is the key with its bucket, `key` what is compared with the known names.
  std::unexpected<Error> unknown(std::string_view shown, std::string_view key) {
    std::vector<std::string> names;
    for (const auto& parameter : tool_.parameters) names.emplace_back(parameter.flatName);
    const auto near = nearestNames(key, names, 1);
    std::string hint = near.empty() ? "" : fmt::format("Did you mean `{}`? ", near[0]);
    return fail(ErrorCode::invalid_input,
                fmt::format("{} has no input `{}`.", tool_.path, truncateText(shown, 100)),
                hint + listInputs(tool_));
  }

  // null for an optional parameter is what programs pass for "none". In a body null is a value.
  void dropNulls(json::object& flat) {
    for (const auto& parameter : tool_.parameters) {
      const auto* value = flat.if_contains(parameter.flatName);
      const bool wholeBody = tool_.bodyMode == BodyMode::whole &&
                             parameter.location == Location::body && !parameter.required;
      if (!value || !value->is_null()) continue;
      if (parameter.location != Location::body || wholeBody) flat.erase(parameter.flatName);
    }
  }

  // All of them at once: one round trip of the agent instead of three.
  Status refuseMissing(const json::object& flat) {
    std::vector<std::string> missing;
    for (const auto& parameter : tool_.parameters)
      if (parameter.required && !flat.contains(parameter.flatName))
        missing.push_back(fmt::format("`{}`", parameter.flatName));
    if (missing.empty()) return {};
    return fail(ErrorCode::missing_input,
                fmt::format("{} needs {}.", tool_.path, fmt::join(missing, ", ")),
                listInputs(tool_));
  }

  // Moves the value out of `flat`; after this only the body's members are left to read there.
  Status takeParameter(const ParameterView& parameter, json::object& flat, json::object& out) {
    auto* value = flat.if_contains(parameter.flatName);
    if (!value) return {};
    // The schema of a body of bytes says `string`, and tells nothing of how they are given.
    const bool bytes =
        parameter.location == Location::body && takesBytes(tool_) && standsForBytes(*value);
    if (!bytes && !check_.fits(*value, parameter.schema)) return mismatch(parameter.flatName);
    out[parameter.flatName] = std::move(*value);
    return {};
  }

  // A flattened body is put together, checked as the object it will be sent as, and taken apart
  // again: only the whole schema knows about required keys of variants and about
  // additionalProperties.
  Status takeBody(json::object& flat, json::object& out) {
    if (tool_.bodyMode == BodyMode::none) return {};
    if (tool_.bodyMode == BodyMode::whole)
      return takeParameter(*findFlat(tool_, tool_.parameters.back().flatName), flat, out);
    json::object body = bodyOf(tool_, flat);
    if (body.empty() && !tool_.bodyRequired) return {};
    json::value value = std::move(body);
    if (!check_.fits(value, tool_.bodySchema)) return mismatch({});
    for (auto& member : value.get_object())
      out[flatKeyOfBody(tool_, member.key())] = std::move(member.value());
    return {};
  }

  // The checker's pointer begins with a key of the body; the agent knows it by its flat name.
  std::string flatPointer(std::string_view parameter, const std::string& pointer) const {
    if (!parameter.empty()) {
      const bool bare = pointer.empty() || pointer[0] == '[';
      return fmt::format("{}{}{}", parameter, bare ? "" : ".", pointer);
    }
    const auto end = std::min(pointer.find_first_of(".["), pointer.size());
    return flatKeyOfBody(tool_, pointer.substr(0, end)) + pointer.substr(end);
  }

  // The checker's findings in words. `parameter` is empty for a flattened body.
  std::unexpected<Error> mismatch(std::string_view parameter) {
    const Mismatch& why = check_.mismatch();
    const std::string where = flatPointer(parameter, why.pointer);
    switch (why.kind) {
      case Mismatch::Kind::missing:
        return fail(ErrorCode::missing_input,
                    fmt::format("{} needs `{}` ({}).", tool_.path, where, why.expected),
                    listInputs(tool_));
      case Mismatch::Kind::unknown:
        return fail(ErrorCode::invalid_input,
                    fmt::format("{} has no input `{}`.", tool_.path, where),
                    why.expected.empty() ? "" : fmt::format("Did you mean {}?", why.expected));
      default: break;
    }
    return fail(
        ErrorCode::invalid_input,
        fmt::format("`{}` of {}: expected {}, got {}.", where, tool_.path, why.expected, why.found),
        listInputs(tool_));
  }

  const ToolView& tool_;
  SchemaCheck check_;
};

}  // namespace

// null is an input of no keys: `tools.x.y()` without an argument arrives so.
Result<json::object> prepareInput(const ToolSet& set, const ToolView& tool,
                                  const json::value& input) {
  if (input.is_null()) return Preparation(set, tool, input).run({});
  if (const auto* object = input.if_object()) return Preparation(set, tool, input).run(*object);
  return fail(ErrorCode::invalid_input,
              fmt::format("The input of {} is {}, not an object.", tool.path, jsonTypeName(input)),
              listInputs(tool));
}

}  // namespace executor::source
