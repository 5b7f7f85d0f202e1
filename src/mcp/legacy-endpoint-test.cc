// Streams of the older era: what is said before an answer, who gets it, and what is kept.
#include "mcp/legacy-endpoint.h"

#include "mcp/legacy-fixture.h"

namespace executor::mcp {
namespace {

constexpr const char* kProgress = R"(,"_meta":{"progressToken":"p1"})";

// Tools that wait for the test between what they say.
class McpLegacyEndpoint : public LegacyFixture {
 protected:
  McpLegacyEndpoint() {
    serve({tool("speak", &McpLegacyEndpoint::speak), tool("hold", &McpLegacyEndpoint::hold),
           tool("ask", &McpLegacyEndpoint::ask), tool("pause", &McpLegacyEndpoint::pause)});
    session_ = initialize(R"({"elicitation":{},"roots":{}})");
  }

  using Handler = Task<Result<Answer>> (McpLegacyEndpoint::*)(Call);
  Tool tool(std::string name, Handler handler) {
    return {.name = name,
            .definition = [name](Call) -> Task<Result<std::string>> {
              co_return R"({"name":")" + name + R"(","inputSchema":{"type":"object"}})";
            },
            .call = [this, handler](Call call,
                                    json::object) { return (this->*handler)(std::move(call)); }};
  }
  Task<Result<Answer>> speak(Call call) {
    call.channel->progress(1, 3, "first");
    call.channel->progress(1, 3, "not above the last");
    call.channel->log(LogLevel::info, "test", R"({"a":1})");
    co_return co_await hold(std::move(call));
  }
  Task<Result<Answer>> hold(Call) {
    ++held_;
    while (!released_) (void)co_await release_.wait(Deadline::max());
    co_return Answer{.members = R"("content":[{"type":"text","text":"done"}])"};
  }
  Task<Result<Answer>> ask(Call call) {
    withdrawal_ = std::make_shared<Withdrawal>();
    auto answer = co_await call.channel->ask(Ask::elicitForm, "elicitation/create",
                                             R"({"message":"?"})", Deadline::max(), withdrawal_);
    auto text = answer ? serializeJson(*answer) : std::string(answer.error().codeName());
    co_return Answer{.members = R"("content":[{"type":"text","text":)" + quoteJson(text) + "}]"};
  }
  Task<Result<Answer>> pause(Call call) {
    call.channel->progress(1, std::nullopt, "");
    co_await asio::post(loop_, asio::use_awaitable);
    call.channel->pause();
    co_return co_await hold(std::move(call));
  }
  void release() {
    released_ = true;
    release_.notify();
  }
  static std::string text(const json::value& response) {
    const auto* result = findObject(response, "result");
    return result ? textOf(*result) : serializeJson(response);
  }
  std::shared_ptr<Stream> get(Fields more = {}) { return open("GET", "", std::move(more)); }
  api::Reply answerQuestion(std::int64_t id, const std::string& session) {
    return send(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
                    R"(,"result":{"action":"accept","content":{}}})",
                {{"mcp-session-id", session}});
  }

