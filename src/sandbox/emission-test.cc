// emit(value): what reaches the user, what is refused, and what a worker cannot smuggle in.
#include "sandbox/emission.h"

#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

class Emitted final : public Recorder {
 public:
  void onEmit(Emission emission) override { seen.push_back(std::move(emission)); }
  std::vector<Emission> seen;
};

std::vector<Emission> emittedBy(std::string code) {
  Emitted recorder;
  const RunEnd end = runToEnd(recorder, programOf(std::move(code)));
  EXPECT_TRUE(end.ok) << end.error.message;
  return std::move(recorder.seen);
}

TEST(Emit, ShowsTextBesideTheResult) {
  Emitted recorder;
  const RunEnd end = runToEnd(recorder, programOf("emit('Hello'); emit('again'); return 1"));
  EXPECT_EQ(end.resultJson, "1");
  ASSERT_EQ(recorder.seen.size(), 2u);
  EXPECT_EQ(recorder.seen[0].kind, "text");
  EXPECT_EQ(recorder.seen[0].text, "Hello");
  EXPECT_EQ(recorder.seen[1].text, "again");
}

TEST(Emit, ShowsOtherValuesAsJson) {
  const auto seen = emittedBy(
      "emit({a: [1, null]}); emit(5); emit([2]); emit(undefined);"
      "emit({type: 'circle', r: 1}); emit({type: 'text', text: 'x'})");
  ASSERT_EQ(seen.size(), 6u);
  EXPECT_EQ(seen[0].text, R"({"a":[1,null]})");
  EXPECT_EQ(seen[1].text, "5");
  EXPECT_EQ(seen[2].text, "[2]");
  EXPECT_EQ(seen[3].text, "undefined");
  EXPECT_EQ(seen[4].text, R"({"type":"circle","r":1})");
  EXPECT_EQ(seen[5].text, "x");
}

TEST(Emit, TakesPicturesAsBytesOrBase64) {
  const auto seen = emittedBy(
      "emit({type: 'image', mimeType: 'image/png', data: new Uint8Array([104, 105])});"
      "emit({type: 'image', mimeType: 'image/png', data: 'aGk='});"
      "emit({type: 'audio', mimeType: 'audio/wav', data: new Uint8Array([104, 105]).buffer})");
  ASSERT_EQ(seen.size(), 3u);
  for (const Emission& e : seen) EXPECT_EQ(e.data, "aGk=");
  EXPECT_EQ(seen[0].kind, "image");
  EXPECT_EQ(seen[0].mimeType, "image/png");
  EXPECT_EQ(seen[2].kind, "audio");
}

TEST(Emit, TakesFilesAsTextOrBytes) {
  const auto seen = emittedBy(
      "emit({type: 'file', name: 'a.csv', mimeType: 'text/csv', text: 'x,y'});"
      "emit({type: 'resource', name: 'b.bin', mimeType: 'application/octet-stream',"
      "      data: new Uint8Array([104, 105])});"
      "emit({type: 'file', name: 'c.txt', text: ''})");
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].name, "a.csv");
  EXPECT_EQ(seen[0].text, "x,y");
  EXPECT_EQ(seen[1].kind, "file");
  EXPECT_EQ(seen[1].data, "aGk=");
  EXPECT_EQ(seen[2].mimeType, "text/plain");
}

TEST(Emit, RefusesWhatNobodyCanShow) {
  for (const char* value :
       {"{type: 'image', data: 'aGk='}", "{type: 'image', mimeType: 'text/plain', data: 'aGk='}",
        "{type: 'image', mimeType: 'image/png', data: 'not base64!'}",
        "{type: 'image', mimeType: 'image/png; x=1', data: 'aGk='}",
        "{type: 'image', mimeType: 'image/png'}", "{type: 'file', mimeType: 'a/b', data: 'aGk='}",
        "{type: 'file', name: '../a', mimeType: 'a/b', data: 'aGk='}",
        "{type: 'file', name: 'a\\0', mimeType: 'a/b', data: 'aGk='}",
        "{type: 'file', name: 'a', mimeType: 'a/b', data: 'aGk=', text: 'x'}"}) {
    const RunEnd end = failureOf("emit(" + std::string(value) + ")");
    EXPECT_EQ(end.error.code, ErrorCode::invalid_argument) << value;
    EXPECT_NE(end.error.hint.find("emit("), std::string::npos) << value;
  }
  EXPECT_EQ(failureOf("emit(new Uint8Array(3))").errorName, "TypeError");
}

