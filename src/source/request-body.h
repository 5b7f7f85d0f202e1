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

// Whether the body is one of bytes or text: no JSON and no form.
bool takesBytes(const ToolView& tool);
// What stands for bytes in an input: {"base64": …} or {"handle": …}, a download as it came. The
// latter is put in place of its bytes before a request is made (invocation/stored-body.cc).
bool standsForBytes(const json::value& value);

// JSON as JSON, text as text, flat forms as forms; other media types take a string or {"base64":
// …}, whose bytes are sent. `unsupported_media_type` for what cannot be sent exactly yet:
// multipart, and forms with nested values. `invalid_input` if base64 is none.
Result<RequestBody> makeRequestBody(const ToolView& tool, const json::object& flatInput);

}  // namespace executor::source
