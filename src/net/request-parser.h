// One HTTP/1.1 request from bytes: Beast's parser behind a stricter gate.
//
// Everything that lets two readers disagree about where a message ends is refused with
// `invalid_request` (request smuggling, RFC 9112 sections 6 and 11.2): Content-Length together with
// Transfer-Encoding, a repeated Content-Length or Host, any coding but exactly `chunked`, line
// folding, a bare CR or LF, NUL, a space before the colon. The caller hands over the whole header
// block and then body bytes as they come; limits on sizes are checked here, limits on time are the
// connection's. Trailer fields are parsed and dropped.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace executor::net {

inline constexpr std::size_t kMaxHeaderCount = 100;

struct RequestHead {
  std::string method;
  std::string target;
  Headers headers;
  bool http11 = true;
  bool keepAlive = true;
  bool expectContinue = false;
  bool chunked = false;
  std::uint64_t contentLength = 0;

  bool hasBody() const { return chunked || contentLength > 0; }
};

class RequestParser {
 public:
  RequestParser();
  ~RequestParser();

  // `block` ends with the empty line.
  Result<RequestHead> head(std::string_view block);

  // `payload_too_large` if the announced length is over the limit; before the first body().
  Status limitBody(std::uint64_t announced, std::size_t limit);
  // How many bytes were consumed; 0 means that more are needed. `payload_too_large` or
  // `invalid_request`.
  Result<std::size_t> body(std::string_view bytes);
  bool done() const;
  std::string takeBody();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace executor::net
