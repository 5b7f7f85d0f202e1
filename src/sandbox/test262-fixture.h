// Runs Test262, the official suite of the language, on the engine as built.
//
// A checkout is never part of this repository: `make test262 DIR=<folder>` names one. Each file is
// run as its own front matter says (INTERPRETING.md of the suite): strict and sloppy, with its
// includes, asynchronous ones until they print, negative ones by the error they must end with. The
// image is the product's, with our globals in it, restored for every run; the jail is left out, for
// it changes nothing of the language and would make fifty thousand runs slow.
//
// Left out and counted as such: modules (a program has none) and what the engine does not claim.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/machine.h"

namespace executor::sandbox {

// CPU of one run before it counts as failed.
inline constexpr std::uint64_t kTest262Micros = 10'000'000;

// The front matter of one file.
struct Test262Meta {
  std::vector<std::string> includes, flags, features;
  std::string negativePhase, negativeType;

  bool has(std::string_view flag) const;
};
Test262Meta readTest262Meta(std::string_view source);

// Why a test is not for this engine; empty if it is.
std::string notApplicable(const Test262Meta& meta);

struct Test262Count {
  std::size_t passed = 0, failed = 0, leftOut = 0;

  double rate() const;
};

class Test262 {
 public:
  // `root` has `harness` and `test`.
  explicit Test262(std::filesystem::path root);
  ~Test262();

  // Why it failed; empty if it passed. `path` below `root`.
  std::string run(const std::filesystem::path& path);
  // All files below `test` whose path holds `filter`; one list entry for each that failed.
  void runAll(std::string_view filter);

  const Test262Count& total() const { return total_; }
  const std::map<std::string, Test262Count>& byFolder() const { return byFolder_; }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  struct Engine;

  std::string runOnce(const Test262Meta& meta, const std::string& source, bool strict);
  std::string harnessText(std::string_view name);
  void count(const std::filesystem::path& path);

  std::filesystem::path root_;
  std::unique_ptr<Engine> engine_;
  std::map<std::string, std::string, std::less<>> harness_;
  Test262Count total_;
  std::map<std::string, Test262Count> byFolder_;
  std::vector<std::string> failures_;
};

}  // namespace executor::sandbox
