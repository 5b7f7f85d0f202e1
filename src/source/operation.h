// From a tool's flat input to a request, and from a response to a value: what invocation/ needs of
// a kind of source, without knowing which kind it is.
//
// prepare() is pure: it validates (unknown keys, missing, ill-typed), accepts the bucketed form,
// and gives the canonical flat input, of which hash, policy pointers and approvals are taken (D21).
// buildRequest() is pure too. Nothing here sends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "net/client.h"
#include "source/tool-set.h"

namespace executor::source {

// Checks `input` (a JSON object) against the tool and returns the canonical flat object: declared
// properties only, numbers as the schema wants them. Errors: invalid_input, missing_input; the
// message names the key, what was expected and the nearest known name.
Result<json::object> prepareInput(const ToolSet& set, const ToolView& tool,
                                  const json::value& input);

// How a credential enters a request (reference CRED-16).
struct Authorization {
  enum class Kind : std::uint8_t { none, bearer, basic, apiKeyHeader, apiKeyQuery, apiKeyCookie };
  Kind kind = Kind::none;
  std::string name;   // of the header, query parameter or cookie for apiKey
  std::string value;  // token, "user:password", key
};

// The request for a prepared input. `baseUrl` is the source's, or empty for the document's servers.
// Path values are percent-encoded, dot segments refused, header values checked for line breaks.
Result<net::ClientRequest> buildRequest(const ToolSet& set, const ToolView& tool,
                                        const json::object& flatInput, std::string_view baseUrl,
                                        const Authorization& authorization);

// Bytes over this are not given to a program in base64.
inline constexpr std::size_t kMaxInlineBinaryBytes = 32u << 10;

// The value a program gets: {status, headers, body} with body JSON, text, or
// {"base64":…,"contentType":…} for binary; an empty body is null. For a status outside 2xx the same
// form; the caller makes the Error of it. Bytes of a success over kMaxInlineBinaryBytes stay as
// they are for the caller to keep: `content`, and bodyJson is empty.
struct UpstreamReply {
  int status = 0;
  json::object headers;  // lower-case names
  std::string bodyJson;  // JSON text; documents pass through unparsed where they are JSON (D22)
  std::string content;
  std::string contentType;  // as the upstream said it; may be empty
};
Result<UpstreamReply> readReply(net::ClientResponse response);

}  // namespace executor::source
