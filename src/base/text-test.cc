#include "base/text.h"

#include <gtest/gtest.h>

#include <random>

namespace executor {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsChangesAndSwaps) {
  EXPECT_EQ(editDistance("", "", 9), 0u);
  EXPECT_EQ(editDistance("get", "", 9), 3u);
  EXPECT_EQ(editDistance("issues", "issue", 9), 1u);
  EXPECT_EQ(editDistance("lsit", "list", 9), 1u);
  EXPECT_EQ(editDistance("kitten", "sitting", 9), 3u);
}

TEST(EditDistance, StopsAtTheCap) {
  EXPECT_EQ(editDistance("aaaaaaaa", "bbbbbbbb", 3), 3u);
  EXPECT_EQ(editDistance("a", "abcdefgh", 3), 3u);
  EXPECT_EQ(editDistance("abc", "abd", 0), 0u);
}

TEST(NearestNames, OrdersByDistanceAndLeavesOutTheFar) {
  const std::vector<std::string> names = {"list", "lists", "last", "createIssue"};
  EXPECT_EQ(nearestNames("lists", names), (std::vector<std::string>{"lists", "list"}));
  EXPECT_EQ(nearestNames("lists", names, 1), std::vector<std::string>{"lists"});
  EXPECT_TRUE(nearestNames("zebra", names).empty());
}

TEST(NearestNames, IgnoresCase) {
  const std::vector<std::string> names = {"timeoutMs"};
  EXPECT_EQ(nearestNames("TIMEOUTMS", names), names);
}

TEST(TruncateText, CutsAtACharacterAndSaysHowMuchIsMissing) {
  EXPECT_EQ(truncateText("abc", 3), "abc");
  EXPECT_EQ(truncateText("abcdef", 3), "abc… [3 bytes more]");
  EXPECT_EQ(truncateText("aé!", 2), "a… [3 bytes more]");
  EXPECT_EQ(truncateText("😀", 3), "… [4 bytes more]");
}

TEST(IsValidUtf8, AcceptsTheEdgesOfEachLength) {
  for (const std::string_view text :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(isValidUtf8(text)) << testing::PrintToString(text);
  }
}

TEST(IsValidUtf8, RefusesOverlongSurrogatesAndFragments) {
  for (const std::string_view text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe2(\xa1"}) {
    EXPECT_FALSE(isValidUtf8(text)) << testing::PrintToString(text);
  }
}

TEST(Text, LowersAsciiOnly) {
  EXPECT_EQ(toLowerAscii("ABC-É"), "abc-É");
  EXPECT_TRUE(equalsIgnoreCase("Content-Type", "content-TYPE"));
  EXPECT_FALSE(equalsIgnoreCase("ab", "abc"));
  EXPECT_FALSE(equalsIgnoreCase("[", "{"));
}

TEST(SplitText, KeepsEmptyParts) {
  EXPECT_EQ(splitText("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(splitText("", ','), std::vector<std::string_view>{""});
}

TEST(TrimText, RemovesBlanksAtBothEnds) {
  EXPECT_EQ(trimText(" \t a b \r\n"), "a b");
  EXPECT_EQ(trimText(" \n "), "");
}

TEST(HtmlEscape, LeavesNoMarkup) {
  EXPECT_EQ(htmlEscape("<a href=\"x\" t='y'>&"), "&lt;a href=&quot;x&quot; t=&#39;y&#39;&gt;&amp;");
}

TEST(PercentEncode, KeepsUnreservedCharactersOnly) {
  EXPECT_EQ(percentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percentEncode("a b/é%"), "a%20b%2F%C3%A9%25");
  EXPECT_EQ(percentEncode("a/b:c", "/:"), "a/b:c");
}

TEST(PercentDecode, RefusesBrokenEscapesAndLeavesTheResultAlone) {
  std::string out = "before";
  for (const std::string_view text : {"%", "%4", "%zz", "a%2", "%-1"}) {
    EXPECT_FALSE(percentDecode(text, out)) << text;
  }
  EXPECT_EQ(out, "before");
  EXPECT_TRUE(percentDecode("a%20b%2f+%00", out));
  EXPECT_EQ(out, std::string("a b/+\0", 6));
}

// RFC 4648 section 10.
TEST(Base64, EncodesTheVectorsOfTheRfc) {
  EXPECT_EQ(base64Encode(""), "");
  EXPECT_EQ(base64Encode("f"), "Zg==");
  EXPECT_EQ(base64Encode("fo"), "Zm8=");
  EXPECT_EQ(base64Encode("foo"), "Zm9v");
  EXPECT_EQ(base64Encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64UrlEncode("\xfb\xff\xfe\xff"), "-__-_w");
  EXPECT_EQ(hexEncode(std::string("\x00\x7f\xff", 3)), "007fff");
}

TEST(Base64, RoundTripsBytes) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 100; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    std::string back;
    ASSERT_TRUE(base64Decode(base64Encode(bytes), back));
    ASSERT_EQ(back, bytes);
    ASSERT_TRUE(base64UrlDecode(base64UrlEncode(bytes), back));
    ASSERT_EQ(back, bytes);
  }
}

TEST(Base64, RefusesEverySpellingButTheCanonicalOne) {
  std::string out;
  for (const std::string_view text :
       {"Zg", "Zg=", "Zh==", "Zg==\n", "Z g=", "Zm9=", "====", "-_==", "Zg===", "=Zg="}) {
    EXPECT_FALSE(base64Decode(text, out)) << text;
  }
  for (const std::string_view text : {"Zg==", "Zh", "Z", "+/", "Zm9", "Zg "}) {
    EXPECT_FALSE(base64UrlDecode(text, out)) << text;
  }
}

}  // namespace
}  // namespace executor
