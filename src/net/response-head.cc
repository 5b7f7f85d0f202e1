#include "net/response-head.h"

#include <ctime>

#include "base/text.h"

namespace executor::net {
namespace {

// By length first: nearly every field is settled by one comparison.
bool isServersOwn(std::string_view name) {
  switch (name.size()) {
    case 4: return equalsIgnoreCase(name, "Date");
    case 10: return equalsIgnoreCase(name, "Connection");
    case 12: return equalsIgnoreCase(name, "X-Request-Id");
    case 14: return equalsIgnoreCase(name, "Content-Length");
    case 17: return equalsIgnoreCase(name, "Transfer-Encoding");
    default: return false;
  }
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view httpDate() {
  thread_local std::time_t at = 0;
  thread_local char text[32];
  thread_local std::size_t length = 0;
  if (auto now = std::time(nullptr); now != at) {
    at = now;
    std::tm parts{};
    gmtime_r(&now, &parts);
    length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return {text, length};
}

// Values need no check here: Headers holds none that could end a line.
void appendResponseHead(std::string& out, int status, const Headers& headers,
                        const ResponseFraming& framing) {
  out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  out.append(reasonPhrase(status)).append("\r\n");
  appendField(out, "Date", httpDate());
  for (const auto& [name, value] : headers.all()) {
    if (!isServersOwn(name)) appendField(out, name, value);
  }
  if (framing.contentLength) {
    appendField(out, "Content-Length", std::to_string(*framing.contentLength));
  }
  if (framing.chunked) appendField(out, "Transfer-Encoding", "chunked");
  if (framing.close) appendField(out, "Connection", "close");
  if (!framing.corsOrigin.empty()) {
    appendField(out, "Access-Control-Allow-Origin", framing.corsOrigin);
    appendField(out, "Access-Control-Expose-Headers",
                "X-Request-Id, Mcp-Session-Id, WWW-Authenticate, Location");
    appendField(out, "Vary", "Origin");
  }
  appendField(out, "X-Request-Id", framing.requestId);
  out.append("\r\n");
}

Response preflightResponse(const Headers& request) {
  Response response{.status = 204};
  response.headers.set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
  auto wanted = request.get("Access-Control-Request-Headers");
  if (!wanted.empty()) {
    response.headers.set("Access-Control-Allow-Headers", std::string(wanted));
  }
  response.headers.set("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace executor::net
