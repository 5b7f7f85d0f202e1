// One REST endpoint: what is checked before its function runs, and how its errors look.
//
// Order: credential (401), kind of credential (403), query parameters, content type (415), JSON,
// unknown members of the body. A function therefore sees only a call that is allowed and well
// formed, and a refused call has changed nothing (invariant 7). The lower layers check authority
// again; this check is the earlier and cheaper one, not the only one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes.h"
#include "base/json.h"

namespace executor::api {

// Shared by all handlers; cheap to copy into a coroutine.
using Deps = std::shared_ptr<const ApiDeps>;

// A request that has passed every check of its endpoint.
struct Call {
  net::Request request;
  Principal principal;
  json::object body;  // empty when the endpoint takes none

  const std::string& parameter(std::size_t i = 0) const { return request.pathParameters.at(i); }
};

// A plain function: nothing captured, so nothing can dangle. Parameters by value (base/async.h).
using EndpointFunction = Task<Result<net::Response>> (*)(Deps deps, Call call);

// Every endpoint needs a credential; `person` refuses agents (D1).
enum class Who : std::uint8_t { anyone, person };  // of those who are authenticated
// optionalJson: an empty body stands for {}.
enum class Body : std::uint8_t { none, json, optionalJson };

// A line of the table. `pattern` as net/router.h has it; `query` lists every parameter that
// exists.
struct Endpoint {
  std::string_view method, pattern;
  Who who;
  Body body;
  EndpointFunction function;
  std::vector<std::string_view> query = {};
  std::size_t maxBody = kMaxApiBodyBytes;
};

// The endpoints of /api/v1; also what the tests walk.
const std::vector<Endpoint>& endpoints();

// `endpoint` must outlive the router: it stands in the static table.
void addEndpoint(net::Router& router, const Deps& deps, const Endpoint& endpoint);

// 200, not to be cached: every answer is of one principal and one moment.
net::Response okJson(std::string body);
// 201 with Location.
net::Response createdJson(std::string body, const std::string& location);
// {"ok":true,…}: an act without a thing to show.
net::Response done();

}  // namespace executor::api
