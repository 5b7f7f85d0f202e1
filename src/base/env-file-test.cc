#include "base/env-file.h"

#include <gtest/gtest.h>

namespace executor {
namespace {

// "NAME=value@line;…" of a text.
std::string entriesOf(std::string_view text) {
  const auto entries = parseEnvFile(text, "f");
  EXPECT_TRUE(entries) << entries.error().message;
  if (!entries) return "";
  std::string out;
  for (const EnvEntry& entry : *entries) {
    out += entry.name + "=" + entry.value + "@" + std::to_string(entry.line) + ";";
  }
  return out;
}

std::string refusal(std::string_view text) {
  const auto entries = parseEnvFile(text, "f");
  EXPECT_FALSE(entries) << text;
  if (entries) return "";
  EXPECT_EQ(entries.error().code, ErrorCode::invalid_configuration);
  return entries.error().message;
}

TEST(EnvFile, SkipsBlankLinesAndComments) {
  EXPECT_EQ(entriesOf("\n# c\n  A=1\nexport B_2= x y  # c\nC=#c\nD=a#b\n"),
            "A=1@3;B_2=x y@4;C=@5;D=a#b@6;");
  EXPECT_EQ(entriesOf("A=1\r\nB=2\r\n"), "A=1@1;B=2@2;");
  EXPECT_EQ(entriesOf(""), "");
}

TEST(EnvFile, KeepsSingleQuotedValuesAsTheyStand) {
  EXPECT_EQ(entriesOf(R"(A=' $x \n "q" # ')"), R"(A= $x \n "q" # @1;)");
}

TEST(EnvFile, ReadsEscapesInDoubleQuotes) {
  EXPECT_EQ(entriesOf(R"(A="a\nb\t\"\\\$\q" # c)"), "A=a\nb\t\"\\$\\q@1;");
}

TEST(EnvFile, QuotedValuesMaySpanLines) {
  EXPECT_EQ(entriesOf("A=\"-----BEGIN\nx\n-----END\"\nB=1\n"),
            "A=-----BEGIN\nx\n-----END@1;B=1@4;");
}

TEST(EnvFile, ExpandsNothing) { EXPECT_EQ(entriesOf("A=$HOME ${X} `id`"), "A=$HOME ${X} `id`@1;"); }

TEST(EnvFile, NamesFileAndLineOfAnError) {
  EXPECT_TRUE(refusal("A=1\nB\n").starts_with("f:2: NAME=value is expected"));
  EXPECT_TRUE(refusal("A = 1").starts_with("f:1:"));
  EXPECT_TRUE(refusal("=1").starts_with("f:1:"));
  EXPECT_TRUE(refusal("A=1\nB='x\ny\n").starts_with("f:2: the quote is not closed"));
  EXPECT_TRUE(refusal("A=\"x\" y").starts_with("f:1: text after the closing quote"));
}

}  // namespace
}  // namespace executor
