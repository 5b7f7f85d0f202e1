// The status line and header fields of a response, written into a string.
//
// Framing (Content-Length, Transfer-Encoding, Connection) belongs to the server alone: a handler's
// fields of these names are dropped, so that no handler can break the connection's framing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace executor::net {

struct ResponseFraming {
  std::optional<std::size_t> contentLength;
  bool chunked = false;
  bool close = false;
  std::string_view requestId;
  std::string_view corsOrigin;  // non-empty: this origin may read the response
};

void appendResponseHead(std::string& out, int status, const Headers& headers,
                        const ResponseFraming& framing);

// The value of the Date header for now; computed once a second.
std::string_view httpDate();

// The answer to a CORS preflight for an origin that was let in; what is asked for is granted, as
// the credential, not the origin, decides what a request may do.
Response preflightResponse(const Headers& request);

}  // namespace executor::net
