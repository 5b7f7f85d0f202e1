#include "sandbox/source-lines.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

TEST(LineOf, IsWithoutItsEnd) {
  EXPECT_EQ(lineOf("a\nbc\r\nd", 1), "a");
  EXPECT_EQ(lineOf("a\nbc\r\nd", 2), "bc");
  EXPECT_EQ(lineOf("a\nbc\r\nd", 3), "d");
  EXPECT_EQ(lineOf("a", 2), "");
  EXPECT_EQ(lineOf("a", 0), "");
  EXPECT_EQ(lineOf("", 1), "");
}

TEST(Columns, AreUtf16Units) {
  EXPECT_EQ(utf16Length(""), 0u);
  EXPECT_EQ(utf16Length("abc"), 3u);
  EXPECT_EQ(utf16Length("é"), 1u);
  EXPECT_EQ(utf16Length("€"), 1u);
  EXPECT_EQ(utf16Length("😀"), 2u);
  EXPECT_EQ(utf16Length("a😀b"), 4u);
  EXPECT_EQ(utf16Length("aé漢😀"), 5u);
  EXPECT_EQ(columnOfByte("aé漢😀x", 1), 1u);
  EXPECT_EQ(columnOfByte("aé漢😀x", 11), 6u) << "x";
  EXPECT_EQ(columnOfByte("ab", 5), 5u) << "beyond the end";
  EXPECT_EQ(columnOfByte("ab", 0), 0u) << "unknown stays unknown";
  EXPECT_EQ(columnOfStripper("aé漢😀x", 8), 6u) << "x";
  EXPECT_EQ(columnOfStripper("abc", 3), 3u);
  EXPECT_EQ(columnOfStripper("", 4), 4u);
}

TEST(Excerpt, IsTheLineWithAMarkUnderThePlace) {
  EXPECT_EQ(excerptText("const a = 1;\nconst x: = 5;\n", {2, 10}),
            "  2 | const x: = 5;\n    |          ^\n");
  EXPECT_EQ(excerptText("é😀 x", {1, 5}), "  1 | é😀 x\n    |     ^\n");
  EXPECT_EQ(excerptText("\tx", {1, 2}), "  1 |  x\n    |  ^\n") << "a tab is one column";
  EXPECT_EQ(excerptText("ab", {1, 3}), "  1 | ab\n    |   ^\n") << "at the end of the line";
}

TEST(Excerpt, HasNothingForAPlaceThatIsNotThere) {
  for (const SourcePosition place : {SourcePosition{0, 0}, {1, 0}, {0, 1}, {2, 1}, {1, 9}}) {
    EXPECT_TRUE(excerptAt("abc", place).empty()) << place.line << ":" << place.column;
    EXPECT_EQ(excerptText("abc", place), "");
  }
}

TEST(Excerpt, OfALongLineShowsTheSurroundings) {
  const std::string line = std::string(1000, 'a') + "!" + std::string(1000, 'b');
  const SourceExcerpt middle = excerptAt(line, {1, 1001});
  EXPECT_LE(middle.line.size(), kMaxExcerptBytes + 2 * std::string_view("…").size());
  EXPECT_TRUE(middle.line.starts_with("…a"));
  EXPECT_TRUE(middle.line.ends_with("b…"));
  // In characters: the ellipsis counts one.
  EXPECT_EQ(middle.caret.size() - 1, utf16Length(middle.line.substr(0, middle.line.find('!'))));
  EXPECT_EQ(excerptAt(line, {1, 1}).caret, "^");
  EXPECT_TRUE(excerptAt(line, {1, 2001}).line.ends_with('b'));
}

TEST(Excerpt, NeverCutsACharacter) {
  std::string line;
  for (int i = 0; i < 300; ++i) line += i % 2 == 0 ? "é" : "😀";
  for (std::uint32_t column = 1; column < 450; ++column) {
    const SourceExcerpt excerpt = excerptAt(line, {1, column});
    EXPECT_TRUE(isValidUtf8(excerpt.line)) << column;
  }
}

struct Placed {
  const char* code;
  std::uint32_t line, column;
};

// The engine, the stripper and a source map, each with characters of one to four bytes before.
TEST(Columns, OfErrorsAreThoseOfTheAgentsEditor) {
  constexpr Placed kPlaced[] = {
      {"'é漢😀'; nope", 1, 9},
      {"const a = 'é漢😀'; return nope.x", 1, 26},
      {"const s: 'é' = 'é'; const y: '漢😀' = 'a' as any; nope", 1, 50},
      {"'é漢😀'; const x: = 5;", 1, 18},
      {"'é';\nconst x = 5 5;", 2, 13},
      {"'😀'; enum E { A }; nope", 1, 21},
      {"'é漢😀'; const f = () => { nope }; f()", 1, 27},
  };
  for (const Placed& p : kPlaced) {
    const RunEnd end = failureOf(p.code);
    EXPECT_EQ(end.position.line, p.line) << p.code << ": " << end.error.message;
    EXPECT_EQ(end.position.column, p.column) << p.code << ": " << end.error.message;
  }
}

}  // namespace
}  // namespace executor::sandbox