  Signal release_;
  bool released_ = false;
  int held_ = 0;
  std::shared_ptr<Withdrawal> withdrawal_;
};

TEST_F(McpLegacyEndpoint, AnAnswerWithNothingBeforeItIsPlainJson) {
  release();
  auto stream = call("hold");
  until([&] { return stream->over; });
  EXPECT_EQ(stream->type, "application/json");
  EXPECT_EQ(text(*parseJson(stream->text)), "done");
}

TEST_F(McpLegacyEndpoint, ProgressComesBeforeTheAnswerOnOneStream) {
  auto stream = call("speak", "{}", kProgress);
  until([&] { return stream->count("notifications/progress") > 0; });
  auto params = *findObject(stream->message("notifications/progress"), "params");
  EXPECT_EQ(findString(params, "progressToken"), "p1");
  EXPECT_EQ(findString(params, "message"), "first");
  EXPECT_FALSE(stream->over);
  release();
  until([&] { return stream->over; });
  EXPECT_EQ(stream->type, "text/event-stream");
  EXPECT_EQ(stream->count("notifications/progress"), 1u) << "progress only rises";
  EXPECT_EQ(text(stream->answer(7)), "done");
}

TEST_F(McpLegacyEndpoint, NoProgressGoesToWhoGaveNoToken) {
  release();
  for (const char* meta : {"", R"(,"_meta":{"progressToken":null})",
                           R"(,"_meta":{"progressToken":1.5})", R"(,"_meta":[])"}) {
    auto stream = call("speak", "{}", meta);
    until([&] { return stream->over; });
    EXPECT_EQ(stream->type, "application/json") << meta;
  }
}

TEST_F(McpLegacyEndpoint, ProgressNeedsNoSessionAndHasNoIdsThen) {
  release();
  session_.clear();
  auto stream = call("speak", "{}", kProgress);
  until([&] { return stream->over; });
  EXPECT_EQ(stream->count("notifications/progress"), 1u);
  EXPECT_EQ(stream->lastId(), "") << "nobody could come back";
}

TEST_F(McpLegacyEndpoint, WhoTakesNoStreamGetsOneObject) {
  release();
  auto stream = call("speak", "{}", kProgress, {{"accept", "application/json"}});
  until([&] { return stream->over; });
  EXPECT_EQ(stream->type, "application/json");
  EXPECT_EQ(text(*parseJson(stream->text)), "done");
}

TEST_F(McpLegacyEndpoint, LogMessagesComeFromTheLevelThatWasSet) {
  release();
  auto silent = call("speak");
  until([&] { return silent->over; });
  EXPECT_EQ(silent->count("notifications/message"), 0u) << "nobody asked for any";
  for (auto [level, expected] : {std::pair("info", 1u), std::pair("warning", 0u)}) {
    EXPECT_EQ(
        inSession(R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":")" +
                  std::string(level) + "\"}}")
            .body,
        R"({"jsonrpc":"2.0","id":1,"result":{}})");
    auto stream = call("speak");
    until([&] { return stream->over; });
    EXPECT_EQ(stream->count("notifications/message"), expected) << level;
  }
}

TEST_F(McpLegacyEndpoint, AnUnknownLogLevelIsInvalidAndChangesNothing) {
  for (const char* params : {R"({"level":"loud"})", R"({"level":5})", "{}"}) {
    auto reply = inSession(R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":)" +
                           std::string(params) + "}");
    EXPECT_EQ(rpcCode(reply), -32602) << params;
  }
}

TEST_F(McpLegacyEndpoint, ALogLevelNeedsASession) {
  auto reply = legacy("logging/setLevel", R"({"level":"info"})");
  EXPECT_EQ(rpcCode(reply), -32600);
}

TEST_F(McpLegacyEndpoint, AClientThatVanishesFindsItsAnswerByTheLastEventId) {
  auto stream = call("speak", "{}", kProgress);
  until([&] { return !stream->lastId().empty() && stream->count("notifications/progress") > 0; });
  auto id = stream->lastId();
  stream->cancel->cancel();
  until([&] { return stream->over; });
  release();
  settle();
  auto again = get({{"last-event-id", id}});
  until([&] { return again->over; });
  EXPECT_EQ(text(again->answer(7)), "done");
  EXPECT_EQ(again->count("notifications/progress"), 0u) << "that one had arrived";
}

TEST_F(McpLegacyEndpoint, AnAnswerMayBeFetchedAgain) {
  release();
  auto stream = call("speak", "{}", kProgress);
  until([&] { return stream->over; });
  for (int i = 0; i < 2; ++i) {
    auto again = get({{"last-event-id", "1-0"}});
    until([&] { return again->over; });
    EXPECT_EQ(text(again->answer(7)), "done");
  }
}

TEST_F(McpLegacyEndpoint, AForgedLastEventIdIsRefused) {
  for (const char* id : {"1-0", "99-1", "0-5", "x", "../1", "1-0; drop", "-1--1"}) {
    auto stream = get({{"last-event-id", id}});
    until([&] { return stream->over; });
    EXPECT_EQ(stream->status, 400) << id;
  }
}

TEST_F(McpLegacyEndpoint, AnEventIdOfAnotherSessionFindsNothingOfIt) {
  release();
  auto stream = call("speak", "{}", kProgress);
  until([&] { return stream->over; });
  auto id = stream->lastId();
  session_ = initialize();
  auto thief = get({{"last-event-id", id}});
  until([&] { return thief->over; });
  EXPECT_EQ(thief->status, 400);
  EXPECT_EQ(thief->text.find("done"), std::string::npos);
}

TEST_F(McpLegacyEndpoint, AStreamThatPausesIsTakenUpAgain) {
  auto stream = call("pause", "{}", kProgress);
  until([&] { return stream->over; });
  EXPECT_EQ(stream->type, "text/event-stream");
  EXPECT_NE(stream->text.find("retry: 1000"), std::string::npos);
  auto again = get({{"last-event-id", stream->lastId()}});
  release();
  until([&] { return again->over; });
  EXPECT_EQ(text(again->answer(7)), "done");
}

TEST_F(McpLegacyEndpoint, AQuestionIsAnsweredByAPostOfTheSameSession) {
  auto stream = call("ask");
  until([&] { return stream->count("elicitation/create") == 1; });
  auto question = stream->message("elicitation/create");
  EXPECT_EQ(answerQuestion(findInteger(question, "id"), session_).status, 202);
  until([&] { return stream->over; });
  EXPECT_EQ(text(stream->answer(7)), R"({"action":"accept","content":{}})");
}

TEST_F(McpLegacyEndpoint, AnotherSessionCannotAnswer) {
  auto stream = call("ask");
  until([&] { return stream->count("elicitation/create") == 1; });
  auto id = findInteger(stream->message("elicitation/create"), "id");
  auto foreign = initialize(R"({"elicitation":{}})");
  EXPECT_EQ(answerQuestion(id, foreign).status, 202) << "accepted and dropped";
  EXPECT_EQ(send(R"({"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{}}})").status,
            202);
  settle();
  EXPECT_FALSE(stream->over);
  answerQuestion(id, session_);
  until([&] { return stream->over; });
}

