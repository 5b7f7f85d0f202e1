// What a reviewer sees of an input (reference MCP-082). Only the view is redacted: what is sent,
// and what the approval is bound to, is the input as it was.
#include <fmt/format.h>

#include <algorithm>

#include "approval/approval.h"
#include "base/json.h"
#include "base/text.h"

namespace executor::approval {
namespace {

constexpr std::string_view kRedacted = "[redacted]";

// A name is enough: the value of a secret looks like any other text. False alarms cost the reviewer
// one field; a miss would show a password on a page.
constexpr std::string_view kSecretWords[] = {"authorization", "apikey", "token",     "secret",
                                             "password",      "cookie", "credential"};

// Headers, query parameters and form fields often come as a list of pairs.
constexpr std::string_view kNameMembers[] = {"name", "key", "header", "field", "parameter"};
constexpr std::string_view kValueMembers[] = {"value", "values"};

// RFC 9110 section 11.1: a credential names its scheme, wherever it stands.
constexpr std::string_view kSchemes[] = {"bearer ", "basic ", "token "};
constexpr std::size_t kLeastCredential = 8;

// A URL ends with the word it stands in.
constexpr std::string_view kAuthorityEnds = "/?# \t\r\n\"'<>";
constexpr std::string_view kParameterEnds = "?&# \t\r\n\"'<>";

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

// {"name": "Authorization", "value": …}
bool isSecretPair(const json::object& object) {
  return std::ranges::any_of(kNameMembers, [&](std::string_view member) {
    return namesSecret(findString(object, member));
  });
}

// One long word after the scheme: "Basic things first" is a sentence, and hiding it would help
// nobody but a program that wants to say something unseen.
bool isSchemeWithCredential(std::string_view text) {
  const std::string start = toLowerAscii(text.substr(0, 8));
  return std::ranges::any_of(kSchemes, [&](std::string_view scheme) {
    if (!start.starts_with(scheme)) return false;
    const std::string_view rest = text.substr(scheme.size());
    return rest.size() >= kLeastCredential && rest.find_first_of(" \t\r\n") == rest.npos;
  });
}

// `name=value` of a query or fragment.
std::string shownParameter(std::string_view pair) {
  const std::size_t equals = pair.find('=');
  std::string name;
  const bool secret =
      equals != pair.npos && percentDecode(pair.substr(0, equals), name) && namesSecret(name);
  return secret ? fmt::format("{}={}", pair.substr(0, equals), kRedacted) : std::string(pair);
}

// The part of an authority before its last '@' is a name and a password (RFC 3986 section 3.2.1). A
// text may hold several URLs, also one within another.
std::string withoutUserInfo(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t scheme = text.find("://");
    if (scheme == text.npos) return out += text;
    out += text.substr(0, scheme + 3);
    text.remove_prefix(scheme + 3);
    const std::string_view authority = text.substr(0, text.find_first_of(kAuthorityEnds));
    const std::size_t at = authority.rfind('@');
    out += at == authority.npos ? std::string(authority)
                                : fmt::format("{}{}", kRedacted, authority.substr(at));
    text.remove_prefix(authority.size());
  }
}

std::string withoutSecretParameters(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t mark = text.find_first_of("?&#");
    if (mark == text.npos) return out += text;
    out += text.substr(0, mark + 1);
    text.remove_prefix(mark + 1);
    const std::string_view pair = text.substr(0, text.find_first_of(kParameterEnds));
    out += shownParameter(pair);
    text.remove_prefix(pair.size());
  }
}

std::string shownText(std::string_view text, std::size_t maxValueBytes) {
  if (isSchemeWithCredential(text)) {
    return fmt::format("{} {}", text.substr(0, text.find(' ')), kRedacted);
  }
  const bool url = text.find("://") != text.npos;
  std::string shown = url ? withoutSecretParameters(withoutUserInfo(text)) : std::string(text);
  return maxValueBytes == 0 ? shown : truncateText(shown, maxValueBytes);
}

class Redaction {
 public:
  explicit Redaction(std::size_t maxValueBytes) : maxValueBytes_(maxValueBytes) {}

  // The depth is bounded by the parser's own limit.
  void apply(json::value& value) const {
    if (json::array* array = value.if_array()) {
      for (json::value& item : *array) apply(item);
    } else if (json::object* object = value.if_object()) {
      applyToMembers(*object);
    } else if (const json::string* text = value.if_string()) {
      value = shownText(*text, maxValueBytes_);
    }
  }

 private:
  void applyToMembers(json::object& object) const {
    const bool pair = isSecretPair(object);
    for (auto& [name, member] : object) {
      const bool isValue =
          pair && std::ranges::find(kValueMembers, joined(name)) != std::ranges::end(kValueMembers);
      if (isValue || namesSecret(name)) {
        member = kRedacted;
      } else {
        apply(member);
      }
    }
  }

  std::size_t maxValueBytes_;
};

}  // namespace

std::string redactInput(std::string_view inputJson, std::size_t maxValueBytes) {
  Result<json::value> value = parseJson(inputJson);
  if (!value) return "\"[not readable]\"";
  Redaction(maxValueBytes).apply(*value);
  return serializeJson(*value);
}

}  // namespace executor::approval
