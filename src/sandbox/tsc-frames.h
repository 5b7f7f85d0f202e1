// The compiler's framing: `Content-Length: N`, an empty line, N bytes of JSON, both ways.
//
// The reader takes bytes as they come from a process that is not trusted. It accepts exactly what
// the compiler writes: one header, decimal without sign or leading zero, within a limit. Anything
// else is an error after which the stream has no meaning, and the process is killed. What is
// missing on purpose: other headers, and resynchronising.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace executor::sandbox {

// Of one message's body. The compiler's longest real ones are diagnostics of a large program.
inline constexpr std::size_t kMaxTscFrameBytes = 4u << 20;
// The header with its empty line: the name, seven digits, four bytes of line ends.
inline constexpr std::size_t kMaxTscHeaderBytes = 32;

std::string encodeTscFrame(std::string_view body);

class TscFrameReader {
 public:
  // `maxBody` is kMaxTscFrameBytes but where our own process speaks.
  explicit TscFrameReader(std::size_t maxBody = kMaxTscFrameBytes) : maxBody_(maxBody) {}

  void append(std::string_view bytes) { buffer_.append(bytes); }
  // The next whole body, or nullopt if more bytes are needed. upstream_invalid once the bytes
  // cannot be a frame; after that it stays so.
  Result<std::optional<std::string>> next();
  // Bytes held that are no whole frame yet.
  std::size_t pending() const { return buffer_.size() - read_; }

 private:
  // Of the header at `read_`: where the body begins and how long it is.
  struct Header {
    std::size_t bodyAt = 0, length = 0;
  };
  Result<std::optional<Header>> header() const;

  std::size_t maxBody_;
  std::string buffer_;
  std::size_t read_ = 0;  // consumed bytes at the front
};

}  // namespace executor::sandbox
