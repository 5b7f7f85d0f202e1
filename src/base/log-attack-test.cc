// What a hostile text may not do to the log: forge, hide, break a line, or show a secret.
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

namespace executor {
namespace {

std::string logged(bool json, std::string_view value) {
  configureLog({.json = json});
  testing::internal::CaptureStderr();
  log(LogLevel::info, "event", {{"field", value}});
  std::string line = testing::internal::GetCapturedStderr();
  configureLog({});
  return line;
}

const std::vector<std::string>& hostileTexts() {
  static const std::vector<std::string> texts = {
      "",
      " ",
      "a b",
      "a=b",
      "\"",
      "\\",
      "x\ny",
      "x\r\ny",
      "x\u2028y",
      "\x1b[2J\x1b[1;1H",
      "\x1b]0;title\x07",
      std::string("a\0b", 3),
      "\b\b\b\bgone",
      "level=error event=forged",
      "2026-11-24T00:00:00.000Z error forged",
      R"(","level":"error","event":"forged)",
      "\x7f",
      "\xff\xfe",
      "\xc3",
      "caf\xe9",
      "é😀",
      std::string(100'000, 'l'),
  };
  return texts;
}

TEST(LogAttack, EveryValueIsOneLine) {
  for (const bool json : {false, true}) {
    for (const std::string& text : hostileTexts()) {
      const std::string line = logged(json, text);
      ASSERT_TRUE(line.ends_with("\n"));
      EXPECT_EQ(line.find_first_of("\r\n"), line.size() - 1) << line;
    }
  }
}

TEST(LogAttack, NoControlCharacterReachesTheTerminal) {
  for (const bool json : {false, true}) {
    for (const std::string& text : hostileTexts()) {
      std::string line = logged(json, text);
      line.pop_back();
      EXPECT_TRUE(std::ranges::all_of(line, [](char c) {
        return static_cast<unsigned char>(c) >= ' ';
      })) << line;
    }
  }
}

// A collector that meets a line which is no JSON drops it: an attacker's way not to be seen.
TEST(LogAttack, EveryJsonLineParsesAndHoldsTheValue) {
  for (const std::string& text : hostileTexts()) {
    const auto line = parseJson(logged(true, text));
    ASSERT_TRUE(line) << testing::PrintToString(text);
    EXPECT_EQ(findString(*line, "level"), "info");
    EXPECT_EQ(findString(*line, "event"), "event");
    EXPECT_TRUE(findString(*line, "field") == replaceInvalidUtf8(text)) << text.substr(0, 80);
    EXPECT_EQ(line->as_object().size(), 4u);
  }
}

TEST(LogAttack, TextLinesQuoteWhatIsNotAPlainWord) {
  for (const std::string& text : hostileTexts()) {
    const std::string line = logged(false, text);
    const std::string value = line.substr(line.find("field=") + 6);
    const bool plain = !text.empty() && text.find_first_not_of("l\\") == std::string::npos;
    EXPECT_EQ(value.starts_with('"'), !plain) << value.substr(0, 80);
  }
}

TEST(LogAttack, NumbersAreValidJsonWhateverTheyAre) {
  configureLog({.json = true});
  testing::internal::CaptureStderr();
  log(LogLevel::info, "event",
      {{"nan", std::nan("")}, {"inf", HUGE_VAL}, {"min", std::int64_t{-9223372036854775807 - 1}}});
  const std::string line = testing::internal::GetCapturedStderr();
  configureLog({});
  const auto value = parseJson(line);
  ASSERT_TRUE(value) << line;
  EXPECT_TRUE(find(*value, "nan")->is_null());
  EXPECT_TRUE(find(*value, "inf")->is_null());
}

struct Redaction {
  std::string_view text;
  std::string_view shown;
};

TEST(RedactAttack, SecretsAreFoundWhereverTheyStand) {
  registerSecret("s3cr3t-alpha");
  registerSecret("s3cr3t-beta!");
  for (const auto& [text, shown] : std::initializer_list<Redaction>{
           {"s3cr3t-alpha", "[secret]"},
           {"Bearer s3cr3t-alpha", "Bearer [secret]"},
           {"s3cr3t-alphas3cr3t-alpha", "[secret][secret]"},
           {"s3cr3t-alphas3cr3t-beta!", "[secret][secret]"},
           {"s3cr3t-alph", "s3cr3t-alph"},
           {"3cr3t-alpha", "3cr3t-alpha"},
           {"S3CR3T-ALPHA", "S3CR3T-ALPHA"},
           {"s3cr3t-s3cr3t-alpha", "s3cr3t-[secret]"},
           {"{\"k\":\"s3cr3t-beta!\"}", "{\"k\":\"[secret]\"}"},
           {"https://h/?t=s3cr3t-beta%21&x", "https://h/?t=[secret]&x"},
           {"\xffs3cr3t-alpha\xff", "\xff[secret]\xff"},
       }) {
    EXPECT_EQ(redact(std::string(text)), shown) << text;
  }
}

TEST(RedactAttack, TheShortestSecretHasEightBytes) {
  registerSecret("8bytes!!");
  registerSecret("7bytes!");
  registerSecret("");
  EXPECT_EQ(redact("8bytes!! 7bytes!"), "[secret] 7bytes!");
}

TEST(RedactAttack, SecretsOfManyLinesAndBytesAreFound) {
  const std::string pem = "-----BEGIN X-----\nAAAA\nBBBB\n-----END X-----";
  const std::string binary("\0\x01\x02\x03\x04\x05\x06\x07\x08", 9);
  registerSecret(pem);
  registerSecret(binary);
  EXPECT_EQ(redact("a" + pem + "b" + binary), "a[secret]b[secret]");
}

// Secrets with one head of eight bytes share a slot: all of them are compared.
TEST(RedactAttack, ManySecretsWithOneBeginningAreAllFound) {
  for (int i = 100; i < 400; ++i) registerSecret("same-head-" + std::to_string(i));
  for (int i = 100; i < 400; ++i) {
    EXPECT_EQ(redact("<same-head-" + std::to_string(i) + ">"), "<[secret]>");
  }
  EXPECT_EQ(redact("same-head-"), "same-head-");
}

TEST(RedactAttack, TextsWithoutASecretComeBackEqual) {
  for (const std::string& text : hostileTexts()) EXPECT_TRUE(redact(text) == text);
}

// The loop logs while another thread loads a connection's secret.
TEST(RedactAttack, RegisteringAndRedactingMayRunTogether) {
  std::thread registering([] {
    for (int i = 0; i < 500; ++i) registerSecret("thread-secret-" + std::to_string(i));
  });
  for (int i = 0; i < 500; ++i) (void)redact("x thread-secret-" + std::to_string(i) + " y");
  registering.join();
  EXPECT_EQ(redact("thread-secret-499"), "[secret]");
}

}  // namespace
}  // namespace executor
