// What a redirect turns a request into (RFC 9110 section 15.4, the Fetch standard's HTTP-redirect).
//
// 303 always becomes GET (HEAD stays), 301 and 302 turn POST into GET as every browser does, 307
// and 308 repeat method and body. Leaving the origin drops the credentials for good: the named
// sensitive headers and Authorization, Proxy-Authorization, Cookie; coming back does not restore
// them. https to http is another origin like any other.
#pragma once

#include "net/exchange.h"

namespace executor::net {

bool isRedirect(const ClientResponse& response);

// Changes `hop` to the next one. `upstream_invalid` if the location cannot be used.
Status followRedirect(Hop& hop, const ClientResponse& response,
                      const std::vector<std::string>& sensitive);

}  // namespace executor::net
