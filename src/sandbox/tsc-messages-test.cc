#include "sandbox/tsc-messages.h"

#include <gtest/gtest.h>

namespace executor::sandbox {
namespace {

json::value parsed(std::string_view text) { return parseJson(text).value(); }

// The only diagnostic of a text of `units` units.
TypeDiagnostic only(std::string_view entry, std::uint32_t units = 100) {
  std::vector<TypeDiagnostic> out;
  EXPECT_TRUE(readDiagnostics(parsed("[" + std::string(entry) + "]"), units, out));
  EXPECT_EQ(out.size(), 1u);
  return out.empty() ? TypeDiagnostic{} : out[0];
}

TEST(TscMessages, ProjectIsJsonWithTheOptionsOfD23) {
  const json::value project = parsed(projectText(2));
  const json::object* options = findObject(project, "compilerOptions");
  ASSERT_NE(options, nullptr);
  EXPECT_FALSE(findBool(*options, "strict", true));
  EXPECT_TRUE(findBool(*options, "noEmit"));
  EXPECT_TRUE(findBool(*options, "skipLibCheck"));
  EXPECT_EQ(findString(*options, "target"), "esnext");
  EXPECT_EQ(findArray(project, "files")->size(), 4u);
}

TEST(TscMessages, RequestAndAnswerAreJsonRpc) {
  const json::value request = parsed(rpcRequest(7, {"release", R"({"snapshot":1})"}));
  EXPECT_EQ(findInteger(request, "id"), 7);
  EXPECT_EQ(findString(request, "method"), "release");
  EXPECT_EQ(findInteger(*findObject(request, "params"), "snapshot"), 1);
  const json::value answer = parsed(rpcAnswer("\"api1\"", "true"));
  EXPECT_EQ(findString(answer, "id"), "api1");
  EXPECT_TRUE(findBool(answer, "result"));
}

TEST(TscMessages, QuestionGivesItsIdBackAsItCame) {
  for (const char* id : {"\"api12\"", "12", "-1"}) {
    const auto message = readTscMessage(std::string(R"({"jsonrpc":"2.0","id":)") + id +
                                        R"(,"method":"readFile","params":"/v/program.ts"})");
    ASSERT_TRUE(message) << id;
    const auto& question = std::get<TscQuestion>(*message);
    EXPECT_EQ(question.id, id);
    EXPECT_EQ(question.method, "readFile");
    EXPECT_EQ(question.path, "/v/program.ts");
  }
}

TEST(TscMessages, QuestionMayHaveItsPathInAnArray) {
  const auto message = readTscMessage(R"({"id":"a","method":"fileExists","params":["/x"]})");
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<TscQuestion>(*message).path, "/x");
}

TEST(TscMessages, AnswerIsResultOrProblem) {
  const auto good = readTscMessage(R"({"jsonrpc":"2.0","id":3,"result":[1]})");
  ASSERT_TRUE(good);
  EXPECT_EQ(std::get<TscAnswer>(*good).id, 3);
  EXPECT_EQ(std::get<TscAnswer>(*good).problem, "");
  const auto bad = readTscMessage(R"({"id":4,"error":{"code":-32603,"message":"no method"}})");
  ASSERT_TRUE(bad);
  EXPECT_EQ(std::get<TscAnswer>(*bad).problem, "no method");
}

TEST(TscMessages, ResultMayBeNull) { EXPECT_TRUE(readTscMessage(R"({"id":3,"result":null})")); }

TEST(TscMessages, NonsenseIsRefused) {
  for (const char* body :
       {"", "{", "[]", "null", "1", "{}", R"({"id":1})", R"({"id":null,"result":1})",
        R"({"id":"api1","result":1})", R"({"id":1.5,"result":1})",
        R"({"id":{},"method":"readFile","params":"/x"})", R"({"id":"a","method":"readFile"})",
        R"({"id":"a","method":"readFile","params":{}})", R"({"method":"readFile","params":"/x"})",
        R"({"id":"a","method":"readFile","params":[]})",
        R"({"id":"a","method":"readFile","params":[1]})", "{\"id\":1,\"result\":\"\xff\"}"}) {
    const auto message = readTscMessage(body);
    ASSERT_FALSE(message) << body;
    EXPECT_EQ(message.error().code, ErrorCode::upstream_invalid) << body;
  }
}

TEST(TscMessages, AnEndlessIdIsRefused) {
  EXPECT_FALSE(readTscMessage(R"({"id":")" + std::string(65, 'x') +
                              R"(","method":"readFile","params":"/x"})"));
}

TEST(TscMessages, DeepNestingIsRefused) {
  EXPECT_FALSE(
      readTscMessage(R"({"id":1,"result":)" + std::string(100, '[') + std::string(100, ']') + "}"));
}

