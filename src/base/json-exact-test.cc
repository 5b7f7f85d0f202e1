#include "base/json-exact.h"

#include <gtest/gtest.h>

#include <random>

#include "base/json.h"

namespace executor {
namespace {

TEST(JsonExact, QuotesIntegersBeyondTwoToThe53) {
  const std::pair<const char*, const char*> rows[] = {
      {"9007199254740991", "9007199254740991"},
      {"-9007199254740991", "-9007199254740991"},
      {"9007199254740992", "\"9007199254740992\""},
      {"-9007199254740992", "\"-9007199254740992\""},
      {"18446744073709551616", "\"18446744073709551616\""},
      {"[1,9007199254740993,2]", "[1,\"9007199254740993\",2]"},
      {"{\"id\":9007199254740993}", "{\"id\":\"9007199254740993\"}"},
      {"{ \"a\" : 123456789012345678901234567890 }",
       "{ \"a\" : \"123456789012345678901234567890\" }"},
  };
  for (const auto& [in, out] : rows) EXPECT_EQ(quoteUnsafeIntegers(in), out);
}

TEST(JsonExact, LeavesEverythingElseByteForByte) {
  for (const char* text :
       {"", "null", "true", "0.1", "1e999", "-0.0", "9007199254740993.0", "9007199254740993e1",
        "\"9007199254740993\"", "\"\\\"9007199254740993\"", "{\"9007199254740993\":1}",
        "[1,2.50,\"x\\\\\",3]", "  { }  ", "\"unended 9007199254740993"}) {
    EXPECT_EQ(quoteUnsafeIntegers(text), text);
  }
}

TEST(JsonExact, AgreesWithTheParserForPrograms) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t value = random() >> (random() % 40);
    const std::string text = "{\"n\":" + std::to_string(value) + "}";
    const auto parsed = parseJsonForProgram(text);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(serializeJson(*parsed), quoteUnsafeIntegers(text));
  }
}

}  // namespace
}  // namespace executor
