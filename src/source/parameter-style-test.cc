#include "source/parameter-style.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace executor::source {
namespace {

ParameterView parameter(std::string_view style, bool explode, bool reserved = false) {
  return {.flatName = "p",
          .wireName = "p",
          .location = Location::query,
          .required = false,
          .schema = 0,
          .style = style,
          .explode = explode,
          .allowReserved = reserved,
          .deprecated = false,
          .description = {}};
}

struct Row {
  std::string_view style;
  bool explode;
  std::string_view value;
  std::string_view text;
};

std::string joined(const std::vector<std::string>& pieces, std::string_view between) {
  std::string out;
  for (const auto& piece : pieces) {
    if (!out.empty()) out += between;
    out += piece;
  }
  return out;
}

// OpenAPI 3.1, "Style Examples", and what it leaves open: nested values are compact JSON.
TEST(ParameterStyle, QueriesFollowTheStandardsTable) {
  const std::vector<Row> rows = {
      {"form", true, R"("blue")", "p=blue"},
      {"form", true, R"("")", "p="},
      {"form", true, "null", "p=null"},
      {"form", true, "-1.5", "p=-1.5"},
      {"form", true, "9223372036854775807", "p=9223372036854775807"},
      {"form", true, "18446744073709551615", "p=18446744073709551615"},
      {"form", true, R"(["blue","black"])", "p=blue&p=black"},
      {"form", true, R"({"R":100,"G":200})", "R=100&G=200"},
      {"form", false, R"("blue")", "p=blue"},
      {"form", false, R"(["blue","black"])", "p=blue,black"},
      {"form", false, R"({"R":100,"G":200})", "p=R,100,G,200"},
      {"form", false, "{}", "p="},
      {"form", true, "[[1,2],[]]", "p=%5B1%2C2%5D&p=%5B%5D"},
      {"form", true, R"([{"a":1}])", "p=%7B%22a%22%3A1%7D"},
      {"spaceDelimited", false, R"(["blue","black"])", "p=blue%20black"},
      {"spaceDelimited", false, R"({"R":100})", "p=R%20100"},
      {"spaceDelimited", true, R"(["blue","black"])", "p=blue&p=black"},
      {"pipeDelimited", false, R"(["a|b","c"])", "p=a%7Cb%7Cc"},
      {"pipeDelimited", true, R"(["a","c"])", "p=a&p=c"},
      {"deepObject", true, R"({"R":100,"G":200})", "p%5BR%5D=100&p%5BG%5D=200"},
      {"deepObject", true, R"({"a":{"b":{"c":[1,{"d":2}]}}})",
       "p%5Ba%5D%5Bb%5D%5Bc%5D%5B0%5D=1&p%5Ba%5D%5Bb%5D%5Bc%5D%5B1%5D%5Bd%5D=2"},
      {"deepObject", true, R"({"a":{},"b":[]})", ""},
      {"deepObject", true, R"("x")", "p=x"},
      {"content", false, R"({"a":[1,"b c"]})", "p=%7B%22a%22%3A%5B1%2C%22b%20c%22%5D%7D"},
      {"content", false, R"("text")", "p=%22text%22"},
      {"no-such-style", false, "[1,2]", "p=1,2"}};
  for (const auto& row : rows)
    EXPECT_EQ(
        joined(queryPieces(parameter(row.style, row.explode), parseJson(row.value).value()), "&"),
        row.text)
        << row.style << " " << row.value;
}

// RFC 6570 sections 3.2.2, 3.2.5 and 3.2.7.
TEST(ParameterStyle, PathsFollowTheStandardsTable) {
  const std::vector<Row> rows = {{"simple", false, R"("blue")", "blue"},
                                 {"simple", false, R"(["blue","black"])", "blue,black"},
                                 {"simple", false, R"({"R":100,"G":200})", "R,100,G,200"},
                                 {"simple", true, R"({"R":100,"G":200})", "R=100,G=200"},
                                 {"simple", true, "[]", ""},
                                 {"label", false, R"("blue")", ".blue"},
                                 {"label", false, R"({"R":100})", ".R,100"},
                                 {"label", true, R"({"R":100,"G":200})", ".R=100.G=200"},
                                 {"matrix", false, R"("blue")", ";p=blue"},
                                 {"matrix", false, R"({"R":100,"G":200})", ";p=R,100,G,200"},
                                 {"matrix", true, R"(["blue","black"])", ";p=blue;p=black"},
                                 {"matrix", true, R"({"R":100,"G":200})", ";R=100;G=200"},
                                 {"matrix", true, R"("a;b")", ";p=a%3Bb"},
                                 {"simple", false, "true", "true"},
                                 {"content", false, R"({"a":1})", "%7B%22a%22%3A1%7D"}};
  for (const auto& row : rows)
    EXPECT_EQ(pathText(parameter(row.style, row.explode), parseJson(row.value).value()), row.text)
        << row.style << " " << row.value;
}

TEST(ParameterStyle, HeadersAreNotEncoded) {
  const std::vector<Row> rows = {{"simple", false, R"("a b/c")", "a b/c"},
                                 {"simple", false, R"(["a","b,c"])", "a,b,c"},
                                 {"simple", true, R"({"R":100,"G":200})", "R=100,G=200"},
                                 {"simple", false, R"({"R":100,"G":200})", "R,100,G,200"},
                                 {"content", false, R"({"a":"b"})", R"({"a":"b"})"},
                                 {"simple", false, "[]", ""}};
  for (const auto& row : rows)
    EXPECT_EQ(headerText(parameter(row.style, row.explode), parseJson(row.value).value()), row.text)
        << row.value;
}

TEST(ParameterStyle, CookiesFollowTheStandardsTable) {
  const std::vector<Row> rows = {{"form", true, R"("blue")", "p=blue"},
                                 {"form", false, R"(["blue","black"])", "p=blue,black"},
                                 {"form", true, R"({"R":100,"G":200})", "R=100 G=200"},
                                 {"form", false, R"({"R":100})", "p=R,100"},
                                 {"form", true, R"("a;b\"c\\d e")", "p=a%3Bb%22c%5Cd%20e"},
                                 {"form", true, R"("x=y/z?[]{}")", "p=x=y/z?[]{}"},
                                 {"content", false, R"({"a":1})", "p={%22a%22:1}"}};
  for (const auto& row : rows)
    EXPECT_EQ(
        joined(cookiePieces(parameter(row.style, row.explode), parseJson(row.value).value()), " "),
        row.text)
        << row.value;
}

TEST(ParameterStyle, ScalarsAreTheirTextAndNotJsonStrings) {
  EXPECT_EQ(scalarText("a\"b"), "a\"b");
  EXPECT_EQ(scalarText(nullptr), "null");
  EXPECT_EQ(scalarText(false), "false");
  EXPECT_EQ(scalarText(json::array{1, "x"}), R"([1,"x"])");
}

std::string oneByte(int byte) { return std::string(1, static_cast<char>(byte)); }

// Whatever an agent writes into a value, the server must read one parameter with that value.
TEST(ParameterStyle, NoByteOfAQueryValueCanBeginAnotherParameter) {
  for (int byte = 0; byte < 128; ++byte) {
    const json::value value(oneByte(byte) + "x=1");
    for (const bool reserved : {false, true}) {
      const auto piece = queryPieces(parameter("form", true, reserved), value).at(0);
      EXPECT_EQ(piece.find_first_of("&# \r\n\"<>\\^`|"), std::string::npos) << byte;
      std::string back;
      ASSERT_TRUE(percentDecode(piece, back)) << byte;
      EXPECT_EQ(back, "p=" + oneByte(byte) + "x=1") << byte;
    }
  }
}

TEST(ParameterStyle, NoByteOfAPathValueCanBeginAnotherSegment) {
  for (int byte = 0; byte < 128; ++byte) {
    const auto text = pathText(parameter("simple", false), json::value(oneByte(byte) + "x"));
    EXPECT_EQ(text.find_first_of("/?#\\;\r\n "), std::string::npos) << byte;
    std::string back;
    ASSERT_TRUE(percentDecode(text, back)) << byte;
    EXPECT_EQ(back, oneByte(byte) + "x") << byte;
  }
}

TEST(ParameterStyle, NoByteOfACookieValueCanBeginAnotherCookie) {
  for (int byte = 0; byte < 128; ++byte) {
    const auto piece =
        cookiePieces(parameter("form", true), json::value(oneByte(byte) + "x")).at(0);
    EXPECT_EQ(piece.find_first_of("; \r\n\t\"\\,"), std::string::npos) << byte;
  }
}

// A comma inside a value must not read as one between values.
TEST(ParameterStyle, DelimitersInsideValuesAreEncoded) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"form", "p=a%2Cb,c"}, {"spaceDelimited", "p=a%2Cb%20c"}, {"pipeDelimited", "p=a%2Cb%7Cc"}};
  for (const auto& [style, text] : rows)
    EXPECT_EQ(queryPieces(parameter(style, false), json::array{"a,b", "c"}).at(0), text);
}

TEST(ParameterStyle, NamesAndKeysAreEncodedLikeValues) {
  auto odd = parameter("form", true);
  odd.wireName = "a&b[]";
  EXPECT_EQ(queryPieces(odd, 1).at(0), "a%26b%5B%5D=1");
  EXPECT_EQ(queryPieces(parameter("form", true), json::object{{"k&x=1", 2}}).at(0), "k%26x%3D1=2");
  EXPECT_EQ(queryPieces(parameter("deepObject", true), json::object{{"]=1&x[", 2}}).at(0),
            "p%5B%5D%3D1%26x%5B%5D=2");
}

TEST(ParameterStyle, CharactersOfOtherScriptsAreEncodedAsUtf8) {
  EXPECT_EQ(queryPieces(parameter("form", true), "é日").at(0), "p=%C3%A9%E6%97%A5");
  EXPECT_EQ(pathText(parameter("simple", false), "😀"), "%F0%9F%98%80");
}

}  // namespace
}  // namespace executor::source
