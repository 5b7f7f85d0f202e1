// Text rules held against every input of a kind, or against a slow and obvious implementation.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "base/text.h"

namespace executor {
namespace {

// A code point in UTF-8, whether or not it may be encoded.
std::string encoded(unsigned point) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0 | point >> 6), byte(0x80 | (point & 63))};
  if (point < 0x10000) {
    return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 63)), byte(0x80 | (point & 63))};
  }
  return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 63)), byte(0x80 | (point >> 6 & 63)),
          byte(0x80 | (point & 63))};
}

TEST(Utf8, TakesEveryScalarValueAndNothingElse) {
  for (unsigned point = 0; point < 0x120000; point += point < 0x3000 ? 1 : 7) {
    const bool scalar = point < 0xD800 || (point > 0xDFFF && point < 0x110000);
    ASSERT_EQ(isValidUtf8(encoded(point)), scalar) << std::hex << point;
  }
}

TEST(Utf8, NoTwoBytesAreTakenForOneCharacterTwice) {
  int valid = 0;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string pair = {static_cast<char>(first), static_cast<char>(second)};
      valid += isValidUtf8(pair);
    }
  }
  EXPECT_EQ(valid, 128 * 128 + 30 * 64);  // two of ASCII, or U+0080 to U+07FF
}

struct Repair {
  std::string_view broken;
  std::string_view repaired;
};

TEST(Utf8, RepairReplacesEachStrayByteAndKeepsTheRest) {
  for (const auto& [broken, repaired] : std::initializer_list<Repair>{
           {"", ""},
           {"plain é 😀", "plain é 😀"},
           {"\xff", "\uFFFD"},
           {"a\x80z", "a\uFFFDz"},
           {"\xc3", "\uFFFD"},
           {"\xc3(", "\uFFFD("},
           {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
           {"\xf0\x9f\x98", "\uFFFD\uFFFD\uFFFD"},
           {"\xc0\xaf", "\uFFFD\uFFFD"},
       }) {
    EXPECT_EQ(replaceInvalidUtf8(broken), repaired) << testing::PrintToString(broken);
  }
}

std::string randomBytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

TEST(Utf8, RepairedTextIsValidAndRepairingTwiceChangesNothing) {
  std::mt19937 random(1);
  for (int i = 0; i < 5'000; ++i) {
    const std::string once = replaceInvalidUtf8(randomBytes(random, random() % 12));
    ASSERT_TRUE(isValidUtf8(once));
    ASSERT_EQ(replaceInvalidUtf8(once), once);
  }
}

// The cut text goes into JSON: wherever the limit falls, what was valid stays valid.
TEST(TruncateText, NeverBreaksACharacterAndNeverLosesTheCount) {
  const std::string text = "aé€😀\u0301zé";
  for (std::size_t limit = 0; limit <= text.size() + 2; ++limit) {
    const std::string cut = truncateText(text, limit);
    ASSERT_TRUE(isValidUtf8(cut)) << limit;
    if (limit >= text.size()) {
      ASSERT_EQ(cut, text);
      continue;
    }
    const std::size_t kept = cut.find("… [");
    ASSERT_LE(kept, limit);
    ASSERT_EQ(cut.substr(0, kept), text.substr(0, kept));
    ASSERT_EQ(cut.substr(kept), "… [" + std::to_string(text.size() - kept) + " bytes more]");
  }
}

TEST(TruncateText, CopesWithBytesThatAreNoText) {
  const std::string continuation(50, '\x80');
  EXPECT_EQ(truncateText(continuation, 10), "… [50 bytes more]");
  EXPECT_EQ(truncateText(std::string(50, '\xff'), 10),
            std::string(10, '\xff') + "… [40 bytes more]");
}

// The definition, written down without regard for cost.
std::size_t slowDistance(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  const auto lessA = a.substr(1), lessB = b.substr(1);
  std::size_t best = slowDistance(lessA, lessB) + (a[0] == b[0] ? 0 : 1);
  best = std::min({best, slowDistance(lessA, b) + 1, slowDistance(a, lessB) + 1});
  if (a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0]) {
    best = std::min(best, slowDistance(a.substr(2), b.substr(2)) + 1);
  }
  return best;
}