TEST_F(McpLegacyEndpoint, AnotherKeyCannotAnswer) {
  auto stream = call("ask");
  until([&] { return stream->count("elicitation/create") == 1; });
  auto other = run(identity_->createKey(owner(), "other", true));
  Fields headers = json({{"x-api-key", other->key}, {"mcp-session-id", session_}});
  EXPECT_EQ(ApiFixture::send("POST", "/mcp/anonymous", headers,
                             R"({"jsonrpc":"2.0","id":1,"result":{"action":"accept"}})")
                .status,
            404);
  settle();
  EXPECT_FALSE(stream->over);
  withdrawal_->withdraw("end of the test");
  until([&] { return stream->over; });
}

TEST_F(McpLegacyEndpoint, ADoubledAnswerChangesNothing) {
  auto stream = call("ask");
  until([&] { return stream->count("elicitation/create") == 1; });
  auto id = findInteger(stream->message("elicitation/create"), "id");
  EXPECT_EQ(answerQuestion(id, session_).status, 202);
  EXPECT_EQ(answerQuestion(id, session_).status, 202);
  until([&] { return stream->over; });
  EXPECT_EQ(text(stream->answer(7)), R"({"action":"accept","content":{}})");
}

TEST_F(McpLegacyEndpoint, AWithdrawnQuestionIsCancelledAtTheClient) {
  auto stream = call("ask");
  until([&] { return stream->count("elicitation/create") == 1; });
  withdrawal_->withdraw("decided elsewhere");
  until([&] { return stream->over; });
  auto params = *findObject(stream->message("notifications/cancelled"), "params");
  EXPECT_EQ(findInteger(params, "requestId"),
            findInteger(stream->message("elicitation/create"), "id"));
  EXPECT_EQ(findString(params, "reason"), "decided elsewhere");
  EXPECT_EQ(text(stream->answer(7)), "cancelled");
}

TEST_F(McpLegacyEndpoint, WhoDeclaredNothingIsAskedNothing) {
  session_ = initialize("{}");
  auto stream = call("ask");
  until([&] { return stream->over; });
  EXPECT_EQ(text(*parseJson(stream->text)), "unavailable");
}

TEST_F(McpLegacyEndpoint, ARevisionWithoutElicitationIsAskedNothing) {
  session_ = initialize(R"({"elicitation":{}})", "2025-03-26");
  auto stream = call("ask");
  until([&] { return stream->over; });
  EXPECT_EQ(text(*parseJson(stream->text)), "unavailable");
}

