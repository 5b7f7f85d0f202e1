#include "source/openapi/document.h"

#include <fmt/format.h>

#include <charconv>
#include <memory>

#include "base/text.h"
#include "base/yaml.h"

namespace executor::source::openapi {
namespace {

constexpr std::string_view kWanted =
    "Give the URL or the text of an OpenAPI 3.0 or 3.1 document, as JSON or YAML.";

std::string_view withoutByteOrderMark(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  return bytes;
}

// `what` completes "This is no OpenAPI document: …"; the hint says what to give instead.
// A parser's own message may end in a full stop already.
std::unexpected<Error> notOpenApi(std::string what, std::string detail = {}) {
  if (what.ends_with('.')) what.pop_back();
  return fail(ErrorCode::invalid_document, fmt::format("This is no OpenAPI document: {}.", what),
              std::string(kWanted), std::move(detail));
}

// A document's text that neither parser takes: say what it looks like, else where parsing stopped.
std::unexpected<Error> unreadable(std::string_view bytes, const Error& error) {
  const std::string kind = describeBytes(bytes);
  if (kind.empty()) return notOpenApi("it cannot be read: " + error.message, error.detail);
  return notOpenApi("it looks like " + kind, error.message);
}

// JSON by its first character, else YAML. The order of checks is for the message: YAML would take
// an HTML page for a string and say nothing helpful.
Result<json::value> parseText(std::string_view bytes, json::storage_ptr memory) {
  const std::string_view text = trimText(bytes);
  if (text.empty()) return notOpenApi("it is empty");
  if (text[0] == '{' || text[0] == '[') {
    const JsonLimits limits{.maxBytes = bytes.size(), .maxDepth = kMaxDocumentDepth};
    auto parsed = parseJson(bytes, limits, memory);
    if (parsed) return parsed;
    // Flow style YAML begins like JSON; if that fails too, the JSON error is the better one.
    if (auto yaml = parseYaml(bytes, {.maxBytes = bytes.size()})) return yaml;
    return unreadable(bytes, parsed.error());
  }
  // YAML takes nearly anything for a string or a map, so other formats are looked for first.
  if (const std::string kind = describeBytes(bytes); !kind.empty())
    return notOpenApi("it looks like " + kind);
  auto parsed = parseYaml(bytes, {.maxBytes = bytes.size()});
  if (parsed) return parsed;
  if (parsed.error().code == ErrorCode::document_too_complex) return parsed;
  return unreadable(bytes, parsed.error());
}

// Its own word because it is the most frequent wrong document: half of all old APIs publish it.
std::unexpected<Error> swagger2() {
  return fail(ErrorCode::unsupported_document,
              "This is a Swagger 2.0 document; Executor reads OpenAPI 3.0 and 3.1. Swagger 2.0 "
              "comes later.",
              "Convert it, for example with npm swagger2openapi, and add the result.");
}

// Minor versions are read by the nearest dialect: 3.2 only adds to 3.1 what is not needed here.
Result<Dialect> dialectOf(const json::object& root) {
  if (root.contains("swagger")) return swagger2();
  const auto* version = root.if_contains("openapi");
  if (!version) {
    const bool postman = root.contains("info") && root.contains("item");
    if (postman) return notOpenApi("it looks like a Postman collection");
    const bool introspection = root.contains("__schema") || root.contains("data");
    if (introspection) return notOpenApi("it looks like a GraphQL answer");
    if (root.contains("asyncapi")) return notOpenApi("it is an AsyncAPI document");
    return notOpenApi("it has no `openapi` member");
  }
  // YAML reads `openapi: 3.1` as a number.
  const std::string text =
      version->is_string() ? std::string(version->get_string()) : serializeJson(*version);
  if (text.starts_with("3.0") || text == "3") return Dialect::v30;
  if (text.starts_with("3.1") || text.starts_with("3.2")) return Dialect::v31;
  return fail(
      ErrorCode::unsupported_document,
      fmt::format("OpenAPI version {} is not supported; 3.0 and 3.1 are.", truncateText(text, 20)),
      std::string(kWanted));
}

Status checkPaths(const json::object& root) {
  const auto* paths = root.if_contains("paths");
  if (paths && !paths->is_object())
    return notOpenApi(fmt::format("`paths` is {}, not an object", jsonTypeName(*paths)));
  if (paths) return {};
  // 3.1 documents may have webhooks or components alone; there is nothing to call in them.
  return notOpenApi("it has no `paths`");
}

// One token of a JSON pointer in a URI fragment: percent-decoding first, then ~1 and ~0 (RFC 6901).
bool decodeToken(std::string_view token, std::string& out) {
  std::string plain;
  if (!percentDecode(token, plain)) return false;
  out.clear();
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const bool escape =
        plain[i] == '~' && i + 1 < plain.size() && (plain[i + 1] == '0' || plain[i + 1] == '1');
    out += escape ? (plain[++i] == '0' ? '~' : '/') : plain[i];
  }
  return true;
}

// One token into an object or array; null where there is nothing. Indices are plain decimals
// (RFC 6901 section 4).
const json::value* step(const json::value& value, std::string_view token) {
  if (const auto* object = value.if_object()) return object->if_contains(token);
  const auto* array = value.if_array();
  std::size_t index = 0;
  const auto end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, index);
  if (!array || read.ec != std::errc{} || read.ptr != end || index >= array->size()) return nullptr;
  return &(*array)[index];
}

