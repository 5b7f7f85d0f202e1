// The small parts that look at text: positions, wrappers, UTF-8, JSON, control messages.
#include <gtest/gtest.h>

#include "sandbox/control.h"
#include "sandbox/job-child.h"
#include "sandbox/json-check.h"
#include "sandbox/machine-text.h"
#include "sandbox/positions.h"
#include "sandbox/program-text.h"
#include "sandbox/swc-values.h"

namespace executor::sandbox {
namespace {

TEST(AgentStack, KeepsOnlyTheProgramsFrames) {
  const AgentStack stack = agentStack(
      "    at inner (program.ts:3:5)\n    at invoke (executor:harness:10:1)\n"
      "    at <anonymous> (program.ts:2:7)\n    at native\n",
      1, SourceMap());
  EXPECT_EQ(stack.text, "at inner (2:5)\nat 1:7");
  EXPECT_EQ(stack.position.line, 2u);
  EXPECT_EQ(stack.position.column, 5u);
}

TEST(AgentStack, SurvivesNonsense) {
  for (const char* text :
       {"", "program.ts", "at program.ts:", "at program.ts:x:y", "at (program.ts:99999999999999:1)",
        "at a (program.ts:0:0)", "\n\n\n", "at program.ts:1"}) {
    (void)agentStack(text, 1, SourceMap());
  }
  EXPECT_EQ(agentStack("at f (program.ts:1:3)", 1, SourceMap()).position.line, 1u);
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "at f (program.ts:5:1)\n";
  EXPECT_LT(agentStack(deep, 1, SourceMap()).text.size(), 1000u);
}

TEST(SourceMapTest, FindsTheOriginal) {
  // Generated lines 1 and 2 come from source lines 1 (column 4) and 3.
  const SourceMap map("AAAI;AAEA,EAAE");
  EXPECT_EQ(map.original({1, 1}).line, 1u);
  EXPECT_EQ(map.original({1, 1}).column, 5u);
  EXPECT_EQ(map.original({1, 3}).column, 7u);
  EXPECT_EQ(map.original({2, 1}).line, 3u);
  EXPECT_EQ(map.original({9, 1}).line, 3u);
}

TEST(SourceMapTest, InsertionsTakeNoColumns) {
  SourceMap map;
  map.insert({.line = 2, .column = 5, .width = 7, .tail = 4});
  EXPECT_EQ(map.original({2, 4}).column, 4u) << "before it";
  EXPECT_EQ(map.original({2, 8}).column, 5u) << "within it";
  EXPECT_EQ(map.original({2, 12}).column, 5u) << "right after it";
  EXPECT_EQ(map.original({2, 20}).column, 13u);
  EXPECT_EQ(map.original({1, 12}).column, 12u) << "another line";
  EXPECT_TRUE(map.inserted(4));
  EXPECT_FALSE(map.inserted(3));
  const AgentStack stack =
      agentStack("at $main (program.ts:3:12)\nat program.ts:5:9", 1, map, "a\nbcd return\vx");
  EXPECT_EQ(stack.text, "at 2:5");
}

TEST(SourceMapTest, SurvivesNonsense) {
  for (const char* text :
       {"", ";;;;", "!!!", "A", "AAAAAAAAAAAAAAAAAAAAAAA", "zzzzzzzzzzzz", ",,,"}) {
    (void)SourceMap(text).original({1, 1});
  }
}

TEST(ProgramText, WrapsAndUnwraps) {
  std::string code;
  EXPECT_TRUE(unwrap(wrapForStripping("return 1 // x"), code));
  EXPECT_EQ(code, "return 1 // x");
  EXPECT_FALSE(unwrap("", code));
  EXPECT_FALSE(unwrap("async()=>{{\n", code));
  EXPECT_NE(wrapForEngine("a", 1), wrapForEngine("a", 2));
}

TEST(Utf8, ReplacesWhatIsNoCharacter) {
  std::string out;
  assignUtf8("a\xC3\xA9\xF0\x9F\x98\x80", out);
  EXPECT_EQ(out, "a\xC3\xA9\xF0\x9F\x98\x80");
  for (const char* bad :
       {"\xED\xA0\x80", "\xFF", "\xC3", "\xE2\x82", "\xC0\x80", "\xF4\x90\x80\x80"}) {
    assignUtf8(std::string("x") + bad, out);
    EXPECT_TRUE(out.starts_with("x\xEF\xBF\xBD")) << out;
  }
}

TEST(IsJson, AcceptsJson) {
  for (const char* text : {"0", "-1.5e+10", "\"\"", "[]", "{}", " [1, {\"a\": null}] ", "true",
                           "\"\\u00e9\\n\"", "{\"a\":{\"b\":[[]]},\"c\":false}", "1E5", "-0"}) {
    EXPECT_TRUE(isJson(text)) << text;
  }
}

TEST(IsJson, RefusesWhatIsNot) {
  for (const char* text :
       {"",        "01",    "1.",         "+1",       "NaN",        "'a'",     "[1,]",
        "{\"a\"}", "{a:1}", "{\"a\":1,}", "[1",       "\"",         "\"\\x\"", "\"\\u12\"",
        "1 2",     "[]]",   "tru",        "\"\x01\"", "{\"a\":1}}", "[1}",     "\"\xFF\"",
        "--1",     "1e",    ".5",         ","}) {
    EXPECT_FALSE(isJson(text)) << text;
  }
  EXPECT_TRUE(isJson(std::string(100'000, '[') + std::string(100'000, ']')));
}

TEST(Control, HelloReadsWhatItWrote) {
  const ZygoteHello hello{.ok = true,
                          .engineBuild = "q-1",
                          .jobs = {"a", "b"},
                          .parts = {{"seccomp", true, ""}, {"landlock", false, "no kernel"}}};
  const ZygoteHello again = decodeHello(encodeHello(hello));
  EXPECT_TRUE(again.ok);
  EXPECT_EQ(again.engineBuild, "q-1");
  EXPECT_EQ(again.jobs, hello.jobs);
  ASSERT_EQ(again.parts.size(), 2u);
  EXPECT_EQ(again.parts[1].reason, "no kernel");
  EXPECT_FALSE(decodeHello("").ok);
  EXPECT_EQ(decodeHello(encodeHello({.problem = "bad"})).problem, "bad");
}

TEST(JobError, ReadsWhatItWrote) {
  const Error error{ErrorCode::invalid_document, "m", "h", "d"};
  const Error again = decodeJobError(encodeJobError(error));
  EXPECT_EQ(again.code, ErrorCode::invalid_document);
  EXPECT_EQ(again.detail, "d");
  EXPECT_EQ(decodeJobError("nonsense").code, ErrorCode::worker_crashed);
}

TEST(SwcValuesTest, UnknownHandlesAreUndefined) {
  SwcValues values;
  EXPECT_EQ(values.get(5'000'000)->kind, SwcValue::Kind::undefined);
  const auto handle = values.add(SwcValues::makeText("x"));
  EXPECT_EQ(values.take(handle)->text, "x");
  EXPECT_EQ(values.get(handle)->kind, SwcValue::Kind::undefined);
  values.drop(handle);
  values.drop(3);
  EXPECT_EQ(values.add(SwcValues::makeNumber(1)), handle);
  EXPECT_EQ(values.get(130)->number, 1);
}

}  // namespace
}  // namespace executor::sandbox