TEST_F(McpLegacyEndpoint, AQuestionEndsWithItsSession) {
  auto stream = call("ask");
  until([&] { return stream->count("elicitation/create") == 1; });
  auto headers = agent();
  headers.emplace_back("mcp-session-id", session_);
  EXPECT_EQ(ApiFixture::send("DELETE", "/mcp/anonymous", headers).status, 200);
  until([&] { return stream->over; });
}

TEST_F(McpLegacyEndpoint, ACancelledRequestGetsNoAnswer) {
  auto stream = call("hold");
  until([&] { return held_ == 1; });
  auto reply =
      inSession(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
  EXPECT_EQ(reply.status, 202);
  release();
  until([&] { return stream->over; });
  EXPECT_EQ(stream->status, 200);
  EXPECT_EQ(stream->messages().size(), 0u);
  auto again = get({{"last-event-id", stream->lastId().empty() ? "1-0" : stream->lastId()}});
  until([&] { return again->over; });
  EXPECT_EQ(again->status, 400) << "or clients would come back for ever";
}

TEST_F(McpLegacyEndpoint, ACancellationOfAnotherSessionChangesNothing) {
  auto stream = call("hold");
  until([&] { return held_ == 1; });
  send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})",
       {{"mcp-session-id", initialize()}});
  release();
  until([&] { return stream->over; });
  EXPECT_EQ(text(*parseJson(stream->text)), "done");
}

TEST_F(McpLegacyEndpoint, TheStreamOfASessionTellsOfNewTools) {
  std::uint64_t version = 1;
  talking_->setToolsVersion([&version](Call) -> Task<Result<std::uint64_t>> { co_return version; });
  session_ = initialize();
  auto stream = get();
  until([&] { return stream->status == 200; });
  EXPECT_EQ(stream->count("notifications/tools/list_changed"), 0u);
  version = 2;
  until([&] { return stream->count("notifications/tools/list_changed") == 1; });
  stream->cancel->cancel();
  until([&] { return stream->over; });
  version = 3;
  auto again = get();
  until([&] { return again->count("notifications/tools/list_changed") == 1; });
}

TEST_F(McpLegacyEndpoint, TheNewestStreamOfASessionIsTheOneInUse) {
  auto old = get();
  until([&] { return old->status == 200; });
  auto young = get();
  until([&] { return old->over; });
  EXPECT_FALSE(young->over);
}

TEST_F(McpLegacyEndpoint, AnOpenStreamKeepsItsSession) {
  auto stream = get();
  until([&] { return stream->status == 200; });
  auto before = stream->text.size();
  clock_.advance(kSessionIdleMs - 1);
  // A tick of the stream is a use.
  asio::steady_timer tick(loop_, 2 * kStreamPoll);
  bool rung = false;
  tick.async_wait([&](boost::system::error_code) { rung = true; });
  until([&] { return rung; });
  clock_.advance(2);
  EXPECT_EQ(legacy("ping", "{}", {{"mcp-session-id", session_}}).status, 200);
  EXPECT_GE(stream->text.size(), before);
}

TEST_F(McpLegacyEndpoint, BatchesCarryAnswersToQuestionsToo) {
  session_ = initialize(R"({"roots":{}})", "2025-03-26");
  auto reply = inSession(
      R"([{"jsonrpc":"2.0","id":99,"result":{}},{"jsonrpc":"2.0","id":1,"method":"ping"}])");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"([{"jsonrpc":"2.0","id":1,"result":{}}])");
}

TEST_F(McpLegacyEndpoint, BatchesExistInTheirRevisionAlone) {
  const std::string batch = R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])";
  for (auto [version, status] : {std::pair("2024-11-05", 400), std::pair("2025-03-26", 200),
                                 std::pair("2025-06-18", 400), std::pair("2025-11-25", 400)}) {
    session_ = initialize("{}", version);
    EXPECT_EQ(inSession(batch).status, status) << version;
  }
}

TEST_F(McpLegacyEndpoint, InitializeIsNoPartOfABatch) {
  auto reply = send(R"([{"jsonrpc":"2.0","id":1,"method":"initialize",)"
                    R"("params":{"protocolVersion":"2025-03-26"}}])",
                    {{"mcp-protocol-version", "2025-03-26"}});
  auto answers = reply.parsed();
  EXPECT_TRUE(findObject(answers.as_array().front(), "error")) << reply.body;
}

}  // namespace
}  // namespace executor::mcp
