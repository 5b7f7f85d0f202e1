// A prepared input's body → bytes and content type.
#pragma once

#include <string>

#include "source/tool-set.h"

namespace executor::source {

struct RequestBody {
  bool present = false;
  std::string bytes;
  std::string contentType;
};

// JSON as JSON, text as text, flat forms as forms; other media types take a string or {"base64":
// …}, whose bytes are sent. `unsupported_media_type` for what cannot be sent exactly yet:
// multipart, and forms with nested values. `invalid_input` if base64 is none.
Result<RequestBody> makeRequestBody(const ToolView& tool, const json::object& flatInput);

}  // namespace executor::source
