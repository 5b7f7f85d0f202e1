#include "cli/context.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/cli-fixture.h"

namespace executor::cli {
namespace {

using CliContext = CliFixture;

// Standard input from a file, for as long as it lives.
class InputFrom {
 public:
  explicit InputFrom(const std::string& path) : saved_(::dup(STDIN_FILENO)) {
    int file = ::open(path.c_str(), O_RDONLY);
    if (file < 0) std::abort();
    ::dup2(file, STDIN_FILENO);
    ::close(file);
    std::cin.clear();
  }
  ~InputFrom() {
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }

 private:
  int saved_;
};

TEST(CliExitCodes, AreAContractForScripts) {
  EXPECT_EQ(exitCodeOf(ErrorCode::unavailable), 3);
  EXPECT_EQ(exitCodeOf(ErrorCode::unauthorized), 4);
  EXPECT_EQ(exitCodeOf(ErrorCode::forbidden), 4);
  EXPECT_EQ(exitCodeOf(ErrorCode::not_found), 5);
  EXPECT_EQ(exitCodeOf(ErrorCode::unknown_tool), 5);
  EXPECT_EQ(exitCodeOf(ErrorCode::invalid_argument), 2);
  EXPECT_EQ(exitCodeOf(ErrorCode::unknown_argument), 2);
  EXPECT_EQ(exitCodeOf(ErrorCode::upstream_error), 1);
  EXPECT_EQ(exitCodeOf(ErrorCode::internal), 1);
}

TEST_F(CliContext, AnErrorSaysCodeCauseAndFixOnStandardError) {
  auto ctx = context();
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  ctx.fail(Error{ErrorCode::not_found, "No such source.", "List them.", "for the log"});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error: No such source. (not_found)\nhint: List them.\n");
  EXPECT_EQ(ctx.exit, kExitNotFound);
}

TEST_F(CliContext, AnErrorIsJsonWhereJsonIsAsked) {
  auto ctx = context();
  ctx.json = true;
  testing::internal::CaptureStderr();
  ctx.fail(Error{ErrorCode::forbidden, "Not you.", "", ""});
  auto parsed = parseJson(testing::internal::GetCapturedStderr());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(findString(*findObject(*parsed, "error"), "code"), "forbidden");
  EXPECT_FALSE(findObject(*parsed, "error")->contains("hint"));
}

TEST(CliTable, AlignsColumnsAndPadsNothingAtTheEnd) {
  EXPECT_EQ(formatTable({"NAME", "STATE"}, {{"a", "ready"}, {"longer", "x"}}),
            "NAME    STATE\na       ready\nlonger  x\n");
}

TEST(CliTable, WithoutRowsIsNothing) { EXPECT_EQ(formatTable({"NAME"}, {}), ""); }

TEST(CliTable, CountsCharactersAndNotBytes) {
  EXPECT_EQ(formatTable({"NAME", "X"}, {{"é", "1"}, {"ab", "2"}}), "NAME  X\né     1\nab    2\n");
}

TEST(CliTable, ShowsControlCharactersAsSpaces) {
  // A name from a document must not move the cursor or start a row of its own.
  auto table = formatTable({"NAME", "X"}, {{"a\x1b[2J\nb", "1"}});
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(std::ranges::count(table, '\n'), 2);
}

TEST(CliTime, IsUtcAndADashForNever) {
  EXPECT_EQ(formatTime(1'800'000'000'000), "2027-01-15 08:00:00");
  EXPECT_EQ(formatTime(0), "-");
}

TEST(CliStyle, IsPlainWhereOutputIsNoTerminal) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(styled(Style::red, "text"), "text");
  testing::internal::GetCapturedStdout();
}

TEST(CliProgress, IsLinesOnStandardErrorWhereThereIsNoTerminal) {
  testing::internal::CaptureStderr();
  {
    ProgressLine line(true);
    line.show("compiling");
    ProgressLine silent(false);
    silent.show("never");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "compiling\n");
}

TEST_F(CliContext, ReadsAFileOrStandardInputWhole) {
  write("in", std::string(200'000, 'x'));
  EXPECT_EQ(readInput(path("in"), 1 << 20)->size(), 200'000u);
  InputFrom input(path("in"));
  EXPECT_EQ(readInput("-", 1 << 20)->size(), 200'000u);
}

TEST_F(CliContext, AnInputThatIsMissingOrTooLargeIsNamed) {
  write("in", "0123456789");
  auto large = readInput(path("in"), 9);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::payload_too_large);
  EXPECT_NE(large.error().message.find(path("in")), std::string::npos);
  EXPECT_TRUE(readInput(path("in"), 10));
  auto missing = readInput(path("none"), 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_FALSE(readInput(directory_, 10)) << "a directory is no input";
}

TEST_F(CliContext, ASecretComesFromStandardInputOrAFileWithoutItsNewline) {
  write("secret", "  s3cret \n");
  EXPECT_EQ(*readSecret("Secret", path("secret")), "s3cret");
  InputFrom input(path("secret"));
  EXPECT_EQ(*readSecret("Secret", ""), "s3cret");
}

TEST_F(CliContext, AnEmptySecretIsRefusedWithAllWaysToGiveOne) {
  write("secret", " \n");
  auto empty = readSecret("Secret", path("secret"));
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(empty.error().hint.find("--from-file"), std::string::npos);
}

TEST_F(CliContext, AMissingSecretFileIsNamed) {
  auto missing = readSecret("Secret", path("none"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace executor::cli
