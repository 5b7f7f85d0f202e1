// Events end with an empty line; ours end their lines with LF alone.
#include "mcp/event-reader.h"

#include "base/text.h"

namespace executor::mcp {

std::vector<std::string> EventReader::take(std::string_view bytes) {
  pending_ += bytes;
  std::vector<std::string> out;
  if (pending_.starts_with('{') || pending_.starts_with('[')) return out;
  for (std::size_t end; (end = pending_.find("\n\n")) != std::string::npos;) {
    std::string data = readEvent(std::string_view(pending_).substr(0, end));
    pending_.erase(0, end + 2);
    if (!data.empty()) out.push_back(std::move(data));
  }
  return out;
}

// Lines of one message are joined by spaces: only white space of JSON can be broken.
std::string EventReader::readEvent(std::string_view block) {
  std::string data;
  for (auto line : splitText(block, '\n')) {
    if (line.starts_with("data:")) {
      if (!data.empty()) data += ' ';
      data += trimText(line.substr(5));
    }
    if (line.starts_with("id:")) lastId_ = trimText(line.substr(3));
  }
  return data;
}

}  // namespace executor::mcp
