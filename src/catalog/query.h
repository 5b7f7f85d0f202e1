// What somebody asks for, as weighted search terms: "show me the labels of a repo" → list, label,
// repo.
//
// Stop words are dropped, each remaining word becomes its stem (the same stems as the postings of a
// tool set) plus the stems of its synonyms at a lower weight. APIs name the same few acts and
// things in many ways; the table in synonyms.cc holds those that occur in published documents. A
// word that is the name of a source is a wish for that source, not a word to find. A leading verb
// tells whether something is to be read or changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/synonyms.h"

namespace executor::catalog {

inline constexpr std::size_t kMaxQueryBytes = 1'000;
inline constexpr std::size_t kMaxQueryTerms = 24;
// `me` and `my` say something ("authenticated user"), but less than other words.
inline constexpr float kPronounImportance = 0.4f;

struct QueryTerm {
  std::vector<Alternative> alternatives;  // the word itself first
  float importance = 1;
};

enum class Intent : std::uint8_t { any, read, write };

struct Query {
  Intent intent = Intent::any;
  std::vector<QueryTerm> terms;
  std::vector<std::string> wishedSources;
};

// `sourceNames` are the workspace's. Terms beyond kMaxQueryTerms are ignored.
Query parseQuery(std::string_view text, const std::vector<std::string>& sourceNames);

// True for a word (not a stem) that says what is done: "create", "list".
bool isVerb(std::string_view word);

// True if the stem is too common to say anything ("the", "for").
bool isStopWord(std::string_view stem);

}  // namespace executor::catalog
