// Names of tools, by the rules every user of the original knows (reference OAS-38 to OAS-40), and
// what they need to last: a path once given stays with its (method, path template) across
// refreshes, and the path of a removed operation is given to no other (D14). Otherwise a program, a
// policy or an approval written for one operation would one day reach another.
//
// The source's own name is not part of these paths; the catalogue puts it in front.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace executor::source::openapi {

// OAS-38 seg(): lower case, [a-z0-9_] only, never empty, never a leading digit.
std::string pathSegment(std::string_view text);

// OAS-38 snake(): seams of camelCase and of letters and digits become `_`, then pathSegment().
std::string snakeSegment(std::string_view text);

// "tag.operation" before collisions are resolved; `tag` and `operationId` may be empty. Segments
// that JavaScript or our own proxy give a meaning get `_` appended (D20).
std::string toolPath(std::string_view tag, std::string_view operationId, std::string_view method,
                     std::string_view pathTemplate);

// What stays across refreshes. Keys are operationKey().
struct PathHistory {
  std::map<std::string, std::string, std::less<>> assigned;
  std::set<std::string, std::less<>> retired;
};

// "GET /users/{id}".
std::string operationKey(std::string_view method, std::string_view pathTemplate);

// Hands out unique paths. Collisions get _2, _3, … in the order of asking.
class PathAssigner {
 public:
  explicit PathAssigner(const PathHistory& history);
  std::string assign(std::string_view tag, std::string_view operationId, std::string_view method,
                     std::string_view pathTemplate);

 private:
  std::string unused(const std::string& wanted);

  const PathHistory& history_;
  std::set<std::string, std::less<>> taken_;
  std::map<std::string, unsigned, std::less<>> lastSuffix_;  // keeps many collisions linear
};

}  // namespace executor::source::openapi
