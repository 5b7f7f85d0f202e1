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

// Where a URL within a sentence ends.
constexpr std::string_view kUrlEnds = " \t\r\n\"'<>";

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

// The part of an authority before its last '@' is a name and a password (RFC 3986 section 3.2.1).
std::string withoutUserInfo(std::string_view rest) {
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  if (at == authority.npos) return std::string(rest);
  return fmt::format("{}{}", kRedacted, rest.substr(at));
}

// `name=value` of a query or fragment.
std::string shownParameter(std::string_view pair) {
  const std::size_t equals = pair.find('=');
  std::string name;
  const bool secret =
      equals != pair.npos && percentDecode(pair.substr(0, equals), name) && namesSecret(name);
  return secret ? fmt::format("{}={}", pair.substr(0, equals), kRedacted) : std::string(pair);
}

// Everything behind the scheme: credentials and the values of secret parameters are hidden.
std::string shownUrl(std::string_view url) {
  const std::string plain = withoutUserInfo(url);
  std::string_view rest = plain;
  const std::size_t path = std::min(rest.find_first_of("?#"), rest.size());
  std::string out(rest.substr(0, path));
  rest.remove_prefix(path);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("?&#", 1), rest.size());
    out += rest.front();
    out += shownParameter(rest.substr(1, end - 1));
    rest.remove_prefix(end);
  }
  return out;
}

// A text may hold several, between words.
std::string shownUrls(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t scheme = text.find("://");
    if (scheme == text.npos) return out += text;
    const std::size_t end = std::min(text.find_first_of(kUrlEnds, scheme), text.size());
    out += text.substr(0, scheme + 3);
    out += shownUrl(text.substr(scheme + 3, end - scheme - 3));
    text.remove_prefix(end);
  }
}

std::string shownText(std::string_view text, std::size_t maxValueBytes) {
  if (isSchemeWithCredential(text)) {
    return fmt::format("{} {}", text.substr(0, text.find(' ')), kRedacted);
  }
  std::string shown = shownUrls(text);
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
