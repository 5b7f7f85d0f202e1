// buildRequest(): a canonical flat input → one HTTP request. Pure; nothing here sends.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "source/operation.h"
#include "source/parameter-style.h"
#include "source/request-body.h"

namespace executor::source {
namespace {

// The message names the flat input, never its value: values may be secrets and errors are logged.
std::unexpected<Error> invalidInput(const ToolView& tool, std::string_view name,
                                    std::string_view why) {
  return fail(ErrorCode::invalid_input, fmt::format("`{}` of {} {}.", name, tool.path, why));
}

// CR and LF would begin another header, NUL ends the value for some servers (RFC 9110 section 5.5).
bool hasLineBreak(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// A base URL in its three parts: "https://h/v1/" and "key=1".
struct Base {
  std::string url;    // without trailing slash
  std::string query;  // without '?'
};

// The source's base URL wins over the document's first server. Braces are variables that had no
// default: guessing would send credentials to a host nobody chose.
Result<Base> baseOf(const ToolView& tool, std::string_view baseUrl) {
  std::string_view url = baseUrl;
  if (url.empty() && !tool.servers.empty()) url = tool.servers.front();
  const bool absolute = url.starts_with("http://") || url.starts_with("https://");
  if (!absolute || url.contains('{'))
    return fail(ErrorCode::invalid_argument,
                url.empty() ? fmt::format("{} has no server to send to.", tool.path)
                            : fmt::format("The server of {}, {}, is no complete URL.", tool.path,
                                          truncateText(url, 200)),
                "Set the source's base URL.");
  url = url.substr(0, url.find('#'));
  const auto mark = url.find('?');
  Base out{std::string(url.substr(0, mark)), {}};
  if (mark != url.npos) out.query = url.substr(mark + 1);
  if (out.url.ends_with('/')) out.url.pop_back();
  return out;
}

// Builds one request. The order is the point: the input is placed first, the credential last, and
// what it places replaces what the input had placed under the same name.
class RequestBuilder {
 public:
  RequestBuilder(const ToolView& tool, const json::object& input,
                 const Authorization& authorization)
      : tool_(tool), input_(input), authorization_(authorization) {}

  Result<net::ClientRequest> build(std::string_view baseUrl) {
    EXECUTOR_TRY(Base base, baseOf(tool_, baseUrl));
    EXECUTOR_TRY(const std::string path, fillPath());
    request_.method = tool_.method;
    if (!base.query.empty()) query_.push_back(base.query);
    for (const auto& parameter : tool_.parameters) EXECUTOR_CHECK(place(parameter));
    EXECUTOR_CHECK(addBody());
    acceptHeader();
    EXECUTOR_CHECK(authorize());
    EXECUTOR_CHECK(setCookies());
    request_.url = base.url + path;
    // Some documents write a query into the path template.
    const char mark = path.contains('?') ? '&' : '?';
    if (!query_.empty()) request_.url += fmt::format("{}{}", mark, fmt::join(query_, "&"));
    return std::move(request_);
  }

 private:
  const json::value* valueOf(const ParameterView& parameter) const {
    return input_.if_contains(parameter.flatName);
  }

  // By the document's name, which is what the template holds.
  const ParameterView* pathParameter(std::string_view name) const {
    const auto it = std::ranges::find_if(tool_.parameters, [&](const ParameterView& parameter) {
      return parameter.location == Location::path && parameter.wireName == name;
    });
    return it == tool_.parameters.end() ? nullptr : &*it;
  }

  // Every placeholder is filled, each occurrence. A value that is empty, or makes a segment `.` or
  // `..`, would name another resource than the one that was checked and approved.
  Result<std::string> fillPath() {
    std::string out;
    std::string_view rest = tool_.pathTemplate;
    if (!rest.starts_with('/')) out = "/";
    for (auto open = rest.find('{'); open != rest.npos; open = rest.find('{')) {
      const auto close = rest.find('}', open);
      if (close == rest.npos) break;
      out += rest.substr(0, open);
      EXECUTOR_TRY(const std::string text, placeholder(rest.substr(open + 1, close - open - 1)));
      out += text;
      rest.remove_prefix(close + 1);
    }
    out += rest;
    for (const auto segment : splitText(out, '/'))
      if (segment == "." || segment == "..")
        return invalidInput(tool_, "path", "would contain a segment `.` or `..`");
    return out;
  }

  // `name` stands between the braces. The path parameter is required whatever the document says.
  Result<std::string> placeholder(std::string_view name) {
    const auto* parameter = pathParameter(name);
    const auto* value = parameter ? valueOf(*parameter) : nullptr;
    if (!value)
      return fail(ErrorCode::missing_input, fmt::format("{} needs `{}`.", tool_.path, name));
    std::string text = pathText(*parameter, *value);
    if (text.empty()) return invalidInput(tool_, parameter->flatName, "must not be empty");
    if (text == "." || text == "..")
      return invalidInput(tool_, parameter->flatName, "must not be `.` or `..`");
    return text;
  }

  // Path values have gone into the path; body values are taken by makeRequestBody().
  Status place(const ParameterView& parameter) {
    const auto* value = valueOf(parameter);
    if (!value) return {};
    switch (parameter.location) {
      case Location::query: append(query_, queryPieces(parameter, *value)); return {};
      case Location::cookie: append(cookies_, cookiePieces(parameter, *value)); return {};
      case Location::header: return placeHeader(parameter, *value);
      default: return {};
    }
  }

  static void append(std::vector<std::string>& to, std::vector<std::string> pieces) {
    std::ranges::move(pieces, std::back_inserter(to));
  }

  // The name comes from the document and is as untrusted as the value.
  Status placeHeader(const ParameterView& parameter, const json::value& value) {
    std::string text = headerText(parameter, value);
    if (hasLineBreak(text) || hasLineBreak(parameter.wireName))
      return invalidInput(tool_, parameter.flatName, "must not contain a line break");
    if (text.empty() || request_.headers.set(parameter.wireName, std::move(text))) return {};
    return invalidInput(tool_, parameter.flatName, "cannot be sent as a header");
  }

  // One header for all cookies (RFC 6265 section 5.4). A name that comes from the document may be
  // none; then nothing is sent, because the credential would be lost with the rest.
  Status setCookies() {
    if (cookies_.empty()) return {};
    if (request_.headers.set("Cookie", fmt::format("{}", fmt::join(cookies_, "; ")))) return {};
    return invalidInput(tool_, "Cookie", "cannot be sent as a header");
  }

  Status addBody() {
    EXECUTOR_TRY(RequestBody body, makeRequestBody(tool_, input_));
    if (!body.present) return {};
    request_.body = std::move(body.bytes);
    if (request_.headers.set("Content-Type", std::move(body.contentType))) return {};
    return fail(ErrorCode::unsupported_media_type,
                fmt::format("The media type of {} is none.", tool_.path),
                "Correct the source's document and refresh it.");
  }

  // JSON is preferred where it is declared or nothing is; the wildcard keeps servers from answering
  // 406 where the document is wrong about its own media type.
  void acceptHeader() {
    const std::string_view type = tool_.outputMediaType;
    const bool plain = type.empty() || type == "application/json" || type.contains('*');
    request_.headers.set("Accept",
                         plain ? "application/json, */*;q=0.5"
                               : fmt::format("{}, application/json;q=0.9, */*;q=0.5", type));
  }

  // Credentials win over a parameter of the same name: an agent's input must not replace them.
  Status authorize() {
    const auto& [kind, name, value] = authorization_;
    if (hasLineBreak(value) || hasLineBreak(name))
      return fail(ErrorCode::credential_missing, "The credential contains a line break.",
                  "Save the connection's secret again.");
    switch (kind) {
      case Authorization::Kind::none: break;
      case Authorization::Kind::bearer: return secretHeader("Authorization", "Bearer " + value);
      case Authorization::Kind::basic:
        return secretHeader("Authorization", "Basic " + base64Encode(value));
      case Authorization::Kind::apiKeyHeader: return secretHeader(name, value);
      case Authorization::Kind::apiKeyQuery:
        setPiece(query_, percentEncode(name), percentEncode(value));
        break;
      case Authorization::Kind::apiKeyCookie:
        setPiece(cookies_, name, value);
        request_.sensitive.push_back("Cookie");
        break;
    }
    return {};
  }

  // Headers::set() refuses what HTTP cannot carry and leaves the old value: without this check an
  // agent's header of the same name would go out in place of the credential.
  Status secretHeader(const std::string& name, std::string value) {
    if (!request_.headers.set(name, std::move(value)))
      return fail(ErrorCode::credential_missing, "The credential cannot be sent as a header.",
                  "Save the connection's secret again, without control characters.");
    request_.sensitive.push_back(name);
    return {};
  }

  // Replaces every piece of that name. Compared after encoding, as both sides are written by us.
  static void setPiece(std::vector<std::string>& pieces, std::string name,
                       const std::string& value) {
    name += '=';
    std::erase_if(pieces, [&](const std::string& piece) { return piece.starts_with(name); });
    pieces.push_back(name + value);
  }

  const ToolView& tool_;
  const json::object& input_;
  const Authorization& authorization_;
  net::ClientRequest request_;
  std::vector<std::string> query_, cookies_;
};

}  // namespace

Result<net::ClientRequest> buildRequest(const ToolSet&, const ToolView& tool,
                                        const json::object& flatInput, std::string_view baseUrl,
                                        const Authorization& authorization) {
  return RequestBuilder(tool, flatInput, authorization).build(baseUrl);
}

}  // namespace executor::source
