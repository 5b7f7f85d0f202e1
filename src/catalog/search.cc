// One pass over the postings of each term into dense score arrays, then a look at the names of the
// best. The arrays cost 16 bytes per tool and query; a hash map instead was slower from a few
// hundred hits on, and common words ("list", "get") hit a third of a catalogue.
#include "catalog/search.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/text.h"

namespace executor::catalog {
namespace {

// Half of a posting's highest effect is reached at this weight (source/search-index.cc: a name is
// worth 12, a summary 6).
constexpr float kHalfWeight = 5.0f;
// Strong enough to lead, too weak to bring up what does not fit: a source may be called "calendar".
constexpr float kWishedSourceFactor = 2.0f;
// Deprecated operations stay findable, behind what replaced them.
constexpr float kDeprecatedFactor = 0.4f;
// For a tool that reads where the question wants a change, and the other way round.
constexpr float kOtherIntentFactor = 0.6f;
// For a tool whose own verb nobody asked for.
constexpr float kOtherVerbFactor = 0.7f;

struct Score {
  float total = 0;
  float current = 0;  // what the current term has given
  float met = 0;      // sum of the weights of the terms met
  std::uint32_t term = 0;
};

struct Posting {
  std::uint32_t source;
  std::uint32_t tool;
  float weight;
};

// A term in name and summary says little more than in the name alone.
float saturated(std::uint8_t weight) {
  const auto value = static_cast<float>(weight);
  return value / (value + kHalfWeight);
}

// Longest words may have two slips, short ones none.
std::size_t allowedSlips(std::string_view term) {
  if (term.size() < 4) return 0;
  return term.size() < 8 ? 1 : 2;
}

// Equal scores stand in the order of sources and tools: the same answer every time.
bool better(const Hit& a, const Hit& b) {
  if (a.score != b.score) return a.score > b.score;
  return std::pair(a.source, a.tool) < std::pair(b.source, b.tool);
}

class Ranking {
 public:
  Ranking(std::span<const SearchedSet> sets, const Query& query) : sets_(sets), query_(query) {
    scores_.resize(sets.size());
    for (std::size_t i = 0; i < sets.size(); ++i) {
      tools_ += sets[i].set->toolCount();
      scores_[i].resize(sets[i].set->toolCount());
    }
  }

  std::vector<Hit> run() {
    for (const QueryTerm& term : query_.terms) addTerm(term);
    std::vector<Hit> hits = collect();
    rerank(hits);
    return hits;
  }

 private:
  std::vector<Posting> postingsOf(std::string_view term) const;
  float rarity(std::size_t count) const;
  void addTerm(const QueryTerm& term);
  std::size_t mostPostings(const std::vector<Alternative>& alternatives) const;
  void addAlternative(const Alternative& alternative, float cap);
  std::vector<Alternative> guesses(const std::string& term) const;
  std::vector<Alternative> completions(const std::string& term) const;
  void contribute(const Posting& posting, float value, float alternativeWeight);
  std::vector<Hit> collect();
  void rerank(std::vector<Hit>& hits) const;
  float nameShare(const Hit& hit) const;
  bool doesSomethingElse(const Hit& hit) const;
  float factor(const Hit& hit) const;
  bool wished(std::uint32_t source) const;

