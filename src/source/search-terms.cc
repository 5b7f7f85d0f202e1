// searchTerms(): one splitter for documents and queries, so that both sides agree by construction.
#include <libstemmer.h>

#include <algorithm>
#include <memory>

#include "source/cut-text.h"
#include "source/tool-set.h"

namespace executor::source {
namespace {

// Words so common in summaries that they find everything. Kept short: "in", "on" or "all" are
// rarely what a question is about, "list", "get" and "set" often are.
constexpr std::array<std::string_view, 22> kStopWords = {
    "a",  "an", "and", "are", "as", "at", "be", "by",   "can", "for",  "from",
    "in", "is", "it",  "of",  "on", "or", "to", "that", "the", "this", "with"};

// ASCII by hand: <cctype> goes by the process's locale, and the index must not.
bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool isLower(char c) { return c >= 'a' && c <= 'z'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Letters of other scripts are bytes of 0x80 and more; they stay together and are not folded.
bool isWord(char c) {
  return isUpper(c) || isLower(c) || isDigit(c) || static_cast<unsigned char>(c) >= 0x80;
}

// True where a camelCase word has a seam before word[i]: "issueID|s", "HTTP|Server".
bool isSeam(std::string_view word, std::size_t i) {
  if (!isUpper(word[i])) return false;
  if (isLower(word[i - 1]) || isDigit(word[i - 1])) return true;
  return isUpper(word[i - 1]) && i + 1 < word.size() && isLower(word[i + 1]);
}

// Snowball keeps state in its stemmer, hence one per thread.
class Stemmer {
 public:
  std::string operator()(const std::string& word) {
    const auto* bytes = reinterpret_cast<const sb_symbol*>(word.data());
    const sb_symbol* stem = sb_stemmer_stem(stemmer_.get(), bytes, static_cast<int>(word.size()));
    if (!stem) return word;
    return {reinterpret_cast<const char*>(stem),
            static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()))};
  }

 private:
  std::unique_ptr<sb_stemmer, decltype(&sb_stemmer_delete)> stemmer_{
      sb_stemmer_new("english", "UTF_8"), &sb_stemmer_delete};
};

// A term longer than this is no word; it is cut so that hostile text cannot bloat the index.
constexpr std::size_t kMaxTermBytes = 64;

void addTerm(std::string_view word, std::vector<std::string>& out) {
  std::string lower(cutText(word, kMaxTermBytes));
  for (char& c : lower)
    if (isUpper(c)) c = static_cast<char>(c - 'A' + 'a');
  if (std::ranges::find(kStopWords, lower) != kStopWords.end()) return;
  thread_local Stemmer stem;
  out.push_back(stem(lower));
}

// "createIssue" gives create, issue and createissue: people type all three.
void addWord(std::string_view word, std::vector<std::string>& out) {
  std::size_t start = 0;
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (!isSeam(word, i)) continue;
    addTerm(word.substr(start, i - start), out);
    start = i;
  }
  addTerm(word.substr(start), out);
  if (start > 0) addTerm(word, out);
}

}  // namespace

std::vector<std::string> searchTerms(std::string_view text) {
  std::vector<std::string> out;
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t start = i;
    while (i < text.size() && isWord(text[i])) ++i;
    if (i > start)
      addWord(text.substr(start, i - start), out);
    else
      ++i;
  }
  return out;
}

}  // namespace executor::source
