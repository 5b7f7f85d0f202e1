// The ordinary life of a program: it runs, calls, waits, and ends.
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

TEST(Run, ReturnsItsValueAsJson) { EXPECT_EQ(resultOf("return 1+1"), "2"); }

TEST(Run, TurnsUndefinedIntoNull) { EXPECT_EQ(resultOf("const a = 1;"), "null"); }

TEST(Run, CallsATool) {
  Recorder recorder;
  const RunEnd end = runToEnd(
      recorder, programOf("const r = await tools.github.issues.list({owner: 'a'}); return r.owner"));
  EXPECT_TRUE(end.ok) << end.error.message;
  EXPECT_EQ(end.resultJson, "\"a\"");
  ASSERT_EQ(recorder.calls.size(), 1u);
  EXPECT_EQ(recorder.calls[0].path, "github.issues.list");
  EXPECT_EQ(recorder.calls[0].input, R"({"owner":"a"})");
  EXPECT_EQ(recorder.turns, std::vector<std::uint32_t>{1});
}

}  // namespace
}  // namespace executor::sandbox
