// The built-in tool results.get: a stored content read by a program, whole or in pieces.
//
//   tools.results.get({handle, offset?, length?, as?: "json" | "text" | "base64"})
//   → {handle, mimeType, bytes, offset, length, nextOffset, as, value}
//
// Left out, `as` follows from the content: JSON that fits is parsed and given whole, text is text,
// everything else base64. `offset` and `length` count bytes of the content. A text ends at a whole
// character, so that reading on from `nextOffset` (null at the end) never splits one. JSON is never
// cut: a part of it has no value, and what does not fit is told how to be read as text.
//
// It is a call like every other: policy, journal and the limits of a call's answer hold, and a
// resumed program gets the journalled answer even when the content is gone by then.
#pragma once

#include <string>

#include "base/json.h"
#include "invocation/result-store.h"

namespace executor::invocation {

// `input` is unchecked. The answer as JSON text; the content's own JSON is spliced in as it is
// (D22). Errors: invalid_input, missing_input, not_found.
Task<Result<std::string>> answerResultsGet(ResultStore& results, Principal principal,
                                           json::object input);

}  // namespace executor::invocation