TEST(TscMessages, SnapshotIsANumber) {
  EXPECT_EQ(readSnapshot(parsed(R"({"snapshot":5})")).value(), 5);
  for (const char* text : {"{}", "null", "[]", R"({"snapshot":"5"})", R"({"snapshot":-1})"}) {
    EXPECT_FALSE(readSnapshot(parsed(text))) << text;
  }
}

TEST(TscMessages, DiagnosticHasCodePlaceAndText) {
  const auto made = only(R"({"fileName":"/v/program.ts","pos":6,"end":9,"code":2322,
      "category":1,"text":"Wrong."})");
  EXPECT_EQ(made.code, 2322);
  EXPECT_TRUE(made.error);
  EXPECT_EQ(made.start, 6u);
  EXPECT_EQ(made.length, 3u);
  EXPECT_EQ(made.message, "Wrong.");
}

TEST(TscMessages, OnlyCategoryOneIsAnError) {
  for (const int category : {0, 2, 3, 99}) {
    EXPECT_FALSE(
        only(R"({"fileName":"/v/program.ts","code":1,"category":)" + std::to_string(category) + "}")
            .error);
  }
}

TEST(TscMessages, ChainIsLinesIndentedByDepth) {
  const auto made = only(R"({"fileName":"/v/program.ts","code":2345,"text":"A","messageChain":[
      {"text":"B","messageChain":[{"text":"C"}]},{"text":"D"}]})");
  EXPECT_EQ(made.message, "A\n  B\n    C\n  D");
}

TEST(TscMessages, ChainIsCutByDepth) {
  std::string chain = R"({"fileName":"/v/program.ts","code":1,"text":"0")";
  for (int i = 1; i < 20; ++i) chain += R"(,"messageChain":[{"text":")" + std::to_string(i) + "\"";
  for (int i = 1; i < 20; ++i) chain += "}]";
  const auto message = only(chain + "}").message;
  EXPECT_EQ(std::ranges::count(message, '\n'), kMaxChainLinks - 1);
}

TEST(TscMessages, MessageIsCutByLength) {
  const auto made = only(R"({"fileName":"/v/program.ts","code":1,"text":")" +
                         std::string(3 * kMaxTypeMessageBytes, 'x') + "\"}");
  EXPECT_LE(made.message.size(), kMaxTypeMessageBytes + 32);
}

TEST(TscMessages, PlacesNeverLeaveTheText) {
  struct Case {
    const char *pos, *end;
    std::uint32_t start, length;
  };
  for (const Case& c : {Case{"0", "100", 0, 10}, Case{"-5", "3", 0, 3}, Case{"11", "12", 10, 0},
                        Case{"5", "2", 5, 0}, Case{"9223372036854775807", "0", 10, 0},
                        Case{"\"1\"", "null", 0, 0}, Case{"1e300", "1e300", 0, 0}}) {
    const auto made = only(std::string(R"({"fileName":"/v/program.ts","code":1,"pos":)") + c.pos +
                               ",\"end\":" + c.end + "}",
                           10);
    EXPECT_EQ(made.start, c.start) << c.pos;
    EXPECT_EQ(made.length, c.length) << c.pos;
  }
}

TEST(TscMessages, OtherFilesAreNotTheProgramsFault) {
  std::vector<TypeDiagnostic> out;
  EXPECT_TRUE(readDiagnostics(
      parsed(R"([{"fileName":"/v/library.d.ts","code":1},{"code":2},{"fileName":1,"code":3}])"), 9,
      out));
  EXPECT_TRUE(out.empty());
}

TEST(TscMessages, NoMoreDiagnosticsThanTheLimit) {
  std::string all = "[";
  for (std::size_t i = 0; i < kMaxTypeDiagnostics + 50; ++i) {
    all += std::string(i == 0 ? "" : ",") + R"({"fileName":"/v/program.ts","code":1})";
  }
  std::vector<TypeDiagnostic> out;
  EXPECT_TRUE(readDiagnostics(parsed(all + "]"), 1, out));
  EXPECT_EQ(out.size(), kMaxTypeDiagnostics);
}

TEST(TscMessages, DiagnosticsThatAreNoneAreRefused) {
  for (const char* text : {"null", "{}", "1", "[1]", "[null]", R"([{"fileName":"/v/program.ts"}])",
                           R"([{"fileName":"/v/program.ts","code":-1}])",
                           R"([{"fileName":"/v/program.ts","code":1e30}])",
                           R"([{"fileName":"/v/program.ts","code":"2322"}])"}) {
    std::vector<TypeDiagnostic> out;
    EXPECT_FALSE(readDiagnostics(parsed(text), 9, out)) << text;
  }
}

}  // namespace
}  // namespace executor::sandbox
