#include "catalog/query.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "source/tool-set.h"

namespace executor::catalog {
namespace {

// Words of one line stand for each other. A word may be on several lines.
constexpr std::string_view kSynonyms[] = {
    "create add new make open insert register submit post",
    "list show get fetch find browse view read see retrieve search lookup query",
    "update edit change modify set patch rename replace adjust",
    "delete remove destroy drop erase clear revoke",
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
    "repository repo repos project",
    "organization organisation org orgs company",
    "pr prs pull",
    "user member account person people profile",
    "comment reply note remark",
    "message msg chat",
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
    "database db",
    "authentication auth login",
    "environment env",
    "information info details",
    "history log logs audit events",
    "latest last newest recent",
    "webhook webhooks hook hooks",
    "team group",
    "label tag",
    "bookmark star",
};

constexpr std::string_view kStopWords =
    "a an the and or of for from in into on onto to with by at as is are be was it its this that "
    "these those my me mine i we us our you your please can could would should want need how do "
    "does what which who where when there all any some every each one using use via about up out "
    "given specific current currently";

using SynonymTable = std::unordered_map<std::string, std::vector<std::string>>;

std::string stemOf(std::string_view word) {
  const auto stems = source::searchTerms(word);
  return stems.empty() ? std::string() : stems.front();
}

SynonymTable makeSynonyms() {
  SynonymTable table;
  for (std::string_view line : kSynonyms) {
    std::vector<std::string> stems;
    for (std::string_view word : splitText(line, ' ')) stems.push_back(stemOf(word));
    for (const std::string& stem : stems) {
      auto& others = table[stem];
      for (const std::string& other : stems) {
        const bool known = std::ranges::find(others, other) != others.end();
        if (other != stem && !known) others.push_back(other);
      }
    }
  }
  return table;
}

const SynonymTable& synonyms() {
  static const SynonymTable table = makeSynonyms();
  return table;
}

QueryTerm expand(const std::string& stem) {
  QueryTerm out{{{stem, 1.0f}}};
  const auto at = synonyms().find(stem);
  if (at == synonyms().end()) return out;
  for (const std::string& other : at->second) out.alternatives.push_back({other, kSynonymWeight});
  return out;
}

// The sources one of whose name's words is `word`: "github" wishes for `github_rest`.
std::vector<std::string> sourcesNamed(std::string_view word, const std::vector<std::string>& names) {
  std::vector<std::string> out;
  if (word.size() < 3) return out;
  for (const std::string& name : names) {
    const auto parts = splitText(name, '_');
    if (name == word || std::ranges::find(parts, word) != parts.end()) out.push_back(name);
  }
  return out;
}

// Runs of letters, digits, `_`, `.`, `-` and `/`: identifiers stay whole for searchTerms to split.
std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (char c : text.substr(0, kMaxQueryBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool part = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '_' || c == '\'' || byte >= 0x80;
    if (part) word += c;
    else if (!word.empty()) out.push_back(std::exchange(word, {}));
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

class Reader {
 public:
  explicit Reader(const std::vector<std::string>& sourceNames) : sourceNames_(sourceNames) {}

  void take(const std::string& word) {
    const auto wished = sourcesNamed(toLowerAscii(word), sourceNames_);
    out_.wishedSources.insert(out_.wishedSources.end(), wished.begin(), wished.end());
    // A wish for a source still counts as a word if it is all there is.
    auto& words = wished.empty() ? words_ : spare_;
    for (std::string& stem : source::searchTerms(word)) words.push_back(std::move(stem));
  }

  Query finish() {
    for (const std::string& stem : words_) add(stem);
    if (out_.terms.empty()) {
      for (const std::string& stem : spare_) add(stem);
    }
    return std::move(out_);
  }

 private:
  void add(const std::string& stem) {
    if (isStopWord(stem) || out_.terms.size() >= kMaxQueryTerms) return;
    if (seen_.insert(stem).second) out_.terms.push_back(expand(stem));
  }

  const std::vector<std::string>& sourceNames_;
  std::vector<std::string> words_, spare_;
  std::set<std::string> seen_;
  Query out_;
};

std::set<std::string> makeStopWords() {
  std::set<std::string> out;
  for (std::string_view word : splitText(kStopWords, ' ')) {
    out.emplace(word);
    out.insert(stemOf(word));
  }
  return out;
}

}  // namespace

bool isStopWord(std::string_view stem) {
  static const std::set<std::string> stops = makeStopWords();
  return stem.empty() || stops.contains(std::string(stem));
}

Query parseQuery(std::string_view text, const std::vector<std::string>& sourceNames) {
  Reader reader(sourceNames);
  for (const std::string& word : wordsOf(text)) reader.take(word);
  return reader.finish();
}

}  // namespace executor::catalog
