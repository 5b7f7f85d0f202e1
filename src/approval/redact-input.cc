// What a reviewer sees of an input (reference MCP-082). Only the view is redacted: what is sent,
// and what the approval is bound to, is the input as it was.
#include <algorithm>

#include "approval/approval.h"
#include "base/json.h"
#include "base/text.h"

namespace executor::approval {
namespace {

// A name is enough: the value of a secret looks like any other text. False alarms cost the reviewer
// one field; a miss would show a password on a page.
constexpr std::string_view kSecretWords[] = {"authorization", "apikey", "token",     "secret",
                                             "password",      "cookie", "credential"};

// "X-Api-Key", "api_key" and "apiKey" are one word to a reader.
std::string joined(std::string_view name) {
  std::string out = toLowerAscii(name);
  std::erase_if(out, [](char c) { return c == '-' || c == '_' || c == ' ' || c == '.'; });
  return out;
}

bool namesSecret(std::string_view name) {
  const std::string word = joined(name);
  return std::ranges::any_of(kSecretWords, [&](std::string_view secret) {
    return word.find(secret) != std::string::npos;
  });
}

// The depth is bounded by the parser's own limit.
void redactWithin(json::value& value) {
  if (json::array* array = value.if_array()) {
    for (json::value& item : *array) redactWithin(item);
  } else if (json::object* object = value.if_object()) {
    for (auto& [name, member] : *object) {
      if (namesSecret(name)) {
        member = "[redacted]";
      } else {
        redactWithin(member);
      }
    }
  }
}

}  // namespace

std::string redactInput(std::string_view inputJson) {
  Result<json::value> value = parseJson(inputJson);
  if (!value) return "\"[not readable]\"";
  redactWithin(*value);
  return serializeJson(*value);
}

}  // namespace executor::approval
