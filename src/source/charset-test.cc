#include "source/charset.h"

#include <gtest/gtest.h>

namespace executor::source {
namespace {

std::string decoded(std::string_view bytes, std::string_view charset) {
  std::string out;
  return decodeCharset(bytes, charset, out) ? out : "refused";
}

TEST(Charset, Utf8IsTheDefaultAndIsChecked) {
  EXPECT_EQ(decoded("é", ""), "é");
  EXPECT_EQ(decoded("é", "us-ascii"), "é");
  EXPECT_EQ(decoded("\xe9", "utf-8"), "refused");
}

TEST(Charset, Latin1IsReadAsWindows1252) {
  EXPECT_EQ(decoded("\xe9\x80\x9f", "iso-8859-1"), "é€Ÿ");
  EXPECT_EQ(decoded("\x81", "windows-1252"), "\xc2\x81");
}

TEST(Charset, Utf16OfBothOrdersAndBeyondThePlane) {
  EXPECT_EQ(decoded(std::string_view("\0h\0i", 4), "utf-16be"), "hi");
  EXPECT_EQ(decoded(std::string_view("\xff\xfeh\0", 4), "utf-16"), "h");
  EXPECT_EQ(decoded("\xd8\x3d\xde\x00", "refused"), "refused");
  EXPECT_EQ(decoded(std::string_view("\xd8\x3d\xde\x00", 4), "utf-16be"), "😀");
}

TEST(Charset, HalfCharactersOfUtf16AreRefused) {
  EXPECT_EQ(decoded("abc", "utf-16le"), "refused");
  EXPECT_EQ(decoded(std::string_view("\xd8\x3d", 2), "utf-16be"), "refused");
  EXPECT_EQ(decoded(std::string_view("\xd8\x3d\0a", 4), "utf-16be"), "refused");
  EXPECT_EQ(decoded(std::string_view("\xde\x00", 2), "utf-16be"), "refused");
}

TEST(Charset, UnknownCharsetsAreRefused) { EXPECT_EQ(decoded("a", "koi8-r"), "refused"); }

TEST(Charset, AByteOrderMarkWins) { EXPECT_EQ(decoded("\xef\xbb\xbf\xc3\xa9", "latin1"), "é"); }

}  // namespace
}  // namespace executor::source
