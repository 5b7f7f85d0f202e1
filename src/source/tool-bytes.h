// The bytes of one tool set at an address that never moves: a string on the heap or a private
// read-only mapping of a file. The mapping costs no memory of our own until it is read, which is
// what lets a server keep hundreds of large sources. The file must not be changed in place; the
// store writes such files once and renames them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace executor::source {

class ToolBytes {
 public:
  static ToolBytes own(std::string bytes);
  // `store_corrupt` with the cause when the file cannot be opened or mapped.
  static Result<ToolBytes> map(const std::string& path);

  std::string_view view() const { return view_; }

 private:
  ToolBytes(std::shared_ptr<const void> keep, std::string_view view)
      : keep_(std::move(keep)), view_(view) {}

  std::shared_ptr<const void> keep_;
  std::string_view view_;
};

}  // namespace executor::source
