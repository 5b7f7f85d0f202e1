// The HTTP/1.1 server: one listener, one loop, limits on everything a client sends.
//
// Guarantees: header bytes, header count, target length, body bytes, time to headers, time to body
// and idle time are bounded by named constants; Host and Origin are checked before any handler runs
// (D31: DNS rebinding); every request has an id; a handler's exception is 500 and a log line, never a
// lost connection for others. stop() drains: no new connections, open requests may finish until the
// grace ends. Missing on purpose: HTTP/2 and TLS (a later issue puts them behind this interface).
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
inline constexpr std::chrono::seconds kIdleTimeout{75};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string publicUrl;                    // origin clients see, or empty
  std::vector<std::string> allowedHosts;    // EXECUTOR_ALLOWED_HOSTS
  std::vector<std::string> corsOrigins;     // EXECUTOR_CORS_ORIGINS
  std::vector<std::string> trustedProxies;  // EXECUTOR_TRUSTED_PROXIES
};

class HttpServer {
 public:
  // The router must outlive the server.
  HttpServer(asio::io_context& loop, const Router& router, ServerOptions options);
  ~HttpServer();

  // Binds and listens. `address_in_use` names the address and the fix.
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
