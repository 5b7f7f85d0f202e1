// example: the whole story, offline, on GitHub's real document.
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <thread>

#include "base/text.h"
#include "cli/child-server.h"
#include "cli/commands.h"
#include "cli/remote.h"
#include "cli/stand-in.h"
#include "net/server.h"
#include "source/openapi/compiler.h"

namespace executor::cli {
namespace {

// The server's own limit; GitHub's document has 13 MB.
constexpr std::size_t kMaxDocumentBytes = 128u << 20;
// From start to the first question the program needs milliseconds; this is for a loaded machine.
constexpr std::chrono::seconds kApprovalTimeout{20};

// Every kind of call once: a built-in tool, reads, a write that asks a person.
constexpr std::string_view kProgram = R"(// Find the tool, read, decide, write.
const { bestPath, results } = await tools.discover({ query: "create an issue", limit: 3 });
const issues = await tools.github.issues.list_for_repo({ owner: "acme", repo: "app", per_page: 5 });
const [{ number }] = issues;
const first = await tools.github.issues.get({ owner: "acme", repo: "app", issue_number: number });
console.log(`${issues.length} issues, the first one by ${first.user?.login}`);
const made = await tools.github.issues.create({
  owner: "acme", repo: "app", title: "Made by the example" });
return { found: bestPath ?? results[0].path, issues: issues.length, created: made.title };
)";

// The document beside a clone's binary (build/release/executor), or the one named.
Result<std::string> documentText(const std::string& named) {
  if (!named.empty()) return readInput(named, kMaxDocumentBytes);
  std::error_code error;
  auto binary = std::filesystem::read_symlink("/proc/self/exe", error);
  auto path = binary.parent_path().parent_path().parent_path() /
              "node_modules/@octokit/openapi/generated/api.github.com.json";
  auto text = readInput(path.string(), kMaxDocumentBytes);
  if (text) return text;
  return executor::fail(ErrorCode::not_found, "GitHub's OpenAPI document is not beside the binary.",
                        "Name it: executor example --document api.github.com.json");
}

// In process and not in a jail: the document is the one that ships with the clone, and only the
// stand-in reads this copy; the server compiles its own in the jail.
Result<std::shared_ptr<const source::ToolSet>> compile(const std::string& document) {
  EXECUTOR_TRY(auto bytes, source::openapi::compileOpenApi(document));
  return source::ToolSet::fromBytes(std::move(bytes));
}

// The stand-in on its own thread, for as long as it lives.
class StandInServer {
 public:
  Status start(std::shared_ptr<const source::ToolSet> set) {
    addStandIn(router_, std::move(set));
    EXECUTOR_CHECK(server_.listen());
    thread_ = std::thread([this] { loop_.run(); });
    return {};
  }
  ~StandInServer() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }
  std::string url() const { return server_.url(); }

 private:
  asio::io_context loop_{1};
  net::Router router_;
  net::HttpServer server_{loop_, router_, {}};
  std::thread thread_;
};

// The steps in order. Each prints itself, so that a reader sees where a failing story stopped.
class Story {
 public:
  explicit Story(Context& context) : context_(context) {}

  // Everything through REST, as a person and an agent would; no shortcut into the process.
  Status tell(const std::string& document) {
    EXECUTOR_TRY(auto text, documentText(document));
    EXECUTOR_TRY(auto set, compile(text));
    EXECUTOR_CHECK(standIn_.start(set));
    step("A stand-in for api.github.com answers by the document's own schemas: " + standIn_.url());
    EXECUTOR_TRY(auto server, ChildServer::start());
    Remote person(server.url, server.ownerToken);
    EXECUTOR_CHECK(addSource(person, text));
    step(fmt::format("An agent sends this program to {} as the tool `execute`:\n\n{}",
                     server.mcpUrl, kProgram));
    EXECUTOR_TRY(auto started,
                 person.post("/api/v1/executions", json::object{{"code", kProgram}, {"wait", 0}}));
    return finish(person, std::string(findString(started, "taskId")));
  }

 private:
  // With --json the story is silent: standard output has the execution's view alone.
  void step(std::string_view text) {
    ++number_;
    if (!context_.json) {
      fmt::print("{} {}\n\n", styled(Style::bold, fmt::format("{}.", number_)), text);
    }
  }

  // The document as pasted text, and the stand-in as base URL: nothing leaves this machine.
  Status addSource(Remote& person, const std::string& text) {
    auto from = std::chrono::steady_clock::now();
    json::object body{{"name", "github"}, {"document", text}, {"baseUrl", standIn_.url()}};
    EXECUTOR_TRY(auto source, person.post("/api/v1/sources", body));
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
    step(fmt::format("executor source add: {} tools of {} {} in {:.2f} s",
                     findInteger(source, "toolCount"), findString(source, "title"),
                     findString(source, "documentVersion"), took.count()));
    return {};
  }

  // Plays the person: reads what waits, approves it, and shows what came of it.
  Status finish(Remote& person, const std::string& taskId) {
    EXECUTOR_TRY(auto approval, pendingApproval(person));
    auto id = findString(approval, "id");
    step(
        fmt::format("{} waits for a person, with exactly this input: {}\n   executor approval "
                    "approve {} --reason 'looks right'",
                    findString(approval, "tool"), serializeJson(approval.at("input")), id));
    EXECUTOR_CHECK(person.post(fmt::format("/api/v1/approvals/{}/decision", id),
                               json::object{{"decision", "approve"}, {"reason", "looks right"}}));
    EXECUTOR_TRY(auto view, person.get(fmt::format("/api/v1/executions/{}/wait?ms=20000", taskId)));
    if (context_.json) context_.printJson(view);
    if (findString(view, "status") != "completed") {
      return executor::fail(ErrorCode::internal,
                            fmt::format("The example ended as {}: {}", findString(view, "status"),
                                        findString(view, "error")));
    }
    step("The program goes on where it stood and returns:\n\n" + prettyJson(view.at("result")));
    showCalls(view);
    return {};
  }

  // The program runs meanwhile; what it asks first appears here.
  Result<json::value> pendingApproval(Remote& person) {
    auto deadline = std::chrono::steady_clock::now() + kApprovalTimeout;
    while (std::chrono::steady_clock::now() < deadline) {
      EXECUTOR_TRY(auto list, person.get("/api/v1/approvals?status=pending"));
      const auto* items = findArray(list, "items");
      if (items && !items->empty()) return items->front();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return executor::fail(ErrorCode::internal, "The example's program did not ask for approval.");
  }

  // Calls with their durations: the part of the story that shows how little a call costs.
  void showCalls(const json::value& view) {
    const auto* calls = findArray(view, "calls");
    if (!calls || context_.json) return;
    std::string text = "What it did:\n";
    for (const auto& call : *calls) {
      text += fmt::format("\n   {:<10} {} ({} ms)", findString(call, "status"),
                          findString(call, "tool"), findInteger(call, "durationMs"));
    }
    step(text);
  }

  Context& context_;
  StandInServer standIn_;
  int number_ = 0;
};

}  // namespace

void addExampleCommand(CLI::App& app, Context& context) {
  auto document = std::make_shared<std::string>();
  auto* command = app.add_subcommand("example", "The whole story, offline, on GitHub's document");
  command->add_option("--document", *document, "The document, outside a clone");
  command->callback([&context, document] {
    Story story(context);
    if (auto told = story.tell(*document); !told) context.fail(told.error());
  });
}

}  // namespace executor::cli
