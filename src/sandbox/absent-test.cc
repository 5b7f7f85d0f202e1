// Through the engine and by itself: what is not here can be asked for, and teaches when it is used.
#include "sandbox/absent.h"

#include <gtest/gtest.h>

#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

TEST(Absent, AUseTeaches) {
  for (const char* code : {"fetch('http://x')", "require('fs')", "process.env.HOME",
                           "Deno.readFile", "Bun.file('x')", "new XMLHttpRequest()",
                           "new WebSocket('ws://x')", "return __dirname", "module.exports = 1"}) {
    const RunEnd end = failureOf(code);
    EXPECT_NE(end.error.message.find("not available"), std::string::npos) << code;
    EXPECT_NE(end.error.message.find("tools.<source>.<tool>"), std::string::npos) << code;
    EXPECT_EQ(end.error.code, ErrorCode::program_error) << code;
    EXPECT_EQ(end.errorName, "ReferenceError") << code;
  }
}

// What libraries do before they use something.
TEST(Absent, ProgramsCanAsk) {
  EXPECT_EQ(resultOf("return [typeof fetch, typeof process, typeof require, typeof Deno, "
                     "typeof Bun, typeof module, typeof globalThis.fetch, 'process' in globalThis, "
                     "globalThis.process?.env]"),
            R"(["undefined","undefined","undefined","undefined","undefined","undefined",)"
            R"("undefined",false,null])");
  EXPECT_EQ(resultOf("const node = typeof process !== 'undefined' && process.versions?.node;\n"
                     "return node ? 'node' : 'other'"),
            "\"other\"");
}

TEST(Absent, AProgramMayHaveItsOwn) {
  EXPECT_EQ(resultOf("const process = { env: { A: 1 } }; return process.env.A"), "1");
  EXPECT_EQ(resultOf("globalThis.fetch = () => 'mine'; return fetch('x')"), "\"mine\"");
}

TEST(Absent, AUseHasItsPlace) {
  const RunEnd end = failureOf("const a = 1;\nreturn fetch('x')");
  EXPECT_EQ(end.position.line, 2u);
}

TEST(Absent, OtherNamesAreTheEnginesOwnWords) {
  EXPECT_EQ(failureOf("return colour").error.message, "colour is not defined");
  EXPECT_EQ(teachAbsent("fetch"), "");
  EXPECT_EQ(teachAbsent(" is not defined"), "");
  EXPECT_EQ(teachAbsent("prefetch is not defined"), "");
}

TEST(Absent, AnImportHasItsPlace) {
  const RunEnd end = failureOf("// import('no')\nconst fs = await import('fs')");
  EXPECT_NE(end.error.message.find("no modules"), std::string::npos);
  EXPECT_EQ(end.position.line, 2u);
  EXPECT_EQ(end.position.column, 18u);
}

TEST(DynamicImport, IsFoundByTokens) {
  const auto at = findDynamicImport("'import(1)'; /* import(2) */ x.import(3);\nä = import (4)");
  ASSERT_TRUE(at);
  EXPECT_EQ(at->line, 2u);
  EXPECT_EQ(at->column, 5u);
  EXPECT_FALSE(findDynamicImport("import.meta; a.import(1); `import(1)`"));
  EXPECT_FALSE(findDynamicImport("import"));
  EXPECT_FALSE(findDynamicImport("'"));
}

}  // namespace
}  // namespace executor::sandbox
