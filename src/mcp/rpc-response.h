// JSON-RPC answers as HTTP responses, for both eras.
#pragma once

#include <string_view>

#include "mcp/protocol.h"
#include "net/http.h"

namespace executor::mcp {

// For what goes wrong before or around a method.
inline net::Response rpcError(const json::value& id, const Error& error, int status) {
  return net::Response::json(status, errorMessage(id, error));
}
inline net::Response rpcError(const Error& error) {
  return rpcError(nullptr, error, traits(error.code).httpStatus);
}

inline net::Response accepted() { return net::Response{.status = 202}; }

// A client that names no preference takes anything; RFC 9110 weights are not looked at.
inline bool accepts(std::string_view header, std::string_view type) {
  if (header.empty() || header.find("*/*") != std::string_view::npos) return true;
  return header.find(type) != std::string_view::npos;
}

// An event stream's headers. Proxies must not hold events back (X-Accel-Buffering).
inline net::Response eventStream() {
  net::Response response;
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Accel-Buffering", "no");
  return response;
}

}  // namespace executor::mcp
