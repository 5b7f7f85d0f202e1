// The harness is JavaScript in raw strings (harness/*.js.inc): included, not embedded, so that the
// compiler cache sees a change.
#include "sandbox/prepared.h"

namespace executor::sandbox {
namespace {

constexpr std::string_view kParts[] = {
#include "sandbox/harness/primordials.js.inc"
    ,
#include "sandbox/harness/tools.js.inc"
    ,
#include "sandbox/harness/console.js.inc"
    ,
#include "sandbox/harness/timers.js.inc"
    ,
#include "sandbox/harness/text.js.inc"
    ,
#include "sandbox/harness/clone.js.inc"
    ,
#include "sandbox/harness/url.js.inc"
    ,
#include "sandbox/harness/emit.js.inc"
    ,
#include "sandbox/harness/intl-number.js.inc"
    ,
#include "sandbox/harness/intl-date.js.inc"
    ,
#include "sandbox/harness/intl-text.js.inc"
    ,
};

}  // namespace

std::string harnessSource() {
  std::string source =
      "(function(hostCall, hostConsole, hostTimer, hostClear, hostRandom, hostElapsed, "
      "hostEmit) {";
  for (const std::string_view part : kParts) source += part;
  source += "return [describe, cyclePath, fireTimer, isError];})";
  return source;
}

}  // namespace executor::sandbox
