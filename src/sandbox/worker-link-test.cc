// The server against a worker that the test plays over a socket pair: whatever it says, only its
// own runs can suffer (invariant 2), and nothing it says is taken on trust.
#include "sandbox/worker-link.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "sandbox/program-costs.h"
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

struct Seen final : WorkerLink::Owner {
  void onWorkerReady(WorkerLink&) override { ++ready; }
  void onWorkerIdle(WorkerLink&) override { ++idle; }
  void onWorkerGone(WorkerLink&) override { ++gone; }
  void onCost(const RunState&, std::uint64_t micros) override {
    computed += micros >= kComputesMicros ? 1 : 0;
  }
  int ready = 0, idle = 0, gone = 0, computed = 0;
};

// One link with two runs, 1 and 2, both started and at rest.
struct Played {
  asio::io_context loop;
  Seen owner;
  Recorder events[2] = {Recorder([](const SeenCall&) { return std::nullopt; }),
                        Recorder([](const SeenCall&) { return std::nullopt; })};
  std::shared_ptr<RunState> runs[2];
  std::shared_ptr<WorkerLink> link;
  int worker = -1;
  FrameBuffer received;

  explicit Played(bool started = true) {
    int pair[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    worker = pair[1];
    link = std::make_shared<WorkerLink>(loop, Child(pair[0], -1, getpid()), owner);
    link->listen();
    if (!started) return;
    say(ReadyFrame{});
    for (std::uint32_t i = 0; i < 2; ++i) {
      runs[i] = std::make_shared<RunState>(events[i]);
      link->start({.run = i + 1, .code = "x"}, runs[i]);
      say(StartedFrame{.run = i + 1, .code = "x"});
      say(TurnEndFrame{.run = i + 1, .turn = 1});
    }
  }
  ~Played() {
    link->disown();
    link->kill("end of test");
    if (worker >= 0) close(worker);
  }

  void say(const FromWorker& frame) {
    std::string bytes;
    encodeFrame(frame, bytes);
    sayBytes(bytes);
  }
  void sayBytes(std::string_view bytes) {
    EXPECT_EQ(send(worker, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    settle();
  }
  void settle() {
    loop.restart();
    loop.poll();
  }
  void hangUp() {
    close(std::exchange(worker, -1));
    settle();
  }
  // The next frame the server sent; nullopt if there is none.
  std::optional<ToWorker> heard() {
    const ssize_t count = recv(worker, received.prepare(1 << 16), 1 << 16, MSG_DONTWAIT);
    if (count > 0) received.committed(static_cast<std::size_t>(count));
    auto body = received.next();
    if (!body || !*body) return std::nullopt;
    return decodeToWorker(**body).value();
  }
  bool killed() const { return owner.gone > 0; }
};

std::string lengthOf(std::uint32_t length) {
  std::string bytes(4, '\0');
  std::memcpy(bytes.data(), &length, 4);
  return bytes;
}

TEST(WorkerLink, ReadyAndStartedRunsAreReported) {
  Played p;
  EXPECT_EQ(p.owner.ready, 1);
  EXPECT_EQ(p.events[0].startedCode, "x");
  EXPECT_EQ(p.events[1].turns, std::vector<std::uint32_t>{1});
  EXPECT_EQ(p.link->facts().load, 2u);
  EXPECT_EQ(p.link->facts().started, 2u);
  EXPECT_FALSE(p.killed());
}

// Each of these is something our own worker never says.
TEST(WorkerLink, KillsAWorkerThatSaysWhatOursNever) {
  struct Row {
    const char* what;
    FromWorker frame;
  };
  const std::string invalid = "\xff";
  const Row rows[] = {
      {"ready twice", ReadyFrame{}},
      {"started twice", StartedFrame{.run = 1, .code = "x"}},
      {"a run it does not have", TurnEndFrame{.run = 3, .turn = 1}},
      {"run 0", TurnEndFrame{.run = 0, .turn = 1}},
      {"a call of no run", CallFrame{.run = 9, .n = 1, .path = "a", .inputJson = "{}"}},
      {"stopped without being asked", StoppedFrame{.run = 1}},
      {"moved and may not", LongTurnFrame{.run = 1, .moved = true}},
      {"a long turn of nobody's", LongTurnFrame{.run = 7}},
      {"a call out of order", CallFrame{.run = 1, .n = 2, .path = "a", .inputJson = "{}"}},
      {"call 0", CallFrame{.run = 1, .n = 0, .path = "a", .inputJson = "{}"}},
      {"input that is no JSON", CallFrame{.run = 1, .n = 1, .path = "a", .inputJson = "{"}},
      {"no input", CallFrame{.run = 1, .n = 1, .path = "a", .inputJson = ""}},
      {"input that breaks out",
       CallFrame{.run = 1, .n = 1, .path = "a", .inputJson = R"({},"x":{})"}},
      {"options that are no JSON",
       CallFrame{.run = 1, .n = 1, .path = "a", .inputJson = "{}", .optionsJson = "}"}},
      {"a path that is no text", CallFrame{.run = 1, .n = 1, .path = invalid, .inputJson = "{}"}},
      {"input that is no text",
       CallFrame{.run = 1, .n = 1, .path = "a", .inputJson = "\"" + invalid + "\""}},
      {"console that is no text", ConsoleFrame{.run = 1, .level = 1, .text = invalid}},
      {"output that is no text",
       EmitFrame{.run = 1, .emission = {.kind = "text", .text = invalid}}},
      {"output of an unknown kind", EmitFrame{.run = 1, .emission = {.kind = "html"}}},
      {"a picture that is a page",
       EmitFrame{.run = 1, .emission = {.kind = "image", .mimeType = "text/html", .data = "aGk="}}},
      {"a file that leaves its folder",
       EmitFrame{.run = 1,
                 .emission = {.kind = "file", .mimeType = "a/b", .name = "../x", .data = "aGk="}}},
      {"a result that is no JSON", EndFrame{.run = 1, .ok = true, .resultJson = "1 2"}},
      {"no result", EndFrame{.run = 1, .ok = true}},
      {"a message that is no text", EndFrame{.run = 1, .message = invalid}},
      {"a hint that is no text", EndFrame{.run = 1, .hint = invalid}},
      {"a name that is no text", EndFrame{.run = 1, .errorName = invalid}},
      {"a stack that is no text", EndFrame{.run = 1, .stack = invalid}},
  };
  for (const Row& row : rows) {
    Played p;
    p.say(row.frame);
    EXPECT_TRUE(p.killed()) << row.what;
    for (Recorder& run : p.events) {
      ASSERT_TRUE(run.end) << row.what;
      EXPECT_EQ(run.end->error.code, ErrorCode::worker_crashed) << row.what;
      EXPECT_TRUE(run.calls.empty()) << row.what;
      EXPECT_TRUE(run.console.empty()) << row.what;
    }
  }
}

TEST(WorkerLink, KillsAWorkerThatSendsNoFrames) {
  struct Row {
    const char* what;
    std::string bytes;
  };
  const Row rows[] = {
      {"an empty frame", lengthOf(0)},
      {"a frame over the limit", lengthOf(kMaxFrameBytes + 1)},
      {"the largest length", lengthOf(UINT32_MAX)},
      {"an unknown type", lengthOf(5) + std::string("\x63\x01\0\0\0", 5)},
      {"the server's own type", lengthOf(5) + std::string("\x04\x01\0\0\0", 5)},
      {"a frame cut short", lengthOf(4) + std::string("\x16\x01\0\0", 4)},
      {"bytes left over", lengthOf(10) + std::string("\x16\x01\0\0\0\x01\0\0\0x", 10)},
      {"HTTP", "GET / HTTP/1.1\r\n\r\n"},
  };
  for (const Row& row : rows) {
    Played p;
    p.sayBytes(row.bytes);
    EXPECT_TRUE(p.killed()) << row.what;
    EXPECT_EQ(p.events[1].end->error.code, ErrorCode::worker_crashed) << row.what;
  }
}

TEST(WorkerLink, RandomBytesKillAndReportNothing) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    Played p;
    // A length that is there at once, so that the body is judged.
    std::string body(1 + random() % 40, '\0');
    for (char& c : body) c = static_cast<char>(random());
    body[0] = static_cast<char>(32 + random() % 200);
    p.sayBytes(lengthOf(static_cast<std::uint32_t>(body.size())) + body);
    EXPECT_TRUE(p.killed());
    EXPECT_TRUE(p.events[0].calls.empty());
  }
}

TEST(WorkerLink, SpeakingBeforeStartedIsRefused) {
  for (const FromWorker& frame :
       {FromWorker(CallFrame{.run = 1, .n = 1, .path = "a", .inputJson = "{}"}),
        FromWorker(StartedFrame{.run = 1, .code = "\xff"})}) {
    Played p(false);
    p.say(ReadyFrame{});
    p.runs[0] = std::make_shared<RunState>(p.events[0]);
    p.link->start({.run = 1, .code = "x"}, p.runs[0]);
    p.say(frame);
    EXPECT_TRUE(p.killed());
    EXPECT_FALSE(p.events[0].startedCode);
  }
}

TEST(WorkerLink, OpenCallsAreBounded) {
  Played p;
  for (std::uint32_t n = 1; n <= kMaxOpenCalls; ++n) {
    p.say(CallFrame{.run = 1, .n = n, .path = "a", .inputJson = "{}"});
  }
  EXPECT_FALSE(p.killed());
  EXPECT_EQ(p.events[0].calls.size(), kMaxOpenCalls);
  p.say(CallFrame{.run = 1, .n = kMaxOpenCalls + 1, .path = "a", .inputJson = "{}"});
  EXPECT_TRUE(p.killed());
  EXPECT_EQ(p.events[0].calls.size(), kMaxOpenCalls);
}

TEST(WorkerLink, CallsOfARunAreBounded) {
  Played p;
  p.runs[0]->limits.calls = 2;
  for (std::uint32_t n = 1; n <= 2; ++n) {
    p.say(CallFrame{.run = 1, .n = n, .path = "a", .inputJson = "{}"});
    p.runs[0]->openCalls.clear();
  }
  EXPECT_FALSE(p.killed());
  p.say(CallFrame{.run = 1, .n = 3, .path = "a", .inputJson = "{}"});
  EXPECT_TRUE(p.killed());
}

TEST(WorkerLink, TimersAreBoundedAndSetOnce) {
  Played p;
  for (std::uint32_t id = 1; id <= kMaxTimers; ++id) p.say(TimerSetFrame{.run = 1, .id = id});
  EXPECT_FALSE(p.killed());
  p.say(TimerClearedFrame{.run = 1, .id = 5});
  p.say(TimerClearedFrame{.run = 1, .id = 5});  // fired in the same moment: no fault
  p.say(TimerSetFrame{.run = 1, .id = 5});
  EXPECT_FALSE(p.killed());
  p.say(TimerSetFrame{.run = 1, .id = kMaxTimers + 1});
  EXPECT_TRUE(p.killed());
  Played twice;
  twice.say(TimerSetFrame{.run = 1, .id = 7});
  twice.say(TimerSetFrame{.run = 1, .id = 7});
  EXPECT_TRUE(twice.killed());
}

TEST(WorkerLink, ConsoleOutputIsBounded) {
  Played p;
  const std::string line(kMaxConsoleLineBytes, 'x');
  for (int i = 0; i < 8; ++i) p.say(ConsoleFrame{.run = 1, .level = 1, .text = line});
  EXPECT_FALSE(p.killed());
  for (int i = 0; i < 2; ++i) p.say(ConsoleFrame{.run = 1, .level = 1, .text = line});
  EXPECT_TRUE(p.killed());
}

TEST(WorkerLink, EmittedOutputIsBoundedByCountAndBytes) {
  Played many;
  const Emission text{.kind = "text", .text = "x"};
  for (std::uint32_t i = 0; i < kMaxEmits; ++i) many.say(EmitFrame{.run = 1, .emission = text});
  EXPECT_FALSE(many.killed());
  many.say(EmitFrame{.run = 1, .emission = text});
  EXPECT_TRUE(many.killed());
  Played large;
  // In pieces that a socket takes at once.
  const Emission piece{.kind = "text", .text = std::string(64u << 10, 'x')};
  for (std::size_t sent = 0; sent < kMaxEmitBytes; sent += piece.text.size()) {
    large.say(EmitFrame{.run = 1, .emission = piece});
  }
  EXPECT_FALSE(large.killed());
  large.say(EmitFrame{.run = 1, .emission = text});
  EXPECT_TRUE(large.killed());
}

// A run of one worker can only claim to have failed by what was delivered to it as a failure.
TEST(WorkerLink, TheCallARunEndsWithMustHaveFailed) {
  struct Row {
    std::uint32_t claimed;
    std::uint32_t taken;
  };
  constexpr Row kRows[] = {{0, 0}, {1, 0}, {2, 2}, {3, 0}, {UINT32_MAX, 0}};
  for (const Row& row : kRows) {
    Played p;
    p.runs[0]->failedCalls = {2};
    p.say(EndFrame{.run = 1, .code = "approval_denied", .hostErrorCall = row.claimed});
    ASSERT_TRUE(p.events[0].end);
    EXPECT_EQ(p.events[0].end->hostErrorCall, row.taken) << row.claimed;
    EXPECT_FALSE(p.killed());
  }
}

TEST(WorkerLink, AnUnknownCodeIsAProgramError) {
  for (const char* code : {"", "nonsense", "OK", "program_error "}) {
    Played p;
    p.say(EndFrame{.run = 1, .code = code, .message = "m"});
    EXPECT_EQ(p.events[0].end->error.code, ErrorCode::program_error) << code;
    EXPECT_EQ(p.events[0].end->error.message, "m");
  }
}

TEST(WorkerLink, AnEndTouchesOnlyItsOwnRun) {
  Played p;
  p.say(EndFrame{.run = 1, .ok = true, .resultJson = "5", .cpuMicros = 12});
  ASSERT_TRUE(p.events[0].end);
  EXPECT_EQ(p.events[0].end->resultJson, "5");
  EXPECT_EQ(p.events[0].end->cpuMicros, 12u);
  EXPECT_FALSE(p.events[1].end);
  EXPECT_EQ(p.link->facts().load, 1u);
  EXPECT_EQ(p.owner.idle, 0);
  p.say(EndFrame{.run = 2, .ok = true, .resultJson = "6", .tainted = true});
  EXPECT_EQ(p.owner.idle, 1);
  EXPECT_TRUE(p.link->facts().tainted);
}

TEST(WorkerLink, AnEndedRunSaysNothingMore) {
  Played p;
  p.say(EndFrame{.run = 1, .ok = true, .resultJson = "5"});
  p.say(EndFrame{.run = 1, .ok = true, .resultJson = "6"});
  EXPECT_TRUE(p.killed());
  EXPECT_EQ(p.events[0].end->resultJson, "5");
  EXPECT_EQ(p.events[1].end->error.code, ErrorCode::worker_crashed);
}

TEST(WorkerLink, AStoppedRunIsSilencedUntilItStops) {
  Played p;
  p.link->stop(1);
  p.say(CallFrame{.run = 1, .n = 1, .path = "a", .inputJson = "{}"});
  p.say(CallFrame{.run = 1, .n = 77, .path = "\xff", .inputJson = ""});
  p.say(EndFrame{.run = 1, .ok = true, .resultJson = "5"});
  EXPECT_TRUE(p.events[0].calls.empty());
  EXPECT_FALSE(p.events[0].end);
  EXPECT_FALSE(p.killed());
  p.say(StoppedFrame{.run = 1});
  EXPECT_FALSE(p.killed());
  p.say(StoppedFrame{.run = 1});
  EXPECT_TRUE(p.killed());
}

TEST(WorkerLink, StoppingTheLastRunLeavesItIdle) {
  Played p;
  p.link->stop(1);
  p.link->stop(2);
  p.link->stop(2);
  p.link->stop(99);
  p.say(StoppedFrame{.run = 1});
  p.say(StoppedFrame{.run = 2});
  EXPECT_GE(p.owner.idle, 1);
  EXPECT_EQ(p.link->facts().load, 0u);
}

TEST(WorkerLink, SendsEachEventInOrder) {
  Played p;
  p.link->deliver({.run = 1, .n = 4, .clock = 9, .ok = true, .valueJson = "1"});
  p.link->fire({.run = 2, .id = 6, .clock = 10});
  p.link->stop(1);
  EXPECT_EQ(std::get<StartFrame>(*p.heard()).run, 1u);
  EXPECT_EQ(std::get<StartFrame>(*p.heard()).run, 2u);
  EXPECT_EQ(std::get<DeliverFrame>(*p.heard()).n, 4u);
  EXPECT_EQ(std::get<TimerFrame>(*p.heard()).id, 6u);
  EXPECT_EQ(std::get<StopFrame>(*p.heard()).run, 1u);
  EXPECT_FALSE(p.heard());
}

// The server must not block on a worker that reads nothing, nor lose what it could not yet send.
TEST(WorkerLink, AWorkerThatReadsSlowlyGetsEverything) {
  Played p;
  const std::string value = "\"" + std::string(1u << 20, 'x') + "\"";
  for (std::uint32_t n = 1; n <= 8; ++n) {
    p.link->deliver({.run = 1, .n = n, .ok = true, .valueJson = value});
  }
  std::uint32_t seen = 0;
  for (int i = 0; i < 10'000 && seen < 8; ++i) {
    p.settle();
    const auto frame = p.heard();
    if (!frame) continue;
    const auto* deliver = std::get_if<DeliverFrame>(&*frame);
    if (deliver == nullptr) continue;
    EXPECT_EQ(deliver->n, ++seen);
    EXPECT_EQ(deliver->valueJson.size(), value.size());
  }
  EXPECT_EQ(seen, 8u);
}

TEST(WorkerLink, IsSilentWhileATurnIsUnanswered) {
  Played p;
  EXPECT_EQ(p.link->facts().silent.count(), 0);
  EXPECT_GT(p.link->facts().rest.count(), 0);
  p.link->deliver({.run = 1, .n = 1, .ok = true});
  p.link->deliver({.run = 1, .n = 2, .ok = true});
  EXPECT_GT(p.link->facts().silent.count(), 0);
  EXPECT_EQ(p.link->facts().rest.count(), 0);
  p.say(TurnEndFrame{.run = 1, .turn = 2});
  EXPECT_GT(p.link->facts().silent.count(), 0);
  p.say(TurnEndFrame{.run = 1, .turn = 0});
  EXPECT_EQ(p.link->facts().silent.count(), 0);
  EXPECT_GT(p.link->facts().rest.count(), 0);
  EXPECT_EQ(p.events[0].turns, (std::vector<std::uint32_t>{1, 2}));
}

// First come, first served: who is not overtaken waits, however long.
TEST(WorkerLink, OnlyATurnThatALaterOneOvertookComputes) {
  Played p;
  p.link->deliver({.run = 1, .n = 1, .ok = true});
  p.link->deliver({.run = 2, .n = 1, .ok = true});
  EXPECT_EQ(p.link->facts().overtaken.count(), 0);
  p.say(TurnEndFrame{.run = 1, .turn = 2});
  EXPECT_EQ(p.link->facts().overtaken.count(), 0) << "in order";
  p.link->deliver({.run = 1, .n = 2, .ok = true});
  p.say(TurnEndFrame{.run = 1, .turn = 3});
  EXPECT_GT(p.link->facts().overtaken.count(), 0) << "the second run was asked before";
  p.say(TurnEndFrame{.run = 2, .turn = 2});
  EXPECT_EQ(p.link->facts().overtaken.count(), 0);
}

TEST(WorkerLink, AfterALongTurnTheWorkerIsOneThatGivesWay) {
  Played p;
  EXPECT_FALSE(p.link->facts().givesWay);
  p.say(LongTurnFrame{.run = 1});
  EXPECT_TRUE(p.link->facts().givesWay);
  EXPECT_EQ(p.owner.computed, 1);
  EXPECT_FALSE(p.events[0].end) << "the run goes on";
  EXPECT_FALSE(p.killed());
}

TEST(WorkerLink, AProgramThatEndsSoonHasComputedFromABoundOfCpuForEachTurn) {
  Played p;
  p.say(EndFrame{.run = 1, .ok = true, .resultJson = "1", .cpuMicros = kComputesMicros - 1});
  EXPECT_EQ(p.owner.computed, 0);
  p.runs[1]->calls = 9;  // ten turns
  p.say(EndFrame{.run = 2, .ok = true, .resultJson = "1", .cpuMicros = 10 * kComputesMicros});
  EXPECT_EQ(p.owner.computed, 1);
  EXPECT_FALSE(p.link->facts().givesWay) << "only its next run is placed elsewhere";
}

TEST(WorkerLink, ARunThatMovesIsOverHereAndNothingElseIs) {
  Played p;
  p.runs[0]->mayMove = true;
  p.say(LongTurnFrame{.run = 1, .moved = true});
  EXPECT_EQ(p.events[0].end->loss, Loss::moved);
  EXPECT_FALSE(p.events[1].end);
  EXPECT_FALSE(p.link->facts().givesWay);
  EXPECT_EQ(p.link->facts().load, 1u);
  EXPECT_EQ(p.owner.computed, 1);
  p.say(TurnEndFrame{.run = 1, .turn = 2});
  EXPECT_TRUE(p.killed()) << "it has no such run any more";
}

TEST(WorkerLink, AnEndOvertakesToo) {
  Played p;
  p.link->deliver({.run = 1, .n = 1, .ok = true});
  p.link->deliver({.run = 2, .n = 1, .ok = true});
  p.say(EndFrame{.run = 2, .ok = true, .resultJson = "1"});
  EXPECT_GT(p.link->facts().overtaken.count(), 0);
}

// What came while the loop was elsewhere is not silence.
TEST(WorkerLink, UnreadWordsAreNoSilence) {
  Played p;
  p.link->deliver({.run = 1, .n = 1, .ok = true});
  const auto later = std::chrono::steady_clock::now() + 2 * kLongSilence;
  while (std::chrono::steady_clock::now() < later) {
  }
  EXPECT_TRUE(isComputing(p.link->facts()));
  std::string bytes;
  encodeFrame(TurnEndFrame{.run = 1, .turn = 2}, bytes);
  ASSERT_EQ(send(p.worker, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  EXPECT_FALSE(isComputing(p.link->facts()));
}

TEST(WorkerLink, HangingUpLosesItsRuns) {
  Played p;
  while (p.heard()) {
    // What lies unread would turn the end of the stream into a reset.
  }
  p.hangUp();
  EXPECT_EQ(p.owner.gone, 1);
  for (const Recorder& run : p.events) {
    EXPECT_EQ(run.end->error.code, ErrorCode::worker_crashed);
    EXPECT_EQ(run.end->error.detail, "the worker ended");
    EXPECT_EQ(run.end->error.message, "The sandbox process that ran the program died.");
    EXPECT_EQ(run.end->loss, Loss::atRest);
  }
}

// D9: one run is the cause, the others are lost.
TEST(WorkerLink, OnlyTheRunThatWasAtWorkIsTheCauseOfADeath) {
  Played p;
  p.link->deliver({.run = 2, .n = 1, .ok = true});
  p.link->kill("test");
  EXPECT_EQ(p.events[0].end->loss, Loss::atRest);
  EXPECT_EQ(p.events[1].end->loss, Loss::cause);
}

TEST(WorkerLink, OfSeveralAtWorkTheFirstAskedIsTheCause) {
  Played p;
  p.link->deliver({.run = 2, .n = 1, .ok = true});
  p.link->deliver({.run = 1, .n = 1, .ok = true});
  p.link->kill("test");
  EXPECT_EQ(p.events[0].end->loss, Loss::inTurn);
  EXPECT_EQ(p.events[1].end->loss, Loss::cause);
}

TEST(WorkerLink, WithNobodyAtWorkNobodyIsTheCause) {
  Played p;
  p.link->kill("test");
  for (const Recorder& run : p.events) EXPECT_EQ(run.end->loss, Loss::atRest);
}

TEST(WorkerLink, TheLastWordNamesTheCauseAndWhatHappened) {
  struct Row {
    std::uint8_t outOfMemory;
    ErrorCode code;
  };
  for (const Row& row : {Row{1, ErrorCode::memory_limit}, Row{0, ErrorCode::worker_crashed}}) {
    Played p;
    p.link->deliver({.run = 2, .n = 1, .ok = true});
    p.say(LastWordFrame{.run = 1, .outOfMemory = row.outOfMemory});
    EXPECT_TRUE(p.killed());
    EXPECT_EQ(p.events[0].end->loss, Loss::cause);
    EXPECT_EQ(p.events[0].end->error.code, row.code);
    EXPECT_FALSE(p.events[0].end->error.hint.empty());
    EXPECT_EQ(p.events[1].end->loss, Loss::inTurn);
    EXPECT_EQ(p.events[1].end->error.code, ErrorCode::worker_crashed);
  }
}

// A compromised worker may blame whom it likes; it has only its own tenant's runs to blame.
TEST(WorkerLink, ALastWordAboutNobodyBlamesWhoWasAtWork) {
  for (const std::uint32_t named : {0u, 77u}) {
    Played p;
    p.link->deliver({.run = 2, .n = 1, .ok = true});
    p.say(LastWordFrame{.run = named});
    EXPECT_EQ(p.events[0].end->loss, Loss::atRest);
    EXPECT_EQ(p.events[1].end->loss, Loss::cause);
  }
}

// Written by a signal handler: no allocation may be needed for it.
TEST(WorkerLink, TheLastWordFitsIntoAStringWithoutAllocation) {
  std::string bytes;
  const std::size_t inPlace = bytes.capacity();
  encodeFrame(LastWordFrame{.run = UINT32_MAX, .outOfMemory = 1}, bytes);
  EXPECT_EQ(bytes.capacity(), inPlace);
}

TEST(WorkerLink, ADeadLinkTakesAndSaysNothing) {
  Played p;
  p.link->kill("test");
  p.link->kill("again");
  EXPECT_EQ(p.owner.gone, 1);
  p.link->stop(1);
  p.link->fire({.run = 1, .id = 1});
  p.settle();
  EXPECT_EQ(p.events[0].end->error.detail, "test");
}

TEST(WorkerLink, ADisownedLinkCallsNobody) {
  Played p;
  p.link->disown();
  p.say(EndFrame{.run = 1, .ok = true, .resultJson = "1"});
  p.say(EndFrame{.run = 2, .ok = true, .resultJson = "1"});
  p.link->kill("test");
  EXPECT_EQ(p.owner.idle + p.owner.gone, 0);
}

}  // namespace
}  // namespace executor::sandbox
