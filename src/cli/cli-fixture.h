// For the tests of cli/: a directory of its own, captured output, and the program run in process.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/id.h"
#include "cli/commands.h"

namespace executor::cli {

class CliFixture : public testing::Test {
 protected:
  CliFixture() { std::filesystem::create_directories(directory_); }
  ~CliFixture() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  std::string path(std::string_view name) const { return directory_ + "/" + std::string(name); }
  void write(std::string_view name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
  }
  Context context() const {
    Context out;
    out.dataDir = directory_;
    return out;
  }

  struct Ran {
    int code = 0;
    std::string out, err;
  };
  // What `executor <arguments>` does, against this test's directory.
  Ran executor(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"executor", "--data-dir", directory_});
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Ran ran;
    ran.code = runProgram(static_cast<int>(argv.size()), argv.data());
    std::fflush(nullptr);
    ran.out = testing::internal::GetCapturedStdout();
    ran.err = testing::internal::GetCapturedStderr();
    return ran;
  }

  std::string directory_ =
      (std::filesystem::temp_directory_path() / ("cli-" + newId("test"))).string();
};

}  // namespace executor::cli
