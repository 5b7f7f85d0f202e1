#include "net/raw-head.h"

#include <string>

namespace executor::net {
namespace {

std::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorCode::invalid_request, "Malformed HTTP header: " + std::string(why) + ".");
}

Status checkLine(std::string_view line) {
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return refuse("a bare CR, a bare LF or NUL");
  }
  return {};
}

// A space before the colon is read as part of the name by some and dropped by others.
Status checkField(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') return refuse("a folded line");
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return refuse("a field without a name");
  if (line[colon - 1] == ' ' || line[colon - 1] == '\t') return refuse("a space before the colon");
  return {};
}

}  // namespace

Status checkRawHead(std::string_view block, std::size_t maxFields) {
  std::size_t lines = 0;
  while (!block.empty()) {
    auto end = block.find("\r\n");
    if (end == std::string_view::npos) return refuse("a line without an end");
    auto line = block.substr(0, end);
    block.remove_prefix(end + 2);
    if (line.empty()) break;
    EXECUTOR_CHECK(checkLine(line));
    if (lines++ > 0) EXECUTOR_CHECK(checkField(line));
  }
  if (lines > maxFields + 1) {
    return fail(ErrorCode::headers_too_large,
                "More than " + std::to_string(maxFields) + " header fields.");
  }
  return {};
}

}  // namespace executor::net
