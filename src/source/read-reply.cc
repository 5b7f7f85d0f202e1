// readReply(): what an upstream answered → the value a program gets.
//
// JSON passes through as the upstream's own bytes once they are known to be JSON: numbers stay
// exact (D22). Text becomes a JSON string, whatever its charset; bytes become base64.
#include <fmt/format.h>

#include <boost/json/monotonic_resource.hpp>

#include "base/text.h"
#include "source/charset.h"
#include "source/operation.h"

namespace executor::source {
namespace {

struct MediaType {
  std::string name;  // lower case, without parameters
  std::string charset;
};

// Only what is needed here: type and charset, without regard to case (RFC 9110 section 8.3.1).
MediaType parseMediaType(std::string_view header) {
  MediaType out;
  bool first = true;
  for (const auto part : splitText(header, ';')) {
    const std::string text = toLowerAscii(trimText(part));
    if (std::exchange(first, false))
      out.name = text;
    else if (text.starts_with("charset="))
      out.charset = trimQuotes(text.substr(8));
  }
  return out;
}

// RFC 6839 section 3.1 for the +json suffix; text/json is what older servers say.
bool isJson(std::string_view type) {
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

// Types whose bytes a program wants as a string. JSON sequences are text: they are no JSON value.
bool isText(std::string_view type) {
  return type.starts_with("text/") || type.ends_with("+xml") || type.ends_with("+yaml") ||
         type == "application/xml" || type == "application/yaml" ||
         type == "application/javascript" || type == "application/x-www-form-urlencoded" ||
         type.ends_with("json-seq") || type.ends_with("ndjson") || type.ends_with("jsonl");
}

// Parsed for its validity alone and thrown away, in memory that is freed at once.
Status checkJson(std::string_view body) {
  const auto memory = json::make_shared_resource<json::monotonic_resource>();
  const auto parsed = parseJson(body, {.maxBytes = body.size()}, memory);
  if (parsed) return {};
  return std::unexpected(parsed.error());
}

// The form that also request bodies take for bytes, so that a download can be uploaded as it came.
std::string base64Value(std::string_view body, std::string_view contentType) {
  return serializeJson(json::object{{"base64", base64Encode(body)}, {"contentType", contentType}});
}

// Bytes that claim to be text but are not in their charset are bytes after all.
std::string textValue(std::string_view body, const MediaType& type, std::string_view header) {
  std::string text;
  return decodeCharset(body, type.charset, text) ? quoteJson(text) : base64Value(body, header);
}

// Without a Content-Type: JSON if it is JSON, else text if it is text.
bool looksLikeJson(std::string_view body) {
  const auto text = trimText(body);
  return !text.empty() && (text[0] == '{' || text[0] == '[') && checkJson(body);
}

// A success that is no JSON although it says so fails the call: a program would take the text for
// data. An error's body is given in whatever form it has, because it explains the error.
Result<std::string> jsonValue(const net::ClientResponse& response, const MediaType& type,
                              std::string_view header) {
  const bool failed = response.status < 200 || response.status > 299;
  std::string text;
  // RFC 8259: JSON is UTF-8; a byte order mark is tolerated, other encodings where they are named.
  if (decodeCharset(response.body, type.charset, text)) {
    const auto valid = checkJson(text);
    if (valid) return text;
    if (failed) return textValue(response.body, type, header);
    return fail(ErrorCode::upstream_invalid,
                "The upstream said its answer is JSON, but it is not: " + valid.error().message,
                "This is a fault of the upstream; the call may have taken effect.");
  }
  if (failed) return base64Value(response.body, header);
  return fail(ErrorCode::upstream_invalid,
              "The upstream said its answer is JSON, but its bytes are no text.",
              "This is a fault of the upstream; the call may have taken effect.");
}

// Content-Type decides; without one the content does. An unknown type is bytes, never text: a wrong
// guess would change them.
Result<std::string> bodyValue(const net::ClientResponse& response) {
  if (response.body.empty()) return "null";
  const std::string_view header = response.headers.get("Content-Type");
  const MediaType type = parseMediaType(header);
  if (isJson(type.name)) {
    if (trimText(response.body).empty()) return "null";
    return jsonValue(response, type, header);
  }
  if (type.name.empty() && looksLikeJson(response.body)) return response.body;
  if (type.name.empty() || isText(type.name)) return textValue(response.body, type, header);
  return base64Value(response.body, header);
}

// Values outside UTF-8 are read as latin1, which is what RFC 9110 calls obs-text. Set-Cookie is
// joined like the rest although RFC 9110 section 5.3 warns of it: programs have no use for cookies.
json::object headersOf(const net::Headers& headers) {
  json::object out;
  for (const auto& [name, value] : headers.all()) {
    std::string plain;
    if (!decodeCharset(value, isValidUtf8(value) ? "utf-8" : "latin1", plain)) continue;
    auto& slot = out[toLowerAscii(name)];
    // Repeated fields are one list, as RFC 9110 section 5.2 has it.
    slot = slot.is_null() ? plain : std::string(slot.get_string()) + ", " + plain;
  }
  return out;
}

// Whether bodyValue() would make base64 of it, and too much.
bool isBigBinary(const net::ClientResponse& response) {
  if (response.status < 200 || response.status > 299) return false;
  if (response.body.size() <= kMaxInlineBinaryBytes) return false;
  const MediaType type = parseMediaType(response.headers.get("Content-Type"));
  if (isJson(type.name)) return false;
  if (!type.name.empty() && !isText(type.name)) return true;
  if (type.name.empty() && looksLikeJson(response.body)) return false;
  std::string text;
  return !decodeCharset(response.body, type.charset, text);
}

}  // namespace

Result<UpstreamReply> readReply(net::ClientResponse response) {
  UpstreamReply out;
  out.status = response.status;
  out.headers = headersOf(response.headers);
  out.contentType = findString(out.headers, "content-type");
  if (isBigBinary(response)) {
    out.content = std::move(response.body);
    return out;
  }
  EXECUTOR_TRY(out.bodyJson, bodyValue(response));
  return out;
}

}  // namespace executor::source
