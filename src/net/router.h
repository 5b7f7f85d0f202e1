// Routes by method and path; the longest literal match wins.
//
// A pattern is literal segments and `*` for exactly one segment: "/api/v1/sources/*". The last
// segment may be `**`, the rest of the path. HEAD is answered by GET without its body. A known path
// with another method is 405 with Allow; an unknown path 404. The routes are a tree of segments, so
// a match costs one look-up per segment, however many routes there are. Routes are added before the
// server starts; a handler's address stays valid as long as the router.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace executor::net {

inline constexpr std::size_t kDefaultMaxBodyBytes = 4u << 20;

// A body of at most this is read without asking who sends it.
inline constexpr std::size_t kUncheckedBodyBytes = 64u << 10;

struct RouteOptions {
  std::size_t maxBodyBytes = kDefaultMaxBodyBytes;
  // Asked before a larger body, or one that does not say how large it is, is read: a stranger must
  // not make the server hold megabytes. Its error is the answer. Shared, so that a match is cheap.
  std::shared_ptr<const HeadCheck> headCheck = nullptr;
};

class Router {
 public:
  Router();
  ~Router();

  // The same method and pattern again replaces the handler.
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
    Handler handler;
    RouteOptions options;
  };
  struct Node;
  struct Search;

  static bool walk(const Node& node, std::size_t depth, Search& search);
  static bool settle(const Node& node, Search& search);

  std::unique_ptr<Node> root_;
};

}  // namespace executor::net
