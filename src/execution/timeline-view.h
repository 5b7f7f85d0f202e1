// The course of an execution for people: what happened in order, how long it took, who waited for
// whom.
//
// The journal says everything once and in the order of its making; a person wants to read "asked a
// person, approved by Anna after 4 minutes" as one line. So a call and an approval are one entry
// each, at the time when they began, with the time until they ended. What is still under way has no
// duration yet. The sums count wall time: two calls that ran at once count once. Everything else of
// a run is the program, the queue or a time when no server was there (`resumed`).
//
// Made from events alone (event.h), so that a running, a finished and an old execution read alike;
// outcomes and inputs are not in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "execution/event.h"

namespace executor::execution {

inline constexpr std::size_t kMaxTimelineEntries = 1'000;  // more are only counted
inline constexpr std::size_t kMaxTimelineTextBytes = 500;  // of one entry

// Of the events of one execution from the first on; `now` is the end of what still goes on.
TimelineView describeTimeline(const std::vector<Event>& events, EpochMs now);

}  // namespace executor::execution
