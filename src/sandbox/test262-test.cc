// The runner against a checkout of its own making, and, if TEST262_DIR names one, the real suite.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "sandbox/test262-fixture.h"

namespace executor::sandbox {
namespace {

namespace fs = std::filesystem;

// A small checkout in a directory that goes away.
class Checkout {
 public:
  Checkout() : root_(fs::temp_directory_path() / ("test262-" + std::to_string(getpid()))) {
    write("harness/assert.js", "function assert(ok) { if (!ok) throw new Test262Error('no'); }");
    write("harness/sta.js",
          "function Test262Error(m) { this.message = m; }\n"
          "Test262Error.prototype.name = 'Test262Error';");
    write("harness/doneprintHandle.js",
          "function $DONE(e) { print(e ? 'Test262:AsyncTestFailure:' + e "
          ": 'Test262:AsyncTestComplete'); }");
    write("harness/extra.js", "var extra = 42;");
  }
  ~Checkout() { fs::remove_all(root_); }

  // As test/<name>, with front matter.
  void test(const std::string& name, const std::string& meta, const std::string& code) {
    write("test/" + name, "/*---\n" + meta + "\n---*/\n" + code);
  }
  const fs::path& root() const { return root_; }

 private:
  void write(const fs::path& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }

  fs::path root_;
};

std::string runOf(const std::string& meta, const std::string& code) {
  Checkout checkout;
  checkout.test("a.js", meta, code);
  return Test262(checkout.root()).run("test/a.js");
}

TEST(Test262Meta, ReadsTheFrontMatter) {
  const Test262Meta meta = readTest262Meta(
      "// c\n/*---\r\ndescription: >\r\n  x: y\r\nincludes: [a.js, b.js]\r\nflags:\r\n  - async\r\n"
      "features: [Set]\r\nnegative:\r\n  phase: parse\r\n  type: SyntaxError\r\n---*/");
  EXPECT_EQ(meta.includes, (std::vector<std::string>{"a.js", "b.js"}));
  EXPECT_TRUE(meta.has("async"));
  EXPECT_FALSE(meta.has("module"));
  EXPECT_EQ(meta.negativePhase, "parse");
  EXPECT_EQ(meta.negativeType, "SyntaxError");
  EXPECT_TRUE(readTest262Meta("no front matter").flags.empty());
}

TEST(Test262Meta, SaysWhatIsNotForThisEngine) {
  EXPECT_EQ(notApplicable({.flags = {"module"}}), "module");
  EXPECT_EQ(notApplicable({.features = {"Set", "Temporal"}}), "Temporal");
  EXPECT_EQ(notApplicable({.features = {"Intl.Locale-info"}}), "Intl.Locale-info");
  EXPECT_EQ(notApplicable({.features = {"set-methods", "iterator-helpers"}}), "");
}

TEST(Test262Runner, PassesWhatHolds) {
  EXPECT_EQ(runOf("", "assert(1 + 1 === 2);"), "");
  EXPECT_EQ(runOf("includes: [extra.js]", "assert(extra === 42);"), "");
  EXPECT_EQ(runOf("flags: [raw]", "var x = 1; if (typeof assert !== 'undefined') throw 1;"), "");
}

TEST(Test262Runner, FailsWhatDoesNot) {
  EXPECT_NE(runOf("", "assert(false);"), "");
  EXPECT_NE(runOf("", "syntax error"), "");
  EXPECT_NE(runOf("", "throw null;"), "");
}

TEST(Test262Runner, RunsBothModes) {
  EXPECT_TRUE(runOf("", "undeclared = 1;").starts_with("strict: ReferenceError"));
  EXPECT_EQ(runOf("flags: [noStrict]", "undeclared = 1;"), "");
  EXPECT_EQ(runOf("flags: [onlyStrict]", "assert((function () { return !this; })());"), "");
}

TEST(Test262Runner, TakesNegativeTestsByTheirError) {
  const std::string parse = "negative:\n  phase: parse\n  type: SyntaxError";
  EXPECT_EQ(runOf(parse, "$DONOTEVALUATE(; "), "");
  EXPECT_NE(runOf(parse, "1;"), "");
  const std::string runtime = "negative:\n  phase: runtime\n  type: RangeError";
  EXPECT_EQ(runOf(runtime, "throw new RangeError();"), "");
  EXPECT_NE(runOf(runtime, "throw new TypeError();"), "");
}

TEST(Test262Runner, WaitsForAsynchronousTests) {
  EXPECT_EQ(runOf("flags: [async]", "Promise.resolve().then(() => $DONE());"), "");
  EXPECT_NE(runOf("flags: [async]", "Promise.reject(1).catch($DONE);"), "");
  EXPECT_NE(runOf("flags: [async]", "1;"), "") << "never said that it is done";
}

TEST(Test262Runner, StartsEveryTestAnew) {
  Checkout checkout;
  checkout.test("x/a.js", "", "Array.prototype.map = 1;");
  checkout.test("x/b.js", "", "assert([1].map((v) => v)[0] === 1);");
  checkout.test("x/y/c.js", "flags: [module]", "export {};");
  checkout.test("x/d_FIXTURE.js", "", "throw 1;");
  Test262 suite(checkout.root());
  suite.runAll("");
  EXPECT_EQ(suite.total().passed, 2u);
  EXPECT_EQ(suite.total().leftOut, 1u);
  EXPECT_TRUE(suite.failures().empty());
  EXPECT_EQ(suite.total().rate(), 100.0);
}

const char* variable(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

// For `make test262`: prints, asserts nothing. Without a checkout there is nothing to print.
TEST(Test262Checkout, PrintsItsPassRate) {
  const fs::path root = variable("TEST262_DIR", "");
  if (root.empty()) return;
  ASSERT_TRUE(fs::exists(root / "harness" / "assert.js")) << root << " is no checkout of Test262";
  Test262 suite(root);
  suite.runAll(variable("TEST262_FILTER", ""));
  for (const auto& [folder, count] : suite.byFolder()) {
    std::printf("%-44s %6.2f %%  %6zu passed %5zu failed %5zu left out\n", folder.c_str(),
                count.rate(), count.passed, count.failed, count.leftOut);
  }
  const Test262Count& total = suite.total();
  std::printf("%-44s %6.2f %%  %6zu passed %5zu failed %5zu left out\n", "all", total.rate(),
              total.passed, total.failed, total.leftOut);
  if (const char* list = variable("TEST262_FAILURES", nullptr)) {
    std::ofstream out(list);
    for (const auto& failure : suite.failures()) out << failure << "\n";
  }
}

}  // namespace
}  // namespace executor::sandbox
