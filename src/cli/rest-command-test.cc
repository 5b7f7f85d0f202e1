#include "cli/rest-command.h"

#include "cli/cli-fixture.h"

namespace executor::cli {
namespace {

std::string shown(const std::function<void(const json::value&)>& show, std::string_view answer) {
  testing::internal::CaptureStdout();
  show(*parseJson(answer));
  std::fflush(stdout);
  return testing::internal::GetCapturedStdout();
}

TEST(CliCell, ShowsEachKindOfMemberForPeople) {
  auto row = *parseJson(R"({"s":"text","e":"","n":5,"t":true,"f":false,"z":null,
                            "createdAt":1800000000000,"a":[1]})");
  EXPECT_EQ(cellOf(row, "s"), "text");
  EXPECT_EQ(cellOf(row, "e"), "-");
  EXPECT_EQ(cellOf(row, "n"), "5");
  EXPECT_EQ(cellOf(row, "t"), "yes");
  EXPECT_EQ(cellOf(row, "f"), "no");
  EXPECT_EQ(cellOf(row, "z"), "-");
  EXPECT_EQ(cellOf(row, "none"), "-");
  EXPECT_EQ(cellOf(row, "createdAt"), "2027-01-15 08:00:00");
  EXPECT_EQ(cellOf(row, "a"), "[1]");
}

TEST(CliShow, ATableHasAHeadingForEachColumn) {
  EXPECT_EQ(shown(showTable({"name", "lastUsedAt"}, "none"),
                  R"({"items":[{"name":"a","lastUsedAt":0}]})"),
            "NAME  LAST USED AT\na     -\n");
}

TEST(CliShow, AnEmptyListSaysWhatToDo) {
  EXPECT_EQ(shown(showTable({"name"}, "No sources yet."), R"({"items":[]})"), "No sources yet.\n");
  EXPECT_EQ(shown(showTable({"name"}, "No sources yet."), "{}"), "No sources yet.\n");
}

TEST(CliShow, AListThatGoesOnSaysSo) {
  auto text = shown(showTable({"name"}, "none"),
                    R"({"items":[{"name":"a"}],"more":true,"nextCursor":"abc"})");
  EXPECT_NE(text.find("more"), std::string::npos) << text;
}

TEST(CliShow, ASentenceIsPrintedAsItIs) {
  EXPECT_EQ(shown(showText("Removed {x}."), "{}"), "Removed {x}.\n");
}

class CliRest : public CliFixture {};

TEST_F(CliRest, WithoutAServerNothingIsAskedAndTheFixIsNamed) {
  auto ctx = context();
  bool asked = false;
  testing::internal::CaptureStderr();
  runRest(
      ctx,
      [&](Remote&) -> Result<json::value> {
        asked = true;
        return json::value();
      },
      showText("never"));
  auto text = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(asked);
  EXPECT_EQ(ctx.exit, kExitNoServer);
  EXPECT_NE(text.find("executor serve"), std::string::npos) << text;
}

}  // namespace
}  // namespace executor::cli
