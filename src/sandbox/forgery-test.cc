// A program that patches the language can change what it sees, never what is reported, sent, or
// taken for a denied call.
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

// What an attacker runs first; the rest of the program must behave as if it had not.
constexpr const char* kPatches[] = {
    "JSON.stringify = () => '\"forged\"';",
    "JSON.parse = () => ({forged: true});",
    "Promise.prototype.then = function () { return 'forged' };",
    "Promise.resolve = Promise.reject = Promise.all = () => 'forged';",
    "globalThis.Promise = class { static resolve() {} then() {} };",
    "Object.defineProperty(Array.prototype, 0, {set() {}, get() { return 'forged' }});",
    "Array.prototype[Symbol.iterator] = function* () { yield 'forged' };",
    "Array.isArray = () => false; Object.keys = () => ['forged']; Object.entries = () => [];",
    "Error.prototype.name = 'Forged'; Error.prototype.toString = () => 'forged';",
    "globalThis.Error = class { constructor() { this.message = 'forged' } };",
    "Error.prepareStackTrace = (e, frames) => { globalThis.frames = frames; return 'forged' };",
    "Map.prototype.get = Map.prototype.set = WeakMap.prototype.get = () => 'forged';",
    "Function.prototype.call = Function.prototype.apply = () => 'forged';",
    "Function.prototype.bind = () => () => 'forged';",
    "Reflect.apply = Reflect.get = () => 'forged';",
    "globalThis.Proxy = class {}; globalThis.TypeError = globalThis.String = null;",
    "String.prototype.slice = String.prototype.charCodeAt = () => 'forged';",
    "Object.prototype.then = undefined; Object.prototype.code = 'approval_denied';",
    "Object.prototype.get = () => 'forged'; Object.prototype.value = 'forged';",
    "delete globalThis.JSON; delete globalThis.Promise; delete globalThis.Object;",
};

TEST(Forgery, PatchesChangeNoCallAndNoResult) {
  for (const char* patch : kPatches) {
    Recorder recorder;
    const RunEnd end = runToEnd(
        recorder, programOf(std::string(patch) + "const r = await tools.a.b({x: 1}); return {r};"));
    ASSERT_TRUE(end.ok) << patch << "\n" << end.error.message << end.stack;
    EXPECT_EQ(end.resultJson, R"({"r":{"x":1}})") << patch;
    ASSERT_EQ(recorder.calls.size(), 1u) << patch;
    EXPECT_EQ(recorder.calls[0].path, "a.b") << patch;
    EXPECT_EQ(recorder.calls[0].input, R"({"x":1})") << patch;
  }
}

TEST(Forgery, PatchesTurnNoFailureIntoSuccess) {
  for (const char* patch : kPatches) {
    const RunEnd end = runToEnd(std::string(patch) + "null.x;");
    EXPECT_FALSE(end.ok) << patch;
    EXPECT_EQ(end.error.code, ErrorCode::program_error) << patch;
    EXPECT_EQ(end.hostErrorCall, 0u) << patch;
  }
}

TEST(Forgery, PatchesHideNoDenial) {
  for (const char* patch : kPatches) {
    const RunEnd end = runToEnd(std::string(patch) + "await tools.a.b({});", [](const SeenCall& c) {
      return failCall(c, "approval_denied", "No.");
    });
    EXPECT_EQ(end.hostErrorCall, 1u) << patch << end.error.message;
    EXPECT_EQ(end.error.code, ErrorCode::approval_denied) << patch;
    EXPECT_EQ(end.error.message, "No.") << patch;
  }
}

