// Jobs in memory behind the tasks extension: what the scenarios of SEP-2663 call.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <map>

#include "base/id.h"
#include "base/signal.h"
#include "mcp/execution-tasks.h"
#include "modern.h"

namespace executor::conformance {
namespace {

constexpr std::int64_t kTtlMs = 3'600'000;

struct Job;
using JobPointer = std::shared_ptr<Job>;
using Work = std::function<Task<void>(JobPointer)>;

// One piece of work, shared by its coroutine and those who look at it.
struct Job {
  std::string id = newId("task");
  std::string status = "working";
  EpochMs createdAt = systemClock().now(), updatedAt = createdAt;
  json::object requests;      // outstanding questions
  json::object answers;       // by their keys
  std::string result, error;  // members of the one, the object of the other
  Signal changed;
  Work work;  // kept, because its coroutine refers to what it captured

  bool over() const { return status != "working" && status != "input_required"; }
  void become(std::string next) {
    status = std::move(next);
    updatedAt = systemClock().now();
    changed.notify();
  }
};

std::string membersOf(const Job& job, bool detailed) {
  std::string out = R"("taskId":)" + quoteJson(job.id) + R"(,"status":)" + quoteJson(job.status);
  out += R"(,"createdAt":")" + mcp::isoTime(job.createdAt);
  out += R"(","lastUpdatedAt":")" + mcp::isoTime(job.updatedAt) + '"';
  out += R"(,"ttlMs":)" + std::to_string(kTtlMs) + R"(,"pollIntervalMs":200)";
  if (!detailed) return out;
  if (job.status == "input_required") {
    out += R"(,"inputRequests":)" + serializeJson(job.requests);
  }
  if (job.status == "completed") {
    out += R"(,"result":{"resultType":"complete",)" + job.result + "}";
  }
  if (job.status == "failed") out += R"(,"error":)" + job.error;
  return out;
}

class Jobs : public mcp::Tasks {
 public:
  // The answer of a tool call that goes on as a task.
  Task<Result<Answer>> start(Work work) {
    auto job = std::make_shared<Job>();
    jobs_[job->id] = job;
    job->work = std::move(work);
    asio::co_spawn(co_await asio::this_coro::executor, job->work(job), asio::detached);
    co_return Answer{.members = membersOf(*job, false), .kind = Answer::Kind::task};
  }

  Task<Result<std::string>> get(Call, std::string id) override {
    EXECUTOR_CO_TRY(auto job, find(id));
    co_return membersOf(*job, true);
  }

  Task<Status> update(Call, std::string id, json::object responses) override {
    EXECUTOR_CO_TRY(auto job, find(id));
    for (const auto& response : responses) {
      if (job->requests.erase(response.key()) > 0) {
        job->answers[response.key()] = response.value();
      }
    }
    if (job->status == "input_required" && job->requests.empty()) job->become("working");
    co_return Status{};
  }

  Task<Status> cancel(Call, std::string id) override {
    EXECUTOR_CO_TRY(auto job, find(id));
    if (!job->over()) job->become("cancelled");
    co_return Status{};
  }

 private:
  Result<JobPointer> find(const std::string& id) const {
    auto found = jobs_.find(id);
    if (found == jobs_.end()) return fail(ErrorCode::not_found, "No such task.");
    return found->second;
  }

