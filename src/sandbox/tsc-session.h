// One conversation with one compiler: opened once, then a check at a time.
//
// Every operation ends when the process dies or kill() is called, which is how a deadline is kept:
// the session itself has none. Any answer that is not understood ends the conversation with
// upstream_invalid; after an error a session is of no further use. While a request is open the
// compiler asks for files, and each question is answered from memory; their number is bounded,
// because a process that only asks would otherwise live until the deadline.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "sandbox/tsc-files.h"
#include "sandbox/tsc-frames.h"
#include "sandbox/tsc-process.h"

namespace executor::sandbox {

// Of one request. Opening the project asks about thirty.
inline constexpr int kMaxTscQuestions = 1000;

class TscSession {
 public:
  TscSession(asio::any_io_executor loop, TscProcess process);

  // Reads the welcome, gives the compiler its library, and opens the project.
  Task<Result<TscWelcome>> open();
  // Diagnostics of the program's file with this text (valid UTF-8), by place.
  Task<Result<std::vector<TypeDiagnostic>>> check(std::string source);
  // Ends the process and whatever waits for it. How it ended by itself, if it did.
  std::string kill();
  bool killed() const { return killed_; }
  // Between checks it has nothing to say: if it closed, or spoke, it is of no use any more.
  bool stale() const;
  pid_t pid() const { return process_.pid(); }

 private:
  Task<Result<std::string>> receive(std::size_t maxBody);
  Task<Status> send(std::string frames);
  // Sent together, answered in any order; the results are in the order of the requests.
  Task<Result<std::vector<json::value>>> callAll(std::vector<TscRequest> requests);
  Task<Result<json::value>> call(std::string method, std::string params);
  // Reads one message: a question is answered, an answer is put in its place of `results`.
  Task<Status> step(std::int64_t firstId, std::vector<std::optional<json::value>>& results);
  // A new snapshot; the one before, or -1, is to be given back.
  Task<Result<std::int64_t>> update(std::string params);
  asio::local::stream_protocol::socket socket_;
  TscProcess process_;
  TscFiles files_;
  TscFrameReader reader_;
  std::string chunk_;
  std::int64_t nextId_ = 1;
  std::int64_t snapshot_ = -1;
  bool killed_ = false;
};

}  // namespace executor::sandbox
