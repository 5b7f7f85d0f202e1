#include "source/search-index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/text.h"
#include "source/cut-text.h"

namespace executor::source {
namespace {

std::map<std::string, unsigned> weights(const ToolRecord& record) {
  SearchIndex index;
  index.add(0, record);
  std::map<std::string, unsigned> out;
  for (const auto& term : index.terms())
    for (const auto& posting : *term.postings) out[std::string(term.text)] = posting.weight;
  return out;
}

unsigned weightOf(const ToolRecord& record, const std::string& term) {
  const auto all = weights(record);
  const auto found = all.find(term);
  return found == all.end() ? 0 : found->second;
}

struct Field {
  std::string_view name;
  void (*set)(ToolRecord&, std::string);
};

const std::vector<Field> kFieldsByWeight = {
    {"name", [](ToolRecord& r, std::string t) { r.path = "g." + t; }},
    {"group", [](ToolRecord& r, std::string t) { r.path = t + ".x"; }},
    {"summary", [](ToolRecord& r, std::string t) { r.summary = std::move(t); }},
    {"tag", [](ToolRecord& r, std::string t) { r.tag = std::move(t); }},
    {"description", [](ToolRecord& r, std::string t) { r.description = std::move(t); }},
    {"template", [](ToolRecord& r, std::string t) { r.pathTemplate = "/" + t; }}};

TEST(SearchIndex, FieldsWeighInTheirOrder) {
  unsigned before = 256;
  for (const auto& field : kFieldsByWeight) {
    ToolRecord record;
    field.set(record, "zebra");
    const unsigned weight = weightOf(record, "zebra");
    EXPECT_GT(weight, 0u) << field.name;
    EXPECT_LT(weight, before) << field.name;
    before = weight;
  }
}

TEST(SearchIndex, AFieldCountsOnceHoweverOftenItSaysAWord) {
  ToolRecord once, often;
  once.description = "zebra";
  often.description = "zebra zebra zebra zebras";
  EXPECT_EQ(weightOf(once, "zebra"), weightOf(often, "zebra"));
}

TEST(SearchIndex, TheFieldsOfATermAddUp) {
  ToolRecord summary, tag, both;
  summary.summary = both.summary = "zebra";
  tag.tag = both.tag = "zebra";
  EXPECT_EQ(weightOf(both, "zebra"), weightOf(summary, "zebra") + weightOf(tag, "zebra"));
}

TEST(SearchIndex, AWeightFitsItsByte) {
  ToolRecord record;
  for (int i = 0; i < 1000; ++i)
    record.parameters.push_back({.flatName = "zebra", .wireName = "zebra"});
  EXPECT_EQ(weightOf(record, "zebra"), 255u);
}

TEST(SearchIndex, EveryFieldIsFound) {
  ToolRecord record;
  record.path = "alpha.beta";
  record.summary = "gamma";
  record.tag = "delta";
  record.operationId = "omega";
  record.description = "kappa";
  record.pathTemplate = "/sigma/{lambda}";
  record.method = "PATCH";
  record.parameters.push_back({.flatName = "theta_query", .wireName = "theta"});
  const auto all = weights(record);
  for (const auto term :
       {"alpha", "beta", "gamma", "delta", "omega", "kappa", "sigma", "lambda", "patch", "theta"})
    EXPECT_TRUE(all.contains(term)) << term;
}

// The words behind the first sentences are about permissions and media types.
TEST(SearchIndex, ALongDescriptionCountsByItsBeginning) {
  ToolRecord record;
  record.description = "early " + std::string(300, '.') + " late";
  EXPECT_GT(weightOf(record, "earli"), 0u);
  EXPECT_EQ(weightOf(record, "late"), 0u);
}

TEST(SearchIndex, TermsAreSortedAndPostingsInTheOrderOfTools) {
  SearchIndex index;
  for (std::uint32_t tool = 0; tool < 5; ++tool) {
    ToolRecord record;
    record.summary = "zebra apple mango w" + std::to_string(tool);
    index.add(tool, record);
  }
  std::string before;
  for (const auto& term : index.terms()) {
    EXPECT_LT(before, term.text);
    before = term.text;
    EXPECT_TRUE(std::ranges::is_sorted(*term.postings, {}, &SearchIndex::Posting::tool));
  }
}

TEST(SearchIndex, AToolWithoutWordsHasNoPostings) {
  EXPECT_TRUE(weights({}).empty());
  ToolRecord record;
  record.summary = "... {} --- the of";
  EXPECT_TRUE(weights(record).empty());
}

// Texts too long to be remembered share one slot; they must not get each other's terms.
TEST(SearchIndex, LongTextsDoNotTakeEachOthersTerms) {
  SearchIndex index;
  ToolRecord first, second;
  first.summary = std::string(100, '-') + " zebra";
  second.summary = std::string(100, '-') + " mango";
  index.add(0, first);
  index.add(1, second);
  for (const auto& term : index.terms()) {
    ASSERT_EQ(term.postings->size(), 1u) << term.text;
    EXPECT_EQ(term.postings->front().tool, term.text == "zebra" ? 0u : 1u);
  }
}

std::string randomText(std::mt19937& random) {
  static constexpr std::array<std::string_view, 14> kPieces = {
      "a", "B", "9", "_", "/", "é", "日", "😀", " ", "HTTP", "ing", "ies", "'", "\u0301"};
  std::string out;
  for (auto n = random() % 40; n > 0; --n) out += kPieces[random() % kPieces.size()];
  return out;
}

// Property: what the verifier demands of terms holds for every text.
TEST(SearchIndex, TermsOfAnyTextAreNonEmptyValidAndShort) {
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = randomText(random);
    for (const auto& term : searchTerms(text)) {
      EXPECT_FALSE(term.empty()) << text;
      EXPECT_TRUE(isValidUtf8(term)) << text;
      EXPECT_LE(term.size(), 64u) << text;
      EXPECT_EQ(term, toLowerAscii(term)) << text;
    }
  }
}

TEST(SearchIndex, CutTextIsTheLongestWholePrefix) {
  const std::vector<std::tuple<std::string_view, std::size_t, std::string_view>> rows = {
      {"abc", 0, ""},    {"abc", 2, "ab"},  {"abc", 3, "abc"},   {"abc", 99, "abc"},
      {"", 5, ""},       {"é", 1, ""},      {"é", 2, "é"},       {"aé", 2, "a"},
      {"日本", 4, "日"}, {"日本", 5, "日"}, {"日本", 6, "日本"}, {"😀", 3, ""},
      {"x😀", 4, "x"},   {"x😀y", 5, "x😀"}};
  for (const auto& [text, bytes, cut] : rows) EXPECT_EQ(cutText(text, bytes), cut) << text << bytes;
}

}  // namespace
}  // namespace executor::source
