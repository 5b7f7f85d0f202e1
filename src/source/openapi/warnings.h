// What a compiler noticed and could work around; the user sees it beside the source. Bounded: a
// document with a thousand equal flaws says so in one line more, not in a thousand.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace executor::source::openapi {

inline constexpr std::size_t kMaxWarnings = 50;

class Warnings {
 public:
  // A text given before is not repeated.
  void add(std::string text);
  // In order; the last line counts what was left out.
  std::vector<std::string> take();

 private:
  std::vector<std::string> texts_;
  std::set<std::string> seen_;
  std::size_t more_ = 0;
};

}  // namespace executor::source::openapi
