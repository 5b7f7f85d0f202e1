// For tests of executions: the world of invocation's tests plus the real sandbox and the
// executions.
//
// A Stage can be opened again on the files of another: that is a restart of the server.
// runAndKill() makes the first of the two a process of its own and kills it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "execution/execution-record.h"
#include "execution/settings.h"
#include "invocation/testing/world.h"
#include "sandbox/zygote.h"

namespace executor::execution::testing {

using invocation::testing::agent;
using invocation::testing::Paths;
using invocation::testing::person;

// Which node a server of a test is, and how it keeps what it has.
struct Keeping {
  std::string nodeId = "node_test";
  std::chrono::milliseconds suspendAfter = kDefaultSuspendAfter;
  LeaseTimes lease = {};
};

class Stage : public invocation::testing::World {
 public:
  explicit Stage(Paths paths = Paths::fresh(), AdmissionLimits limits = {}, Keeping keeping = {});
  ~Stage() override;

  // New executions on the same files, whose programs run on `other`.
  void runOn(sandbox::Runtime& other);

  std::string start(std::string code, std::uint32_t timeoutMs = kDefaultTimeoutMs);
  std::string call(std::string tool, std::string input, std::string options = {});
  // To its end.
  ExecutionView finish(std::string id);
  ExecutionView runProgram(std::string code, std::uint32_t timeoutMs = kDefaultTimeoutMs) {
    return finish(start(std::move(code), timeoutMs));
  }
  ExecutionView show(std::string id);
  // Runs until the execution waits for a human, and gives the first approval.
  PendingApproval untilAsked(std::string id);
  // Runs until the execution is nobody's, out of memory.
  void untilSuspended(std::string id);
  // What the store has of who runs it; none once it is final.
  std::optional<OpenExecution> marker(std::string id);
  void decide(std::string approvalId, bool approve, std::string reason = {});
  void allow(std::string tool);
  // One setting of ws_1.
  void set(std::string name, json::value value);
  void deny(std::string tool);
  std::vector<EventView> events(std::string id);
  // The kinds of the events, joined by spaces.
  std::string story(std::string id);

  std::unique_ptr<sandbox::Zygote> zygote;
  std::unique_ptr<sandbox::Runtime> runtime;
  std::unique_ptr<Settings> settings;
  std::unique_ptr<Executions> executions;

 private:
  AdmissionLimits limits_;
  Keeping keeping_;
};

// An upstream on a thread of its own, which outlives the servers of a test.
class LastingUpstream {
 public:
  LastingUpstream();
  ~LastingUpstream();
  std::string url() const { return url_; }
  std::size_t count(std::string prefix);
  void holdUntil(std::size_t together);
  void waitFor(std::string prefix, std::size_t requests);

 private:
  asio::io_context loop_;
  std::unique_ptr<invocation::testing::Upstream> upstream_;
  std::string url_;
  std::thread thread_;
};

// Runs `code` in a server process of its own on the files of `paths`, kills it with SIGKILL once
// `now` says so or, without `now`, once the execution waits for a human, and returns the id.
std::string runAndKill(const Paths& paths, std::string code, std::function<void()> now = {});

// True if this process is such a server and has done its work.
bool runChildIfAsked(int argc, char** argv);

}  // namespace executor::execution::testing
