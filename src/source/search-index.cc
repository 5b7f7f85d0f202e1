#include "source/search-index.h"

#include <algorithm>

#include "source/cut-text.h"

namespace executor::source {
namespace {

// The last path segment says what a tool does, the tag where it belongs; parameter names mostly say
// what every neighbour says too. The numbers are judgement, held by the order that tests demand of
// them, not the result of a measurement.
constexpr unsigned kNameWeight = 12;
constexpr unsigned kGroupWeight = 7;
constexpr unsigned kSummaryWeight = 6;
constexpr unsigned kTagWeight = 3;
constexpr unsigned kOperationIdWeight = 2;
constexpr unsigned kDescriptionWeight = 2;
constexpr unsigned kTemplateWeight = 1;
constexpr unsigned kParameterWeight = 1;
constexpr unsigned kMethodWeight = 1;

// The first sentences say what it does; the rest is about permissions and media types.
constexpr std::size_t kDescriptionBytes = 240;
constexpr std::size_t kMaxMemoBytes = 64;

}  // namespace

// The reference is good until the next call: the slot of long texts is overwritten by it.
const std::vector<std::string>& SearchIndex::termsOf(std::string_view text) {
  std::string key(text);
  if (auto found = memo_.find(key); found != memo_.end()) return found->second;
  if (text.size() > kMaxMemoBytes) key = "";  // one slot for texts that do not repeat
  return memo_[key] = searchTerms(text);
}

// Each term once a field: see the header.
void SearchIndex::addField(std::string_view text, unsigned weight, Weights& weights) {
  if (text.empty()) return;
  const auto& terms = termsOf(text);
  for (auto it = terms.begin(); it != terms.end(); ++it)
    if (std::find(terms.begin(), it, *it) == it) weights[*it] += weight;
}

// Tools are added in rising order, so every posting list is sorted by tool without sorting.
void SearchIndex::add(std::uint32_t tool, const ToolRecord& record) {
  Weights weights;
  const std::string_view path = record.path;
  const auto dot = path.rfind('.');
  addField(dot == path.npos ? path : path.substr(dot + 1), kNameWeight, weights);
  if (dot != path.npos) addField(path.substr(0, dot), kGroupWeight, weights);
  addField(record.summary, kSummaryWeight, weights);
  addField(record.tag, kTagWeight, weights);
  addField(record.operationId, kOperationIdWeight, weights);
  addField(cutText(record.description, kDescriptionBytes), kDescriptionWeight, weights);
  addField(record.pathTemplate, kTemplateWeight, weights);
  addField(record.method, kMethodWeight, weights);
  for (const auto& parameter : record.parameters)
    addField(parameter.wireName, kParameterWeight, weights);
  for (auto& [term, weight] : weights)
    terms_[term].push_back({tool, static_cast<std::uint8_t>(std::min(weight, 255u))});
}

std::vector<SearchIndex::Term> SearchIndex::terms() const {
  std::vector<Term> out;
  out.reserve(terms_.size());
  for (const auto& [text, postings] : terms_) out.push_back({text, &postings});
  std::ranges::sort(out, {}, &Term::text);
  return out;
}

}  // namespace executor::source
