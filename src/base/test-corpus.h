// For tests only: temporary directories, and the corpora that stand beside a full checkout.
//
// Corpora are not part of the repository. A test that needs one and does not find it skips with the
// path it looked at, so that a clone alone still passes.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace executor {

// A fresh directory, removed with all it holds at the end of the test.
class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "executor-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }

  std::string write(const std::string& name, const std::string& text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

inline std::string readWholeFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::filesystem::path corpusPath(const std::string& name) {
  return std::filesystem::path(EXECUTOR_SOURCE_DIR) / "../shared/corpora" / name;
}

inline bool unpackCorpus(const std::string& name, const TempDir& into) {
  const std::string command =
      "tar --zstd -xf '" + corpusPath(name).string() + "' -C '" + into.path().string() + "'";
  return std::system(command.c_str()) == 0;  // NOLINT(bugprone-command-processor)
}

}  // namespace executor

// The corpora are others' material beside a checkout of ours and never part of a clone
// (corpora.md), so a test that needs one says which file is missing and does not count as run.
#define EXECUTOR_SKIP_WITHOUT(path)       \
  if (!std::filesystem::exists(path)) {   \
    GTEST_SKIP() << "not here: " << path; \
  }                                       \
  static_assert(true, "a semicolon follows")
