// The outbound HTTP/1.1 client: a pool per origin on the loop, TLS, DNS cache, egress guard.
//
// A request names everything that bounds it: deadline, response cap, redirects. Credentials are
// marked as such (`sensitive`) and dropped when a redirect leaves the origin. A response body over
// the cap, also after decompression (gzip, br, zstd, deflate), is `upstream_too_large`. A
// connection from the pool that turns out dead before a byte was sent is replaced once, without the
// caller noticing; a request whose bytes were sent is never sent again by this layer. Every address
// is put to the egress policy when it is dialled, and only addresses that pass are dialled. Missing
// on purpose: HTTP/2, proxies, cookies, caching; retries belong to whoever knows what is safe.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/egress.h"
#include "net/http.h"
#include "net/url.h"

namespace executor::net {

inline constexpr std::size_t kDefaultResponseCap = 64u << 20;
inline constexpr unsigned kDefaultMaxRedirects = 5;
inline constexpr std::size_t kMaxConnectionsPerOrigin = 64;
inline constexpr std::size_t kMaxIdlePerOrigin = 16;
inline constexpr std::size_t kMaxResponseHeaderBytes = 64u << 10;
inline constexpr std::chrono::seconds kConnectTimeout{10};
// Shorter than what servers keep idle connections for; a Keep-Alive header shortens it further.
inline constexpr std::chrono::seconds kPoolIdleTimeout{20};
inline constexpr std::chrono::seconds kDnsTtl{30};
inline constexpr std::chrono::seconds kDnsFailureTtl{2};

struct ClientResponse {
  int status = 0;
  // As received, but Content-Encoding and Content-Length are gone where the body was decompressed.
  Headers headers;
  std::string body;
  std::string url;  // after redirects
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // absolute http or https
  Headers headers;  // Host and framing fields are the client's own and ignored here
  // Names of headers never sent to another origin; Authorization, Proxy-Authorization and Cookie
  // are always treated so.
  std::vector<std::string> sensitive;
  std::string body;
  Deadline deadline = Deadline::max();
  std::size_t responseCap = kDefaultResponseCap;
  // 0: a redirect is returned as it is. More redirects than this: `upstream_invalid`.
  unsigned maxRedirects = kDefaultMaxRedirects;
  // Called before the first byte goes out on the wire, with the connection open; an error stops the
  // request unsent. Where the caller makes "requested" durable. Called once, not again per
  // redirect.
  std::function<Task<Status>()> beforeSend;
  // Called for each redirect with the new URL; an error stops there.
  std::function<Status(std::string_view url)> onRedirect;
  // Called with status and headers before the body is read; an error stops the request.
  std::function<Status(const ClientResponse& head)> onHead;
};

struct Flight;

// Lets another coroutine on the same loop abort a request; the request ends with `cancelled`. One
// object may serve several requests, also ones begun after cancel(): they end at once, unsent.
class ClientCancel {
 public:
  void cancel();
  bool cancelled() const { return cancelled_; }

 private:
  friend class HttpClient;
  bool cancelled_ = false;
  std::vector<std::weak_ptr<Flight>> flights_;
};

// The addresses of a host; blocking, called on a thread of its own.
using Lookup = std::function<Result<std::vector<asio::ip::address>>(std::string host)>;

struct ClientOptions {
  EgressPolicy egress;
  std::string userAgent = "executor/" EXECUTOR_VERSION;
  std::string caFile;  // empty: the system's
  std::chrono::milliseconds connectTimeout = kConnectTimeout;
  std::chrono::milliseconds poolIdleTimeout = kPoolIdleTimeout;
  Lookup lookup;  // empty: getaddrinfo
};

// What a call is sent through: the client below, or the recording upstream of a simulation.
class Sender {
 public:
  virtual ~Sender() = default;
  // Errors: invalid_argument (URL or method), egress_denied, upstream_unreachable,
  // upstream_timeout, upstream_too_large, upstream_invalid, cancelled. Error::detail begins with
  // "sent" or "unsent": whether any byte of the request had been handed to the kernel.
  virtual Task<Result<ClientResponse>> send(ClientRequest request,
                                            std::shared_ptr<ClientCancel> cancel = nullptr) = 0;
};

class HttpClient final : public Sender {
 public:
  HttpClient(asio::io_context& loop, ClientOptions options);
  // Requests under way end with `cancelled`. Waits for a name look-up that is running.
  ~HttpClient() override;

  Task<Result<ClientResponse>> send(ClientRequest request,
                                    std::shared_ptr<ClientCancel> cancel = nullptr) override;

  // A streaming read: onChunk is called with decoded body pieces; for SSE clients (the CLI, stdio).
  // The body of a 2xx goes to onChunk without a cap on its sum; any other body is collected in the
  // response as send() does. An error of onChunk ends the request with that error.
  Task<Result<ClientResponse>> stream(ClientRequest request,
                                      std::function<Task<Status>(std::string)> onChunk,
                                      std::shared_ptr<ClientCancel> cancel = nullptr);

  EgressPolicy& egress();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

// The origin of a URL: scheme://host[:port], lower case, default port dropped; empty if not
// http(s).
std::string originOf(std::string_view url);

}  // namespace executor::net
