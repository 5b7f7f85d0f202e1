// Ranked search over the postings of several tool sets at once. An index, never a scan.
//
// Each query term contributes once per tool, by its best alternative (the word, a synonym, and only
// when the index knows neither: a completion or a near spelling), weighted by rarity over all
// sources and by where in the tool the term occurs. Two corrections follow: how much of the
// question the tool meets, and for the best candidates how much of the tool's own name the question
// accounts for; the latter is what puts `issues.create` before `issues.create_comment` for "create
// an issue". There is no learning from use and no embedding; the quality set of search-test.cc is
// the measure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "catalog/query.h"
#include "source/tool-set.h"

namespace executor::catalog {

// Candidates whose names are compared with the question.
inline constexpr std::size_t kRerankedHits = 96;
// Index terms looked at for a completion and for a near spelling.
inline constexpr std::size_t kMaxCompletions = 16;
inline constexpr std::size_t kMaxSpellings = 600;
inline constexpr float kCompletionWeight = 0.7f;
inline constexpr float kSpellingWeight = 0.5f;
// A tool that meets less than this share of what the best one meets is no result.
inline constexpr float kMinRelativeCoverage = 0.5f;

struct SearchedSet {
  std::string_view name;  // of the source
  const source::ToolSet* set;
};

struct Hit {
  std::uint32_t source;  // index into the searched sets
  std::uint32_t tool;
  float score;
};

// All results, best first. Empty if the query has no term that is known.
std::vector<Hit> search(std::span<const SearchedSet> sets, const Query& query);

// Terms of `set` that `term` may be a slip of, nearest first.
std::vector<std::string_view> nearSpellings(const source::ToolSet& set, std::string_view term);

}  // namespace executor::catalog