TEST(EditDistance, IsTheDefinitionCapped) {
  std::mt19937 random(2);
  const auto word = [&] {
    std::string text(random() % 6, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    return text;
  };
  for (int i = 0; i < 2'000; ++i) {
    const std::string a = word(), b = word();
    const std::size_t distance = slowDistance(a, b);
    ASSERT_EQ(editDistance(a, b, 20), distance) << a << " " << b;
    ASSERT_EQ(editDistance(b, a, 20), distance) << a << " " << b;
    ASSERT_EQ(editDistance(a, b, 2), std::min<std::size_t>(distance, 2)) << a << " " << b;
  }
}

TEST(NearestNames, AgreesWithTheDistanceOfEachName) {
  std::mt19937 random(3);
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    std::string name = "list";
    for (auto n = random() % 4; n > 0; --n) name += static_cast<char>('a' + random() % 3);
    names.push_back(name);
  }
  const auto near = nearestNames("listab", names, names.size());
  const std::size_t cap = 6 / 3 + 1;
  for (std::size_t i = 1; i < near.size(); ++i) {
    EXPECT_LE(editDistance("listab", near[i - 1], 9), editDistance("listab", near[i], 9));
  }
  const auto far = [&](const std::string& name) { return editDistance("listab", name, 9) >= cap; };
  EXPECT_EQ(near.size() + std::ranges::count_if(names, far), names.size());
}

struct Suggestion {
  std::string_view word;
  std::vector<std::string> expected;
};

TEST(NearestNames, SuggestsWhatAPersonMeant) {
  const std::vector<std::string> names = {"code", "timeoutMs", "limit", "cursor", "id"};
  for (const auto& [word, expected] : std::initializer_list<Suggestion>{
           {"Code", {"code"}},
           {"cod", {"code"}},
           {"doce", {}},
           {"timeout_ms", {"timeoutMs"}},
           {"timeout", {"timeoutMs"}},
           {"limits", {"limit"}},
           {"curser", {"cursor"}},
           {"i", {"id"}},
           {"", {}},
           {"something-else-entirely", {}},
       }) {
    EXPECT_EQ(nearestNames(word, names, 1), expected) << word;
  }
}

TEST(NearestNames, GivesNoMoreThanAskedFor) {
  const std::vector<std::string> names(50, "same");
  for (const std::size_t count : {0u, 1u, 3u, 50u}) {
    EXPECT_EQ(nearestNames("same", names, count).size(), count);
  }
  EXPECT_EQ(nearestNames("same", names).size(), 3u);
}

// A name of a megabyte, as an attacker may send one, is measured by its length alone.
TEST(NearestNames, HugeWordsAreFarFromEverything) {
  const std::vector<std::string> names(1'000, "timeoutMs");
  EXPECT_TRUE(nearestNames(std::string(1 << 20, 'x'), names).empty());
}

TEST(PercentCoding, EveryByteComesBack) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string raw(1, static_cast<char>(byte));
    const std::string coded = percentEncode(raw);
    std::string back;
    ASSERT_TRUE(percentDecode(coded, back)) << byte;
    ASSERT_EQ(back, raw);
    const bool unreserved = std::isalnum(byte) != 0 || std::string_view("-._~").contains(raw);
    ASSERT_EQ(coded.size(), byte < 0x80 && unreserved ? 1u : 3u) << byte;
  }
}

// What steers a URL must not come out of an encoded value: not a path, not a query, not a host.
TEST(PercentCoding, LeavesNothingThatAUrlReaderActsOn) {
  const std::string coded = percentEncode("../../x?a=b&c#d@e:f/g\\h%2e\r\nHost: evil ;,+'\"<>");
  EXPECT_EQ(coded.find_first_of("/?&#@:\\\r\n ;,+'\"<>="), std::string::npos) << coded;
}

