// Adding or refreshing a source as server-sent events, for a person who waits.
//
// Events: `progress` {step, done, total}, then exactly one of `done` (the source) and `error` (the
// product's error form). Whether the work was refused is known only then, so the HTTP status is
// 200. The work goes on when the client leaves: a half-added source does not exist either way.
#pragma once

#include <functional>
#include <string>

#include "catalog/catalog.h"
#include "net/http.h"

namespace executor::api {

// sources.add or sources.refresh with everything but the listener bound.
using SourceWork = std::function<Task<Result<catalog::SourceView>>(catalog::Progress)>;

// True if the request accepts text/event-stream.
bool wantsEventStream(const net::Request& request);

// The stream begins the work; nothing happens if the response is never sent.
net::Response streamProgress(SourceWork work, std::string requestId);

// More progress than this that the client has not read yet is dropped: only the last step matters.
inline constexpr std::size_t kMaxQueuedProgress = 64;

}  // namespace executor::api
