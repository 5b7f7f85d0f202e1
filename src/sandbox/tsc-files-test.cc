#include "sandbox/tsc-files.h"

#include <gtest/gtest.h>

namespace executor::sandbox {
namespace {

std::string ask(const TscFiles& files, std::string method, std::string path) {
  return files.answer({.id = "1", .method = std::move(method), .path = std::move(path)});
}

TscFiles withLibrary() {
  TscFiles files;
  files.putLibrary({"interface A {}", "export {};"});
  return files;
}

TEST(TscFiles, ATextIsReadAsItWasPut) {
  TscFiles files;
  files.putProgram("let a = \"\\n\";\n// é");
  EXPECT_EQ(ask(files, "readFile", "/v/program.ts"), R"({"content":"let a = \"\\n\";\n// é"})");
}

TEST(TscFiles, TheProgramIsEmptyUntilThereIsOne) {
  EXPECT_EQ(ask(TscFiles(), "readFile", "/v/program.ts"), R"({"content":"export {};"})");
}

TEST(TscFiles, ANewProgramTakesTheOldOnesPlace) {
  TscFiles files;
  files.putProgram("1");
  files.putProgram("2");
  EXPECT_EQ(ask(files, "readFile", "/v/program.ts"), R"({"content":"2"})");
}

TEST(TscFiles, TheProjectListsTheLibrary) {
  const TscFiles files = withLibrary();
  EXPECT_EQ(ask(files, "readFile", "/v/library0.d.ts"), R"({"content":"interface A {}"})");
  const std::string project = ask(files, "readFile", "/v/tsconfig.json");
  EXPECT_NE(project.find("library0.d.ts"), std::string::npos);
  EXPECT_NE(project.find("library1.d.ts"), std::string::npos);
  EXPECT_EQ(project.find("library2.d.ts"), std::string::npos);
}

TEST(TscFiles, WhatWasNotPutDoesNotExist) {
  const TscFiles files = withLibrary();
  for (const char* path : {"/etc/passwd", "/v/../etc/passwd", "/v", "/", "", "program.ts",
                           "/v/program.ts/", "/v//program.ts", "/v/package.json"}) {
    EXPECT_EQ(ask(files, "readFile", path), R"({"content":null})") << path;
    EXPECT_EQ(ask(files, "fileExists", path), "false") << path;
  }
  EXPECT_EQ(ask(files, "fileExists", "/v/program.ts"), "true");
}

TEST(TscFiles, ThereIsOneDirectory) {
  const TscFiles files = withLibrary();
  EXPECT_EQ(ask(files, "directoryExists", "/v"), "true");
  for (const char* path : {"/", "/v/", "/lib", "/home", ""}) {
    EXPECT_EQ(ask(files, "directoryExists", path), "false") << path;
    EXPECT_EQ(ask(files, "getAccessibleEntries", path), R"({"files":[],"directories":[]})");
  }
  EXPECT_EQ(ask(files, "getAccessibleEntries", "/v"),
            R"({"files":["globals.d.ts","library0.d.ts","library1.d.ts","program.ts",)"
            R"("tsconfig.json"],"directories":[]})");
}

TEST(TscFiles, APathIsItsOwnRealPath) {
  EXPECT_EQ(ask(TscFiles(), "realpath", "/a\"b"), R"("/a\"b")");
}

TEST(TscFiles, AnUnknownMethodIsNull) {
  for (const char* method : {"", "writeFile", "readfile", "remove"}) {
    EXPECT_EQ(ask(withLibrary(), method, "/v/program.ts"), "null") << method;
  }
}

}  // namespace
}  // namespace executor::sandbox
