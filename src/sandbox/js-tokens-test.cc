#include "sandbox/js-tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace executor::sandbox {
namespace {

using Texts = std::vector<std::string>;

Texts tokensOf(std::string_view source) {
  Texts out;
  JsTokens tokens(source);
  for (JsToken token = tokens.next(); token.kind != JsToken::Kind::end; token = tokens.next()) {
    if (token.kind == JsToken::Kind::broken) {
      out.push_back("<broken>");
      break;
    }
    out.emplace_back(token.text);
  }
  return out;
}

TEST(JsTokens, SplitsWordsNumbersAndPunctuators) {
  EXPECT_EQ(tokensOf("a.b(1.5, $c) => _d"),
            (Texts{"a", ".", "b", "(", "1.5", ",", "$c", ")", "=>", "_d"}));
  EXPECT_EQ(tokensOf("#x in y; éé"), (Texts{"#x", "in", "y", ";", "éé"}));
  EXPECT_EQ(tokensOf("i++ != --j"), (Texts{"i", "++", "!=", "--", "j"}));
}

TEST(JsTokens, LeaveCommentsOut) {
  EXPECT_EQ(tokensOf("a // ) '\nb /* ` \n */ c"), (Texts{"a", "b", "c"}));
  EXPECT_EQ(tokensOf("a /* no end"), (Texts{"a", "<broken>"}));
}

TEST(JsTokens, KeepTextsWhole) {
  EXPECT_EQ(tokensOf(R"('a\'b' "c//d" x)"), (Texts{R"('a\'b')", R"("c//d")", "x"}));
  EXPECT_EQ(tokensOf("'a\nb'").back(), "<broken>");
  EXPECT_EQ(tokensOf("'a").back(), "<broken>");
}

TEST(JsTokens, ReadTemplatesWithTheirHoles) {
  const std::string nested = "`a${ {b: `}${'`'}`}.b }c`";
  EXPECT_EQ(tokensOf(nested + " d"), (Texts{nested, "d"}));
  EXPECT_EQ(tokensOf("`\\`` x"), (Texts{"`\\``", "x"}));
  EXPECT_EQ(tokensOf("`a${b").back(), "<broken>");
}

TEST(JsTokens, TellRegularExpressionsFromDivisions) {
  EXPECT_EQ(tokensOf("a / b / c"), (Texts{"a", "/", "b", "/", "c"}));
  EXPECT_EQ(tokensOf("x = /[/'\"]\\//g.test(y)"),
            (Texts{"x", "=", "/[/'\"]\\//g", ".", "test", "(", "y", ")"}));
  EXPECT_EQ(tokensOf("return /a/"), (Texts{"return", "/a/"}));
  EXPECT_EQ(tokensOf("f() / 2"), (Texts{"f", "(", ")", "/", "2"}));
  EXPECT_EQ(tokensOf("= /a\n/").back(), "<broken>");
}

// Asked again and again, as callers that look for the last statement do.
TEST(JsTokens, EndWithinTheTextWhenItEndsInAnEscape) {
  for (const std::string_view text : {"`\\", "'\\", "\"\\", "x = /\\", "`${`\\", "\\"}) {
    JsTokens tokens(text);
    for (int i = 0; i < 6; ++i) EXPECT_LE(tokens.next().end(), text.size()) << text;
  }
}

TEST(JsTokens, SayWhatBeginsALine) {
  JsTokens tokens("a b\nc /*\n*/ d");
  EXPECT_FALSE(tokens.next().newlineBefore);
  EXPECT_FALSE(tokens.next().newlineBefore);
  EXPECT_TRUE(tokens.next().newlineBefore);
  EXPECT_TRUE(tokens.next().newlineBefore);
  EXPECT_EQ(tokens.next().kind, JsToken::Kind::end);
  EXPECT_EQ(tokens.next().kind, JsToken::Kind::end);
}

TEST(JsTokens, KnowWhereTheyAre) {
  JsTokens tokens("  ab  cd");
  const JsToken first = tokens.next();
  EXPECT_EQ(first.begin, 2u);
  EXPECT_EQ(first.end(), 4u);
  EXPECT_EQ(tokens.next().begin, 6u);
}

TEST(EndsOperand, IsTrueAfterValuesOnly) {
  for (const char* text : {"a", "1", "'x'", ")", "]", "}", "this", "null"}) {
    JsTokens tokens(text);
    EXPECT_TRUE(endsOperand(tokens.next())) << text;
  }
  for (const char* text : {"+", "(", "=>", "return", "await", "typeof", "else", ","}) {
    JsTokens tokens(text);
    EXPECT_FALSE(endsOperand(tokens.next())) << text;
  }
}

}  // namespace
}  // namespace executor::sandbox
