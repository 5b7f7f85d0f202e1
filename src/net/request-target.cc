#include "net/request-target.h"

#include "base/text.h"

namespace executor::net {
namespace {

std::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorCode::invalid_request,
              "The request target is not usable: " + std::string(why) + ".");
}

bool isDotSegment(std::string_view segment) { return segment == "." || segment == ".."; }

// Escapes that would change how the path splits into segments.
bool hidesSeparator(std::string_view raw) {
  for (auto at = raw.find('%'); at != std::string_view::npos; at = raw.find('%', at + 1)) {
    auto escape = toLowerAscii(raw.substr(at, 3));
    if (escape == "%2f" || escape == "%5c") return true;
  }
  return false;
}

// Checked after decoding once; nothing decodes a second time.
Result<std::string> decodePath(std::string_view raw) {
  if (raw.find('\\') != std::string_view::npos) return refuse("it holds a backslash");
  std::string path;
  if (raw.find('%') == std::string_view::npos) {
    path = raw;
  } else {
    if (hidesSeparator(raw)) return refuse("it holds an escaped slash or backslash");
    if (!percentDecode(raw, path)) return refuse("a percent sign is not followed by two digits");
  }
  if (std::any_of(path.begin(), path.end(),
                  [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    return refuse("it holds a control character");
  }
  if (!isValidUtf8(path)) return refuse("its path is not UTF-8");
  auto segments = splitText(path, '/');
  if (std::any_of(segments.begin(), segments.end(), isDotSegment)) {
    return refuse("its path holds a dot segment");
  }
  return path;
}

}  // namespace

Result<RequestTarget> parseRequestTarget(std::string_view target) {
  RequestTarget out;
  if (target.find('#') != std::string_view::npos) return refuse("it holds a fragment");
  // RFC 9112 section 3.2.2: a server must accept the absolute form.
  if (equalsIgnoreCase(target.substr(0, 7), "http://")) {
    target.remove_prefix(7);
    auto end = std::min(target.find_first_of("/?"), target.size());
    out.authority = target.substr(0, end);
    target.remove_prefix(end);
    if (out.authority.empty()) return refuse("it names no host");
  }
  auto question = target.find('?');
  if (question != std::string_view::npos) out.query = target.substr(question + 1);
  std::string_view raw = target.substr(0, question);
  if (raw.empty() && !out.authority.empty()) raw = "/";
  if (!raw.starts_with('/')) return refuse("it does not begin with a slash");
  EXECUTOR_TRY(out.path, decodePath(raw));
  return out;
}

}  // namespace executor::net
