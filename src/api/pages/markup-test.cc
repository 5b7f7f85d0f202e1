#include "api/pages/markup.h"

#include <gtest/gtest.h>

#include "api/pages/layout.h"

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

}  // namespace
}  // namespace executor::api
