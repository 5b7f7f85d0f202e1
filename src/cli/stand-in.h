// A stand-in upstream that answers by a document's own schemas, for `executor example`.
//
// Every operation of the tool set is served at its path; the answer is a sample of its declared
// output: constants, examples and defaults where the document has them, else a small value of the
// type. What a request's body holds is echoed into members of the same name, so that a created
// issue has the title it was created with. Nothing is stored. It is a demonstration, not a mock for
// tests.
#pragma once

#include <memory>
#include <string>

#include "base/json.h"
#include "net/router.h"
#include "source/tool-set.h"

namespace executor::cli {

inline constexpr unsigned kMaxSampleDepth = 4;

// A value of the schema; `echo` gives members that are known already.
json::value sampleOf(const source::ToolSet& set, std::uint32_t schema,
                     const json::object& echo = {}, unsigned depth = 0);

// Adds a route for each operation. `set` is kept alive by the handlers.
void addStandIn(net::Router& router, std::shared_ptr<const source::ToolSet> set);

}  // namespace executor::cli
