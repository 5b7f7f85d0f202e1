// Names that a program gives to a part of `tools`: `const gh = tools.github`,
// `const { github, slack: s } = tools`, `const { repos } = gh`.
//
// The compiler follows them by itself, if what is called through them is declared; the scan has to
// know what that is. Only what cannot mean anything else is taken: a `const` with one plain chain
// on its right side, whose names are used nowhere but to call or to name further parts. Anything
// more (a `let`, a default, a name that is passed on or stands for something else elsewhere) makes
// the part `any`, as if there were no alias (D23): a program that would run is never refused for
// having been misunderstood.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace executor::execution {

struct TextRange {
  std::size_t begin = 0, end = 0;
  bool holds(std::size_t position) const { return begin <= position && position < end; }
};

struct ToolAlias {
  std::string path;  // without `tools.`; empty for `tools` itself
  // Where the compiler complains when there is no such part: the name in a pattern, the chain, and
  // those of the alias that it begins with.
  std::vector<TextRange> places;
};
using ToolAliases = std::map<std::string, ToolAlias, std::less<>>;

struct AliasDefinition {
  std::vector<std::pair<std::string, ToolAlias>> names;
  std::size_t end = 0;
};

// What is defined by the `const` that ends at `from`; nothing if it is something else. `known` are
// the aliases that the chain may begin with, besides `tools`.
std::optional<AliasDefinition> readAliases(std::string_view code, std::size_t from,
                                           const ToolAliases& known);

}  // namespace executor::execution
