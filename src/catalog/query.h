// What somebody asks for, as weighted search terms: "show me the labels of a repo" → list, label, repo.
//
// Stop words are dropped, each remaining word becomes its stem (the same stems as the postings of a
// tool set) plus the stems of its synonyms at a lower weight. APIs name the same few acts and things
// in many ways; the table in query.cc holds those that occur in published documents. A word that is
// the name of a source is a wish for that source, not a word to find.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace executor::catalog {

inline constexpr std::size_t kMaxQueryBytes = 1'000;
inline constexpr std::size_t kMaxQueryTerms = 24;
inline constexpr float kSynonymWeight = 0.6f;

struct Alternative {
  std::string term;  // a stem
  float weight;      // 1 for the word itself
};

struct QueryTerm {
  std::vector<Alternative> alternatives;  // the word itself first
};

struct Query {
  std::vector<QueryTerm> terms;
  std::vector<std::string> wishedSources;
};

// `sourceNames` are the workspace's. Terms beyond kMaxQueryTerms are ignored.
Query parseQuery(std::string_view text, const std::vector<std::string>& sourceNames);

// True if the stem is too common to say anything ("the", "for").
bool isStopWord(std::string_view stem);

}  // namespace executor::catalog
