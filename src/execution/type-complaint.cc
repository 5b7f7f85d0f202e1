// The innermost line of a message tells the cause, the outermost only where it was noticed.
#include "execution/type-complaint.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace executor::execution {
namespace {

using Kind = TypeComplaint::Kind;

// Empty if either is not there.
std::string between(std::string_view text, std::string_view head, std::string_view tail) {
  const std::size_t at = text.find(head);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + head.size());
  const std::size_t end = text.find(tail);
  return end == std::string_view::npos ? std::string() : std::string(text.substr(0, end));
}

// A key that is no identifier comes with its quotes.
std::string plainName(std::string name) {
  const bool quoted = name.size() > 2 && name.front() == '"' && name.back() == '"';
  return quoted ? name.substr(1, name.size() - 2) : name;
}

void readUnknownKey(std::string_view line, TypeComplaint& out) {
  out.kind = Kind::unknownKey;
  std::string name = between(line, ", and '", "' does not exist in type '");
  if (name.empty()) name = between(line, ", but '", "' does not exist in type '");
  out.names = {plainName(std::move(name))};
  out.wanted = between(line, "' does not exist in type '", "'.");
}

void readMissing(std::string_view line, TypeComplaint& out) {
  out.kind = Kind::missingKeys;
  if (line.find("is missing in type '") != std::string_view::npos) {
    out.names = {plainName(between(line, "Property '", "' is missing in type '"))};
    out.found = between(line, "' is missing in type '", "' but required in type '");
    return;
  }
  out.found = between(line, "Type '", "' is missing the following properties");
  const std::size_t list = line.rfind("': ");
  if (list == std::string_view::npos) return;
  for (const std::string_view name : splitText(line.substr(list + 3), ',')) {
    out.names.emplace_back(trimText(name));
  }
}

void readMismatch(std::string_view line, TypeComplaint& out) {
  out.kind = Kind::mismatch;
  const bool argument = line.find("' is not assignable to parameter of type '") != line.npos;
  const std::string_view middle =
      argument ? "' is not assignable to parameter of type '" : "' is not assignable to type '";
  out.found = between(line, argument ? "Argument of type '" : "Type '", middle);
  out.wanted = between(line, middle, "'.");
}

// One alternative of a wanted type that a value of the primitive `found` can never be.
bool isOther(std::string_view found, std::string_view part) {
  if (part.ends_with("[]") || part.starts_with('{') || part.starts_with("Record<")) return true;
  const bool text = part == "string" || part.starts_with('"');
  const bool number = part == "number" || (!part.empty() && part[0] >= '0' && part[0] <= '9');
  const bool truth = part == "boolean" || part == "true" || part == "false";
  if (part == "null" || part == "undefined") return true;
  if (found == "string") return number || truth;
  if (found == "number") return text || truth;
  return text || number;
}

bool isPrimitive(std::string_view type) {
  return type == "string" || type == "number" || type == "boolean";
}

std::vector<std::string> alternatives(std::string_view type) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t bar = type.find(" | ");
    out.emplace_back(type.substr(0, bar));
    if (bar == std::string_view::npos) return out;
    type.remove_prefix(bar + 3);
  }
}

}  // namespace

TypeComplaint readComplaint(int code, std::string_view message) {
  TypeComplaint out;
  const auto lines = splitText(message, '\n');
  const std::string_view line = trimText(lines.back());
  out.nested = lines.size() > 1;
  const auto has = [&](std::string_view words) { return line.find(words) != line.npos; };
  if (code == 2339 || code == 2551 || code == 2349) {
    out.kind = Kind::unknownMember;
    out.wanted = between(message, "' does not exist on type '", "'.");
  } else if (has("Object literal may only specify known properties")) {
    readUnknownKey(line, out);
  } else if (has("is missing in type '") || has("is missing the following properties from")) {
    readMissing(line, out);
  } else if (has("' is not assignable to ")) {
    readMismatch(line, out);
  } else if ((code == 2554 || code == 2555) && has("but got 0.")) {
    out.kind = Kind::noArgument;
  }
  return out;
}

// What is not known for certain to be wrong may fit: unions, type parameters, types of the
// program's own that this side has never seen.
bool mayFit(std::string_view found, std::string_view wanted) {
  constexpr std::array<std::string_view, 12> kLoose = {"Date",    "URL",    "String",  "Number",
                                                       "Boolean", "bigint", "unknown", "any",
                                                       "object",  "{}",     "never",   "Object"};
  if (found.empty() || std::ranges::find(kLoose, found) != kLoose.end()) return true;
  if (found.starts_with('"')) return false;
  if (found.starts_with('{') || found.ends_with("[]") || found.starts_with("Promise<")) {
    return false;
  }
  if (found.find(" | ") != found.npos) return true;
  if (isPrimitive(found)) {
    return std::ranges::any_of(alternatives(wanted),
                               [&](const std::string& part) { return !isOther(found, part); });
  }
  if (found.starts_with("Record<") || found.starts_with("Partial<")) return true;
  return found.size() <= 2 || found.front() < 'A' || found.front() > 'Z';
}

std::vector<std::string> literalsOf(std::string_view type) {
  std::vector<std::string> out;
  for (std::string& part : alternatives(type)) {
    if (part.size() > 2 && part.front() == '"') out.push_back(part.substr(1, part.size() - 2));
  }
  return out;
}

}  // namespace executor::execution
