#include "sandbox/tsc-library.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sandbox/test-support.h"
#include "sandbox/type-checker-fixture.h"

namespace executor::sandbox {
namespace {

namespace fs = std::filesystem;

// A library of the test's own, in which every topic exists and is empty unless said otherwise.
class LibraryFolder {
 public:
  LibraryFolder() {
    fs::remove_all(path_);
    fs::create_directories(path_);
    for (const auto topic : libraryTopics()) put(topic, "");
  }
  ~LibraryFolder() { fs::remove_all(path_); }

  void put(std::string_view topic, std::string_view text) {
    std::ofstream(path_ / ("lib." + std::string(topic) + ".d.ts")) << text;
  }
  void remove(std::string_view topic) {
    fs::remove(path_ / ("lib." + std::string(topic) + ".d.ts"));
  }
  Result<std::vector<std::string>> read() const { return readLibrary(path_); }
  // Without the empty lines of the empty topics.
  std::string joined() const {
    std::string text = read().value().at(0);
    std::erase(text, '\n');
    return text;
  }

 private:
  fs::path path_ = fs::path(testing::TempDir()) / ("type-library-" + std::to_string(getpid()));
};

TEST(TscLibrary, WhatIsReferredToComesFirstAndOnce) {
  LibraryFolder folder;
  folder.put("es2024", "/// <reference lib=\"b\" />\n/// <reference lib=\"a\" />\nES;");
  folder.put("b", "/// <reference lib=\"a\" />\nB;");
  folder.put("a", "A;");
  EXPECT_EQ(folder.joined(), "A;B;ES;");
}

TEST(TscLibrary, ReferencesInACircleEnd) {
  LibraryFolder folder;
  folder.put("es2024", "/// <reference lib=\"a\" />\nES;");
  folder.put("a", "/// <reference lib=\"es2024\" />\nA;");
  EXPECT_EQ(folder.joined(), "A;ES;");
}

TEST(TscLibrary, OtherReferencesAreDropped) {
  LibraryFolder folder;
  folder.put("es2024",
             "/// <reference no-default-lib=\"true\"/>\n/// <reference path=\"x\" />\nES;");
  EXPECT_EQ(folder.joined(), "ES;");
}

TEST(TscLibrary, ATopicIsNeverAPath) {
  LibraryFolder folder;
  folder.put("es2024", "/// <reference lib=\"../../secret\" />\nES;");
  EXPECT_EQ(folder.joined(), "ES;");
}

TEST(TscLibrary, AModuleStaysAlone) {
  LibraryFolder folder;
  folder.put("es2024", "/// <reference lib=\"a\" />\n/// <reference lib=\"m\" />\nES;");
  folder.put("a", "A;");
  folder.put("m", "M;\nexport {};");
  const auto texts = folder.read();
  ASSERT_TRUE(texts);
  ASSERT_EQ(texts->size(), 2u);
  EXPECT_EQ(texts->at(0).find("M;"), std::string::npos);
  EXPECT_NE(texts->at(0).find("A;\nES;"), std::string::npos);
  EXPECT_NE(texts->at(1).find("M;\nexport {};"), std::string::npos);
}

TEST(TscLibrary, AMissingTopicIsNamed) {
  LibraryFolder folder;
  folder.remove("esnext.array");
  const auto texts = folder.read();
  ASSERT_FALSE(texts);
  EXPECT_EQ(texts.error().code, ErrorCode::not_configured);
  EXPECT_NE(texts.error().message.find("lib.esnext.array.d.ts"), std::string::npos);
  EXPECT_FALSE(texts.error().hint.empty());
}

TEST(TscLibrary, TooMuchIsRefused) {
  LibraryFolder folder;
  folder.put("es2024", std::string(kMaxLibraryBytes + 1, ' '));
  ASSERT_FALSE(folder.read());
  EXPECT_EQ(folder.read().error().code, ErrorCode::limit_exceeded);
}

TEST(TscLibrary, TooManyModulesAreRefused) {
  LibraryFolder folder;
  std::string references;
  for (std::size_t i = 0; i < kMaxLibraryFiles; ++i) {
    folder.put("m" + std::to_string(i), "export {};");
    references += "/// <reference lib=\"m" + std::to_string(i) + "\" />\n";
  }
  folder.put("es2024", references);
  ASSERT_FALSE(folder.read());
  EXPECT_EQ(folder.read().error().code, ErrorCode::limit_exceeded);
}

// What is declared is there, in the engine and for the compiler alike.
constexpr const char* kGlobalNames[] = {
    "console.debug", "console.log", "console.info", "console.warn", "console.error",
    "console.trace", "console.dir", "console.assert", "setTimeout", "setInterval", "clearTimeout",
    "clearInterval", "queueMicrotask", "structuredClone", "atob", "btoa", "performance.now",
    "crypto.randomUUID", "crypto.getRandomValues", "DOMException", "TextEncoder",
    "new TextEncoder().encode", "new TextEncoder().encodeInto", "TextDecoder",
    "new TextDecoder().decode", "URL", "URL.parse", "URL.canParse", "new URL('a:b').toJSON",
    "URLSearchParams", "new URLSearchParams().append", "new URLSearchParams().delete",
    "new URLSearchParams().get", "new URLSearchParams().getAll", "new URLSearchParams().has",
    "new URLSearchParams().set", "new URLSearchParams().sort", "new URLSearchParams().forEach",
    "new URLSearchParams().entries", "new URLSearchParams().keys", "new URLSearchParams().values",
    // Of later editions than ES2024.
    "new Set().union", "Iterator.from", "[].values().map", "Promise.try", "RegExp.escape",
    "Array.fromAsync", "Error.isError", "Math.f16round", "new Uint8Array().toBase64"};

TEST(TscLibrary, WhatIsDeclaredIsThereInTheEngine) {
  std::string code = "const missing: string[] = [];\n";
  for (const char* name : kGlobalNames) {
    code +=
        std::string("if (typeof ") + name + " !== 'function') missing.push(\"" + name + "\");\n";
  }
  EXPECT_EQ(resultOf(code + "return missing"), "[]");
}

TEST(TscLibrary, WhatIsThereIsDeclared) {
  for (const char* name : kGlobalNames) {
    const auto found = checkNow(std::string("const it: Function = ") + name + ";");
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->empty()) << name << ": " << found->front().message;
  }
}

TEST(TscLibrary, GlobalsAreUsedAsProgramsUseThem) {
  const auto found = checkNow(R"(
    const url = new URL('/a?b=c', 'https://x.test');
    url.searchParams.set('n', 1);
    for (const [key, value] of url.searchParams) console.log(key.length, value.length, url.href);
    const bytes: Uint8Array = new TextEncoder().encode('é');
    const text: string = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const timer: number = setTimeout((a, b) => a + b, 10, 1, 2);
    clearTimeout(timer);
    queueMicrotask(() => {});
    const copy: { a: number } = structuredClone({ a: 1 });
    const id: string = crypto.randomUUID();
    const random: Uint32Array = crypto.getRandomValues(new Uint32Array(4));
    emit('text'); emit({ type: 'x' });
    using resource = { [Symbol.dispose]() {} };
    const groups = Object.groupBy([1, 2], (n) => n % 2 ? 'odd' : 'even');
    const all = await Array.fromAsync((async function* () { yield 1; })());
    console.log(atob(btoa(text)), copy.a, id, random.length, resource, groups, all.length);
    console.error(performance.now().toFixed(1), new DOMException('a', 'b').name);
  )");
  ASSERT_TRUE(found);
  for (const auto& diagnostic : *found) ADD_FAILURE() << diagnostic.message;
}

}  // namespace
}  // namespace executor::sandbox
