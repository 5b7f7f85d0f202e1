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

// What a document calls its parts ends up in text that is read, and one day run, as a program.
TEST(TypeText, NoTextEndsTheCommentItStandsIn) {
  for (const std::string_view text : {"*/", "**/", "***/", "a*/*/b", "*//*/", "/*/", "*\\/*/"}) {
    const std::string safe = insideComment(std::string(text));
    EXPECT_EQ(safe.find("*/"), std::string::npos) << text << " " << safe;
  }
  EXPECT_EQ(insideComment("a * / b"), "a * / b");
  EXPECT_EQ(docComment("x **/ y"), "/** x **\\/ y */");
  const std::string cut = docComment(std::string(kMaxCommentBytes - 2, 'x') + "*/ yyyyyyyy");
  EXPECT_EQ(cut.find("*/"), cut.size() - 2) << cut;
}

TEST(TypeText, KeysAreWhatTheySay) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"__proto__", "[\"__proto__\"]"},
      {"__proto", "__proto"},
      {"constructor", "constructor"},
      {"class", "class"},
      {"a b", "\"a b\""},
      {"a\nb", "\"a\\nb\""},
      {"\\", "\"\\\\\""},
      {"é", "\"é\""},
      {"-", "\"-\""},
      {"0", "\"0\""},
      {"}; evil(); {", "\"}; evil(); {\""},
      {"${x}", "\"${x}\""},
      {"_", "_"},
      {"$", "$"}};
  for (const auto& [name, key] : rows) EXPECT_EQ(propertyKey(name), key);
}

TEST(TypeText, TypeNamesAreIdentifiersWhateverTheDocumentSays) {
  for (const std::string_view name :
       {"",           " ",        "a b",         "1",    "*/",        "<T>",   "é",
        "日本",       "a\nb",     "x;y",         "\"",   "__proto__", "9a-9b", "json",
        "parameters", "required", "uint8-array", "JSON", "string",    "any",   "omit"}) {
    const std::string type = typeName(name);
    EXPECT_TRUE(isIdentifier(type)) << name << " " << type;
  }
}

// An interface that merges with a global would change what the rest of a program means.
TEST(TypeText, NamesOfTheLanguageGetAnUnderscore) {
  for (const char* name :
       {"JSON", "promise", "Record", "partial", "parameters", "required", "iterable", "generator",
        "big-int", "weak_map", "type error", "intl", "array", "text-encoder", "abort_signal"}) {
    EXPECT_TRUE(typeName(name).ends_with("_")) << name << " " << typeName(name);
  }
  for (const char* name : {"node", "element", "file", "user", "issue", "response-body", "set-2"}) {
    EXPECT_FALSE(typeName(name).ends_with("_")) << name;
  }
}

TEST(TypeText, LiteralsAreJsonAndNothingElse) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {R"(["a\"b","c\\d"])", R"("a\"b" | "c\\d")"},
      {R"(["| evil",-1,1.5,true])", R"("| evil" | -1 | 1.5 | true)"},
      {R"([18446744073709551615])", "18446744073709551615"},
      {R"([[],{}])", "unknown"},
      {R"([null])", "null"},
      {"[]", "unknown"},
      {"[1,]", ""},
      {"5", ""}};
  for (const auto& [json, type] : rows) EXPECT_EQ(literalUnion(json), type) << json;
}

TEST(TypeText, SentencesEndWherePeopleEndThem) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"One. Two.", "One"},
      {"One.Two", "One.Two"},
      {"v1.2 is out. Yes.", "v1.2 is out"},
      {"See i.e. that. Done", "See i.e. that"},
      {"Wait...", "Wait..."},
      {"\n\n  Two  lines\nmore", "Two lines"},
      {"Ends here.", "Ends here"},
      {".", ""},
      {"", ""},
      {"A\r\nB", "A"}};
  for (const auto& [text, sentence] : rows) EXPECT_EQ(firstSentence(text, 100), sentence) << text;
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
