// The outbound HTTP/1.1 client: a pool per origin on the loop, TLS, DNS cache, egress guard.
//
// A request names everything that bounds it: deadline, response cap, redirects. Credentials are
// marked as such (`sensitive`) and dropped when a redirect leaves the origin. A response body over
// the cap, also after decompression (gzip, br, zstd, deflate), is `upstream_too_large`. A
// connection from the pool that turns out dead before a byte was sent is replaced once, without the
// caller noticing; a request whose bytes were sent is never sent again by this layer.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/egress.h"
#include "net/http.h"

namespace executor::net {

inline constexpr std::size_t kDefaultResponseCap = 64u << 20;
inline constexpr unsigned kDefaultMaxRedirects = 5;
inline constexpr std::size_t kMaxConnectionsPerOrigin = 64;

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // absolute http or https
  Headers headers;
  std::vector<std::string> sensitive;  // names of headers never sent to another origin
  std::string body;
  Deadline deadline = Deadline::max();
  std::size_t responseCap = kDefaultResponseCap;
  unsigned maxRedirects = kDefaultMaxRedirects;
  // Called before the first byte goes out on the wire; an error stops the request unsent. Where the
  // caller makes "requested" durable.
  std::function<Task<Status>()> beforeSend;
  // Called for each redirect with the new URL; an error stops there.
  std::function<Status(std::string_view url)> onRedirect;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
  std::string url;  // after redirects
};

// Lets another coroutine on the same loop abort a request; the request ends with `cancelled`.
class ClientCancel {
 public:
  void cancel();
  bool cancelled() const { return cancelled_; }

 private:
  friend class HttpClient;
  bool cancelled_ = false;
  std::function<void()> abort_;
};

struct ClientOptions {
  EgressPolicy egress;
  std::string userAgent = "executor/" EXECUTOR_VERSION;
  std::string caFile;  // empty: the system's
};

class HttpClient {
 public:
  HttpClient(asio::io_context& loop, ClientOptions options);
  ~HttpClient();

  // Errors: egress_denied, upstream_unreachable, upstream_timeout, upstream_too_large,
  // upstream_invalid, cancelled. Error::detail says whether bytes had been sent ("sent" /
  // "unsent").
  Task<Result<ClientResponse>> send(ClientRequest request,
                                    std::shared_ptr<ClientCancel> cancel = nullptr);

  // A streaming read: onChunk is called with decoded body pieces; for SSE clients (the CLI, stdio).
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
