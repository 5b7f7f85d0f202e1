#include "execution/replay.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace executor::execution {
namespace {

Event event(EventKind kind, json::object body) {
  static std::uint64_t seq = 0;
  return {++seq, kind, 1'000, std::move(body)};
}

Event call(std::uint32_t n, std::uint32_t turn, std::string path, std::string hash) {
  return event(EventKind::call,
               {{"n", n}, {"id", "call_x"}, {"turn", turn}, {"path", path}, {"hash", hash}});
}

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() {
    events_.push_back(event(EventKind::created, {{"client", "mcp"}}));
    events_.push_back(
        event(EventKind::started,
              {{"seed", "18446744073709551615"}, {"clock", 77}, {"code", "return 1"}}));
    events_.push_back(call(1, 1, "a.b", "h1"));
    events_.push_back(event(EventKind::console, {{"level", "log"}, {"text", "x"}}));
    events_.push_back(event(EventKind::delivered, {{"n", 1}, {"clock", 80}, {"status", "failed"}}));
    events_.push_back(call(2, 2, "a.c", "h2"));
  }

  Replay replay() {
    Timeline timeline;
    for (const Event& one : events_) timeline.apply(one);
    return Replay(events_, timeline);
  }

  std::vector<Event> events_;
};

TEST_F(ReplayTest, ReadsSeedClockAndCodeExactly) {
  const Replay read = replay();
  EXPECT_TRUE(read.hasStarted());
  EXPECT_EQ(read.seed(), 18446744073709551615ull);
  EXPECT_EQ(read.clock(), 77);
  EXPECT_EQ(read.code(), "return 1");
}

TEST_F(ReplayTest, AcceptsTheSameCallsAndNewOnesAfterThem) {
  Replay read = replay();
  EXPECT_TRUE(*read.checkCall(1, 1, "a.b", "h1"));
  ASSERT_NE(read.next(), nullptr);
  EXPECT_TRUE(*read.checkCall(2, 2, "a.c", "h2"));
  EXPECT_FALSE(*read.checkCall(3, 2, "a.d", "h3"));
  EXPECT_EQ(read.next(), nullptr);
  EXPECT_TRUE(read.checkComplete(2));
}

TEST_F(ReplayTest, NamesTurnAndBothValuesWhereItDiverges) {
  Replay read = replay();
  const auto path = read.checkCall(1, 1, "a.x", "h1");
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code, ErrorCode::replay_diverged);
  EXPECT_NE(path.error().message.find("turn 1"), std::string::npos);
  EXPECT_NE(path.error().message.find("a.b (input h1)"), std::string::npos);
  EXPECT_NE(path.error().message.find("a.x (input h1)"), std::string::npos);
  EXPECT_FALSE(read.checkCall(1, 1, "a.b", "other"));
  EXPECT_FALSE(read.checkCall(2, 1, "a.c", "h2")) << "the right call in the wrong turn";
}

TEST_F(ReplayTest, AMissingCallOrDeliveryIsADivergence) {
  Replay read = replay();
  EXPECT_FALSE(read.checkComplete(1)) << "a delivery is left";
  read.next();
  ASSERT_TRUE(read.checkCall(1, 1, "a.b", "h1"));
  const Status missing = read.checkComplete(2);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("call 2"), std::string::npos);
}

TEST_F(ReplayTest, DropsOnlyTheConsoleLinesThatWereRecorded) {
  Replay read = replay();
  EXPECT_TRUE(read.dropsConsoleLine());
  EXPECT_FALSE(read.dropsConsoleLine());
}

TEST_F(ReplayTest, DropsOnlyTheOutputsThatWereRecorded) {
  events_.push_back(event(EventKind::emitted, {{"kind", "text"}, {"text", "x"}}));
  Replay read = replay();
  EXPECT_TRUE(read.dropsEmission());
  EXPECT_FALSE(read.dropsEmission());
}

TEST_F(ReplayTest, AJournalThatNeverStartedIsNoReplay) {
  events_.resize(1);
  EXPECT_FALSE(replay().hasStarted());
}

TEST(Event, PagesKeepValuesToTheByte) {
  invocation::CallOutcome outcome;
  outcome.status = invocation::OutcomeStatus::completed;
  outcome.valueJson = R"({"big":12345678901234567890,"d":1e-7,"s":"\u0000\u20ac"})";
  outcome.toolPath = "a.b";
  Event written = event(EventKind::delivered, outcomeBody(4, outcome));
  const auto read = decodeEvents("[" + encodeEvent(written) + "]", 9);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->front().seq, 9u);
  EXPECT_EQ(outcomeFrom(read->front().body).valueJson, outcome.valueJson);
  EXPECT_EQ(outcomeFrom(read->front().body).status, outcome.status);
  // Only what the program gets has big integers as text (D22).
  EXPECT_EQ(deliveryOf(read->front().body).valueJson,
            R"({"big":"12345678901234567890","d":1e-7,"s":"\u0000\u20ac"})");
}

