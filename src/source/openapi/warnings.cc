#include "source/openapi/warnings.h"

#include <fmt/format.h>

#include <utility>

namespace executor::source::openapi {

// Beyond the limit repetitions are counted too: remembering texts to tell them apart would be
// unbounded.
void Warnings::add(std::string text) {
  if (texts_.size() >= kMaxWarnings) {
    ++more_;
    return;
  }
  if (seen_.insert(text).second) texts_.push_back(std::move(text));
}

std::vector<std::string> Warnings::take() {
  if (more_ > 0) texts_.push_back(fmt::format("{} more warnings are not listed.", more_));
  return std::move(texts_);
}

}  // namespace executor::source::openapi
