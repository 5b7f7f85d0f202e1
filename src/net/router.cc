#include "net/router.h"

#include <set>

#include "base/text.h"

namespace executor::net {

// `routes` end here; `rest` ends here too, whatever follows in the path.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::unique_ptr<Node> any;
  std::unique_ptr<Node> rest;
  std::map<std::string, Route, std::less<>> routes;
};

struct Router::Search {
  std::string_view method;
  std::vector<std::string_view> segments;
  std::vector<std::string> parameters;
  const Route* found = nullptr;
  std::set<std::string> methods;  // of routes whose path matched
};

namespace {

// "/" is one empty segment, "/a/" is "a" and an empty one: a trailing slash is another path.
std::vector<std::string_view> segmentsOf(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  return splitText(path, '/');
}

std::string joinFrom(const std::vector<std::string_view>& segments, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < segments.size(); ++i) {
    if (i > from) out += '/';
    out += segments[i];
  }
  return out;
}

// GET implies HEAD, also where nobody added it.
std::string joinMethods(const std::set<std::string>& methods) {
  std::string out;
  for (const auto& method : methods) {
    if (!out.empty()) out += ", ";
    out += method;
    if (method == "GET" && !methods.contains("HEAD")) out += ", HEAD";
  }
  return out;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

// A pattern makes one node per segment; patterns share their beginnings.
void Router::add(std::string_view method, std::string_view pattern, Handler handler,
                 RouteOptions options) {
  auto descend = [](std::unique_ptr<Node>& child) {
    if (!child) child = std::make_unique<Node>();
    return child.get();
  };
  Node* node = root_.get();
  for (std::string_view segment : segmentsOf(pattern)) {
    node = segment == "*"    ? descend(node->any)
           : segment == "**" ? descend(node->rest)
                             : descend(node->literal[std::string(segment)]);
  }
  node->routes.insert_or_assign(std::string(method), Route{std::move(handler), std::move(options)});
}

// True when the node has a route for the method; else its methods go into Allow.
bool Router::settle(const Node& node, Search& search) {
  auto found = node.routes.find(search.method);
  if (found == node.routes.end() && search.method == "HEAD") found = node.routes.find("GET");
  if (found != node.routes.end()) {
    search.found = &found->second;
    return true;
  }
  for (const auto& [method, route] : node.routes) search.methods.insert(method);
  return false;
}

// Literal before `*` before `**`, and back again where a longer match lacks the method.
bool Router::walk(const Node& node, std::size_t depth, Search& search) {
  if (depth == search.segments.size()) {
    if (settle(node, search)) return true;
  } else {
    std::string_view segment = search.segments[depth];
    auto child = node.literal.find(segment);
    if (child != node.literal.end() && walk(*child->second, depth + 1, search)) return true;
    if (node.any && !segment.empty()) {
      search.parameters.emplace_back(segment);
      if (walk(*node.any, depth + 1, search)) return true;
      search.parameters.pop_back();
    }
  }
  if (!node.rest) return false;
  search.parameters.push_back(joinFrom(search.segments, depth));
  if (settle(*node.rest, search)) return true;
  search.parameters.pop_back();
  return false;
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
  Search search{.method = method, .segments = segmentsOf(path)};
  Match match;
  if (!walk(*root_, 0, search)) {
    match.allow = joinMethods(search.methods);
    return match;
  }
  match.handler = &search.found->handler;
  match.options = search.found->options;
  match.parameters = std::move(search.parameters);
  return match;
}

}  // namespace executor::net
