// Sizes and numbers at the edge of what a program may send, wait for and be told.
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

std::string repeat(std::size_t count) { return "'x'.repeat(" + std::to_string(count) + ")"; }

// The frame around the text: {"x":"..."} takes eight bytes.
constexpr std::size_t kAround = 8;

TEST(CallLimits, TextsPassAtTheirLimitAndFailOverIt) {
  struct Row {
    const char* what;
    std::string code;
    bool passes;
  };
  const Row rows[] = {
      {"options at the limit",
       "await tools.a.b({}, {x: " + repeat(kMaxOptionsBytes - kAround) + "})", true},
      {"options over it",
       "await tools.a.b({}, {x: " + repeat(kMaxOptionsBytes - kAround + 1) + "})", false},
      {"input at the limit", "await tools.a.b({x: " + repeat(kMaxCallInputBytes - kAround) + "})",
       true},
      {"input over it", "await tools.a.b({x: " + repeat(kMaxCallInputBytes - kAround + 1) + "})",
       false},
      {"a path at the limit", "await tools[" + repeat(kMaxPathBytes) + "]({})", true},
      {"a path over it", "await tools[" + repeat(kMaxPathBytes + 1) + "]({})", false},
      {"a path over it in segments",
       "await tools[" + repeat(kMaxPathBytes / 2) + "][" + repeat(kMaxPathBytes / 2) + "]({})",
       false},
      {"characters count as bytes", "await tools['\\u20ac'.repeat(342)]({})", false},
  };
  for (const Row& row : rows) {
    Recorder recorder([](const SeenCall& call) { return succeed(call, "1"); });
    const RunEnd end = runToEnd(recorder, programOf(row.code));
    EXPECT_EQ(end.ok, row.passes) << row.what << ": " << end.error.message;
    EXPECT_EQ(recorder.calls.size(), row.passes ? 1u : 0u) << row.what;
    if (row.passes) continue;
    EXPECT_EQ(end.error.code, ErrorCode::payload_too_large) << row.what;
    EXPECT_FALSE(end.error.hint.empty()) << row.what;
  }
}

TEST(CallLimits, ACallThatIsTooLargeCanBeCaughtAndTheNextGoesThrough) {
  Recorder recorder;
  const RunEnd end =
      runToEnd(recorder, programOf("let code; try { await tools.a.b({x: 'x'.repeat(9 << 20)}) }"
                                   "catch (e) { code = e.code } await tools.a.c({}); return code"));
  EXPECT_EQ(end.resultJson, "\"payload_too_large\"");
  ASSERT_EQ(recorder.calls.size(), 1u);
  EXPECT_EQ(recorder.calls[0].n, 1u);
}

TEST(CallLimits, NumbersOfTheRequestAreKept) {
  struct Row {
    const char* what;
    std::uint32_t calls, openCalls;
    const char* code;
    const char* expected;  // result, or "!" and the error's code
    std::size_t made;
  };
  constexpr Row kRows[] = {
      {"no call allowed", 0, 10, "await tools.a.b({})", "!call_limit", 0},
      {"one allowed, one made", 1, 10, "await tools.a.b({}); return 1", "1", 1},
      {"one allowed, two made", 1, 10, "await tools.a.b({}); await tools.a.b({})", "!call_limit",
       1},
      {"one at a time", 50, 1,
       "return (await Promise.all([1, 2, 3].map((i) => tools.a.b({i})))).length", "3", 3},
      {"refused calls do not count", 1, 10,
       "try { await tools.a.b(5) } catch {} await tools.a.b({}); return 1", "1", 1},
      {"the limit can be caught", 1, 10,
       "await tools.a.b({}); try { await tools.a.b({}) } catch (e) { return e.code }",
       "\"call_limit\"", 1},
  };
  for (const Row& row : kRows) {
    RunRequest request = programOf(row.code);
    request.limits.calls = row.calls;
    request.limits.openCalls = row.openCalls;
    Recorder recorder;
    const RunEnd end = runToEnd(recorder, request);
    const std::string got = end.ok ? end.resultJson : "!" + std::string(end.error.codeName());
    EXPECT_EQ(got, row.expected) << row.what;
    EXPECT_EQ(recorder.calls.size(), row.made) << row.what;
  }
}

