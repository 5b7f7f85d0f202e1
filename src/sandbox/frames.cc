#include "sandbox/frames.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <type_traits>

namespace executor::sandbox {
namespace {

static_assert(std::endian::native == std::endian::little, "frames are written as they lie");

constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);

// Both classes visit the same fields() of a frame: there is no second listing to get wrong.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  template <class T>
    requires std::is_integral_v<T>
  void operator()(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }

  // Texts are cut by whoever makes the frame; here the limit only guards against our own mistakes.
  void text(const std::string& value, std::size_t limit) {
    const auto size = static_cast<std::uint32_t>(std::min(value.size(), limit));
    (*this)(size);
    out_.append(value.data(), size);
  }

 private:
  std::string& out_;
};

// After the first refusal everything reads as missing; the caller asks once, at the end.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  template <class T>
    requires std::is_integral_v<T>
  void operator()(T& value) {
    if (in_.size() < sizeof value) return refuse("a number is cut off");
    std::memcpy(&value, in_.data(), sizeof value);
    in_.remove_prefix(sizeof value);
  }

  void operator()(bool& value) {
    std::uint8_t byte = 0;
    (*this)(byte);
    if (byte > 1) refuse("a flag is neither 0 nor 1");
    value = byte == 1;
  }

  void text(std::string& value, std::size_t limit) {
    std::uint32_t size = 0;
    (*this)(size);
    if (size > limit) return refuse("a text is longer than its limit");
    if (size > in_.size()) return refuse("a text is cut off");
    value.assign(in_.substr(0, size));
    in_.remove_prefix(size);
  }

  // Why the bytes are no frame, or null.
  const char* problem() const {
    if (problem_ != nullptr) return problem_;
    return in_.empty() ? nullptr : "bytes are left over";
  }

 private:
  void refuse(const char* why) {
    if (problem_ == nullptr) problem_ = why;
    in_ = {};
  }

  std::string_view in_;
  const char* problem_ = nullptr;
};

// The length is written last, when it is known.
template <class Frame>
void encodeOne(const Frame& frame, std::string& out) {
  const std::size_t start = out.size();
  out.append(kLengthBytes, '\0');
  Writer writer(out);
  writer(Frame::kType);
  writer(frame.run);
  const_cast<Frame&>(frame).fields(writer);
  const auto length = static_cast<std::uint32_t>(out.size() - start - kLengthBytes);
  std::memcpy(out.data() + start, &length, sizeof length);
}

std::unexpected<Error> refuse(std::uint8_t type, const char* why) {
  return fail(ErrorCode::invalid_request, "A sandbox frame is malformed.", {},
              fmt::format("frame of type {}: {}", type, why));
}

// A linear search over at most twelve types; the compiler makes it a jump.
template <class Variant, std::size_t I = 0>
Result<Variant> decodeAs(std::uint8_t type, Reader& reader) {
  if constexpr (I == std::variant_size_v<Variant>) {
    return refuse(type, "unknown type");
  } else {
    using Frame = std::variant_alternative_t<I, Variant>;
    if (type != Frame::kType) return decodeAs<Variant, I + 1>(type, reader);
    Frame frame;
    reader(frame.run);
    frame.fields(reader);
    if (const char* why = reader.problem()) return refuse(type, why);
    return Variant(std::move(frame));
  }
}

template <class Variant>
Result<Variant> decode(std::string_view body) {
  if (body.empty()) return refuse(0, "empty");
  Reader reader(body.substr(1));
  return decodeAs<Variant>(static_cast<std::uint8_t>(body[0]), reader);
}

}  // namespace

void encodeFrame(const ToWorker& frame, std::string& out) {
  std::visit([&](const auto& f) { encodeOne(f, out); }, frame);
}

void encodeFrame(const FromWorker& frame, std::string& out) {
  std::visit([&](const auto& f) { encodeOne(f, out); }, frame);
}

Result<ToWorker> decodeToWorker(std::string_view body) { return decode<ToWorker>(body); }

Result<FromWorker> decodeFromWorker(std::string_view body) {
  auto frame = decode<FromWorker>(body);
  if (!frame) return frame;
  if (const auto* console = std::get_if<ConsoleFrame>(&*frame)) {
    if (console->level >= std::size(kConsoleLevels)) {
      return refuse(ConsoleFrame::kType, "unknown console level");
    }
  }
  return frame;
}

// Moves what is left only when room is needed, so that small frames are never copied twice.
char* FrameBuffer::prepare(std::size_t count) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (bytes_.size() - end_ < count && begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (bytes_.size() - end_ < count) bytes_.resize(std::max(end_ + count, 2 * bytes_.size()));
  return bytes_.data() + end_;
}

Result<std::optional<std::string_view>> FrameBuffer::next() {
  if (end_ - begin_ < kLengthBytes) return std::nullopt;
  std::uint32_t length = 0;
  std::memcpy(&length, bytes_.data() + begin_, sizeof length);
  if (length > kMaxFrameBytes) return refuse(0, "longer than the limit");
  if (end_ - begin_ < kLengthBytes + length) return std::nullopt;
  const std::string_view body(bytes_.data() + begin_ + kLengthBytes, length);
  begin_ += kLengthBytes + length;
  return body;
}

}  // namespace executor::sandbox