TEST(Event, EveryOutcomeSurvivesTheJournal) {
  using invocation::OutcomeStatus;
  for (const auto status : {OutcomeStatus::completed, OutcomeStatus::failed, OutcomeStatus::denied,
                            OutcomeStatus::cancelled, OutcomeStatus::unknown}) {
    invocation::CallOutcome outcome;
    outcome.status = status;
    outcome.error = Error{ErrorCode::policy_denied, "no", "ask"};
    outcome.upstreamStatus = 404;
    const json::object body = outcomeBody(1, outcome);
    EXPECT_EQ(outcomeFrom(body).status, status);
    if (status == OutcomeStatus::completed) continue;
    EXPECT_EQ(outcomeFrom(body).error.code, ErrorCode::policy_denied);
    EXPECT_EQ(deliveryOf(body).code, "policy_denied");
    EXPECT_EQ(deliveryOf(body).status, 404);
  }
}

TEST(Event, OutputsSurviveTheJournalAndAreShownOnlyBySize) {
  const sandbox::Emission kOutputs[] = {
      {.kind = "text", .text = "hi"},
      {.kind = "text"},
      {.kind = "image", .mimeType = "image/png", .data = "aGk="},
      {.kind = "file", .mimeType = "text/csv", .name = "a.csv", .text = "x"}};
  for (const sandbox::Emission& output : kOutputs) {
    const Event made = event(EventKind::emitted, emissionBody(output));
    const auto again = decodeEvents("[" + encodeEvent(made) + "]", 1);
    ASSERT_TRUE(again);
    const Emitted read = emissionFrom(again->front().body);
    EXPECT_EQ(read.kind, output.kind);
    EXPECT_EQ(read.mimeType, output.mimeType);
    EXPECT_EQ(read.name, output.name);
    EXPECT_EQ(read.text, output.text);
    EXPECT_EQ(read.data, output.data);
    const EventView shown = toEventView(made);
    EXPECT_EQ(shown.kind, "emitted");
    EXPECT_EQ(shown.bodyJson.find("aGk="), std::string::npos);
    EXPECT_EQ(shown.bodyJson.find("\"hi\""), std::string::npos);
  }
}

TEST(Event, AnOutputTooBigForTheJournalHasAHandleAndItsSize) {
  const std::string bytes(kMaxInlineEmittedBytes + 1, 'x');
  const json::object big =
      emissionBody({.kind = "image", .mimeType = "image/png", .data = base64Encode(bytes)});
  EXPECT_TRUE(textOf(big, "handle").starts_with("res_"));
  const Emitted read = emissionFrom(big);
  EXPECT_EQ(read.bytes, bytes.size()) << "decoded";
  EXPECT_TRUE(read.data.empty()) << "its contents are elsewhere";
  EXPECT_FALSE(emissionBody({.kind = "text", .text = bytes.substr(1)}).contains("handle"));
  EXPECT_TRUE(emissionBody({.kind = "text", .text = bytes}).contains("handle"));
}

TEST(Event, ADamagedPageIsCorruptAndNothingElse) {
  for (std::string_view page :
       {"", "{", "{}", "[1]", R"([{"kind":"created"}])", R"([{"kind":"x","body":{}}])"}) {
    const auto read = decodeEvents(page, 1);
    ASSERT_FALSE(read) << page;
    EXPECT_EQ(read.error().code, ErrorCode::store_corrupt);
  }
}

TEST(Event, ShowsInputsRedactedAndValuesOnlyBySize) {
  const EventView requested = toEventView(
      event(EventKind::call_requested, {{"n", 1}, {"input", R"({"password":"p","name":"x"})"}}));
  EXPECT_EQ(requested.bodyJson, R"({"n":1,"input":{"password":"[redacted]","name":"x"}})");
  const EventView delivered =
      toEventView(event(EventKind::delivered, {{"n", 1}, {"value", "\"secret\""}}));
  EXPECT_EQ(delivered.bodyJson, R"({"n":1,"valueBytes":8})");
  const EventView started =
      toEventView(event(EventKind::started, {{"seed", "5"}, {"code", "x"}, {"clock", 1}}));
  EXPECT_EQ(started.bodyJson, R"({"clock":1})");
}

}  // namespace
}  // namespace executor::execution
