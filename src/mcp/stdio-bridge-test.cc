// The bridge between pipes, against the real endpoint on a real socket.
#include "mcp/stdio-bridge.h"

#include <fcntl.h>
#include <unistd.h>

#include <set>

#include "base/text.h"
#include "mcp/mcp-fixture.h"

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
  EXPECT_EQ(endpoint_.sessionCount(), 1u);
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

}  // namespace
}  // namespace executor::mcp
