#include "source/body-keys.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "source/openapi/flat-input.h"

namespace executor::source {
namespace {

// A tool of these names; flat names are given as the compiler gives them.
class Tool {
 public:
  Tool(const std::vector<std::string>& query, const std::vector<std::string>& body) {
    for (const auto& name : query) add(name, Location::query);
    for (const auto& name : body) add(name, Location::body);
    openapi::nameFlat(records_);
    view_.bodyMode = BodyMode::flattened;
    view_.bodyOpen = true;
    for (const auto& record : records_)
      view_.parameters.push_back({.flatName = record.flatName,
                                  .wireName = record.wireName,
                                  .location = record.location,
                                  .required = false,
                                  .schema = 0,
                                  .style = {},
                                  .explode = false,
                                  .allowReserved = false,
                                  .deprecated = false,
                                  .description = {}});
  }

  const ToolView& view() const { return view_; }

 private:
  void add(const std::string& name, Location location) {
    records_.push_back({.flatName = {}, .wireName = name, .location = location});
  }

  std::vector<ToolRecord::Parameter> records_;
  ToolView view_{};
};

struct KeyRow {
  std::vector<std::string> query, body;
  std::string_view key, flat;
};

TEST(BodyKeys, AKeyOfTheBodyHasOneFlatName) {
  const std::vector<KeyRow> rows = {{{}, {}, "a", "a"},
                                    {{}, {}, "a_body", "a_body"},
                                    {{}, {}, "_body", "_body"},
                                    {{}, {}, "", ""},
                                    {{}, {"a"}, "a", "a"},
                                    {{"a"}, {}, "a", "a_body"},
                                    {{"a"}, {}, "a_body", "a_body_body"},
                                    {{"a"}, {}, "b", "b"},
                                    {{"a"}, {"a"}, "a", "a_body"},
                                    {{"a"}, {"a"}, "a_body", "a_body_body"},
                                    {{"a_body"}, {}, "a", "a"},
                                    {{"a_body"}, {}, "a_body", "a_body_body"},
                                    {{"a"}, {"a_body"}, "a", "a_body_body"},
                                    {{"a"}, {"a_body"}, "a_body", "a_body"},
                                    {{"a"}, {"a_body"}, "a_body_body", "a_body_body_body"},
                                    {{"a", "a_body"}, {"a"}, "a", "a_body_2"},
                                    {{"a", "a_body"}, {"a"}, "a_body", "a_body_body"},
                                    {{"body"}, {}, "body", "body_body"},
                                    {{"body"}, {}, "_body", "_body"},
                                    {{"_body"}, {}, "_body", "_body_body"}};
  for (const auto& row : rows) {
    const Tool tool(row.query, row.body);
    EXPECT_EQ(flatKeyOfBody(tool.view(), row.key), row.flat) << row.key;
  }
}

// The bug this rule was written for: {x: 1} was sent as {x_body: 1}.
TEST(BodyKeys, AnUndeclaredKeyNeverTakesADeclaredOnesPlace) {
  const Tool tool({"x"}, {"x_body"});
  json::object flat;
  flat[flatKeyOfBody(tool.view(), "x")] = 1;
  EXPECT_EQ(serializeJson(bodyOf(tool.view(), flat)), R"({"x":1})");
}

TEST(BodyKeys, ParametersAreNoPartOfTheBody) {
  const Tool tool({"q"}, {"b"});
  EXPECT_EQ(serializeJson(bodyOf(tool.view(), json::object{{"q", 1}, {"b", 2}, {"c", 3}})),
            R"({"b":2,"c":3})");
}

TEST(BodyKeys, AClosedBodyTakesDeclaredKeysOnly) {
  const Tool tool({"q"}, {"b"});
  ToolView closed = tool.view();
  closed.bodyOpen = false;
  EXPECT_EQ(serializeJson(bodyOf(closed, json::object{{"b", 2}, {"c", 3}})), R"({"b":2})");
}

// Names that are likely to meet: few bases, few suffixes.
std::string randomName(std::mt19937& random) {
  static constexpr std::array<std::string_view, 5> kBases = {"", "a", "b", "a_body_2", "body"};
  std::string out(kBases[random() % kBases.size()]);
  for (auto suffixes = random() % 4; suffixes > 0; --suffixes) out += "_body";
  return out;
}

std::vector<std::string> randomNames(std::mt19937& random) {
  std::set<std::string> out;
  for (auto count = random() % 5; count > 0; --count) out.insert(randomName(random));
  return {out.begin(), out.end()};
}

// Property: for every operation and every body, the way to the flat form and back loses nothing.
TEST(BodyKeys, EveryBodyComesBackFromItsFlatForm) {
  std::mt19937 random(11);
  for (int round = 0; round < 4000; ++round) {
    const Tool tool(randomNames(random), randomNames(random));
    json::object body, flat;
    for (int i = 0; i < 6; ++i) body[randomName(random)] = i;
    for (const auto& [key, value] : body) flat[flatKeyOfBody(tool.view(), key)] = value;
    ASSERT_EQ(flat.size(), body.size()) << serializeJson(body);
    ASSERT_EQ(canonicalJson(bodyOf(tool.view(), flat)), canonicalJson(body));
  }
}

// Property: no key of the body can be written into a parameter of the request.
TEST(BodyKeys, NoKeyOfTheBodyTakesAParametersName) {
  std::mt19937 random(12);
  for (int round = 0; round < 2000; ++round) {
    const Tool tool(randomNames(random), randomNames(random));
    const std::string flat = flatKeyOfBody(tool.view(), randomName(random));
    for (const auto& parameter : tool.view().parameters)
      if (parameter.location != Location::body) ASSERT_NE(parameter.flatName, flat);
  }
}

// A name of nothing but suffixes is split and counted, not tried one by one.
TEST(BodyKeys, AVeryLongChainOfSuffixesIsLinear) {
  const Tool tool({"a"}, {});
  std::string key = "a";
  for (int i = 0; i < 20'000; ++i) key += "_body";
  EXPECT_EQ(flatKeyOfBody(tool.view(), key), key + "_body");
}

}  // namespace
}  // namespace executor::source
