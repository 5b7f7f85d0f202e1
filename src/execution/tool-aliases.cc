#include "execution/tool-aliases.h"

#include <algorithm>

#include "execution/static-chain.h"

namespace executor::execution {
namespace {

struct Name {
  std::string local, segment;
  TextRange place;  // of the segment
};
using Names = std::vector<Name>;

// `name`, or `{ a, b: c }` without defaults, rest or nesting. Moves `at` behind it.
std::optional<Names> readPattern(std::string_view code, std::size_t& at) {
  if (const std::string_view name = nameAt(code, at); !name.empty()) {
    at += name.size();
    return Names{{std::string(name), {}, {}}};
  }
  if (!startsAt(code, at, "{")) return std::nullopt;
  Names names;
  at = skipTrivia(code, at + 1);
  while (!startsAt(code, at, "}")) {
    const std::string_view segment = nameAt(code, at);
    if (segment.empty()) return std::nullopt;
    std::string_view local = segment;
    const TextRange place{at, at + segment.size()};
    at = skipTrivia(code, at + segment.size());
    if (startsAt(code, at, ":")) {
      at = skipTrivia(code, at + 1);
      local = nameAt(code, at);
      if (local.empty()) return std::nullopt;
      at = skipTrivia(code, at + local.size());
    }
    names.push_back({std::string(local), std::string(segment), place});
    if (startsAt(code, at, ",")) {
      at = skipTrivia(code, at + 1);
    } else if (!startsAt(code, at, "}")) {
      return std::nullopt;
    }
  }
  ++at;
  return names;
}

// The statement is over, by a sign or by a line end before a word: nothing goes on with the chain.
bool endsStatement(std::string_view code, std::size_t at) {
  const std::size_t next = skipTrivia(code, at);
  if (next == code.size() || code[next] == ';' || code[next] == '}') return true;
  const std::string_view word = nameAt(code, next);
  const bool newline = code.substr(at, next - at).find('\n') != std::string_view::npos;
  return newline && !word.empty() && word != "in" && word != "instanceof" && word != "as" &&
         word != "satisfies";
}

std::string joined(std::string_view path, std::string_view segment) {
  if (path.empty() || segment.empty()) return std::string(path.empty() ? segment : path);
  return std::string(path).append(".").append(segment);
}

// What `tools.a.b` or `alias.a.b` stands for. Moves `at` behind it.
std::optional<ToolAlias> readChain(std::string_view code, std::size_t& at,
                                   const ToolAliases& known) {
  const TextRange head{at, at + nameAt(code, at).size()};
  ToolAlias chain;
  if (const auto name = nameAt(code, at); name != "tools") {
    const auto alias = known.find(name);
    if (alias == known.end()) return std::nullopt;
    chain = alias->second;
  }
  at = head.end;
  for (std::string_view name = segmentAt(code, at); !name.empty(); name = segmentAt(code, at)) {
    if (isFunctionMember(name)) return std::nullopt;
    chain.path = joined(chain.path, name);
  }
  chain.places.push_back({head.begin, at});
  return chain;
}

ToolAlias partOf(ToolAlias chain, const Name& name) {
  chain.path = joined(chain.path, name.segment);
  if (name.place.end > 0) chain.places.push_back(name.place);
  return chain;
}

}  // namespace

std::optional<AliasDefinition> readAliases(std::string_view code, std::size_t from,
                                           const ToolAliases& known) {
  std::size_t at = skipTrivia(code, from);
  const auto names = readPattern(code, at);
  at = skipTrivia(code, at);
  if (!names || !startsAt(code, at, "=") || startsAt(code, at, "==")) return std::nullopt;
  at = skipTrivia(code, at + 1);
  const auto chain = readChain(code, at, known);
  if (!chain || !endsStatement(code, at)) return std::nullopt;
  AliasDefinition definition{.names = {}, .end = at};
  for (const Name& name : *names) {
    if (name.local == "tools" || isFunctionMember(name.segment)) return std::nullopt;
    definition.names.emplace_back(name.local, partOf(*chain, name));
  }
  return definition;
}

}  // namespace executor::execution
