// Where the next page begins, as an opaque text.
//
// A cursor is the last row's place in its index with a tag of the table and index in front. It
// grants nothing: the range of the scan is applied as well, so a forged cursor at worst skips rows
// its holder may see. A cursor of another list, or one that lies outside the range, is refused.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "store/engine.h"
#include "store/record.h"

namespace executor::store {

std::string cursorAfter(const RecordType& type, const Range& range, const Row& last);

// Narrows `range` to what follows `cursor`; an empty cursor changes nothing. `invalid_argument`.
Status continueAfter(const RecordType& type, std::string_view cursor, Range& range);

}  // namespace executor::store
