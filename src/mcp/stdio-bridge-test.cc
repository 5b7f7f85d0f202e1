// The bridge between pipes, against the real endpoint on a real socket.
#include "mcp/stdio-bridge.h"

#include <fcntl.h>
#include <unistd.h>

#include <set>

#include "base/text.h"
#include "mcp/legacy-fixture.h"

namespace executor::mcp {
namespace {

class McpStdioBridge : public McpFixture {
 protected:
  // What the bridge prints for these lines of input, one JSON value per line.
  std::vector<json::value> talk(std::string lines) {
    int input[2], output[2];
    EXPECT_EQ(::pipe2(input, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(output, O_CLOEXEC), 0);
    EXPECT_EQ(::write(input[1], lines.data(), lines.size()), std::ssize(lines));
    ::close(input[1]);
    {
      StdioBridge bridge(loop_, *client_, locate_, input[0], output[1]);
      status_ = run(bridge.run());
    }
    // Late coroutines of the bridge let go of the pipe's other end.
    while (loop_.poll() > 0) {
    }
    ::fcntl(output[0], F_SETFL, O_NONBLOCK);
    std::string text(1 << 20, '\0');
    auto got = ::read(output[0], text.data(), text.size());
    ::close(output[0]);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    std::vector<json::value> out;
    for (auto line : splitText(text, '\n')) {
      if (!line.empty()) out.push_back(*parseJson(line));
    }
    return out;
  }
  static std::string line(const std::string& method, const std::string& params = "{}",
                          const std::string& id = "1") {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" +
           params + "}\n";
  }
  static std::string modernParams(const std::string& more = "") {
    return R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":{}})" +
           more + "}";
  }

  Status status_;
  int located_ = 0;
  LocateServer locate_ = [this]() -> Result<BridgeTarget> {
    ++located_;
    return BridgeTarget{server_->url() + "/mcp/anonymous", first_.agentKey};
  };
};

TEST_F(McpStdioBridge, AnswersEachLineWithALine) {
  auto answers = talk(line("ping"));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(serializeJson(answers[0]), R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_TRUE(status_);
}

TEST_F(McpStdioBridge, EmptyLinesAndCarriageReturnsAreNothing) {
  EXPECT_EQ(talk("\n\r\n  \n").size(), 0u);
  EXPECT_EQ(talk(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"
                 "\r\n")
                .size(),
            1u);
}

TEST_F(McpStdioBridge, ALineThatIsNoMessageIsAnsweredByTheBridge) {
  auto answers = talk("{oops\n[1]\n");
  ASSERT_EQ(answers.size(), 2u);
  std::set<std::int64_t> codes;
  for (const auto& answer : answers) {
    codes.insert(findInteger(*findObject(answer, "error"), "code"));
  }
  EXPECT_EQ(codes, (std::set<std::int64_t>{-32700, -32600}));
}

TEST_F(McpStdioBridge, NotificationsHaveNoAnswer) {
  EXPECT_EQ(talk("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n").size(), 0u);
}

TEST_F(McpStdioBridge, RequestsAreUnderWayTogetherAndAllAnswered) {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += line("ping", "{}", std::to_string(i));
  std::set<std::int64_t> ids;
  for (const auto& answer : talk(lines)) ids.insert(findInteger(answer, "id"));
  EXPECT_EQ(ids.size(), 20u);
}

TEST_F(McpStdioBridge, ALegacyClientGetsASession) {
  auto answers = talk(line("initialize", R"({"protocolVersion":"2025-06-18"})"));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(findString(*findObject(answers[0], "result"), "protocolVersion"), "2025-06-18");
}

TEST_F(McpStdioBridge, EndsItsSessionWhenItsInputEnds) {
  talk(line("initialize", R"({"protocolVersion":"2025-06-18"})"));
  EXPECT_EQ(endpoint_.sessionCount(), 0u);
}

TEST_F(McpStdioBridge, AModernRequestGetsItsHeaders) {
  auto params = modernParams(R"(,"name":"execute","arguments":{"code":"return 42"})");
  auto answers = talk(line("tools/call", params));
  ASSERT_EQ(answers.size(), 1u);
  const auto* result = findObject(answers[0], "result");
  ASSERT_TRUE(result) << serializeJson(answers[0]);
  EXPECT_EQ(textOf(*result), "42");
}

TEST_F(McpStdioBridge, ANameThatIsNoHeaderValueIsEncoded) {
  auto params = modernParams(R"(,"name":" grün\n","arguments":{})");
  auto answers = talk(line("tools/call", params));
  ASSERT_EQ(answers.size(), 1u);
  // The tool is unknown, but the header agreed with the body.
  EXPECT_EQ(findInteger(*findObject(answers[0], "error"), "code"), -32602)
      << serializeJson(answers[0]);
}

TEST_F(McpStdioBridge, AModernErrorStatusIsStillALine) {
  auto answers = talk(line("prompts/list", modernParams()));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(findInteger(*findObject(answers[0], "error"), "code"), -32601);
}

TEST_F(McpStdioBridge, AServerThatMovedIsFoundAgain) {
  locate_ = [this]() -> Result<BridgeTarget> {
    // The first place is where nobody listens any more.
    auto url = ++located_ == 1 ? std::string("http://127.0.0.1:1") : server_->url();
    return BridgeTarget{url + "/mcp/anonymous", first_.agentKey};
  };
  auto answers = talk(line("ping"));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(findObject(answers[0], "result")) << serializeJson(answers[0]);
  EXPECT_EQ(located_, 2);
}

TEST_F(McpStdioBridge, AServerThatIsNowhereIsAnErrorForEachRequest) {
  locate_ = [] { return Result<BridgeTarget>(BridgeTarget{"http://127.0.0.1:1/mcp", "key"}); };
  auto answers = talk(line("ping", "{}", "1") + line("ping", "{}", "2"));
  ASSERT_EQ(answers.size(), 2u);
  for (const auto& answer : answers) EXPECT_TRUE(findObject(answer, "error"));
}

TEST_F(McpStdioBridge, WithoutAServerItEndsWithTheReason) {
  locate_ = [] { return Result<BridgeTarget>(fail(ErrorCode::unavailable, "No server.")); };
  EXPECT_EQ(talk(line("ping")).size(), 0u);
  ASSERT_FALSE(status_);
  EXPECT_EQ(status_.error().code, ErrorCode::unavailable);
}

TEST_F(McpStdioBridge, AWrongKeyIsAnErrorAndNoSilence) {
  locate_ = [this] {
    return Result<BridgeTarget>(BridgeTarget{server_->url() + "/mcp/anonymous", "nonsense"});
  };
  auto answers = talk(line("ping"));
  ASSERT_EQ(answers.size(), 1u);
  const auto* error = findObject(answers[0], "error");
  ASSERT_TRUE(error) << "JSON-RPC, not the plain form: " << serializeJson(answers[0]);
  EXPECT_EQ(findString(*error, "message"), "Invalid API key");
  EXPECT_EQ(findInteger(answers[0], "id"), 1);
}

// A client that talks in turns: it reads a line before it writes the next.
class McpStdioDialogue : public LegacyFixture {
 protected:
  McpStdioDialogue() {
    executions_.startState = execution::State::running;
    EXPECT_EQ(::pipe2(input_, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(output_, O_CLOEXEC | O_NONBLOCK), 0);
    bridge_ = std::make_unique<StdioBridge>(
        loop_, *client_,
        [this]() -> Result<BridgeTarget> {
          return BridgeTarget{server_->url() + "/mcp/anonymous", first_.agentKey};
        },
        input_[0], output_[1]);
    asio::co_spawn(loop_, bridge_->run(),
                   [this](const std::exception_ptr&, const Status&) { over_ = true; });
    say(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":)"
        R"({"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}}}})");
    answerTo(0);
    say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }
  ~McpStdioDialogue() override {
    end();
    ::close(output_[0]);
  }
  void end() {
    if (input_[1] < 0) return;
    ::close(input_[1]);
    input_[1] = -1;
    until([&] { return over_; });
    bridge_.reset();
    settle();
  }
  void say(std::string line) {
    line += '\n';
    EXPECT_EQ(::write(input_[1], line.data(), line.size()), std::ssize(line));
  }
  void execute(const std::string& meta = "{}") {
    say(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"execute",)"
        R"("arguments":{"code":"return 1"},"_meta":)" +
        meta + "}}");
    until([&] { return !executions_.items.empty(); });
  }
  void read() {
    char bytes[4096];
    for (ssize_t got; (got = ::read(output_[0], bytes, sizeof bytes)) > 0;)
      text_.append(bytes, got);
  }
  json::value said(const std::function<bool(const json::value&)>& wanted) {
    read();
    for (auto line : splitText(text_, '\n')) {
      auto value = parseJson(line);
      if (value && wanted(*value)) return *value;
    }
    return nullptr;
  }
  json::value answerTo(std::int64_t id) {
    json::value found;
    until([&] {
      found = said([&](const json::value& value) {
        return !find(value, "method") && find(value, "id") && findInteger(value, "id", -1) == id;
      });
      return !found.is_null();
    });
    return found;
  }
  json::value message(std::string_view method) {
    json::value found;
    until([&] {
      found = said([&](const json::value& value) { return findString(value, "method") == method; });
      return !found.is_null();
    });
    return found;
  }
  execution::ExecutionView& item() { return executions_.items.front(); }
  void finish() {
    item().approvals.clear();
    item().state = execution::State::completed;
    item().resultJson = "42";
  }

