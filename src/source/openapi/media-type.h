// Which of several media types a tool uses (reference OAS-22), and what a media type is.
#pragma once

#include <string_view>

#include "base/json.h"

namespace executor::source::openapi {

struct MediaChoice {
  std::string_view name;                // empty if `content` is empty
  const json::value* schema = nullptr;  // null if it has none
};

// Of a `content` object: the first with a schema among application/json, */*, any name with "json",
// any; else application/json or the first without one.
MediaChoice chooseMedia(const json::object& content);

}  // namespace executor::source::openapi
