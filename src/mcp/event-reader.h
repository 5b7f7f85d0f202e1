// Reads server-sent events as they arrive: the client's side of event-stream.h, for the stdio
// bridge.
//
// Only what MCP uses is understood: `data` and `id` (WHATWG HTML, server-sent events). A body that
// turns out to be plain JSON is kept as it is. Remembers the last id, so that a stream which was
// cut off can be taken up again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace executor::mcp {

class EventReader {
 public:
  // The messages that are complete now.
  std::vector<std::string> take(std::string_view bytes);
  // What is left: the body, if it was no event stream.
  const std::string& rest() const { return pending_; }
  const std::string& lastId() const { return lastId_; }
  // Forgets half an event: a new connection begins with a whole one.
  void restart() { pending_.clear(); }

 private:
  std::string readEvent(std::string_view block);

  std::string pending_, lastId_;
};

}  // namespace executor::mcp