  int input_[2], output_[2];
  std::unique_ptr<StdioBridge> bridge_;
  std::string text_;
  bool over_ = false;
};

TEST_F(McpStdioDialogue, QuestionsReachTheClientAndItsAnswersComeBack) {
  execute();
  approvals_.items.push_back({.id = "approval_a",
                              .workspaceId = first_.workspaceId,
                              .toolPath = "github.issues.create",
                              .status = "pending",
                              .inputJson = "{}"});
  item().approvals = {{"approval_a", "github.issues.create", ""}};
  item().state = execution::State::waiting;
  auto question = message("elicitation/create");
  say(R"({"jsonrpc":"2.0","id":)" + serializeJson(*find(question, "id")) +
      R"(,"result":{"action":"accept","content":{"decision":"approve"}}})");
  until([&] { return approvals_.items.front().status == "approved"; });
  finish();
  EXPECT_TRUE(findObject(answerTo(7), "result"));
}

TEST_F(McpStdioDialogue, ProgressComesBeforeTheAnswer) {
  execute(R"({"progressToken":"p"})");
  item().calls.push_back({.n = 1, .tool = "github.issues.list", .status = "completed"});
  auto note = message("notifications/progress");
  EXPECT_EQ(findString(*findObject(note, "params"), "progressToken"), "p");
  finish();
  answerTo(7);
}

