// Whether bytes are one JSON text (RFC 8259) in UTF-8, without building it.
//
// What a worker calls JSON is passed on unparsed (D22), into responses among others; a worker that
// lies could break out of the document it is put into. So it is checked where it enters. Any depth
// is accepted: the check does not recurse, and readers have limits of their own.
#pragma once

#include <string_view>

namespace executor::sandbox {

// An empty text is none. Numbers of any size are accepted: they are text to us (D22).
bool isJson(std::string_view text);

}  // namespace executor::sandbox
