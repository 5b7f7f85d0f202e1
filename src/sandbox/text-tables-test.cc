// The parts that look at text, over tables: JSON, UTF-8, source maps, stacks, wrappers, control
// messages. Each of them reads what somebody untrusted wrote.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>

#include "base/json.h"
#include "base/text.h"
#include "sandbox/control.h"
#include "sandbox/job-child.h"
#include "sandbox/json-check.h"
#include "sandbox/machine-text.h"
#include "sandbox/positions.h"
#include "sandbox/program-text.h"

namespace executor::sandbox {
namespace {

struct JsonRow {
  const char* text;
  bool json;
};

// After the names of JSONTestSuite: y_ must be accepted, n_ refused, i_ is our choice (accepted:
// a lone surrogate, a huge number).
constexpr JsonRow kJson[] = {
    {"[[]   ]", true},
    {R"([""])", true},
    {"[]", true},
    {R"(["a"])", true},
    {"[false]", true},
    {"[null, 1, \"1\", {}]", true},
    {"[null]", true},
    {"[1\n]", true},
    {" [1]", true},
    {"[1,null,null,null,2]", true},
    {"[2] ", true},
    {"[123e65]", true},
    {"[0e+1]", true},
    {"[0e1]", true},
    {"[ 4]", true},
    {"[-0.000000000000000000000000000000000000000000000000000000000001]", true},
    {"[20e1]", true},
    {"[-0]", true},
    {"[-123]", true},
    {"[1E22]", true},
    {"[1E-2]", true},
    {"[123.456e78]", true},
    {R"({"a":"b","a":"c"})", true},
    {R"({"":0})", true},
    {R"({"foo\u0000bar": 42})", true},
    {R"({"min": -1.0e+28, "max": 1.0e+28})", true},
    {R"({"x":[{"id": "x"}], "id": "x"})", true},
    {R"(["\u0060\u012a\u12AB"])", true},
    {R"(["\ud801\udc37"])", true},
    {R"(["\"\\\/\b\f\n\r\t"])", true},
    {R"(["\\u0000"])", true},
    {R"(["a/*b*/c/*d//e"])", true},
    {"[\"\xE2\x82\xAC\xF0\x9D\x84\x9E\"]", true},
    {"[\"\x7F\"]", true},
    {"\"\"", true},
    {"42", true},
    {"true", true},
    {"\t\r\n 1 \t\r\n", true},
    {R"(["\uD800"])", true},
    {R"(["\uDFAA\u0041"])", true},
    {"[1e9999]", true},
    {"[-1e-9999]", true},
    {"[100000000000000000000000000000000]", true},
    {"[1 true]", false},
    {"[a\xE5]", false},
    {"[\"\": 1]", false},
    {R"([""],)", false},
    {"[,1]", false},
    {"[1,,2]", false},
    {R"(["x",,])", false},
    {R"(["x"]])", false},
    {R"(["",])", false},
    {R"(["x")", false},
    {"[x", false},
    {"[3[4]]", false},
    {"[\xFF]", false},
    {"[1:2]", false},
    {"[,]", false},
    {"[-]", false},
    {"[   , \"\"]", false},
    {"[1,\n1\n,1", false},
    {"[*]", false},
    {"[fals]", false},
    {"[nul]", false},
    {"[tru]", false},
    {"[++1234]", false},
    {"[+1]", false},
    {"[+Inf]", false},
    {"[-01]", false},
    {"[-1.0.]", false},
    {"[-2.]", false},
    {"[-NaN]", false},
    {"[.123]", false},
    {"[.-1]", false},
    {"[0.1.2]", false},
    {"[0.3e+]", false},
    {"[0.e1]", false},
    {"[0E]", false},
    {"[0e+]", false},
    {"[1.0e]", false},
    {"[1 000.0]", false},
    {"[1eE2]", false},
    {"[2.e3]", false},
    {"[9.e+]", false},
    {"[Inf]", false},
    {"[NaN]", false},
    {"[0x1]", false},
    {"[1+2]", false},
    {"[- 1]", false},
    {"[-012]", false},
    {"[012]", false},
    {"[1ea]", false},
    {"[\xEF\xBC\x91]", false},
    {R"(["x", truth])", false},
    {R"({"x", null})", false},
    {R"({"x"::"b"})", false},
    {R"({"a":"a" 123})", false},
    {R"({key: 'value'})", false},
    {R"({"a" b})", false},
    {R"({:"b"})", false},
    {R"({"a" "b"})", false},
    {R"({"a":)", false},
    {R"({"a")", false},
    {"{1:1}", false},
    {R"({"id":0,,,,,})", false},
    {R"({"id":0,})", false},
    {R"({'a':0})", false},
    {R"({"a":"b",,"c":"d"})", false},
    {R"({"a": true} "x")", false},
    {R"({"a":"b"}/**/)", false},
    {R"({"a":"b"}#)", false},
    {R"({"a":"b"}//)", false},
    {"[\"\\uD800\\\"]", false},
    {R"(["\u)", false},
    {R"(["\u1"])", false},
    {R"(["\u1x"])", false},
    {R"(["\u00A"])", false},
    {R"(["\uqqqq"])", false},
    {R"(["\x00"])", false},
    {R"(["\a"])", false},
    {"[\"\\\xF0\x9F\x8C\x80\"]", false},
    {"[\"new\nline\"]", false},
    {"[\"\t\"]", false},
    {"[\"\\", false},
    {"\"\x1F\"", false},
    {"<null>", false},
    {"[1]x", false},
    {"[][]", false},
    {"{\"a\":1}}", false},
    {"]", false},
    {"\xEF\xBB\xBF{}", false},
    {"[True]", false},
    {"\xE2\x81\xA0", false},
    {"[\x0C]", false},
    {"\xC2\xA0 1", false},
    {"*", false},
    {"{[", false},
    {"{", false},
    {"[{", false},
    {"{\"a\":[}", false},
    {"[\"a", false},
    {"\xED\xA0\x80", false},
    {"\"\xC0\xAF\"", false},
    {"\"\xF4\x90\x80\x80\"", false},
};

TEST(JsonTable, AcceptsExactlyJson) {
  for (const JsonRow& row : kJson) EXPECT_EQ(isJson(row.text), row.json) << row.text;
}

// What the check lets through, another parser of ours takes as well: nobody can be split between
// the two.
TEST(JsonTable, AgreesWithTheParserOnRandomTexts) {
  std::mt19937 random(23);
  constexpr std::string_view kPieces[] = {"[",           "]",  "{",      "}",    ",",    ":",
                                          "\"a\"",       "1",  "-0.5e2", "true", "null", " ",
                                          "\"\\u00e9\"", "\"", "\\",     "e",    "0"};
  int accepted = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string text;
    const auto count = random() % 8;
    for (std::size_t i = 0; i < count; ++i) text += kPieces[random() % std::size(kPieces)];
    const bool json = isJson(text);
    accepted += json ? 1 : 0;
    EXPECT_EQ(json, parseJson(text).has_value()) << text;
  }
  EXPECT_GT(accepted, 1'000);
}

TEST(JsonTable, NoByteOfANulTerminatedTextIsSpecial) {
  EXPECT_FALSE(isJson(std::string("1\0", 2)));
  EXPECT_FALSE(isJson(std::string("\0", 1)));
  EXPECT_FALSE(isJson(std::string("\"a\0b\"", 5)));
}

struct Utf8Row {
  const char* bytes;
  const char* text;
};

#define FFFD "\xEF\xBF\xBD"

// Table 3-7 of the Unicode standard, each row at its edges.
constexpr Utf8Row kUtf8[] = {
    {"", ""},
    {"\x01\x7F", "\x01\x7F"},
    {"\x80", FFFD},
    {"\xBF", FFFD},
    {"\xC0", FFFD},
    {"\xC1\x81", FFFD},
    {"\xC2\x80", "\xC2\x80"},
    {"\xC2", FFFD},
    {"\xC2"
     "a",
     FFFD "a"},
    {"\xDF\xBF", "\xDF\xBF"},
    {"\xE0\x9F\xBF", FFFD},
    {"\xE0\xA0\x80", "\xE0\xA0\x80"},
    {"\xE0\xA0", FFFD},
    {"\xE1\x80\x80", "\xE1\x80\x80"},
    {"\xE1\x80"
     "a",
     FFFD "a"},
    {"\xEC\xBF\xBF", "\xEC\xBF\xBF"},
    {"\xED\x9F\xBF", "\xED\x9F\xBF"},
    {"\xED\xA0\x80", FFFD},
    {"\xED\xBF\xBF", FFFD},
    {"\xED\xA0\x80\xED\xB0\x80", FFFD FFFD},
    {"\xEE\x80\x80", "\xEE\x80\x80"},
    {"\xEF\xBF\xBF", "\xEF\xBF\xBF"},
    {"\xF0\x8F\xBF\xBF", FFFD},
    {"\xF0\x90\x80\x80", "\xF0\x90\x80\x80"},
    {"\xF0\x90\x80", FFFD},
    {"\xF3\xBF\xBF\xBF", "\xF3\xBF\xBF\xBF"},
    {"\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
    {"\xF4\x90\x80\x80", FFFD},
    {"\xF5\x80\x80\x80", FFFD},
    {"\xFF\xFE", FFFD FFFD},
    {"a\xFF"
     "b",
     "a" FFFD "b"},
    {"\xC3\xA9\xC3", "\xC3\xA9" FFFD},
};

TEST(Utf8Table, KeepsCharactersAndReplacesTheRest) {
  std::string out = "old content";
  for (const Utf8Row& row : kUtf8) {
    assignUtf8(row.bytes, out);
    EXPECT_EQ(out, row.text) << hexEncode(row.bytes);
    EXPECT_TRUE(isValidUtf8(out)) << hexEncode(row.bytes);
  }
}

TEST(Utf8Table, AnyBytesBecomeText) {
  std::mt19937 random(29);
  std::string out;
  for (int round = 0; round < 50'000; ++round) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 4 == 0 ? random() % 128 : random());
    assignUtf8(bytes, out);
    ASSERT_TRUE(isValidUtf8(out)) << hexEncode(bytes);
    if (isValidUtf8(bytes)) ASSERT_EQ(out, bytes);
  }
}

// A writer of source maps, to read back what it wrote.
std::string vlq(std::int64_t value) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto bits = static_cast<std::uint64_t>(value < 0 ? ((-value) << 1) | 1 : value << 1);
  std::string text;
  do {
    const auto digit = bits & 31;
    bits >>= 5;
    text += kDigits[digit | (bits != 0 ? 32 : 0)];
  } while (bits != 0);
  return text;
}

TEST(SourceMapTable, FindsEveryPointOfARandomMap) {
  struct Point {
    std::uint32_t line, column, sourceLine, sourceColumn;
  };
  std::mt19937 random(31);
  for (int round = 0; round < 100; ++round) {
    std::vector<Point> points;
    std::string mappings;
    std::int64_t lastLine = 0, lastColumn = 0;
    for (std::uint32_t line = 0; line < 20; ++line) {
      if (line > 0) mappings += ';';
      std::uint32_t column = 0;
      for (std::size_t i = random() % 4; i > 0; --i) {
        const std::uint32_t step = 1 + random() % 300;
        const Point p{line, column + step, static_cast<std::uint32_t>(random() % 5'000),
                      static_cast<std::uint32_t>(random() % 200)};
        if (!points.empty() && points.back().line == line) mappings += ',';
        mappings +=
            vlq(step) + vlq(0) + vlq(p.sourceLine - lastLine) + vlq(p.sourceColumn - lastColumn);
        lastLine = p.sourceLine;
        lastColumn = p.sourceColumn;
        column = p.column;
        points.push_back(p);
      }
    }
    const SourceMap map(mappings);
    EXPECT_EQ(map.empty(), points.empty());
    for (const Point& p : points) {
      const SourcePosition at = map.original({p.line + 1, p.column + 1});
      EXPECT_EQ(at.line, p.sourceLine + 1);
      EXPECT_EQ(at.column, p.sourceColumn + 1);
    }
  }
}

TEST(SourceMapTable, SkipsTheWrapperOnBothSides) {
  struct Row {
    const char* mappings;
    std::uint32_t generated, source;
    SourcePosition at, original;
  };
  constexpr Row kRows[] = {
      {"AAAA", 0, 0, {1, 1}, {1, 1}},
      {"AAAA;AACA;AACA", 2, 1, {1, 1}, {2, 1}},
      {";;AACA", 2, 1, {1, 1}, {1, 1}},
      {"AAAA", 1, 0, {5, 7}, {5, 7}},    // nothing is left: positions are kept
      {"AAAA", 0, 1, {5, 7}, {5, 7}},    // points into the wrapper do not count
      {"A,AAEA", 0, 0, {1, 3}, {3, 3}},  // a segment without source is skipped
      {"AAAA,!", 0, 0, {1, 4}, {1, 4}},  // garbage ends the map, what came before stays
      {"AAAAA", 0, 0, {1, 1}, {1, 1}},   // with a name
  };
  for (const Row& row : kRows) {
    const SourceMap map(row.mappings, row.generated, row.source);
    const SourcePosition got = map.original(row.at);
    EXPECT_EQ(got.line, row.original.line) << row.mappings;
    EXPECT_EQ(got.column, row.original.column) << row.mappings;
  }
}

TEST(StackTable, ReadsWhatEnginesAndLiarsWrite) {
  struct Row {
    const char* line;
    const char* shown;
  };
  constexpr Row kRows[] = {
      {"    at f (program.ts:3:7)", "at f (2:7)"},
      {"    at program.ts:3:7", "at 2:7"},
      {"    at <anonymous> (program.ts:3:7)", "at 2:7"},
      {"    at new A (program.ts:3:7)", "at new A (2:7)"},
      {"    at program.ts (program.ts:9:1)", "at program.ts (8:1)"},
      {"    at f (program.ts:1:1)", "at f (1:1)"},
      {"    at f (program.ts:0:0)", "at f (1:1)"},
      {"    at f (program.ts:3)", "at f (2:0)"},
      {"    at f (program.ts:3:)", ""},
      {"    at f (program.ts)", ""},
      {"    at f (program.tsx:3:7)", ""},
      {"    at f (executor:harness:3:7)", ""},
      {"    at f (native)", ""},
      {"    at f (program.ts:-3:7)", ""},
      {"    at f (program.ts:4294967296:7)", ""},
      {"    at f (program.ts:3:4294967296)", ""},
      {"program.ts:3:7", "at 2:7"},
      {"", ""},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(agentStack(row.line, 1, SourceMap()).text, row.shown) << row.line;
  }
}

TEST(StackTable, LongNamesAndDeepStacksAreCut) {
  const std::string name(5'000, 'n');
  const AgentStack one = agentStack("at " + name + " (program.ts:2:1)", 1, SourceMap());
  EXPECT_LT(one.text.size(), 200u);
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "at f (program.ts:" + std::to_string(i + 2) + ":1)\n";
  const AgentStack many = agentStack(deep, 1, SourceMap());
  EXPECT_EQ(splitText(many.text, '\n').size(), 16u);
  EXPECT_EQ(many.position.line, 1u);
}

TEST(WrapperTable, UnwrapsOnlyWhatItWrapped) {
  for (const char* code : {"", "return 1", "// x", "}", "{", "\n\n", "\xC3\xA9", "}}"}) {
    std::string again = "old";
    EXPECT_TRUE(unwrap(wrapForStripping(code), again)) << code;
    EXPECT_EQ(again, code);
  }
  const std::string whole = wrapForStripping("x");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string out;
    EXPECT_FALSE(unwrap(std::string_view(whole).substr(0, size), out)) << size;
    EXPECT_FALSE(unwrap(std::string_view(whole).substr(whole.size() - size), out)) << size;
  }
}

TEST(WrapperTable, TellsComplaintsAboutTheWrapper) {
  struct Row {
    const char* message;
    std::uint32_t line;
    const char* code;
    bool wrapper;
  };
  constexpr Row kRows[] = {
      {"expecting ';'", 1, "a b", false},
      {"expecting ';'", 2, "a b", true},
      {"expecting ';'", 2, "a\nb", false},
      {"expecting ';'", 3, "a\nb", true},
      {"break label 'body$1'", 1, "a", true},
      {"break label 'body'", 1, "a", false},
      {"", 0, "", false},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(complainsOfWrapper(row.message, row.line, row.code), row.wrapper) << row.message;
  }
}

TEST(ControlTable, HelloSurvivesWhatItMayHold) {
  struct Row {
    const char* what;
    ZygoteHello hello;
  };
  const Row rows[] = {
      {"nothing", {.ok = true}},
      {"a problem", {.problem = "no seccomp: \"x\" (1)"}},
      {"no job", {.ok = true, .engineBuild = "b", .parts = {{"p", true, ""}}}},
      {"no part", {.ok = true, .engineBuild = "b", .jobs = {"j"}}},
      {"characters",
       {.ok = true, .engineBuild = "\xC3\xA9", .parts = {{"a b", false, "\xC3\xA9"}}}},
  };
  for (const Row& row : rows) {
    const ZygoteHello again = decodeHello(encodeHello(row.hello));
    EXPECT_EQ(again.ok, row.hello.ok) << row.what;
    EXPECT_EQ(again.problem, row.hello.problem) << row.what;
    EXPECT_EQ(again.engineBuild, row.hello.engineBuild) << row.what;
    EXPECT_EQ(again.jobs, row.hello.jobs) << row.what;
    EXPECT_EQ(again.parts.size(), row.hello.parts.size()) << row.what;
  }
}

TEST(ControlTable, GarbageIsNoHello) {
  for (const char* text : {"", "ok", "ok\n", "yes\nb\n", "no", "no \n\n", "\n\n\n", "okay\nb\nj"}) {
    EXPECT_FALSE(decodeHello(text).ok) << text;
  }
}

// Descriptors arrive with their report, in order, and only as many as were sent.
TEST(ControlTable, ReportsCarryTheirDescriptors) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  for (int count = 0; count <= 2; ++count) {
    const ZygoteReport sent{.pid = 40 + count, .error = count, .status = -count};
    ASSERT_TRUE(sendReport(pair[0], sent, pipes, count));
    ZygoteReport got;
    int descriptors[2] = {7, 7};
    ASSERT_TRUE(receiveReport(pair[1], got, descriptors));
    EXPECT_EQ(got.pid, sent.pid);
    EXPECT_EQ(got.error, sent.error);
    EXPECT_EQ(got.status, sent.status);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(descriptors[i] >= 0, i < count) << count;
      if (descriptors[i] >= 0) close(descriptors[i]);
    }
  }
  ZygoteReport none;
  int descriptors[2];
  EXPECT_FALSE(receiveReport(pair[1], none, descriptors));
  EXPECT_EQ(errno, EAGAIN);
  close(pair[0]);
  EXPECT_FALSE(receiveReport(pair[1], none, descriptors));
  EXPECT_EQ(errno, ECONNRESET);
  for (const int file : {pair[1], pipes[0], pipes[1]}) close(file);
}

TEST(JobErrorTable, EveryCodeTravels) {
  for (const ErrorCode code :
       {ErrorCode::invalid_document, ErrorCode::document_too_large, ErrorCode::unsupported_document,
        ErrorCode::document_too_complex, ErrorCode::internal}) {
    const Error again = decodeJobError(encodeJobError({code, "m\n", "", "d\xC3\xA9"}));
    EXPECT_EQ(again.code, code);
    EXPECT_EQ(again.message, "m\n");
    EXPECT_EQ(again.hint, "");
    EXPECT_EQ(again.detail, "d\xC3\xA9");
  }
}

TEST(JobErrorTable, GarbageIsACrash) {
  const std::string whole = encodeJobError({ErrorCode::invalid_document, "m", "h", "d"});
  for (std::size_t size = 0; size + 3 < whole.size(); ++size) {
    EXPECT_EQ(decodeJobError(whole.substr(0, size)).code, ErrorCode::worker_crashed) << size;
  }
  EXPECT_EQ(decodeJobError(std::string("no_such_code\0m\0h\0d\0", 19)).code,
            ErrorCode::worker_crashed);
}

}  // namespace
}  // namespace executor::sandbox
