#include "catalog/type-text.h"

#include <gtest/gtest.h>

namespace executor::catalog {
namespace {

TEST(TypeText, QuotesKeysThatAreNoIdentifiers) {
  EXPECT_EQ(propertyKey("owner"), "owner");
  EXPECT_EQ(propertyKey("$ok"), "$ok");
  EXPECT_EQ(propertyKey("x-y"), "\"x-y\"");
  EXPECT_EQ(propertyKey("1a"), "\"1a\"");
  EXPECT_EQ(propertyKey(""), "\"\"");
  EXPECT_EQ(propertyKey("a\"b"), "\"a\\\"b\"");
}

TEST(TypeText, CommentCannotBeEndedFromInside) {
  EXPECT_EQ(docComment("Accept: */* is the default"), "/** Accept: *\\/* is the default */");
  EXPECT_EQ(docComment("  "), "");
}

TEST(TypeText, CommentIsTheFirstSentence) {
  EXPECT_EQ(firstSentence("Creates an issue. Anyone may.", 100), "Creates an issue");
  EXPECT_EQ(firstSentence("One\nTwo", 100), "One");
  EXPECT_EQ(firstSentence("Use e.g. this one", 100), "Use e.g. this one");
  EXPECT_EQ(firstSentence(" many   spaces\tbetween ", 100), "many spaces between");
}

TEST(TypeText, CommentIsCutAtAWordAndNeverInsideACharacter) {
  EXPECT_EQ(firstSentence("alpha beta gamma delta", 16), "alpha beta…");
  const std::string cut = firstSentence(std::string("äöüäöüäöüäöü"), 9);
  EXPECT_LE(cut.size(), 9u);
  EXPECT_TRUE(cut.ends_with("…"));
  EXPECT_EQ(cut, "äöü…");
  EXPECT_LE(docComment(std::string(10'000, 'x')).size(), kMaxCommentBytes + 7);
}

TEST(TypeText, ComponentNameBecomesOneIdentifier) {
  EXPECT_EQ(typeName("nullable-simple-user"), "NullableSimpleUser");
  EXPECT_EQ(typeName("issue"), "Issue");
  EXPECT_EQ(typeName("2fa"), "_2fa");
  EXPECT_EQ(typeName("---"), "Type");
  EXPECT_EQ(typeName("a.b/c"), "ABC");
}

TEST(TypeText, TypeNameShadowsNoGlobal) {
  EXPECT_EQ(typeName("error"), "Error_");
  EXPECT_EQ(typeName("Promise"), "Promise_");
}

TEST(TypeText, EnumIsAUnionOfLiterals) {
  EXPECT_EQ(literalUnion(R"(["a",1,null])"), R"("a" | 1 | null)");
  EXPECT_EQ(literalUnion(R"(["a","a"])"), R"("a")");
  EXPECT_EQ(literalUnion(R"([{"a":1}])"), "unknown");
  EXPECT_EQ(literalUnion("no json"), "");
  EXPECT_EQ(literalUnion("{}"), "");
}

TEST(TypeText, LongEnumIsCutAndSaysHowMuch) {
  std::string values = "[0";
  for (std::size_t i = 1; i < kMaxEnumLiterals + 5; ++i) values += "," + std::to_string(i);
  const std::string text = literalUnion(values + "]");
  EXPECT_TRUE(text.ends_with("| 39 /* +5 more */")) << text;
}

TEST(TypeText, UnionsDropUnknownAndRepetitionsAndParenthesize) {
  TypeParts parts('|');
  for (const char* part : {"unknown", "string", "A & B", "string"}) parts.add(part);
  EXPECT_EQ(parts.text(), "string | (A & B)");
  EXPECT_EQ(TypeParts('&').text(), "unknown");
}

TEST(TypeText, OperatorsInsideBracketsAndStringsDoNotCount) {
  EXPECT_FALSE(hasTopLevel("{ a: string | number }", '|'));
  EXPECT_FALSE(hasTopLevel("\"a | b\"", '|'));
  EXPECT_FALSE(hasTopLevel("\"\\\" | \"", '|'));
  EXPECT_TRUE(hasTopLevel("\"a\" | null", '|'));
  EXPECT_EQ(arrayOf("string"), "string[]");
  EXPECT_EQ(arrayOf("\"a\" | \"b\""), "(\"a\" | \"b\")[]");
}

}  // namespace
}  // namespace executor::catalog
