// The real compiler in its real jail. Deadlines here are long: what is tested is what is answered;
// hostile-types-test has the deadlines.
#include "sandbox/type-checker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "sandbox/type-checker-fixture.h"

namespace executor::sandbox {
namespace {

// "2322 6+1 Type …" for each.
std::vector<std::string> diagnosticsOf(std::string source) {
  const auto found = checkNow(std::move(source));
  EXPECT_TRUE(found) << found.error().message << found.error().detail;
  std::vector<std::string> lines;
  if (!found) return {"unavailable"};
  for (const auto& d : *found) {
    lines.push_back(std::to_string(d.code) + " " + std::to_string(d.start) + "+" +
                    std::to_string(d.length) + " " + d.message);
  }
  return lines;
}

std::vector<int> codesOf(std::string source) {
  const auto found = checkNow(std::move(source));
  EXPECT_TRUE(found) << found.error().message << found.error().detail;
  std::vector<int> codes;
  if (found) {
    for (const auto& d : *found) codes.push_back(d.code);
  }
  return codes;
}

using Codes = std::vector<int>;
using Lines = std::vector<std::string>;

TEST(TypeChecker, ACorrectProgramHasNoDiagnostic) {
  EXPECT_EQ(codesOf("const a: number = 1; export default await Promise.resolve(a + 1);"), Codes{});
}

TEST(TypeChecker, AnEmptyProgramIsCorrect) { EXPECT_EQ(codesOf(""), Codes{}); }

TEST(TypeChecker, AWrongTypeIsShownAtItsPlace) {
  EXPECT_EQ(diagnosticsOf("const x: number = 'a';"),
            Lines{"2322 6+1 Type 'string' is not assignable to type 'number'."});
}

TEST(TypeChecker, PlacesAreInUtf16Units) {
  EXPECT_EQ(diagnosticsOf("/*😀é*/ let x: number = 'a';"),
            Lines{"2322 12+1 Type 'string' is not assignable to type 'number'."});
}

TEST(TypeChecker, SyntaxErrorsAreDiagnosticsToo) { EXPECT_EQ(codesOf("const x = ;"), Codes{1109}); }

TEST(TypeChecker, DiagnosticsAreInTheOrderOfTheirPlaces) {
  EXPECT_EQ(codesOf("const a: number = 'x';\nconst b = ;\nconst c: string = 1;"),
            (Codes{2322, 1109, 2322}));
}

TEST(TypeChecker, TheWholeChainIsInTheMessage) {
  const auto lines = diagnosticsOf("const p: Promise<number> = Promise.resolve('a');");
  EXPECT_EQ(lines, Lines{"2322 6+1 Type 'Promise<string>' is not assignable to type "
                         "'Promise<number>'.\n  Type 'string' is not assignable to type "
                         "'number'."});
}

TEST(TypeChecker, StrictIsOff) {
  EXPECT_EQ(codesOf("function f(a) { return a.b; } let s: string = null; f(s);"), Codes{});
}

// Each program is checked as if there had been no other.
TEST(TypeChecker, OneCheckLeavesNothingToTheNext) {
  EXPECT_EQ(codesOf("interface Secret { a: 1 } const secret: Secret = { a: 1 }; export {};"),
            Codes{});
  EXPECT_EQ(codesOf("const other: Secret = { a: 1 }; secret;"), (Codes{2304, 2304}));
  EXPECT_EQ(codesOf("declare global { interface Array<T> { leak: 1 } } export {};"), Codes{});
  EXPECT_EQ(codesOf("[].leak"), Codes{2339});
}

TEST(TypeChecker, ToolDeclarationsAreCheckedAsTheEncodingHasThem) {
  const std::string tools =
      "interface tools$github$issues {\n"
      "  list(args: { owner: string; limit?: number }): Promise<{ title: string }[]>;\n}\n"
      "interface tools$github { readonly issues: tools$github$issues; }\n"
      "interface tools$ { readonly github: tools$github; }\ndeclare const tools: tools$;\n";
  EXPECT_EQ(codesOf(tools + "(await tools.github.issues.list({ owner: 'a' }))[0].title;"), Codes{});
  EXPECT_EQ(codesOf(tools + "tools.github.issues.lst({ owner: 'a' })"), Codes{2551});
  EXPECT_EQ(codesOf(tools + "tools.github.issues.list({ ownr: 'a' })"), Codes{2561});
  EXPECT_EQ(codesOf(tools + "tools.github.issues.list({ owner: 1 })"), Codes{2322});
  EXPECT_EQ(codesOf(tools + "tools.github.issues.list({ limit: 1 })"), Codes{2741});
  EXPECT_EQ(codesOf(tools + "tools.gitlab"), Codes{2339});
}

TEST(TypeChecker, AProgramCannotImportOrReferToAFile) {
  EXPECT_EQ(codesOf("import { readFileSync } from 'fs'; readFileSync;"), Codes{2591});
  EXPECT_EQ(codesOf("import x from '/etc/passwd'; x;"), Codes{2307});
  const auto reference = codesOf("/// <reference path=\"/etc/passwd\" />\nexport {};");
  EXPECT_FALSE(reference.empty());
}

// Asking for more of the library gives a diagnostic, and no more of the library.
TEST(TypeChecker, AProgramCannotAskForOtherLibraries) {
  const auto codes = codesOf("/// <reference lib=\"dom\" />\ndocument.title");
  EXPECT_TRUE(std::ranges::count(codes, 2584) == 1);
  EXPECT_FALSE(codesOf("/// <reference types=\"node\" />\nexport {};").empty());
}

// One program's choice to be unchecked is its own.
TEST(TypeChecker, NoCheckHoldsForOneProgramOnly) {
  EXPECT_EQ(codesOf("// @ts-nocheck\nconst x: number = 'a';"), Codes{});
  EXPECT_EQ(codesOf("const x: number = 'a';"), Codes{2322});
}

TEST(TypeChecker, ThereIsNoDomAndNoNode) {
  EXPECT_EQ(codesOf("document.title"), Codes{2584});
  EXPECT_EQ(codesOf("Buffer.from('a')"), Codes{2591});
  EXPECT_EQ(codesOf("window"), Codes{2304});
}

TEST(TypeChecker, ManyDiagnosticsAreCutAtTheLimit) {
  std::string source;
  for (std::size_t i = 0; i < 2 * kMaxTypeDiagnostics; ++i) source += "missing;\n";
  EXPECT_EQ(codesOf(source).size(), kMaxTypeDiagnostics);
}

TEST(TypeChecker, TooLargeASourceIsRefused) {
  const auto found = checkNow(std::string(kMaxCheckedBytes + 1, ' '));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::payload_too_large);
}

TEST(TypeChecker, TheLargestSourceIsChecked) {
  std::string source = "const x: number = 'a';";
  source.resize(kMaxCheckedBytes, ' ');
  EXPECT_EQ(codesOf(std::move(source)), Codes{2322});
}

TEST(TypeChecker, InvalidUtf8IsRefused) {
  const auto found = checkNow("const a = '\xff';");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::invalid_argument);
}

