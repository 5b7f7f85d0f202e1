// The table and its making. Lines are written as people write words; the stems are made at first
// use.
#include "catalog/synonyms.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "base/text.h"
#include "source/tool-set.h"

namespace executor::catalog {
namespace {

// Words of one line stand for each other; a word may be on several lines.
constexpr std::string_view kSameWords[] = {
    "delete remove",
    "repository repo",
    "organization organisation org",
    "pr pull",
    "database db",
    "authentication auth",
    "environment env",
    "information info",
    "webhook hook",
    "message msg",
    "application app",
    "administrator admin",
    "configuration config",
    "document doc",
    "parameter param",
    "identifier id",
    "statistics stats",
    "authenticated me my mine",
    "dispatch trigger run",
};

// Related acts and things, at kSynonymWeight.
constexpr std::string_view kSynonyms[] = {
    "create add new make open insert register submit post",
    "list show get fetch find browse view read see retrieve search lookup query",
    "update edit change modify set patch rename replace adjust",
    "send post publish deliver push",
    "cancel stop abort terminate kill halt",
    "start run trigger launch dispatch execute begin invoke",
    "close finish complete resolve update",
    "enable activate allow",
    "disable deactivate block",
    "upload attach import",
    "download export",
    "copy clone duplicate fork",
    "check verify validate test exists",
    "invite add",
    "assign add",
    "approve accept",
    "reject deny decline",
    "user member account person people profile",
    "comment reply note remark",
    "email mail",
    "ticket issue bug",
    "picture photo image",
    "file document content contents",
    "folder directory",
    "pipeline workflow job ci build action",
    "settings configuration config preferences options",
    "permission permissions access role",
    "key keys secret token credential credentials",
    "customer client",
    "invoice bill",
    "payment charge",
    "price cost amount",
    "history log logs audit events",
    "latest last newest recent",
    "team group",
    "label tag",
    "bookmark star",
    "delete destroy drop erase clear revoke",
    "remove destroy drop erase clear revoke",
    "repository project",
    "organization company",
    "auth login",
    "information details",
    "message chat",
    "authenticated self current own viewer",
};

// The first word stands for each of the others, but not the other way round: what is started by a
// POST is often called a creation.
constexpr std::string_view kImplied[] = {
    "create run start trigger launch dispatch execute send submit schedule begin",
    "update close reopen rename move archive resolve assign mark lock",
    "get check count",
};

// Stem to its other words. Made once, at the first question.
using Table = std::unordered_map<std::string, std::vector<Alternative>>;

// The first weight stays: the strongest lines are read first.
void relate(Table& table, const std::string& stem, const std::string& other, float weight) {
  auto& known = table[stem];
  const bool there = std::ranges::find(known, other, &Alternative::term) != known.end();
  if (!there && other != stem) known.push_back({other, weight});
}

// Every word of a line with every other.
void addLines(Table& table, std::span<const std::string_view> lines, float weight) {
  for (std::string_view line : lines) {
    std::vector<std::string> stems;
    for (std::string_view word : splitText(line, ' ')) stems.push_back(stemOf(word));
    for (const std::string& stem : stems) {
      for (const std::string& other : stems) relate(table, stem, other, weight);
    }
  }
}

void addImplied(Table& table) {
  for (std::string_view line : kImplied) {
    const auto words = splitText(line, ' ');
    for (std::string_view word : words) {
      relate(table, stemOf(word), stemOf(words.front()), kImpliedWeight);
    }
  }
}

Table makeTable() {
  Table table;
  addLines(table, kSameWords, kSameWordWeight);
  addLines(table, kSynonyms, kSynonymWeight);
  addImplied(table);
  return table;
}

}  // namespace

const std::vector<Alternative>& synonymsOf(const std::string& stem) {
  static const Table table = makeTable();
  static const std::vector<Alternative> none;
  const auto at = table.find(stem);
  return at == table.end() ? none : at->second;
}

std::string stemOf(std::string_view word) {
  const auto stems = source::searchTerms(word);
  return stems.empty() ? std::string() : stems.front();
}

}  // namespace executor::catalog
