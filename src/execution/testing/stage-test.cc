#include "execution/testing/stage.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>

#include "base/text.h"

extern char** environ;

namespace executor::execution::testing {
namespace {

constexpr std::string_view kChild = "run-and-kill";

void fillKey(std::string_view hex, Key256& key) {
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<unsigned char>(std::stoi(std::string(hex.substr(2 * i, 2)), nullptr, 16));
  }
}

std::string hexOf(const Key256& key) {
  return hexEncode(std::string_view(reinterpret_cast<const char*>(key.data()), key.size()));
}

std::string readLine(int descriptor) {
  std::string line;
  char c = 0;
  while (::read(descriptor, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

void sayLine(std::string line) {
  line += '\n';
  EXPECT_EQ(::write(STDOUT_FILENO, line.data(), line.size()), static_cast<ssize_t>(line.size()));
}

}  // namespace

Stage::Stage(Paths where, AdmissionLimits limits, Keeping keeping)
    : World(std::move(where), executionSchema()), limits_(limits), keeping_(std::move(keeping)) {
  auto started = sandbox::Zygote::start(loop, sandbox::JailRequirement::best);
  EXPECT_TRUE(started) << started.error().message;
  zygote = *std::move(started);
  runtime = sandbox::makeLocalRuntime(loop, *zygote);
  runOn(*runtime);
}

void Stage::runOn(sandbox::Runtime& other) {
  executions.reset();
  WorkspaceSettings server;
  server.running = static_cast<std::int64_t>(limits_.running);
  server.queued = static_cast<std::int64_t>(limits_.queued);
  server.waiting = static_cast<std::int64_t>(limits_.waiting);
  settings = makeSettings(*store, clock, server);
  executions = makeExecutions({.store = *store,
                               .runtimes = {&other},
                               .invoker = *invoker,
                               .approvals = *approvals,
                               .sources = *sources,
                               .policies = *policies,
                               .gate = gate,
                               .clock = clock,
                               .loop = loop,
                               .nodeId = keeping_.nodeId,
                               .limits = limits_,
                               .settings = settings.get(),
                               .suspendAfter = keeping_.suspendAfter,
                               .lease = keeping_.lease});
}

Stage::~Stage() {
  executions.reset();
  settings.reset();
  runtime.reset();
  zygote.reset();
}

std::string Stage::start(std::string code, std::uint32_t timeoutMs) {
  ExecuteRequest request;
  request.principal = agent();
  request.code = std::move(code);
  request.timeoutMs = timeoutMs;
  request.client = "test";
  auto id = run(executions->start(std::move(request)));
  EXPECT_TRUE(id) << id.error().message << id.error().detail;
  return id ? *id : "";
}

void Stage::set(std::string name, json::value value) {
  auto changed = run(settings->change(person(), json::object{{name, std::move(value)}}));
  EXPECT_TRUE(changed) << changed.error().message;
}

std::string Stage::call(std::string tool, std::string input, std::string options) {
  ExecuteRequest request;
  request.principal = person();
  request.tool = std::move(tool);
  request.inputJson = std::move(input);
  request.optionsJson = std::move(options);
  request.client = "cli";
  auto id = run(executions->start(std::move(request)));
  EXPECT_TRUE(id) << id.error().message;
  return id ? *id : "";
}

ExecutionView Stage::finish(std::string id) {
  auto view = run(executions->wait(agent(), id, deadlineAfter(std::chrono::seconds(50)),
                                   std::chrono::seconds(50)));
  EXPECT_TRUE(view) << view.error().message << view.error().detail;
  EXPECT_TRUE(isFinal(view->state)) << "still " << name(view->state);
  return *view;
}

ExecutionView Stage::show(std::string id) {
  auto view = run(executions->show(agent(), std::move(id)));
  EXPECT_TRUE(view) << view.error().message << view.error().detail;
  return view ? *view : ExecutionView();
}

PendingApproval Stage::untilAsked(std::string id) {
  ExecutionView view;
  for (int i = 0; i < 50; ++i) {
    auto waited = run(executions->wait(agent(), id, deadlineAfter(std::chrono::seconds(50)),
                                       std::chrono::milliseconds(0)));
    EXPECT_TRUE(waited) << waited.error().message;
    view = *waited;
    if (view.state == State::waiting || isFinal(view.state)) break;
  }
  EXPECT_EQ(view.state, State::waiting) << view.errorMessage;
  return view.approvals.empty() ? PendingApproval() : view.approvals.front();
}

std::optional<OpenExecution> Stage::marker(std::string id) {
  auto found = run(store->read([id](store::Txn& txn) { return txn.get<OpenExecution>(id); }));
  EXPECT_TRUE(found) << found.error().message;
  return found.value_or(std::nullopt);
}

void Stage::untilSuspended(std::string id) {
  const Deadline end = deadlineAfter(std::chrono::seconds(50));
  std::optional<OpenExecution> found = marker(id);
  while (std::chrono::steady_clock::now() < end && !(found && found->suspended)) found = marker(id);
  EXPECT_TRUE(found && found->suspended);
}

void Stage::decide(std::string approvalId, bool approve, std::string reason) {
  auto decided =
      run(approvals->decide(person(), std::move(approvalId), approve, std::move(reason)));
  EXPECT_TRUE(decided) << decided.error().message;
}

void Stage::allow(std::string tool) {
  EXPECT_TRUE(run(policies->add(person(), policy::Effect::allow, std::move(tool))));
}

void Stage::deny(std::string tool) {
  EXPECT_TRUE(run(policies->add(person(), policy::Effect::deny, std::move(tool))));
}

std::vector<EventView> Stage::events(std::string id) {
  auto found = run(executions->events(agent(), std::move(id), 0, 1'000));
  EXPECT_TRUE(found) << found.error().message;
  return found ? *found : std::vector<EventView>();
}

std::string Stage::story(std::string id) {
  std::string story;
  for (const EventView& event : events(std::move(id))) {
    story += (story.empty() ? "" : " ") + event.kind;
  }
  return story;
}

LastingUpstream::LastingUpstream()
    : upstream_(std::make_unique<invocation::testing::Upstream>(loop_)), url_(upstream_->url()) {
  thread_ = std::thread([this] {
    auto work = asio::make_work_guard(loop_);
    loop_.run();
  });
}

LastingUpstream::~LastingUpstream() {
  asio::post(loop_, [this] { upstream_->release(); });
  loop_.stop();
  thread_.join();
}

std::size_t LastingUpstream::count(std::string prefix) {
  std::promise<std::size_t> answer;
  asio::post(loop_, [&] { answer.set_value(upstream_->count(prefix)); });
  return answer.get_future().get();
}

void LastingUpstream::holdUntil(std::size_t together) {
  asio::post(loop_, [this, together] { upstream_->holdUntil(together); });
}

void LastingUpstream::waitFor(std::string prefix, std::size_t requests) {
  const Deadline end = deadlineAfter(std::chrono::seconds(50));
  while (count(prefix) < requests && SteadyClock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_GE(count(prefix), requests);
}

std::string runAndKill(const Paths& paths, std::string code, std::function<void()> now) {
  int pipes[2];
  EXPECT_EQ(::pipe2(pipes, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
  std::string words[] = {"execution-test", std::string(kChild), paths.directory, hexOf(paths.key),
                         std::move(code)};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(),
                  words[3].data(), words[4].data(), nullptr};
  pid_t child = 0;
  EXPECT_EQ(::posix_spawn(&child, "/proc/self/exe", &actions, nullptr, argv, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipes[1]);
  std::string id = readLine(pipes[0]);
  if (now) {
    now();
  } else {
    EXPECT_EQ(readLine(pipes[0]), "asked");
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  ::close(pipes[0]);
  return id;
}

bool runChildIfAsked(int argc, char** argv) {
  if (argc != 5 || argv[1] != kChild) return false;
  Paths paths{argv[2], {}};
  fillKey(argv[3], paths.key);
  Stage stage(paths);
  stage.keepFiles = true;
  const std::string id = stage.start(argv[4]);
  sayLine(id);
  stage.untilAsked(id);
  sayLine("asked");
  stage.until([] { return false; });
  return true;
}

}  // namespace executor::execution::testing
