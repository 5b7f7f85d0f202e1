#include "source/openapi/media-type.h"

#include <gtest/gtest.h>

#include "source/openapi/warnings.h"

namespace executor::source::openapi {
namespace {

// "name" or "name+" if it has a schema.
std::string chosen(std::string_view content) {
  const auto parsed = parseJson(content).value();
  const MediaChoice choice = chooseMedia(parsed.get_object());
  return std::string(choice.name) + (choice.schema ? "+" : "");
}

// Reference OAS-22: JSON, any, something with json in it, the first; one with a schema always wins.
TEST(MediaType, TheBestOneWithASchemaIsChosen) {
  constexpr std::string_view kS = R"({"schema":{"type":"string"}})";
  const auto content = [&](std::initializer_list<std::string_view> names) {
    std::string out = "{";
    for (const auto name : names) {
      const bool schema = name.ends_with('+');
      out += (out.size() > 1 ? ",\"" : "\"") +
             std::string(name.substr(0, name.size() - (schema ? 1 : 0))) +
             "\":" + std::string(schema ? kS : "{}");
    }
    return out + "}";
  };
  const std::vector<std::pair<std::string, std::string_view>> rows = {
      {content({"text/plain+", "application/json+"}), "application/json+"},
      {content({"text/plain+", "application/json"}), "text/plain+"},
      {content({"text/plain+", "*/*+"}), "*/*+"},
      {content({"*/*+", "application/json+"}), "application/json+"},
      {content({"application/hal+json+", "*/*+"}), "*/*+"},
      {content({"text/plain+", "application/problem+json+"}), "application/problem+json+"},
      {content({"application/a+json+", "application/b+json+"}), "application/a+json+"},
      {content({"image/png", "image/jpeg"}), "image/png"},
      {content({"image/png", "application/json"}), "application/json"},
      {content({}), ""}};
  for (const auto& [text, wanted] : rows) EXPECT_EQ(chosen(text), wanted) << text;
}

TEST(MediaType, ASchemaThatSaysNothingIsNone) {
  for (const auto schema : {"{}", "null", "5", "[]"})
    EXPECT_EQ(chosen(R"({"application/json":{"schema":)" + std::string(schema) +
                     R"(},"text/plain":{"schema":{"type":"string"}}})"),
              "text/plain+")
        << schema;
  EXPECT_EQ(chosen(R"({"application/json":{"schema":true}})"), "application/json+");
  EXPECT_EQ(chosen(R"({"application/json":null})"), "application/json");
}

TEST(Warnings, StandInOrderOnceEach) {
  Warnings warnings;
  for (const auto text : {"b", "a", "b", "a"}) warnings.add(text);
  EXPECT_EQ(warnings.take(), (std::vector<std::string>{"b", "a"}));
}

TEST(Warnings, TheLimitIsTheLastOneListed) {
  Warnings exact, over;
  for (std::size_t i = 0; i < kMaxWarnings; ++i) exact.add(std::to_string(i));
  for (std::size_t i = 0; i <= kMaxWarnings; ++i) over.add(std::to_string(i));
  EXPECT_EQ(exact.take().size(), kMaxWarnings);
  EXPECT_EQ(over.take().back(), "1 more warnings are not listed.");
}

}  // namespace
}  // namespace executor::source::openapi