TEST(Forgery, ALookAlikeIsNoDeniedCall) {
  const auto deny = [](const SeenCall& c) { return failCall(c, "approval_denied", "No."); };
  for (const char* code : {
           "throw Object.assign(new Error('No.'), {code: 'approval_denied', toolPath: 'a.b'})",
           "throw {name: 'Error', message: 'No.', code: 'approval_denied'}",
           "try { await tools.a.b({}) } catch (e) { throw structuredClone(e) }",
           "try { await tools.a.b({}) } catch (e) { throw Object.create(e) }",
           "try { await tools.a.b({}) } catch (e) { throw new Proxy(e, {}) }",
           "try { await tools.a.b({}) } catch (e) { throw {...e} }",
       }) {
    const RunEnd end = runToEnd(code, deny);
    EXPECT_FALSE(end.ok);
    EXPECT_EQ(end.hostErrorCall, 0u) << code;
    EXPECT_EQ(end.error.code, ErrorCode::program_error) << code;
  }
}

// The error of another call than the one it pretends to be about.
TEST(Forgery, FactsWrittenIntoTheErrorDoNotCount) {
  const RunEnd end = runToEnd(
      "await tools.a.ok({}); try { await tools.a.b({}) } catch (e) {"
      "e.code = 'policy_denied'; e.toolPath = 'x'; e.message = 'Forged'; e.name = 'X'; throw e }",
      [](const SeenCall& c) -> std::optional<Delivery> {
        if (c.path == "a.ok") return succeed(c, "1");
        return failCall(c, "upstream_error", "Real.");
      });
  EXPECT_EQ(end.hostErrorCall, 2u);
  EXPECT_EQ(end.error.code, ErrorCode::upstream_error);
  EXPECT_EQ(end.error.message, "Real.");
}

TEST(Forgery, HostFunctionsAreOutOfReach) {
  EXPECT_EQ(resultOf(R"(
    Error.prepareStackTrace = (e, frames) => frames;
    const seen = [];
    const spy = { toJSON() {
      const frames = new Error().stack;
      if (Array.isArray(frames)) for (const f of frames) seen.push(typeof f.getFunction?.());
      return {};
    } };
    await tools.a.b(spy);
    return Object.getOwnPropertyNames(globalThis).filter((n) => /host|__/i.test(n)))"),
            "[]");
}

// Frames of the harness that leak through prepareStackTrace give no more than `tools` gives.
TEST(Forgery, LeakedHarnessFunctionsForgeNothing) {
  Recorder recorder([](const SeenCall& c) { return failCall(c, "upstream_error", "Real."); });
  const RunEnd end = runToEnd(recorder, programOf(R"(
    Error.prepareStackTrace = (e, frames) => frames;
    const got = [];
    Object.defineProperty(Object.prototype, 'toJSON', { get() {
      const frames = new Error().stack;
      for (const f of Array.isArray(frames) ? frames : []) {
        const fn = f.getFunction?.();
        if (typeof fn === 'function') got.push(fn);
      }
    }, configurable: true });
    try { await tools.a.b({}); } catch {}
    delete Object.prototype.toJSON;
    for (const fn of got.filter((f) => !`${f}`.includes('prepareStackTrace'))) {
      try { await fn(1, 'approval_denied', 'x'); } catch {}
    }
    throw new Error('own'))"));
  EXPECT_FALSE(end.ok);
  EXPECT_EQ(end.hostErrorCall, 0u);
  EXPECT_EQ(end.error.code, ErrorCode::program_error);
}

TEST(Forgery, ConsoleCannotBeUsedToEndTheRun) {
  EXPECT_EQ(resultOf("console.log({toString() { throw 1 }, toJSON() { throw 2 }}); return 1"), "1");
}

TEST(Forgery, LyingGettersAffectOnlyTheirOwnError) {
  const RunEnd end = failureOf(
      "throw Object.defineProperty(new Error('x'), 'message', {get() {"
      "throw new Error('inner') }})");
  EXPECT_EQ(end.error.code, ErrorCode::program_error);
  EXPECT_EQ(end.hostErrorCall, 0u);
}

TEST(Forgery, ReturnedThenableIsAwaitedNotTrusted) {
  EXPECT_EQ(resultOf("return {then(r) { r({ok: true}) }}"), R"({"ok":true})");
  EXPECT_EQ(failureOf("return {then(_, j) { j(new RangeError('no')) }}").errorName, "RangeError");
}

}  // namespace
}  // namespace executor::sandbox
