// One table, read by three: the check, the description, the error texts. A field added here is
// checked, shown and named without another line of code.
#include "catalog/system-tools.h"

#include <fmt/format.h>

#include "base/text.h"

namespace executor::catalog {
namespace {

using Type = SystemField::Type;

constexpr SystemField kDiscoverFields[] = {
    {"query", Type::text, kMaxArgumentBytes, 0, "what you want to do, in your own words"},
    {"limit", Type::count, kMaxDiscoverLimit, 12, "1 to 50, default 12"},
    {"namespace", Type::text, kMaxArgumentBytes, 0, "only this source"},
    {"compact", Type::flag, 0, 0, "paths and descriptions only"},
};
constexpr SystemField kToolsFields[] = {
    {"namespace", Type::text, kMaxArgumentBytes, 0, "only this source"},
    {"query", Type::text, kMaxArgumentBytes, 0, "ranked by relevance instead of by path"},
    {"limit", Type::count, kMaxToolsLimit, 20, "1 to 200, default 20"},
    {"cursor", Type::text, kMaxArgumentBytes, 0, "nextCursor of the page before"},
};
constexpr SystemField kDescribeFields[] = {
    {"path", Type::text, kMaxArgumentBytes, 0, "one tool"},
    {"paths", Type::texts, kMaxDescribePaths, 0, "or up to 20"},
    {"types", Type::texts, kMaxDescribePaths, 0, "only these types, to read on from omittedTypes"},
};
constexpr SystemField kResultsGetFields[] = {
    {"handle", Type::text, kMaxArgumentBytes, 0, "of a big result or answer", true},
    {"offset", Type::place, kMaxReadOffset, 0, "first byte, default 0"},
    {"length", Type::count, kMaxReadLength, kMaxReadLength, "bytes, at most 4194304"},
    {"as", Type::word, 0, 0, "default: what it is", false, "json|text|base64"},
};

constexpr SystemToolEntry kSystemTools[] = {
    {SystemTool::discover, "discover", "Find tools for a task.", kDiscoverFields,
     "{ bestPath: string | null; results: { path: string; description: string; "
     "approval: \"auto\" | \"required\"; input?: string; example?: string }[]; total: number }"},
    {SystemTool::catalogNamespaces,
     "catalog.namespaces",
     "List the sources of this workspace and how many tools each has.",
     {},
     "{ namespaces: { name: string; title: string; tools: number }[]; total: number }"},
    {SystemTool::catalogTools, "catalog.tools", "List tools page by page.", kToolsFields,
     "{ tools: { path: string; description: string; approval: \"auto\" | \"required\" }[]; "
     "total: number; nextCursor: string | null }"},
    {SystemTool::catalogDescribe, "catalog.describe",
     "Show the TypeScript signature of a tool and the types it uses.", kDescribeFields,
     "{ path: string; description: string; approval: \"auto\" | \"required\"; method?: string; "
     "pathTemplate?: string; signature: string; types: string; omittedTypes?: string[] }"},
    {SystemTool::resultsGet, "results.get",
     "Read a stored result or big answer by its handle, whole or in pieces.", kResultsGetFields,
     "{ handle: string; mimeType: string; bytes: number; offset: number; length: number; "
     "nextOffset: number | null; as: string; value: any }"},
};

// As TypeScript says it.
std::string typeText(const SystemField& field) {
  switch (field.type) {
    case Type::text: return "string";
    case Type::count:
    case Type::place: return "number";
    case Type::flag: return "boolean";
    case Type::texts: return "string[]";
    case Type::word:
      return fmt::format("\"{}\"", fmt::join(splitText(field.words, '|'), "\" | \""));
  }
  return "unknown";
}

// As a sentence says it: with the limits, which a type cannot show.
std::string expectation(const SystemField& field) {
  switch (field.type) {
    case Type::text: return fmt::format("a string of at most {} bytes", field.max);
    case Type::count: return fmt::format("an integer from 1 to {}", field.max);
    case Type::flag: return "true or false";
    case Type::texts: return fmt::format("an array of 1 to {} strings", field.max);
    case Type::place: return fmt::format("an integer from 0 to {}", field.max);
    case Type::word: return fmt::format("one of {}", fmt::join(splitText(field.words, '|'), ", "));
  }
  return {};
}

// An empty list is a mistake, not a wish for nothing.
bool isTexts(const json::value& value, std::size_t max) {
  const json::array* array = value.if_array();
  if (array == nullptr || array->empty() || array->size() > max) return false;
  return std::ranges::all_of(*array, [](const json::value& entry) {
    return entry.is_string() && entry.get_string().size() <= kMaxArgumentBytes;
  });
}

// 5.0 is an integer to a program, and arrives as one: base/json.h writes it so.
bool isCount(const json::value& value, std::int64_t min, std::size_t max) {
  if (const auto* count = value.if_int64()) {
    return *count >= min && static_cast<std::uint64_t>(*count) <= max;
  }
  const auto* count = value.if_uint64();
  return count != nullptr && *count <= max;
}

bool isWord(const json::value& value, std::string_view words) {
  if (!value.is_string()) return false;
  const auto known = splitText(words, '|');
  return std::ranges::find(known, std::string_view(value.get_string())) != known.end();
}

bool fits(const SystemField& field, const json::value& value) {
  switch (field.type) {
    case Type::text: return value.is_string() && value.get_string().size() <= field.max;
    case Type::count: return isCount(value, 1, field.max);
    case Type::place: return isCount(value, 0, field.max);
    case Type::word: return isWord(value, field.words);
    case Type::flag: return value.is_bool();
    case Type::texts: return isTexts(value, field.max);
  }
  return false;
}

// Four at most: a loop is faster than any table.
const SystemField* fieldNamed(const SystemToolEntry& entry, std::string_view name) {
  for (const SystemField& field : entry.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

// A misspelt member that is ignored would be answered as if it had not been written.
std::unexpected<Error> unknownMember(const SystemToolEntry& entry, std::string_view name) {
  std::vector<std::string> known;
  for (const SystemField& field : entry.fields) known.emplace_back(field.name);
  const auto near = nearestNames(name, known, 1);
  std::string hint = known.empty() ? fmt::format("Call {}({{}}).", entry.path)
                                   : fmt::format("It takes {}.", fmt::join(known, ", "));
  if (!near.empty()) hint = fmt::format("Did you mean {}? {}", near.front(), hint);
  return fail(ErrorCode::invalid_input,
              fmt::format("{} takes no {}.", entry.path, quoteJson(truncateText(name, 60))),
              std::move(hint));
}

}  // namespace

// In the order in which they are listed to people.
std::span<const SystemToolEntry> systemTools() { return kSystemTools; }

const SystemToolEntry& systemTool(SystemTool tool) {
  for (const SystemToolEntry& entry : kSystemTools) {
    if (entry.tool == tool) return entry;
  }
  return kSystemTools[0];
}

const SystemToolEntry* findSystemTool(std::string_view path) {
  for (const SystemToolEntry& entry : kSystemTools) {
    if (entry.path == path) return &entry;
  }
  return nullptr;
}

std::string systemInputType(const SystemToolEntry& entry) {
  std::string input;
  for (const SystemField& field : entry.fields) {
    input += fmt::format("  {}{}: {}; /** {} */\n", field.name, field.required ? "" : "?",
                         typeText(field), field.comment);
  }
  return input.empty() ? "{}" : "{\n" + input + "}";
}

// The same form as for tools of sources (answers.cc), so that a reader sees no difference.
std::string systemSignature(const SystemToolEntry& entry) {
  return fmt::format("tools.{}(input: {}): Promise<{}>", entry.path, systemInputType(entry),
                     entry.output);
}

// The first wrong member is enough: a program is corrected one error at a time.
Result<SystemInput> SystemInput::check(const SystemToolEntry& entry, const json::object& input) {
  for (const auto& member : input) {
    const SystemField* field = fieldNamed(entry, member.key());
    if (field == nullptr) return unknownMember(entry, member.key());
    if (fits(*field, member.value())) continue;
    return fail(ErrorCode::invalid_input,
                fmt::format("{} of {} must be {}, not {}.", field->name, entry.path,
                            expectation(*field), truncateText(serializeJson(member.value()), 60)));
  }
  for (const SystemField& field : entry.fields) {
    if (!field.required || input.contains(field.name)) continue;
    return fail(ErrorCode::missing_input,
                fmt::format("{} of {} is missing: {}.", field.name, entry.path, field.comment));
  }
  return SystemInput(entry, input);
}

// The readers below rely on check(): a member that is there has the type of its field.
std::string_view SystemInput::text(std::string_view name) const {
  const auto* at = input_->if_contains(name);
  return at == nullptr ? std::string_view() : std::string_view(at->get_string());
}

std::size_t SystemInput::count(std::string_view name) const {
  const auto* at = input_->if_contains(name);
  if (at == nullptr) return fieldNamed(*entry_, name)->fallback;
  return at->is_int64() ? static_cast<std::size_t>(at->get_int64()) : at->get_uint64();
}

bool SystemInput::flag(std::string_view name) const {
  const auto* at = input_->if_contains(name);
  return at != nullptr && at->get_bool();
}

std::vector<std::string> SystemInput::texts(std::string_view name) const {
  std::vector<std::string> out;
  const auto* at = input_->if_contains(name);
  if (at == nullptr) return out;
  for (const json::value& entry : at->get_array()) out.emplace_back(entry.get_string());
  return out;
}

}  // namespace executor::catalog