TEST_F(McpStdioDialogue, ACancelledRequestGetsNoAnswerAndTheClientGoesOn) {
  execute();
  say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
  until([&] { return item().state == execution::State::cancelled; });
  say(R"({"jsonrpc":"2.0","id":8,"method":"ping"})");
  answerTo(8);
  end();
  read();
  EXPECT_EQ(text_.find(R"("id":7)"), std::string::npos) << text_;
}

TEST_F(McpStdioDialogue, NewToolsAreTold) {
  std::uint64_t version = 1;
  talking_->setToolsVersion([&version](Call) -> Task<Result<std::uint64_t>> { co_return version; });
  // The stream of the session is open once it has seen a version.
  asio::steady_timer seen(loop_, 2 * kStreamPoll);
  bool rung = false;
  seen.async_wait([&](boost::system::error_code) { rung = true; });
  until([&] { return rung; });
  version = 2;
  message("notifications/tools/list_changed");
}

TEST_F(McpStdioDialogue, AnAnswerThatWasNeverAskedForIsDropped) {
  say(R"({"jsonrpc":"2.0","id":55,"result":{"action":"accept"}})");
  say(R"({"jsonrpc":"2.0","id":8,"method":"ping"})");
  answerTo(8);
  EXPECT_EQ(text_.find(R"("id":55)"), std::string::npos);
}

TEST_F(McpStdioDialogue, AStreamThatBreaksOffIsTakenUpWhereItEnded) {
  execute(R"({"progressToken":"p"})");
  item().calls.push_back({.n = 1, .tool = "github.issues.list", .status = "completed"});
  message("notifications/progress");
  // All connections break; the endpoint and its sessions stay.
  const auto port = server_->port();
  run(stop());
  server_ = std::make_unique<net::HttpServer>(loop_, *router_, net::ServerOptions{.port = port});
  ASSERT_TRUE(server_->listen());
  finish();
  EXPECT_TRUE(findObject(answerTo(7), "result"));
}

TEST_F(McpStdioDialogue, BatchesAreAnsweredInTheirRevision) {
  say(R"({"jsonrpc":"2.0","id":20,"method":"initialize","params":)"
      R"({"protocolVersion":"2025-03-26","capabilities":{}}})");
  answerTo(20);
  say(R"([{"jsonrpc":"2.0","id":21,"method":"ping"},{"jsonrpc":"2.0","id":9,"result":{}}])");
  until([&] {
    read();
    return text_.find(R"([{"jsonrpc":"2.0","id":21,"result":{}}])") != std::string::npos;
  });
}

TEST_F(McpStdioDialogue, BatchesAreForTheServerToJudge) {
  say(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])");
  until([&] {
    read();
    return text_.find("2025-03-26 only") != std::string::npos;
  });
}

TEST_F(McpStdioBridge, ACancelledModernRequestIsNotAnswered) {
  auto gone = std::make_shared<Signal>();
  features_.add(Tool{.name = "blocked",
                     .definition = nullptr,
                     .call = [gone](Call call, json::object) -> Task<Result<Answer>> {
                       onCancelled(call, [gone](std::string) { gone->notify(); });
                       co_await gone->wait(Deadline::max());
                       co_return Answer{};
                     }});
  auto lines = talk(line("tools/call", modernParams(R"(,"name":"blocked","arguments":{})"), "7") +
                    R"({"jsonrpc":"2.0","method":"notifications/cancelled",)"
                    R"("params":{"requestId":7}})"
                    "\n" +
                    line("server/discover", modernParams(), "8"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(findInteger(lines[0], "id"), 8);
}

TEST_F(McpStdioBridge, ASubscriptionThatTheServerEndsIsCancelledToo) {
  endpoint_.stop();
  auto lines = talk(line("subscriptions/listen",
                         modernParams(R"(,"notifications":{"toolsListChanged":true})"), "7"));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(findString(lines[0], "method"), "notifications/subscriptions/acknowledged");
  EXPECT_TRUE(findObject(lines[1], "result"));
  EXPECT_EQ(findString(lines[2], "method"), "notifications/cancelled");
  EXPECT_EQ(findInteger(*findObject(lines[2], "params"), "requestId"), 7);
}

}  // namespace
}  // namespace executor::mcp
