#include "api/byte-range.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace executor::api {
namespace {

// "offset+length", or "whole".
std::string read(std::string_view header, std::uint64_t size = 1000) {
  const auto range = parseByteRange(header, size);
  return range ? fmt::format("{}+{}", range->offset, range->length) : "whole";
}

TEST(ByteRange, OneRangeIsExact) {
  EXPECT_EQ(read("bytes=0-499"), "0+500");
  EXPECT_EQ(read("bytes=500-"), "500+500");
  EXPECT_EQ(read("bytes=-1"), "999+1");
  EXPECT_EQ(read("bytes=999-999"), "999+1");
  EXPECT_EQ(read("bytes=0-0"), "0+1");
}

TEST(ByteRange, WhatReachesBeyondTheEndIsCut) {
  EXPECT_EQ(read("bytes=900-5000"), "900+100");
  EXPECT_EQ(read("bytes=-5000"), "0+1000");
}

TEST(ByteRange, WhatBeginsBeyondTheEndIsEmpty) {
  EXPECT_EQ(read("bytes=1000-"), "1000+0");
  EXPECT_EQ(read("bytes=5000-6000"), "5000+0");
  EXPECT_EQ(read("bytes=-0"), "1000+0");
  EXPECT_EQ(read("bytes=0-", 0), "0+0");
  EXPECT_EQ(read("bytes=-5", 0), "0+0");
}

TEST(ByteRange, WhatIsNotUnderstoodIsIgnored) {
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-1,5-6", "bytes=5-2", "items=0-1",
        "bytes=0x1-2", "bytes=1 -2", "bytes=--1", "bytes=99999999999999999999-", "Bytes=0-1"}) {
    EXPECT_EQ(read(header), "whole") << header;
  }
}

}  // namespace
}  // namespace executor::api
