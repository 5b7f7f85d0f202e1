// For tests: the other direction of body-decoder.h.
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace executor::net::test {

inline std::string compressZlib(std::string_view text, int windowBits) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = text.size();
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = out.size();
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// RFC 7932 with uncompressed meta-blocks only: the layer links the decoder alone. A bit of zero
// says a window of 64 KiB; each block has 4 length nibbles, the last is the empty one.
inline std::string compressBrotli(std::string_view text) {
  std::string out;
  unsigned offset = 1;
  while (!text.empty()) {
    auto piece = text.substr(0, 1u << 16);
    text.remove_prefix(piece.size());
    std::uint32_t head = (static_cast<std::uint32_t>(piece.size() - 1) << 3 | 1u << 19) << offset;
    for (int i = 0; i < 3; ++i) out += static_cast<char>(head >> (8 * i));
    out += piece;
    offset = 0;
  }
  out += static_cast<char>(3u << offset);
  return out;
}

// `windowLog` 0 is the level's own.
inline std::string compressZstd(std::string_view text, int windowLog) {
  auto* context = ZSTD_createCCtx();
  if (windowLog > 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog);
  // Without the size in the header a decoder must hold the whole window.
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

inline std::string compress(std::string_view coding, std::string_view text) {
  if (coding == "gzip") return compressZlib(text, 15 + 16);
  if (coding == "deflate") return compressZlib(text, 15);
  if (coding == "raw-deflate") return compressZlib(text, -15);
  if (coding == "br") return compressBrotli(text);
  return compressZstd(text, coding == "zstd-long" ? 25 : 0);
}

}  // namespace executor::net::test
