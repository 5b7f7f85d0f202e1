#include "sandbox/tsc-frames.h"

#include <charconv>

namespace executor::sandbox {
namespace {

constexpr std::string_view kName = "Content-Length: ";
constexpr std::string_view kEnd = "\r\n\r\n";
// Consumed bytes are moved away only when there are many, not for each small frame.
constexpr std::size_t kCompactBytes = 64u << 10;

// What it was is for the log; a client learns that there was no check.
std::unexpected<Error> garbage(std::string_view what) {
  return fail(ErrorCode::upstream_invalid, "The type checker answered nonsense.", {},
              "tsc frame: " + std::string(what));
}

// Digits only: from_chars alone would take a sign.
std::optional<std::size_t> parseLength(std::string_view text) {
  std::size_t length = 0;
  if (text.empty() || text[0] < '1' || text[0] > '9') return std::nullopt;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), length);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return length;
}

}  // namespace

// The body is copied once, behind its header, so that one write sends both.
std::string encodeTscFrame(std::string_view body) {
  std::string frame(kName);
  frame.reserve(kMaxTscHeaderBytes + body.size());
  frame += std::to_string(body.size());
  frame += kEnd;
  frame += body;
  return frame;
}

// Judged as early as possible: a wrong first byte is enough, and so is a length beyond the limit,
// before a byte of the body has come.
Result<std::optional<TscFrameReader::Header>> TscFrameReader::header() const {
  const std::string_view rest = std::string_view(buffer_).substr(read_);
  const std::string_view name = rest.substr(0, kName.size());
  if (!kName.starts_with(name)) return garbage("another header");
  const std::size_t end = rest.substr(0, kMaxTscHeaderBytes).find(kEnd);
  if (end == std::string_view::npos) {
    if (rest.size() >= kMaxTscHeaderBytes) return garbage("a header without end");
    return std::nullopt;
  }
  const auto length = parseLength(rest.substr(kName.size(), end - kName.size()));
  if (!length) return garbage("a length that is no number");
  if (*length > maxBody_) return garbage("a body of " + std::to_string(*length) + " bytes");
  return Header{read_ + end + kEnd.size(), *length};
}

// A refused header stays at the front, so that every later call refuses it again.
Result<std::optional<std::string>> TscFrameReader::next() {
  EXECUTOR_TRY(const auto found, header());
  if (!found || buffer_.size() - found->bodyAt < found->length) return std::nullopt;
  std::string body = buffer_.substr(found->bodyAt, found->length);
  read_ = found->bodyAt + found->length;
  if (read_ == buffer_.size() || read_ > kCompactBytes) {
    buffer_.erase(0, read_);
    read_ = 0;
  }
  return body;
}

}  // namespace executor::sandbox