  std::span<const SearchedSet> sets_;
  const Query& query_;
  std::size_t tools_ = 0;
  std::uint32_t term_ = 0;
  float termRarity_ = 0;
  float importance_ = 1;
  float asked_ = 0;  // sum of the rarities of all terms
  std::vector<std::vector<Score>> scores_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> touched_;
  std::unordered_map<std::string, float> known_;  // every alternative used, for names
};

// The file is untrusted: a posting beyond the tools would be refused when it is verified, and is
// not believed here either.
std::vector<Posting> Ranking::postingsOf(std::string_view term) const {
  std::vector<Posting> out;
  for (std::uint32_t i = 0; i < sets_.size(); ++i) {
    sets_[i].set->postings(term, [&](std::uint32_t tool, std::uint8_t weight) {
      if (tool < scores_[i].size()) out.push_back({i, tool, saturated(weight)});
    });
  }
  return out;
}

// BM25's inverse document frequency, always positive.
float Ranking::rarity(std::size_t count) const {
  const auto n = static_cast<float>(tools_);
  const auto df = static_cast<float>(count);
  return std::log(1.0f + (n - df + 0.5f) / (df + 0.5f));
}

// Guessing starts only where the index does not know the word at all: a completion of a known word
// would drown the tools that were meant.
void Ranking::addTerm(const QueryTerm& term) {
  ++term_;
  const Alternative& word = term.alternatives.front();
  const std::size_t direct = postingsOf(word.term).size();
  std::vector<Alternative> alternatives = term.alternatives;
  if (direct == 0) {
    const auto guessed = guesses(word.term);
    alternatives.insert(alternatives.end(), guessed.begin(), guessed.end());
  }
  // A rare synonym must not count for more than the word that was asked for, and of several near
  // spellings the common one was meant.
  const float cap = rarity(direct > 0 ? direct : mostPostings(alternatives));
  importance_ = term.importance;
  termRarity_ = direct > 0 ? cap * importance_ : 0;
  for (const Alternative& alternative : alternatives) addAlternative(alternative, cap);
  asked_ += termRarity_;
}

// How often the most frequent of the alternatives occurs.
std::size_t Ranking::mostPostings(const std::vector<Alternative>& alternatives) const {
  std::size_t most = 0;
  for (const Alternative& alternative : alternatives) {
    most = std::max(most, postingsOf(alternative.term).size());
  }
  return most;
}

// Remembers the alternative as well: names are judged by the same words as texts.
void Ranking::addAlternative(const Alternative& alternative, float cap) {
  const std::vector<Posting> found = postingsOf(alternative.term);
  if (found.empty()) return;
  const float value = std::min(cap, rarity(found.size())) * importance_;
  termRarity_ = std::max(termRarity_, value);
  auto& known = known_[alternative.term];
  known = std::max(known, alternative.weight);
  for (const Posting& posting : found) {
    contribute(posting, value * posting.weight * alternative.weight, alternative.weight);
  }
}

// People stop typing when a word is clear to them: "repo", "auth", "config".
std::vector<Alternative> Ranking::completions(const std::string& term) const {
  std::vector<Alternative> out;
  if (term.size() < 3) return out;
  for (const SearchedSet& entry : sets_) {
    for (std::string_view longer : entry.set->termsWithPrefix(term, kMaxCompletions)) {
      out.push_back({std::string(longer), kCompletionWeight});
    }
  }
  return out;
}

// What a word may have meant that no tool has.
std::vector<Alternative> Ranking::guesses(const std::string& term) const {
  std::vector<Alternative> out = completions(term);
  if (!out.empty()) return out;
  for (const SearchedSet& entry : sets_) {
    for (std::string_view near : nearSpellings(*entry.set, term)) {
      out.push_back({std::string(near), kSpellingWeight});
    }
  }
  return out;
}

// The best alternative counts, not their sum: a tool that says "create" and "add" and "new" is not
// three times as good an answer to "create".
void Ranking::contribute(const Posting& posting, float value, float alternativeWeight) {
  Score& score = scores_[posting.source][posting.tool];
  if (score.term == 0) touched_.emplace_back(posting.source, posting.tool);
  if (score.term != term_) {
    score.term = term_;
    score.current = 0;
    score.met += termRarity_ * (0.5f + 0.5f * alternativeWeight);
  }
  if (value <= score.current) return;
  score.total += value - score.current;
  score.current = value;
}

bool Ranking::wished(std::uint32_t source) const {
  return std::ranges::find(query_.wishedSources, sets_[source].name) != query_.wishedSources.end();
}

// What meets much less of the question than the best does is noise, not a worse answer; leaving it
// out also makes `total` mean something.
std::vector<Hit> Ranking::collect() {
  float best = 0;
  for (const auto& [source, tool] : touched_) best = std::max(best, scores_[source][tool].met);
  std::vector<Hit> hits;
  for (const auto& [source, tool] : touched_) {
    const Score& score = scores_[source][tool];
    if (score.met < best * kMinRelativeCoverage) continue;
    const float coverage = asked_ > 0 ? score.met / asked_ : 0;
    const float wish = wished(source) ? kWishedSourceFactor : 1.0f;
    hits.push_back({source, tool, score.total * (0.3f + 0.7f * coverage) * wish});
  }
  std::ranges::sort(hits, better);
  return hits;
}

// The share of the words in the tool's own path that the question accounts for.
float Ranking::nameShare(const Hit& hit) const {
  std::vector<std::string> words = source::searchTerms(sets_[hit.source].set->toolPath(hit.tool));
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
  float share = 0;
  std::size_t counted = 0;
  for (const std::string& word : words) {
    if (isStopWord(word)) continue;
    ++counted;
    if (const auto at = known_.find(word); at != known_.end()) share += at->second;
  }
  return counted > 0 ? share / static_cast<float>(counted) : 0;
}

// True for `delete_run` when running was asked for: the tool does something else with the thing.
bool Ranking::doesSomethingElse(const Hit& hit) const {
  std::string_view name = sets_[hit.source].set->toolPath(hit.tool);
  name.remove_prefix(name.rfind('.') + 1);
  const std::string verb(name.substr(0, name.find('_')));
  return isVerb(verb) && !known_.contains(stemOf(verb));
}

// Corrections that need the tool itself, hence only for the best candidates.
float Ranking::factor(const Hit& hit) const {
  const source::ToolView tool = sets_[hit.source].set->tool(hit.tool);
  float out = 0.4f + nameShare(hit);
  if (tool.deprecated) out *= kDeprecatedFactor;
  if (doesSomethingElse(hit)) out *= kOtherVerbFactor;
  const bool wanted = query_.intent == Intent::any || (query_.intent == Intent::read) == tool.safe;
  return wanted ? out : out * kOtherIntentFactor;
}

void Ranking::rerank(std::vector<Hit>& hits) const {
  const std::size_t count = std::min(hits.size(), kRerankedHits);
  const auto end = hits.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto hit = hits.begin(); hit != end; ++hit) hit->score *= factor(*hit);
  std::sort(hits.begin(), end, better);
}

}  // namespace

std::vector<Hit> search(std::span<const SearchedSet> sets, const Query& query) {
  return Ranking(sets, query).run();
}

std::vector<std::string_view> nearSpellings(const source::ToolSet& set, std::string_view term) {
  const std::size_t slips = allowedSlips(term);
  std::vector<std::pair<std::size_t, std::string_view>> near;
  if (slips == 0) return {};
  // The first letter is taken as right: slips there are rare, and it keeps this a short range.
  for (std::string_view other : set.termsWithPrefix(term.substr(0, 1), kMaxSpellings)) {
    const std::size_t distance = editDistance(term, other, slips + 1);
    if (distance <= slips) near.emplace_back(distance, other);
  }
  std::ranges::sort(near);
  std::vector<std::string_view> out;
  for (const auto& [distance, other] : near) {
    if (distance == near.front().first) out.push_back(other);
  }
  return out;
}

}  // namespace executor::catalog
