// The HTTP/1.1 server: one listener, one loop, limits on everything a client sends.
//
// Guarantees: header bytes, header count, target length, body bytes, time to headers, time to body,
// time to take a response and idle time are bounded by named constants; Host and Origin are checked
// before any handler runs (D31: DNS rebinding); every request has an id; a handler's exception is
// 500 and a log line, never a lost connection for others. stop() drains: no new connections, open
// requests may finish until the grace ends. Time limits are looked at by one sweep for the whole
// server, so they cost a request nothing and are kept to a quarter of the shortest of them or one
// second, whichever is less. Missing on purpose: HTTP/2 and TLS (a later issue puts them behind
// this interface).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "net/http.h"
#include "net/router.h"

namespace executor::net {

inline constexpr std::size_t kMaxHeaderBytes = 32u << 10;
inline constexpr std::size_t kMaxTargetBytes = 8u << 10;
inline constexpr std::size_t kMaxConnections = 10'000;
inline constexpr std::chrono::seconds kHeaderTimeout{15};
inline constexpr std::chrono::seconds kBodyTimeout{60};
inline constexpr std::chrono::seconds kWriteTimeout{60};
inline constexpr std::chrono::seconds kIdleTimeout{75};

struct ServerOptions {
  std::string address = "127.0.0.1";  // an IP address or "localhost"
  std::uint16_t port = 0;
  std::string publicUrl;                    // origin clients see, or empty
  std::vector<std::string> allowedHosts;    // EXECUTOR_ALLOWED_HOSTS
  std::vector<std::string> corsOrigins;     // EXECUTOR_CORS_ORIGINS
  std::vector<std::string> trustedProxies;  // EXECUTOR_TRUSTED_PROXIES

  std::size_t maxConnections = kMaxConnections;
  std::chrono::milliseconds headerTimeout = kHeaderTimeout;
  std::chrono::milliseconds bodyTimeout = kBodyTimeout;
  std::chrono::milliseconds writeTimeout = kWriteTimeout;
  std::chrono::milliseconds idleTimeout = kIdleTimeout;
};

class HttpServer {
 public:
  // The router must outlive the server and its requests.
  HttpServer(asio::io_context& loop, const Router& router, ServerOptions options);
  // Closes what is open at once; stop() first is the polite way.
  ~HttpServer();

  // Binds and listens. `address_in_use` names the address and the fix; `invalid_configuration` for
  // an option that cannot be used.
  Status listen();
  std::uint16_t port() const;
  std::string url() const;  // http://127.0.0.1:4788

  Task<void> stop(std::chrono::milliseconds grace);
  std::size_t openConnections() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace executor::net