TEST(TypeChecker, ControlCharactersArriveAsTheyAre) {
  EXPECT_EQ(codesOf(std::string("const a: 'x\\0' = 'x\\0'; // \x01\x1f\x7f", 36)), Codes{});
}

TEST(TypeChecker, StatusNamesTheVersion) {
  checkNow("");
  EXPECT_TRUE(CheckBench::get().checker->status().starts_with("typescript 7.0.2, idle"))
      << CheckBench::get().checker->status();
}

// Finding it.

TEST(FindTypeChecker, TheCheckoutsIsFoundFromTheBuildDirectory) {
  const auto found = findTypeChecker("");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->ends_with("typescript-linux-x64/lib/tsc"));
}

TEST(FindTypeChecker, ADirectoryThatHoldsItIsEnough) {
  const auto found = findTypeChecker("");
  ASSERT_TRUE(found);
  const auto directory = std::filesystem::path(*found).parent_path();
  EXPECT_EQ(findTypeChecker(directory.string()).value(), *found);
}

TEST(FindTypeChecker, AMissingOneIsNamedWithTheRemedy) {
  const auto found = findTypeChecker("/nowhere/tsc");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::not_configured);
  EXPECT_NE(found.error().message.find("/nowhere/tsc"), std::string::npos);
  EXPECT_NE(found.error().hint.find("EXECUTOR_TSC"), std::string::npos);
}

TEST(FindTypeChecker, WithoutItEachCheckIsUnavailable) {
  asio::io_context loop;
  const auto checker = makeTypeChecker({.tscPath = "/nowhere/tsc"}, loop.get_executor());
  const auto found = checkOn(loop, *checker, "const x: number = 'a'");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
  EXPECT_NE(checker->status().find("/nowhere/tsc"), std::string::npos);
}

// A file that is no program: the launcher cannot execute it, and says so.
TEST(FindTypeChecker, AFileThatIsNoCompilerIsUnavailable) {
  const auto compiler = findTypeChecker("");
  ASSERT_TRUE(compiler);
  const auto library = std::filesystem::path(*compiler).parent_path();
  const auto directory = std::filesystem::path(testing::TempDir()) / "no-compiler";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  for (const auto& file : std::filesystem::directory_iterator(library)) {
    if (file.path().extension() != ".ts") continue;
    std::filesystem::create_symlink(file.path(), directory / file.path().filename());
  }
  std::ofstream(directory / "tsc") << "no program";
  asio::io_context loop;
  const auto checker = makeTypeChecker(
      {.tscPath = directory, .coldDeadline = std::chrono::seconds(20)}, loop.get_executor());
  const auto found = checkOn(loop, *checker, "");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
  EXPECT_NE(checker->status().find("jail: execution"), std::string::npos) << checker->status();
  std::filesystem::remove_all(directory);
}

TEST(FindTypeChecker, AMissingLibraryIsNamed) {
  const auto directory = std::filesystem::path(testing::TempDir()) / "no-library";
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "tsc") << "no program";
  asio::io_context loop;
  const auto checker = makeTypeChecker(
      {.tscPath = directory, .coldDeadline = std::chrono::seconds(20)}, loop.get_executor());
  EXPECT_FALSE(checkOn(loop, *checker, ""));
  EXPECT_NE(checker->status().find("lib.es2024.d.ts"), std::string::npos) << checker->status();
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace executor::sandbox
