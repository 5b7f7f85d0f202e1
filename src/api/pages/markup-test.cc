#include "api/pages/markup.h"

#include <gtest/gtest.h>

#include "api/pages/layout.h"
#include "base/json.h"

namespace executor::api {
namespace {

TEST(Markup, EscapesTextForContentAndAttributes) {
  EXPECT_EQ(Markup().text("<a href=\"x\" onclick='y'>&").html(),
            "&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;");
  EXPECT_EQ(Markup().element("p", "<b>").html(), "<p>&lt;b&gt;</p>");
}

// Whether raw() takes run-time text is decided by the compiler.
template <class T>
concept Raw = requires(Markup markup, T value) { markup.raw(value); };

TEST(Markup, TakesRawHtmlFromLiteralsOnly) {
  static_assert(!Raw<std::string>);
  static_assert(!Raw<std::string_view>);
  static_assert(!Raw<const char*>);
  EXPECT_EQ(Markup().raw("<hr>").html(), "<hr>");
}

TEST(Markup, LinksOnlyToOurOwnPaths) {
  EXPECT_EQ(Markup().link("/a?b=1&c", "x").html(), "<a href=\"/a?b=1&amp;c\">x</a>");
  for (const auto* href : {"javascript:alert(1)", "//evil.example", "https://evil.example", ""}) {
    EXPECT_EQ(Markup().link(href, "x").html(), "x") << href;
  }
}

TEST(Layout, FormatsTimesInUtc) {
  EXPECT_EQ(formatTime(0), "–");
  EXPECT_EQ(formatTime(1), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(formatTime(951'782'399'999), "2000-02-28 23:59:59 UTC");
  EXPECT_EQ(formatTime(951'782'400'000), "2000-02-29 00:00:00 UTC");
}

TEST(Layout, ShowsJsonIndentedAndBrokenJsonAsItIs) {
  EXPECT_EQ(readableJson(R"({"a":[1]})"), "{\n  \"a\": [\n    1\n  ]\n}");
  EXPECT_EQ(readableJson("{broken"), "{broken");
  EXPECT_LT(readableJson(std::string(kMaxShownBytes * 2, 'x')).size(), kMaxShownBytes + 100);
}

// What is approved must be readable to its last byte, however it was padded.
TEST(Layout, NeverCutsWhatIsDecidedOn) {
  std::string padded = "{\"pad\":" + std::string(300, '[');
  for (int i = 0; i < 2'000; ++i) padded += "1,";
  padded += "1" + std::string(300, ']') + ",\"amount\":\"the part that matters\"}";
  ASSERT_GT(prettyJson(*parseJson(padded)).size(), kMaxShownBytes);
  EXPECT_FALSE(readableJson(padded).contains("the part that matters"));
  EXPECT_EQ(wholeJson(padded), padded);
  EXPECT_EQ(wholeJson("{\"a\":1}"), "{\n  \"a\": 1\n}");
  EXPECT_EQ(wholeJson("{broken"), "{broken");
}

TEST(Layout, ShowsCharactersThatReorderTextAsEscapes) {
  EXPECT_EQ(revealDirection("a\u202ab\u202ec\u2066d\u2069"), "a\\u202ab\\u202ec\\u2066d\\u2069");
  for (const std::string text : {"", "plain", "é鍵🔑", "\u2029", "\u202f", "\u2065", "\u206a",
                                 "محمد", "\xe2", "\xe2\x80", "\xe2\x81"}) {
    EXPECT_EQ(revealDirection(text), text);
  }
  EXPECT_EQ(wholeJson("{\"a\":\"\u202e\"}"), "{\n  \"a\": \"\\u202e\"\n}");
}

}  // namespace
}  // namespace executor::api
