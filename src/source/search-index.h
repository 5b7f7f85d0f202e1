// Collects search postings while tools are added: term → tools with a weight.
//
// A tool's weight for a term is the sum over the fields that contain it, each field once, so that a
// long description cannot outweigh a name. The fields' weights stand in search-index.cc. Ranking
// (rarity of a term, number of terms met) is the catalogue's business, which sees all sources.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "source/tool-set-builder.h"

namespace executor::source {

class SearchIndex {
 public:
  struct Posting {
    std::uint32_t tool;
    std::uint8_t weight;
  };

  void add(std::uint32_t tool, const ToolRecord& record);

  struct Term {
    std::string_view text;
    const std::vector<Posting>* postings;  // by tool
  };
  // Sorted bytewise by text. Valid until the next add().
  std::vector<Term> terms() const;

 private:
  using Weights = std::unordered_map<std::string, unsigned>;
  void addField(std::string_view text, unsigned weight, Weights& weights);
  const std::vector<std::string>& termsOf(std::string_view text);

  std::unordered_map<std::string, std::vector<Posting>> terms_;
  std::unordered_map<std::string, std::vector<std::string>> memo_;  // parameter names repeat
};

}  // namespace executor::source