TEST(Emit, AFailureCanBeCaught) {
  EXPECT_EQ(resultOf("try { emit({type: 'image'}) } catch (e) { return e.code }"),
            R"("invalid_argument")");
}

TEST(Emit, IsBoundedByCount) {
  Emitted recorder;
  const RunEnd end = runToEnd(recorder, programOf("for (let i = 0; i < 101; i++) emit('x')"));
  EXPECT_EQ(end.error.code, ErrorCode::limit_exceeded);
  EXPECT_EQ(recorder.seen.size(), kMaxEmits);
}

TEST(Emit, IsBoundedByBytes) {
  Emitted recorder;
  const RunEnd end =
      runToEnd(recorder, programOf("const s = 'x'.repeat(2 ** 20); for (;;) emit(s)"));
  EXPECT_EQ(end.error.code, ErrorCode::limit_exceeded);
  EXPECT_EQ(recorder.seen.size(), kMaxEmitBytes >> 20);
}

// What a program patches changes what it sees, not what is shown.
TEST(Emit, PatchedBuiltinsForgeNothing) {
  const auto seen = emittedBy(
      "Uint8Array.prototype.toBase64 = () => 'forged'; JSON.stringify = () => 'forged';"
      "emit({a: 1}); emit({type: 'image', mimeType: 'image/png', data: new Uint8Array([104, "
      "105])})");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].text, R"({"a":1})");
  EXPECT_EQ(seen[1].data, "aGk=");
}

TEST(Emit, LoneSurrogatesAreReplaced) {
  const auto seen = emittedBy("emit('a\\ud800b')");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].text, "a\uFFFDb");
}

TEST(EmissionProblem, AcceptsEveryKind) {
  EXPECT_EQ(emissionProblem({.kind = "text", .text = "x"}), "");
  EXPECT_EQ(emissionProblem({.kind = "text"}), "");
  EXPECT_EQ(emissionProblem({.kind = "image", .mimeType = "image/svg+xml", .data = "aGk="}), "");
  EXPECT_EQ(emissionProblem({.kind = "audio", .mimeType = "audio/wav", .data = "aGk="}), "");
  EXPECT_EQ(emissionProblem({.kind = "file", .mimeType = "a/b", .name = "c", .text = "d"}), "");
  EXPECT_EQ(emissionProblem({.kind = "file", .mimeType = "a/b", .name = "c", .data = "aGk="}), "");
}

// As a worker that is not ours any more would send them.
TEST(EmissionProblem, RefusesWhatOurHarnessNeverMakes) {
  const Emission kHostile[] = {
      {},
      {.kind = "html", .text = "<script>"},
      {.kind = "text", .mimeType = "text/html", .text = "<script>"},
      {.kind = "text", .text = "\xff"},
      {.kind = "text", .text = "x", .data = "aGk="},
      {.kind = "image", .mimeType = "text/html", .data = "aGk="},
      {.kind = "image", .mimeType = "image/png\r\nX: y", .data = "aGk="},
      {.kind = "image", .mimeType = "image/png", .data = "aGk"},
      {.kind = "image", .mimeType = "image/png", .data = "a=k="},
      {.kind = "image", .mimeType = "image/png", .name = "x", .data = "aGk="},
      {.kind = "file", .mimeType = "a/b", .name = "..", .data = "aGk="},
      {.kind = "file", .mimeType = "a/b", .name = "a/b", .data = "aGk="},
      {.kind = "file", .mimeType = "a/b", .name = "a\\b", .data = "aGk="},
      {.kind = "file", .mimeType = "a/b", .name = "a\nb", .data = "aGk="},
      {.kind = "file", .mimeType = "a/b", .name = "\xff", .data = "aGk="},
      {.kind = "file", .mimeType = "a/b", .name = std::string(256, 'x'), .data = "aGk="},
  };
  for (const Emission& e : kHostile) {
    EXPECT_NE(emissionProblem(e), "") << e.kind << " " << e.mimeType << " " << e.name;
  }
}

TEST(MimeType, IsTwoRestrictedNames) {
  for (const char* good : {"image/png", "application/vnd.api+json", "a/b", "text/x-c_1"}) {
    EXPECT_TRUE(isMimeType(good)) << good;
  }
  for (const char* bad : {"", "/", "a/", "/b", "a", "a/b/c", "a/b; c=d", "a /b", ".a/b", "a/b\n"}) {
    EXPECT_FALSE(isMimeType(bad)) << bad;
  }
  EXPECT_FALSE(isMimeType("a/" + std::string(kMaxMimeTypeBytes, 'b')));
}

}  // namespace
}  // namespace executor::sandbox
