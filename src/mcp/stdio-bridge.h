// stdio for MCP clients that start a process: lines in, HTTP to the one server, lines out.
//
// Each line is a JSON-RPC message (MCP, stdio transport). The bridge adds what Streamable HTTP
// wants (session id in the legacy era, mirrored headers in the modern one) and prints answers as
// they come; event streams become lines, so the server's questions and notifications reach the
// client like its answers, and the client's answers go back as they are. It holds no state of the
// protocol but the legacy session, for which it keeps a stream open: when the server was restarted
// it opens a new session with the client's own `initialize` and goes on. A stream that breaks off
// is taken up where it ended. Cancelling works as each era says: legacy by forwarding the
// notification, modern by closing the request. When standard input ends, open requests may still
// answer for kDrainGrace.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/async.h"
#include "mcp/protocol.h"
#include "net/client.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxLineBytes = kMaxMessageBytes;
inline constexpr std::chrono::seconds kDrainGrace{5};

// Where the server is now; asked again when it does not answer.
struct BridgeTarget {
  std::string mcpUrl;
  std::string apiKey;
};
using LocateServer = std::function<Result<BridgeTarget>()>;

class StdioBridge {
 public:
  // `input` and `output` are descriptors the bridge owns from now on.
  StdioBridge(asio::io_context& loop, net::HttpClient& client, LocateServer locate, int input,
              int output);
  ~StdioBridge();

  // Completes when standard input has ended and the open requests are answered.
  Task<Status> run();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace executor::mcp
