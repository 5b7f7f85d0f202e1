// How a command reaches the running server: REST with the owner token, one request at a time.
//
// The data directory says where: `server.json` (url, pid) is written by `serve` once it listens and
// removed when it stops; `owner-token` is the CLI's credential (D2). A file left by a killed server
// is recognised because its pid is gone or its port does not answer.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "cli/context.h"

namespace executor::cli {

// Where the running server of a data directory is.
// Facts that change with every start, which is why they are not configuration.
struct ServerLocation {
  std::string url;
  std::string mcpUrl;
  int pid = 0;
};

std::string serverFilePath(const std::string& dataDir);
// Mode 0600 like the credentials beside it: the port tells other users where to try.
Status writeServerFile(const std::string& dataDir, const ServerLocation& location);
// A missing file is no error: a server that never listened has none.
void removeServerFile(const std::string& dataDir);
// `unavailable` when no server runs there.
Result<ServerLocation> findServer(const std::string& dataDir);

// The trimmed content of a credential file in the data directory.
Result<std::string> readCredential(const std::string& dataDir, std::string_view name);

// The data directory of the context: flag, environment, default. Never the working directory (D29).
Result<std::string> dataDirectory(const Context& context);

class Remote {
 public:
  static Result<Remote> open(const Context& context);
  Remote(std::string url, std::string token);
  Remote(Remote&&) noexcept;
  ~Remote();

  const std::string& url() const { return url_; }

  // The body of a 2xx answer (null if empty); the server's error otherwise.
  Result<json::value> get(std::string path);
  Result<json::value> post(std::string path, const json::value& body = nullptr);  // null: none
  Result<json::value> patch(std::string path, const json::value& body);
  Result<json::value> remove(std::string path);
  // A body of any kind and size, in pieces; an error of `onBytes` ends it. `unavailable` if it ends
  // before it was whole.
  Status download(std::string path, const std::function<Status(std::string_view)>& onBytes);
  // POST that answers with server-sent events; onEvent(event, data) for each, the last one
  // returned: its event name must be "done", or the error of "error".
  Result<json::value> postEvents(
      std::string path, const json::value& body,
      const std::function<void(std::string_view event, const json::value& data)>& onEvent);

 private:
  class Impl;
  Result<json::value> call(std::string method, std::string path, std::string body);

  std::string url_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace executor::cli
