// Points in time as a person types them: how long ago, or a date.
//
//   90s 15m 2h 7d 4w            so long before now
//   2026-11-24                  the beginning of that day, UTC
//   2026-11-24T06:10[:28][Z]    that moment, UTC; a blank may stand for the T
//
// Anything else is an error that names these forms: guessing at a date is how history gets removed.
#pragma once

#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace executor::cli {

// A length of time such as "7d"; at most ten years.
Result<EpochMs> parseDuration(std::string_view text);
// Epoch milliseconds.
Result<EpochMs> parseMoment(std::string_view text, EpochMs now);

}  // namespace executor::cli
