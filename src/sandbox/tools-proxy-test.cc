// The `tools` proxy (D20, reference RUN-020 to RUN-025) and what a failed call throws.
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

std::vector<std::string> pathsOf(std::string code) {
  Recorder recorder;
  const RunEnd end = runToEnd(recorder, programOf(std::move(code)));
  EXPECT_TRUE(end.ok) << end.error.message;
  std::vector<std::string> paths;
  for (const SeenCall& call : recorder.calls) paths.push_back(call.path);
  return paths;
}

using Paths = std::vector<std::string>;

TEST(ToolsProxy, JoinsSegmentsWithDots) {
  EXPECT_EQ(pathsOf("await tools.a({}); await tools.a.b.c.d({})"), (Paths{"a", "a.b.c.d"}));
}

TEST(ToolsProxy, TakesAnySegmentInBrackets) {
  EXPECT_EQ(pathsOf("await tools['my ns']['do-it']({}); const k = 'x'; await tools[k][0]({})"),
            (Paths{"my ns.do-it", "x.0"}));
}

TEST(ToolsProxy, ReachesReservedNamesWithUnderscore) {
  EXPECT_EQ(pathsOf("await tools.a.then_({}); await tools.a.call_({}); await tools.a.bind_({})"),
            (Paths{"a.then_", "a.call_", "a.bind_"}));
}

TEST(ToolsProxy, CanBeHeldAndPassedAround) {
  EXPECT_EQ(pathsOf("const {list} = tools.gh.issues; await list({}); const g = await tools.gh;"
                    "await g.x({}); await [1].map((i) => tools.m.n({i}))[0];"
                    "await tools.a.b.call(null, {}); await tools.a.b.apply(null, [{}])"),
            (Paths{"gh.issues.list", "gh.x", "m.n", "a.b", "a.b"}));
}

TEST(ToolsProxy, IsNoValue) {
  EXPECT_EQ(resultOf("return [tools.a.then, tools[Symbol.iterator], typeof tools.a,"
                     "Object.keys(tools), 'x' in tools, tools.x.prototype]"),
            R"([null,null,"function",[],false,null])");
  EXPECT_EQ(failureOf("return `${tools.a.b}`").errorName, "TypeError");
  EXPECT_EQ(failureOf("tools.x = 1").errorName, "TypeError");
}

TEST(ToolsProxy, RefusesACallOfTheRoot) {
  const RunEnd end = failureOf("await tools({})");
  EXPECT_NE(end.error.message.find("Tool path missing in invocation"), std::string::npos);
}

TEST(ToolsProxy, ExpectsAnObject) {
  for (const char* input : {"'text'", "5", "[1]", "null", "true", "() => 1", "Symbol()"}) {
    const RunEnd end = failureOf("await tools.a.b(" + std::string(input) + ")");
    EXPECT_EQ(end.errorName, "TypeError") << input;
    EXPECT_NE(end.error.message.find("must be an object"), std::string::npos) << input;
    EXPECT_EQ(end.position.line, 1u) << input;
  }
}

TEST(ToolsProxy, RejectsInsteadOfThrowing) {
  EXPECT_EQ(resultOf("return await tools.a.b(1).catch((e) => 'caught ' + e.name)"),
            "\"caught TypeError\"");
}

TEST(ToolsProxy, SerializesInputsOfAnyShape) {
  Recorder recorder;
  runToEnd(recorder,
           programOf("await tools.a.b({$filter: 1, 'ü': new Date(0), n: 10n, u: undefined,"
                     "l: [undefined, NaN], f() {}})"));
  ASSERT_EQ(recorder.calls.size(), 1u);
  EXPECT_EQ(recorder.calls[0].input,
            R"({"$filter":1,"ü":"1970-01-01T00:00:00.000Z","n":"10","l":[null,null]})");
}

TEST(ToolsProxy, NamesThePathOfACycle) {
  const RunEnd end = failureOf("const o = {a: [1]}; o.a.push({o}); await tools.a.b(o)");
  EXPECT_NE(end.error.message.find("$.a[1].o"), std::string::npos) << end.error.message;
}

TEST(ToolsProxy, FailedCallThrowsAnErrorWithItsFacts) {
  const std::string code = R"(
    try { await tools.gh.get({}); } catch (e) {
      return [e instanceof Error, e.message, e.code, e.status, e.body, e.toolPath, e.hint,
              Object.keys(e)];
    })";
  EXPECT_EQ(resultOf(code,
                     [](const SeenCall& c) {
                       Delivery d = failCall(c, "upstream_error", "Not found.");
                       d.status = 404;
                       d.bodyJson = R"({"message":"nope"})";
                       d.hint = "Look.";
                       return d;
                     }),
            R"([true,"Not found.","upstream_error",404,{"message":"nope"},"gh.get","Look.",)"
            R"(["code","status","body","toolPath","hint"]])");
}

TEST(ToolsProxy, UncaughtFailureNamesCallCodeAndLine) {
  const RunEnd end = failureOf("const a = 1;\n  await tools.gh.get({});", [](const SeenCall& c) {
    return failCall(c, "approval_denied", "Not today.");
  });
  EXPECT_EQ(end.hostErrorCall, 1u);
  EXPECT_EQ(end.error.code, ErrorCode::approval_denied);
  EXPECT_EQ(end.error.message, "Not today.");
  EXPECT_EQ(end.position.line, 2u);
}

TEST(ToolsProxy, RethrownFailureIsStillTheHosts) {
  const RunEnd end =
      failureOf("try { await tools.a.b({}); } catch (e) { e.message = 'changed'; throw e; }",
                [](const SeenCall& c) { return failCall(c, "approval_denied", "No."); });
  EXPECT_EQ(end.hostErrorCall, 1u);
  EXPECT_EQ(end.error.message, "No.");
}

TEST(ToolsProxy, WrappedFailureIsTheProgramsOwn) {
  const RunEnd end = failureOf(
      "try { await tools.a.b({}); } catch (e) { throw new Error(e.message, {cause: e}); }",
      [](const SeenCall& c) { return failCall(c, "approval_denied", "No."); });
  EXPECT_EQ(end.hostErrorCall, 0u);
  EXPECT_EQ(end.error.code, ErrorCode::program_error);
}

TEST(ToolsProxy, CallsBeyondOpenLimitWaitTheirTurn) {
  RunRequest request = programOf(R"(
    const all = await Promise.all(Array.from({length: 25}, (_, i) => tools.t.get({i})));
    return all.length)");
  request.limits.openCalls = 4;
  Recorder recorder;
  const RunEnd end = runToEnd(recorder, request);
  EXPECT_EQ(end.resultJson, "25");
  ASSERT_EQ(recorder.calls.size(), 25u);
  EXPECT_EQ(recorder.calls[24].input, R"({"i":24})");
}

TEST(ToolsProxy, CallLimitThrowsCallLimit) {
  RunRequest request = programOf("for (let i = 0; ; i++) await tools.t.get({i})");
  request.limits.calls = 10;
  Recorder recorder;
  const RunEnd end = runToEnd(recorder, request);
  EXPECT_EQ(end.error.code, ErrorCode::call_limit);
  EXPECT_EQ(recorder.calls.size(), 10u);
}

}  // namespace
}  // namespace executor::sandbox