// What a failed call tells the program, whatever the server puts into it.
TEST(CallLimits, OutcomesOfAnyShapeReachTheProgram) {
  struct Row {
    const char* what;
    Delivery outcome;
    const char* shown;
  };
  const std::string code =
      "try { return [await tools.a.b({})] } catch (e) { return [e.name, e.message, e.code ?? null,"
      " e.status ?? null, e.body ?? null, e.hint ?? null] }";
  const Row rows[] = {
      {"nothing", {.ok = true}, "[null]"},
      {"a number", {.ok = true, .valueJson = "-0.5"}, "[-0.5]"},
      {"naughty keys",
       {.ok = true, .valueJson = R"({"__proto__":1,"then":2,"":3})"},
       R"([{"__proto__":1,"then":2,"":3}])"},
      {"a lone surrogate", {.ok = true, .valueJson = R"("\ud800")"}, R"(["\ud800"])"},
      {"a NUL", {.ok = true, .valueJson = R"("a\u0000b")"}, R"(["a\u0000b"])"},
      {"deep nesting",
       {.ok = true, .valueJson = "[[[[[[[[[[1]]]]]]]]]]"},
       "[[[[[[[[[[[1]]]]]]]]]]]"},
      {"only a message", {.message = "m"}, R"(["Error","m","",null,null,null])"},
      {"a code that is not ours",
       {.message = "m", .code = "x y"},
       R"(["Error","m","x y",null,null,null])"},
      {"a status",
       {.message = "m", .code = "upstream_error", .status = 599},
       R"(["Error","m","upstream_error",599,null,null])"},
      {"a body that is JSON",
       {.message = "m", .bodyJson = R"([1,"a"])"},
       R"(["Error","m","",null,[1,"a"],null])"},
      {"a body that is not",
       {.message = "m", .bodyJson = "<html>"},
       R"(["Error","m","",null,"<html>",null])"},
      {"a hint", {.message = "m", .hint = "h"}, R"(["Error","m","",null,null,"h"])"},
      {"an empty message", {}, R"(["Error","","",null,null,null])"},
      {"quotes and lines", {.message = "a\"b\nc\\"}, R"(["Error","a\"b\nc\\","",null,null,null])"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(resultOf(code,
                       [&](const SeenCall& call) {
                         Delivery delivery = row.outcome;
                         delivery.n = call.n;
                         return delivery;
                       }),
              row.shown)
        << row.what;
  }
}

TEST(CallLimits, AnOutcomeThatIsNoJsonRejectsTheCall) {
  for (const char* text : {"{", "undefined", "[1,]", "'a'", "NaN"}) {
    EXPECT_EQ(resultOf("try { await tools.a.b({}) } catch (e) { return e.name }",
                       [&](const SeenCall& call) { return succeed(call, text); }),
              "\"SyntaxError\"")
        << text;
  }
}

TEST(CallLimits, TimersTakeDelaysOfAnyKind) {
  struct Row {
    const char* delay;
    std::uint32_t ms;
  };
  constexpr Row kRows[] = {{"0", 0},          {"1", 1},
                           {"1.9", 1},        {"-5", 0},
                           {"NaN", 0},        {"Infinity", 0},
                           {"'20'", 20},      {"null", 0},
                           {"undefined", 0},  {"2147483647", 2147483647},
                           {"2147483648", 0}, {"{valueOf() { return 7 }}", 7}};
  struct Delays final : Recorder {
    void onTimer(std::uint32_t id, std::uint32_t delayMs) override {
      delays.push_back(delayMs);
      Recorder::onTimer(id, delayMs);
    }
    std::vector<std::uint32_t> delays;
  };
  for (const Row& row : kRows) {
    Delays recorder;
    const RunEnd end = runToEnd(recorder, programOf("await new Promise((r) => setTimeout(r, " +
                                                    std::string(row.delay) + ")); return 1"));
    EXPECT_TRUE(end.ok) << row.delay << end.error.message;
    EXPECT_EQ(recorder.delays, std::vector<std::uint32_t>{row.ms}) << row.delay;
  }
}

TEST(CallLimits, OpenTimersPassAtTheirLimit) {
  EXPECT_EQ(resultOf("for (let i = 0; i < 1000; i++) setTimeout(() => {}, 5); return 1"), "1");
  EXPECT_EQ(resultOf("for (let i = 0; i < 3000; i++) clearTimeout(setTimeout(() => {}, 5));"
                     "return 1"),
            "1");
}

TEST(CallLimits, ConsoleLinesPassAtTheirLimit) {
  struct Row {
    std::size_t size;
    bool whole;
  };
  constexpr Row kRows[] = {{0, true},
                           {1, true},
                           {kMaxConsoleLineBytes, true},
                           {kMaxConsoleLineBytes + 1, false},
                           {4 * kMaxConsoleLineBytes, false}};
  for (const Row& row : kRows) {
    Recorder recorder;
    runToEnd(recorder, programOf("console.log(" + repeat(row.size) + ")"));
    ASSERT_EQ(recorder.console.size(), 1u) << row.size;
    EXPECT_EQ(recorder.console[0].size() == row.size + 5, row.whole) << row.size;
    EXPECT_LE(recorder.console[0].size(), kMaxConsoleLineBytes + 64) << row.size;
  }
}

TEST(CallLimits, TheProgramItselfPassesAtItsLimit) {
  const std::string code = "return 1 //";
  const auto sized = [&](std::size_t size) { return code + std::string(size - code.size(), 'x'); };
  EXPECT_EQ(resultOf(sized(kMaxCodeBytes)), "1");
  const RunEnd over = failureOf(sized(kMaxCodeBytes + 1));
  EXPECT_EQ(over.error.code, ErrorCode::payload_too_large);
  EXPECT_EQ(over.error.message, "The program is larger than 512 KiB.");
}

TEST(CallLimits, TheResultPassesAtItsLimit) {
  EXPECT_EQ(resultOf("return " + repeat(kMaxResultBytes - 2)).size(), kMaxResultBytes);
  EXPECT_EQ(failureOf("return " + repeat(kMaxResultBytes - 1)).error.code,
            ErrorCode::result_too_large);
}

}  // namespace
}  // namespace executor::sandbox
