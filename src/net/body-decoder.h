// Content codings of a response, undone piece by piece under a cap.
//
// A few kilobytes can unpack to gigabytes, so output is made in small pieces and the cap is
// compared after each. The window that zstd and brotli may ask for is bounded as well (RFC 9659).
// gzip may be several members; `deflate` is zlib's form or, as many servers send it, the raw one.
// One coding per response; a chain of them is refused, as nobody sends one honestly.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace executor::net {

inline constexpr std::string_view kAcceptEncoding = "gzip, deflate, br, zstd";

class BodyDecoder {
 public:
  virtual ~BodyDecoder() = default;

  // Null for no coding (empty or identity); `upstream_invalid` for one we do not know.
  static Result<std::unique_ptr<BodyDecoder>> make(std::string_view contentEncoding);

  // Appends to `out`, which may not grow past `cap` (`upstream_too_large`). `upstream_invalid` if
  // the bytes are none of the coding.
  virtual Status feed(std::string_view bytes, std::string& out, std::size_t cap) = 0;
  // Whether what was fed is a whole stream, or nothing at all.
  virtual bool complete() const = 0;
};

std::unexpected<Error> responseTooLarge(std::size_t cap);

}  // namespace executor::net
