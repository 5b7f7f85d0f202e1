// Words that stand for each other in the names and summaries of APIs.
//
// Two strengths: other spellings and abbreviations of the same word (repo, repository), and words
// for a related act or thing (open, create). Everything is kept as stems, so the table and the
// postings of a tool set agree by construction. Grown from published documents, not from a
// thesaurus: a synonym that is right in English and wrong in APIs costs more than it gives.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace executor::catalog {

inline constexpr float kSameWordWeight = 0.9f;
inline constexpr float kSynonymWeight = 0.6f;
inline constexpr float kImpliedWeight = 0.5f;

struct Alternative {
  std::string term;  // a stem
  float weight;      // 1 for the word itself
};

// The other words for `stem`, strongest first; empty if there are none.
const std::vector<Alternative>& synonymsOf(const std::string& stem);

// The stem of one word as the search index has it; empty for words it drops.
std::string stemOf(std::string_view word);

}  // namespace executor::catalog