  std::map<std::string, JobPointer> jobs_;
};

void complete(Job& job, std::string result) {
  if (job.over()) return;
  job.result = std::move(result);
  job.become("completed");
}

// False when the job was cancelled meanwhile.
Task<bool> workFor(JobPointer job, std::chrono::milliseconds span) {
  auto end = deadlineAfter(span);
  while (!job->over() && co_await job->changed.wait(end)) {
  }
  co_return !job->over();
}

// Parks the job until all keys are answered.
Task<void> ask(JobPointer job, std::vector<std::string> keys) {
  for (const auto& key : keys) {
    job->requests[key] = *parseJson(
        R"({"method":"elicitation/create","params":{"mode":"form","message":"Go on?",)"
        R"("requestedSchema":{"type":"object","properties":{"confirm":{"type":"boolean"}}}}})");
  }
  job->become("input_required");
  while (!job->over() && !job->requests.empty() && co_await job->changed.wait(Deadline::max())) {
  }
}

// JSON numbers of either kind, as milliseconds.
std::chrono::milliseconds secondsOf(const json::object& arguments) {
  const auto* value = find(arguments, "seconds");
  double seconds = value && value->is_number() ? value->to_number<double>() : 0;
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

Work slowWork(std::chrono::milliseconds span) {
  return [span](JobPointer job) -> Task<void> {
    if (co_await workFor(job, span)) complete(*job, textContent("computed"));
  };
}

Work failingWork() {
  return [](JobPointer job) -> Task<void> {
    co_await workFor(job, std::chrono::seconds(1));
    complete(*job, textContent("it failed") + R"(,"isError":true)");
  };
}

Work brokenWork() {
  return [](JobPointer job) -> Task<void> {
    co_await workFor(job, std::chrono::milliseconds(200));
    job->error = R"({"code":-32603,"message":"Internal error"})";
    if (!job->over()) job->become("failed");
  };
}

Work askingWork(std::vector<std::string> keys) {
  return [keys](JobPointer job) -> Task<void> {
    co_await workFor(job, std::chrono::milliseconds(50));
    co_await ask(job, keys);
    complete(*job, textContent("answered"));
  };
}

// The tool gathers by rounds first, and goes on as a task.
Task<Result<Answer>> roundsThenTask(Jobs& jobs, const mcp::RequestStates& states, Call call) {
  EXECUTOR_CO_TRY(auto responses, mcp::inputResponsesOf(call));
  EXECUTOR_CO_TRY(auto state, mcp::requestStateOf(call));
  if (!state.empty()) {
    EXECUTOR_CO_CHECK(states.open(call, state));
  }
  const auto* answer = findObject(responses, "user_name");
  const auto* content = answer ? findObject(*answer, "content") : nullptr;
  if (state.empty() || !content) {
    auto sealed = states.seal(call, {}, systemClock().now() + kTtlMs);
    co_return Answer{
        .members =
            R"("inputRequests":{"user_name":{"method":"elicitation/create","params":{)"
            R"("mode":"form","message":"What is your name?","requestedSchema":{"type":"object",)"
            R"("properties":{"name":{"type":"string"}},"required":["name"]}}}},"requestState":)" +
            quoteJson(sealed),
        .kind = Answer::Kind::input_required};
  }
  auto text = textContent("Hello, " + std::string(findString(*content, "name")) + "!");
  co_return co_await jobs.start([text](JobPointer job) -> Task<void> {
    complete(*job, text);
    co_return;
  });
}

}  // namespace

void addJobs(Features& features, const mcp::RequestStates& states) {
  auto jobs = std::make_shared<Jobs>();
  features.setTasks(jobs);
  addTool(features, "greet", "Answers at once.",
          [](Call, json::object arguments) -> Task<Result<Answer>> {
            co_return textAnswer("Hello, " + std::string(findString(arguments, "name")) + "!");
          });
  // Without the extension it is computed while the client waits.
  addTool(features, "slow_compute", "Takes `seconds`.",
          [jobs](Call call, json::object arguments) -> Task<Result<Answer>> {
            auto span = secondsOf(arguments);
            if (call.capabilities.tasks) co_return co_await jobs->start(slowWork(span));
            co_await sleepFor(span);
            co_return textAnswer("computed");
          });
  auto addRequired = [&](std::string name, std::function<Work()> work) {
    addTool(features, std::move(name), "Goes on as a task.",
            [jobs, work](Call call, json::object) -> Task<Result<Answer>> {
              if (!call.capabilities.tasks) co_return mcp::tasksNotDeclared();
              co_return co_await jobs->start(work());
            });
  };
  addRequired("failing_job", failingWork);
  addRequired("protocol_error_job", brokenWork);
  addRequired("confirm_delete", [] { return askingWork({"confirm"}); });
  addRequired("multi_input", [] { return askingWork({"first", "second"}); });
  addTool(features, "test_tool_with_task", "Asks, then goes on as a task.",
          [jobs, &states](Call call, json::object) -> Task<Result<Answer>> {
            if (!call.capabilities.tasks) co_return mcp::tasksNotDeclared();
            co_return co_await roundsThenTask(*jobs, states, std::move(call));
          });
}

}  // namespace executor::conformance
