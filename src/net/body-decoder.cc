// Three decompressors behind one interface. The cap is on what comes out and is looked at piece by
// piece: a kilobyte that unpacks to gigabytes costs one piece beyond the cap, not its whole size.
#include "net/body-decoder.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <array>

#include "base/text.h"

namespace executor::net {
namespace {

// Unpacked at once; what a bomb can cost beyond the cap.
constexpr std::size_t kPiece = 32u << 10;
constexpr int kZstdMaxWindowLog = 23;  // 8 MiB, RFC 9659

// The library's own words tell an operator nothing more and differ between versions.
std::unexpected<Error> corrupt(std::string_view coding) {
  return fail(ErrorCode::upstream_invalid,
              "The upstream's response is not valid " + std::string(coding) + ".");
}

// The one place where output grows, so the cap holds for every coding.
Status append(std::string& out, const void* bytes, std::size_t size, std::size_t cap) {
  if (out.size() + size > cap) return responseTooLarge(cap);
  out.append(static_cast<const char*>(bytes), size);
  return {};
}

// gzip, and "deflate", which is zlib's format by the standard and the raw one by habit (RFC 9110
// section 8.4.1.2).
class ZlibDecoder : public BodyDecoder {
 public:
  explicit ZlibDecoder(bool gzip) : gzip_(gzip) {}
  ~ZlibDecoder() override {
    if (started_) inflateEnd(&stream_);
  }

  Status feed(std::string_view bytes, std::string& out, std::size_t cap) override {
    if (!started_ && !gzip_) {
      // Two bytes tell zlib's header from the raw form; wait for both.
      held_.append(bytes);
      if (held_.size() < 2) return {};
      bytes = held_;
    }
    if (!started_ && !start(bytes)) return corrupt("gzip");
    return inflateAll(bytes, out, cap);
  }

  bool complete() const override { return ended_ || (!started_ && held_.empty()); }

 private:
  bool start(std::string_view bytes) {
    int window = 15 + 16;
    if (!gzip_) {
      unsigned char first = bytes[0];
      unsigned char second = bytes[1];
      bool zlib = (first & 15) == 8 && ((first << 8) | second) % 31 == 0;
      window = zlib ? 15 : -15;
    }
    started_ = inflateInit2(&stream_, window) == Z_OK;
    return started_;
  }

  // Goes on while zlib has input or filled the whole piece: it may hold more output back.
  Status inflateAll(std::string_view bytes, std::string& out, std::size_t cap) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = bytes.size();
    do {
      if (ended_ && !nextMember()) return corrupt(gzip_ ? "gzip" : "deflate");
      stream_.next_out = piece_.data();
      stream_.avail_out = piece_.size();
      int code = inflate(&stream_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return corrupt("gzip");
      ended_ = code == Z_STREAM_END;
      EXECUTOR_CHECK(append(out, piece_.data(), piece_.size() - stream_.avail_out, cap));
    } while (stream_.avail_in > 0 || (stream_.avail_out == 0 && !ended_));
    return {};
  }

  // RFC 1952 section 2.2: members follow one another.
  bool nextMember() {
    if (!gzip_) return false;
    ended_ = false;
    return inflateReset(&stream_) == Z_OK;
  }

  z_stream stream_{};
  std::array<Bytef, kPiece> piece_;
  std::string held_;
  bool gzip_;
  bool started_ = false;
  bool ended_ = false;
};

// The library's default window limit of 16 MiB is the format's own (RFC 7932).
class BrotliDecoder : public BodyDecoder {
 public:
  BrotliDecoder() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}
  ~BrotliDecoder() override { BrotliDecoderDestroyInstance(state_); }

  Status feed(std::string_view bytes, std::string& out, std::size_t cap) override {
    begun_ = begun_ || !bytes.empty();
    const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = bytes.size();
    for (;;) {
      std::uint8_t* to = piece_.data();
      std::size_t room = piece_.size();
      auto code = BrotliDecoderDecompressStream(state_, &left, &next, &room, &to, nullptr);
      if (code == BROTLI_DECODER_RESULT_ERROR) return corrupt("brotli");
      EXECUTOR_CHECK(append(out, piece_.data(), piece_.size() - room, cap));
      if (code != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) break;
    }
    return left == 0 ? Status{} : corrupt("brotli");
  }

  bool complete() const override {
    return !begun_ || BrotliDecoderIsFinished(state_) == BROTLI_TRUE;
  }

 private:
  BrotliDecoderState* state_;
  std::array<std::uint8_t, kPiece> piece_;
  bool begun_ = false;
};

// A frame may ask for a window of gigabytes; the limit makes that an error.
class ZstdDecoder : public BodyDecoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kZstdMaxWindowLog);
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }

  Status feed(std::string_view bytes, std::string& out, std::size_t cap) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    bool full = true;
    while (in.pos < in.size || full) {
      ZSTD_outBuffer to{piece_.data(), piece_.size(), 0};
      rest_ = ZSTD_decompressStream(context_, &to, &in);
      if (ZSTD_isError(rest_) != 0) return corrupt("zstd");
      EXECUTOR_CHECK(append(out, piece_.data(), to.pos, cap));
      full = to.pos == to.size;
    }
    return {};
  }

  bool complete() const override { return rest_ == 0; }

 private:
  ZSTD_DCtx* context_;
  std::array<char, kPiece> piece_;
  std::size_t rest_ = 0;
};

}  // namespace

std::unexpected<Error> responseTooLarge(std::size_t cap) {
  return fail(ErrorCode::upstream_too_large,
              "The upstream's response is larger than " + std::to_string(cap) + " bytes.",
              "Ask for less, for example a smaller page.");
}

Result<std::unique_ptr<BodyDecoder>> BodyDecoder::make(std::string_view contentEncoding) {
  auto coding = toLowerAscii(trimText(contentEncoding));
  if (coding.empty() || coding == "identity") return nullptr;
  if (coding == "gzip" || coding == "x-gzip") return std::make_unique<ZlibDecoder>(true);
  if (coding == "deflate") return std::make_unique<ZlibDecoder>(false);
  if (coding == "br") return std::make_unique<BrotliDecoder>();
  if (coding == "zstd") return std::make_unique<ZstdDecoder>();
  return fail(ErrorCode::upstream_invalid,
              "The upstream's response has an unknown coding: " + coding.substr(0, 40) + ".");
}

}  // namespace executor::net
