// Where a redirect may take a request and what goes with it (RFC 9110 section 15.4, and what
// browsers do where it leaves room). Credentials never leave the origin they were given for.
#include "net/redirect.h"

namespace executor::net {
namespace {

// Fields that describe the body go with it.
void becomeGet(Hop& hop) {
  if (hop.method != "HEAD") hop.method = "GET";
  hop.body.clear();
  for (auto name : {"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"}) {
    hop.headers.remove(name);
  }
}

// `sensitive` is what the caller marked; the usual three go whatever it marked.
void dropCredentials(Hop& hop, const std::vector<std::string>& sensitive) {
  for (const auto& name : sensitive) hop.headers.remove(name);
  for (auto name : {"Authorization", "Proxy-Authorization", "Cookie"}) hop.headers.remove(name);
}

// 301 and 302 after POST become GET as in every browser; 307 and 308 were made to prevent that.
bool changesMethod(int status, std::string_view method) {
  return status == 303 || ((status == 301 || status == 302) && method == "POST");
}

}  // namespace

// 300 and 304 have other meanings; without a Location there is nowhere to go.
bool isRedirect(const ClientResponse& response) {
  switch (response.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: return response.headers.has("Location");
    default: return false;
  }
}

// Credentials go before the method is changed, and stay gone for all later hops.
Status followRedirect(Hop& hop, const ClientResponse& response,
                      const std::vector<std::string>& sensitive) {
  auto next = resolveUrl(hop.url, response.headers.get("Location"));
  if (!next) {
    return fail(ErrorCode::upstream_invalid, "The upstream redirects to an unusable address.", {},
                next.error().detail);
  }
  if (next->origin() != hop.url.origin()) dropCredentials(hop, sensitive);
  if (changesMethod(response.status, hop.method)) becomeGet(hop);
  hop.url = *std::move(next);
  return {};
}

}  // namespace executor::net