// Null for pointers that lead nowhere or are no pointers; never an error, as the caller knows what
// to do without the target.
const json::value* walk(const json::value& root, std::string_view pointer) {
  if (pointer.empty()) return &root;
  if (!pointer.starts_with('/')) return nullptr;
  const json::value* at = &root;
  std::string token;
  for (const auto part : splitText(pointer.substr(1), '/')) {
    if (!decodeToken(part, token)) return nullptr;
    at = step(*at, token);
    if (!at) return nullptr;
  }
  return at;
}

}  // namespace

// Looks at the first 400 bytes only; enough for every format that has a beginning of its own.
std::string describeBytes(std::string_view bytes) {
  const std::string start = toLowerAscii(trimText(withoutByteOrderMark(bytes)).substr(0, 400));
  if (start.starts_with("<!doctype html") || start.starts_with("<html")) return "an HTML page";
  if (start.starts_with("<?xml") && start.contains("<wsdl")) return "a WSDL file";
  if (start.starts_with("<")) return "an XML or HTML file";
  if (start.starts_with("pk\x03\x04") || start.starts_with("\x1f\x8b")) return "a compressed file";
  if (start.starts_with("#%raml")) return "a RAML file";
  for (const auto word : {"type query", "schema {", "schema{", "directive @", "\"\"\""})
    if (start.starts_with(word)) return "a GraphQL schema";
  if (start.contains('\0')) return "a binary file";
  return {};
}

std::string_view referenceOf(const json::value& value) { return findString(value, "$ref"); }

// The value is shared so that pointers into it survive moves of the document.
Document::Document(json::value value, Dialect dialect)
    : value_(std::make_shared<const json::value>(std::move(value))),
      root_(&value_->get_object()),
      dialect_(dialect) {}

// The size is looked at before anything else: a refused document costs no parsing.
Result<Document> Document::parse(std::string_view bytes, std::size_t maxBytes,
                                 json::storage_ptr memory) {
  if (bytes.size() > maxBytes) {
    return fail(
        ErrorCode::document_too_large,
        fmt::format("The document has {} bytes; at most {} are read.", bytes.size(), maxBytes),
        "Split the document, or remove examples from it.");
  }
  EXECUTOR_TRY(json::value value, parseText(withoutByteOrderMark(bytes), std::move(memory)));
  if (!value.is_object()) {
    const std::string kind = describeBytes(bytes);
    return notOpenApi(kind.empty() ? fmt::format("it is {} in JSON or YAML", jsonTypeName(value))
                                   : "it looks like " + kind);
  }
  EXECUTOR_TRY(const Dialect dialect, dialectOf(value.get_object()));
  EXECUTOR_CHECK(checkPaths(value.get_object()));
  return Document(std::move(value), dialect);
}

// Remembered, misses too: documents repeat their references thousands of times. The key is a view,
// so the reference must live as long as the document.
const json::value* Document::resolve(std::string_view reference) const {
  if (const auto found = resolved_.find(reference); found != resolved_.end()) return found->second;
  const json::value* target =
      reference.starts_with('#') ? walk(*value_, reference.substr(1)) : nullptr;
  resolved_.emplace(reference, target);
  return target;
}

const json::value* Document::follow(const json::value& value) const {
  const json::value* at = &value;
  for (unsigned followed = 0; at && followed <= kMaxReferenceChain; ++followed) {
    const auto reference = referenceOf(*at);
    if (reference.empty()) return at;
    at = resolve(reference);
  }
  return nullptr;
}

}  // namespace executor::source::openapi
