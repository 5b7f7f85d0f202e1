// A server of its own for one command: a child process on a free port with a throw-away directory.
#pragma once

#include <string>

#include "base/error.h"
#include "base/json.h"

namespace executor::cli {

class ChildServer {
 public:
  // Starts `executor serve` and waits for its ready file.
  static Result<ChildServer> start();
  ChildServer(ChildServer&& other) noexcept;
  // Ends the child and removes its directory.
  ~ChildServer();

  std::string url, mcpUrl, apiKey, ownerToken;

 private:
  ChildServer() = default;
  std::string directory_;
  int pid_ = 0;
};

}  // namespace executor::cli
