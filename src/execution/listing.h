// Finding executions again: newest first, by state, tool, client, time of creation and text.
//
// A list without filters, or by state, is read from an index. Every other filter is a walk over the
// newest executions of the workspace, because what it looks at is sealed (code, errors) and cannot
// be indexed without giving it away. The walk is bounded: after kMaxExaminedExecutions the page
// ends as it is, `partial` says so, and its cursor goes on from there. A page that is not partial
// and has no cursor is the end.
//
// `text` is looked for in the id, the program, the tools and the error, without regard to ASCII
// case. A program over kInlineTextBytes is in a blob and not looked into; results and inputs never
// are.
#pragma once

#include "execution/executions.h"
#include "store/store.h"

namespace executor::execution {

inline constexpr std::size_t kMaxExaminedExecutions = 2'000;
inline constexpr std::size_t kMaxListTextBytes = 200;
// Ids are in the order of creation but for clocks that were set back.
inline constexpr EpochMs kClockSlackMs = 3'600'000;

// `invalid_argument` naming the member that is wrong.
Status checkQuery(const ListQuery& query);

// What `tool` selects: the tool of that address, or all below it ("github.issues").
bool isBelow(std::string_view toolPath, std::string_view wanted);

// Runs on a reader thread. `query` has passed checkQuery().
Result<Executions::Page> listExecutions(store::Txn& txn, const std::string& workspaceId,
                                        const ListQuery& query);

}  // namespace executor::execution