TEST(PercentCoding, DecodesOnceOnly) {
  std::string out;
  ASSERT_TRUE(percentDecode("%252e%2Fa%2b", out));
  EXPECT_EQ(out, "%2e/a+");
}

// Two spellings of one token would pass a comparison of texts as two tokens.
TEST(Base64Canon, EveryTwoAndThreeDigitGroupHasOneSpelling) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::set<std::string> seen;
  int accepted = 0;
  for (const char a : digits) {
    for (const char b : digits) {
      std::string out;
      if (!base64UrlDecode(std::string{a, b}, out)) continue;
      ++accepted;
      EXPECT_TRUE(seen.insert(out).second) << a << b;
      EXPECT_EQ(base64UrlEncode(out), (std::string{a, b}));
    }
  }
  EXPECT_EQ(accepted, 256);
}

TEST(Base64Canon, WhatDecodesEncodesToTheSameText) {
  std::mt19937 random(4);
  constexpr std::string_view digits = "ABCDwxyz0189+/=-_ \n";
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 9, 'A');
    for (char& c : text) c = digits[random() % digits.size()];
    std::string out;
    if (base64Decode(text, out)) ASSERT_EQ(base64Encode(out), text);
    if (base64UrlDecode(text, out)) ASSERT_EQ(base64UrlEncode(out), text);
  }
}

TEST(Base64Canon, ARefusalLeavesTheResultAlone) {
  std::string out = "before";
  EXPECT_FALSE(base64Decode("Zg=", out));
  EXPECT_FALSE(base64UrlDecode("Z", out));
  EXPECT_EQ(out, "before");
}

TEST(HtmlEscape, NoInputEndsAnAttributeOrOpensATag) {
  for (const std::string_view attack :
       {"\"><script>alert(1)</script>", "' onload='alert(1)", "<img src=x onerror=alert(1)>",
        "</textarea><svg/onload=alert(1)>", "&lt;already&gt;", "<!--",
        "\" autofocus onfocus=x y=\""}) {
    const std::string shown = htmlEscape(attack);
    EXPECT_EQ(shown.find_first_of("<>\"'"), std::string::npos) << shown;
  }
  EXPECT_EQ(htmlEscape("&lt;"), "&amp;lt;");
  EXPECT_EQ(htmlEscape(""), "");
}

TEST(AsciiCase, TouchesTheTwentySixLettersOnly) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string raw(1, static_cast<char>(byte));
    const bool upper = byte >= 'A' && byte <= 'Z';
    EXPECT_EQ(toLowerAscii(raw), upper ? std::string(1, static_cast<char>(byte + 32)) : raw);
    EXPECT_EQ(equalsIgnoreCase(raw, toLowerAscii(raw)), true) << byte;
  }
  // The Kelvin sign and the long s fold to ASCII in Unicode: as host names they are others.
  EXPECT_FALSE(equalsIgnoreCase("\u212a", "k"));
  EXPECT_FALSE(equalsIgnoreCase("\u017f", "s"));
}

TEST(SplitText, JoinedPartsAreTheText) {
  std::mt19937 random(5);
  for (int i = 0; i < 1'000; ++i) {
    std::string text(random() % 8, 'x');
    for (char& c : text) c = random() % 2 == 0 ? ',' : 'x';
    std::string joined;
    for (const std::string_view part : splitText(text, ',')) {
      ASSERT_EQ(part.find(','), std::string_view::npos);
      joined.append(part).append(",");
    }
    joined.pop_back();
    ASSERT_EQ(joined, text);
  }
}

TEST(TrimText, RemovesTheSixBlanksOfAsciiAndNoOthers) {
  EXPECT_EQ(trimText("\t\r\n\f\v a\t\r\n\f\v "), "a");
  EXPECT_EQ(trimText("\u00a0a\u00a0"), "\u00a0a\u00a0");
  EXPECT_EQ(trimText(std::string_view("\0a\0", 3)), std::string_view("\0a\0", 3));
  EXPECT_EQ(trimText(""), "");
}

}  // namespace
}  // namespace executor
