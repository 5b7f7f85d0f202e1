// Routes without the REST form: probes for operators, and the fixed answers of reference routes
// that are not configured in this installation. The latter keep the reference's texts in the plain
// error form, because clients show them.
#pragma once

#include "api/endpoint.h"

namespace executor::api {

void addProbes(net::Router& router, const Deps& deps);

// {"error":"<message>"} with the status of the error's code: MCP and seed-compatible routes.
net::Response plainError(const Error& error);

}  // namespace executor::api
