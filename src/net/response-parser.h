// One HTTP/1.1 response from bytes: Beast's parser with our limits.
//
// Bytes are fed as they come; the body is taken out after each feed, so that it never exists twice.
// A response without a length ends with the connection: finish() says whether the end was a proper
// one. Bodies over the cap are `upstream_too_large`, everything malformed `upstream_invalid`.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"

namespace executor::net {

class ResponseParser {
 public:
  // `noBody`: the answer to HEAD.
  ResponseParser(bool noBody, std::size_t bodyCap);
  ~ResponseParser();

  // How many bytes were consumed.
  Result<std::size_t> feed(std::string_view bytes);
  // At the end of the stream.
  Status finish();

  bool begun() const;
  bool headDone() const;
  bool done() const;
  int status() const;
  Headers headers() const;
  // Whether the connection may serve another request.
  bool keepAlive() const;
  std::string takeBody();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace executor::net
