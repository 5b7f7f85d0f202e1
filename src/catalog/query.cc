// From words to weighted stems. The lists are short on purpose: each word in them was needed by a
// question somebody asked, and a stop word too many makes a tool unfindable.
#include "catalog/query.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "source/tool-set.h"

namespace executor::catalog {
namespace {

// Longer than the list of the index (source/search-terms.cc), because a question has more small
// words than a summary has.
constexpr std::string_view kStopWords =
    "a an the and or of for from in into on onto to with by at as is are am be was it its this "
    "that these those i we us our you your please can could would should want need how do does "
    "what which who where when there all any some every each one using use via about up out given "
    "specific currently";

// Words that tell less than others; what they stand for is in synonyms.cc.
constexpr std::string_view kPronouns = "me my mine";
// "show me" is about the showing.
constexpr std::string_view kVerbsBeforeMe = "show give tell get find let help list bring";

// A word that is as often a thing ("comment", "star") is a verb only because it leads the question.
constexpr std::string_view kReadVerbs =
    "list show get fetch find browse view read see retrieve search lookup count check compare "
    "download export describe look";
constexpr std::string_view kWriteVerbs =
    "create add new make open insert register submit post update edit change modify set patch "
    "rename replace adjust delete remove destroy drop erase clear revoke send publish deliver push "
    "cancel stop abort terminate start run trigger launch dispatch execute close finish enable "
    "disable upload import copy clone duplicate fork invite assign approve reject merge comment "
    "reply star follow lock unlock block mark move transfer rerun archive restore subscribe";

bool isAmong(std::string_view words, std::string_view word) {
  const auto all = splitText(words, ' ');
  return std::ranges::find(all, word) != all.end();
}

// The word itself comes first; search.h relies on that.
QueryTerm expand(const std::string& stem) {
  QueryTerm out{{{stem, 1.0f}}};
  const auto& others = synonymsOf(stem);
  out.alternatives.insert(out.alternatives.end(), others.begin(), others.end());
  if (isAmong(kPronouns, stem)) out.importance = kPronounImportance;
  return out;
}

// Judged by the word as typed: stems of different verbs coincide with stems of things.
Intent intentOf(std::string_view word) {
  if (isAmong(kReadVerbs, word)) return Intent::read;
  return isAmong(kWriteVerbs, word) ? Intent::write : Intent::any;
}

// Questions that say what they want in none of its words.
constexpr std::pair<std::string_view, std::string_view> kPhrases[] = {
    {"who am i", "get the authenticated user"},
    {"whoami", "get the authenticated user"},
    {"log in", "login"},
    {"sign in", "login"},
    {"set up", "create"},
    {"get rid of", "delete"},
};

// At most one phrase is rewritten, and only between word boundaries: "blog index" is no login.
std::string rewritten(std::string_view text) {
  text = text.substr(0, kMaxQueryBytes);
  std::string padded = " " + toLowerAscii(text) + " ";
  std::ranges::replace(padded, '?', ' ');
  for (const auto& [phrase, meaning] : kPhrases) {
    const std::size_t at = padded.find(" " + std::string(phrase) + " ");
    if (at == std::string::npos) continue;
    return std::string(text.substr(0, at)).append(meaning).append(text.substr(at + phrase.size()));
  }
  return std::string(text);
}

// The sources one of whose name's words is `word`: "github" wishes for `github_rest`.
std::vector<std::string> sourcesNamed(std::string_view word,
                                      const std::vector<std::string>& names) {
  std::vector<std::string> out;
  if (word.size() < 3) return out;
  for (const std::string& name : names) {
    const auto parts = splitText(name, '_');
    if (name == word || std::ranges::find(parts, word) != parts.end()) out.push_back(name);
  }
  return out;
}

// Runs of letters, digits, `_` and `'`; bytes of 0x80 and more stay together, as in the index. What
// is inside an identifier is for searchTerms() to split.
std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool part = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '_' || c == '\'' || byte >= 0x80;
    if (part)
      word += c;
    else if (!word.empty())
      out.push_back(std::exchange(word, {}));
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

class Reader {
 public:
  explicit Reader(const std::vector<std::string>& sourceNames) : sourceNames_(sourceNames) {}

  // Words come in the order of the question: the first that means something carries the intent.
  void take(const std::string& text) {
    const std::string word = toLowerAscii(text);
    const bool filler = isAmong("me us", word) && isAmong(kVerbsBeforeMe, last_);
    last_ = word;
    if (filler) return;
    const auto wished = sourcesNamed(word, sourceNames_);
    out_.wishedSources.insert(out_.wishedSources.end(), wished.begin(), wished.end());
    // A wish for a source still counts as a word if it is all there is.
    auto& words = wished.empty() ? words_ : spare_;
    if (words_.empty() && wished.empty()) out_.intent = intentOf(word);
    for (std::string& stem : source::searchTerms(text)) {
      if (!isStopWord(stem)) words.push_back(std::move(stem));
    }
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
    if (out_.terms.size() >= kMaxQueryTerms) return;
    if (seen_.insert(stem).second) out_.terms.push_back(expand(stem));
  }

  const std::vector<std::string>& sourceNames_;
  std::vector<std::string> words_, spare_;
  std::set<std::string> seen_;
  std::string last_;
  Query out_;
};

// As typed and as stems, because both are looked up.
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

bool isVerb(std::string_view word) { return intentOf(word) != Intent::any; }

Query parseQuery(std::string_view text, const std::vector<std::string>& sourceNames) {
  Reader reader(sourceNames);
  for (const std::string& word : wordsOf(rewritten(text))) reader.take(word);
  return reader.finish();
}

}  // namespace executor::catalog
