// Routes by method and path; the longest literal match wins.
//
// A pattern is literal segments and `*` for exactly one segment: "/api/v1/sources/*". The last
// segment may be `**`, the rest of the path. HEAD is answered by GET without its body. A known path
// with another method is 405 with Allow; an unknown path 404.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace executor::net {

struct RouteOptions {
  std::size_t maxBodyBytes = 4u << 20;
};

class Router {
 public:
  void add(std::string_view method, std::string_view pattern, Handler handler,
           RouteOptions options = {});

  struct Match {
    const Handler* handler = nullptr;
    RouteOptions options;
    std::vector<std::string> parameters;
    std::string allow;  // non-empty when only the method did not match
  };
  Match match(std::string_view method, std::string_view path) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Handler handler;
    RouteOptions options;
  };
  std::vector<Route> routes_;
};

}  // namespace executor::net
