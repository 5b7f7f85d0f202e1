// The check as a whole, with a compiler that says what the test wants: when it is asked, what is
// kept, what an execution does with the verdict.
#include "execution/type-check.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "catalog/test-sets.h"
#include "execution/testing/stage.h"
#include "sandbox/program-text.h"

namespace executor::execution {
namespace {

using catalog::testing::compileSet;
using catalog::testing::snapshotOf;
using catalog::testing::trackerDocument;

// Complains of the first `BAD`, or is unavailable.
class FakeChecker : public sandbox::TypeChecker {
 public:
  Task<Result<std::vector<sandbox::TypeDiagnostic>>> check(std::string source) override {
    ++asked;
    seen = source;
    if (!available) co_return fail(ErrorCode::unavailable, "the type checker was too late");
    std::vector<sandbox::TypeDiagnostic> found;
    if (const std::size_t at = source.find("BAD"); at != std::string::npos) {
      found.push_back({.code = 2353,
                       .start = static_cast<std::uint32_t>(at),
                       .length = 3,
                       .message = "Object literal may only specify known properties, and 'BAD' "
                                  "does not exist in type 'Input$0'."});
    }
    co_return found;
  }
  std::string status() const override { return "fake"; }

  int asked = 0;
  bool available = true;
  std::string seen;
};

class TypeCheckTest : public ::testing::Test {
 protected:
  TypeVerdict check(std::string code) { return check(check_, std::move(code), catalog_); }

  static TypeVerdict check(TypeCheck& by, std::string code,
                           std::shared_ptr<const catalog::Catalog> catalog) {
    asio::io_context loop;
    std::optional<TypeVerdict> verdict;
    asio::co_spawn(loop, by.check(std::move(code), std::move(catalog)),
                   [&](const std::exception_ptr&, TypeVerdict told) { verdict = std::move(told); });
    loop.run();
    return *verdict;
  }

  catalog::testing::SharedSet set_ = compileSet(trackerDocument());
  std::shared_ptr<const catalog::Catalog> catalog_ = snapshotOf({{"hub", set_}});
  FakeChecker checker_;
  TypeCheck check_{&checker_, TypeCheckMode::error};
};

TEST_F(TypeCheckTest, ProgramsWithoutToolsAreNotLookedAt) {
  for (const std::string_view code : {"return 1 + 1", "// tools.hub.x({})",
                                      "const { hub } = tools; return hub", "tools[x].y({})"}) {
    const TypeVerdict verdict = check(std::string(code));
    EXPECT_EQ(verdict.status, "skipped") << code;
    EXPECT_FALSE(verdict.reason.empty()) << code;
  }
  EXPECT_EQ(checker_.asked, 0);
}

TEST_F(TypeCheckTest, TheCompilerSeesTheProgramAsItRunsAndWhatItCalls) {
  EXPECT_EQ(check("return await tools.hub.issues.list({ owner: 'a' })").status, "passed");
  EXPECT_TRUE(checker_.seen.starts_with(
      sandbox::wrapForStripping("return await tools.hub.issues.list({ owner: 'a' })")));
  EXPECT_NE(checker_.seen.find("interface tools$hub$issues { list("), std::string::npos);
  EXPECT_EQ(checker_.seen.find("create("), std::string::npos);
}

TEST_F(TypeCheckTest, TheSameProgramIsCheckedOnce) {
  const std::string code = "return await tools.hub.issues.list({ BAD: 1 })";
  EXPECT_EQ(check(code).status, "failed");
  const int asked = checker_.asked;
  EXPECT_EQ(check(code).status, "failed");
  EXPECT_EQ(checker_.asked, asked);
  check(code + " ");
  EXPECT_GT(checker_.asked, asked);
}

// The first look is at what the program names; a complaint is looked at with all there is.
TEST_F(TypeCheckTest, OnlyAComplaintCostsASecondLook) {
  EXPECT_EQ(check("return await tools.hub.issues.list({ owner: 'a' })").status, "passed");
  EXPECT_EQ(checker_.asked, 1);
  EXPECT_EQ(checker_.seen.find("state"), std::string::npos);
  EXPECT_EQ(check("return await tools.hub.issues.list({ BAD: 'a' })").status, "failed");
  EXPECT_EQ(checker_.asked, 3);
  EXPECT_NE(checker_.seen.find("state"), std::string::npos);
}

TEST_F(TypeCheckTest, FormsOfProgramsAreCheckedInTheirOwnPlaces) {
  const std::string call = "await tools.hub.issues.list({ BAD: 1 })";
  const struct {
    std::string code;
    std::uint32_t line, column;
  } rows[] = {{call, 1, 31},
              {"const x = 1\n" + call, 2, 31},
              {"```ts\nreturn " + call + "\n```", 2, 38},
              {"Here it is:\n\n```\nreturn " + call + "\n```\nThat is all.", 4, 38},
              {"export default async () => " + call, 1, 58},
              {"export default async function main() {\n  return " + call + "\n}", 2, 40},
              {"async () => " + call, 1, 43},
              {"// says\nasync function () {\n  return " + call + "\n}", 3, 40},
              {"async function main() {\n  return " + call + "\n}", 2, 40}};
  for (const auto& row : rows) {
    const TypeVerdict verdict = check(row.code);
    ASSERT_EQ(verdict.findings.size(), 1u) << row.code << verdict.reason;
    EXPECT_EQ(verdict.findings[0].line, row.line) << row.code;
    EXPECT_EQ(verdict.findings[0].column, row.column) << row.code;
  }
}

TEST_F(TypeCheckTest, WhatIsCalledByAnAliasIsDeclared) {
  check("const { issues } = tools.hub;\nreturn await issues.list({ owner: 'a' })");
  EXPECT_NE(checker_.seen.find("const { issues } = tools.hub;"), std::string::npos);
  EXPECT_NE(checker_.seen.find("interface tools$hub$issues { list("), std::string::npos);
}

// A refresh that leaves the called tools as they were costs no check.
TEST_F(TypeCheckTest, AVerdictOutlivesAChangeElsewhere) {
  const std::string code = "return await tools.hub.issues.list({ owner: 'a' })";
  check(code);
  check(check_, code, snapshotOf({{"hub", set_}, {"other", set_}}));
  EXPECT_EQ(checker_.asked, 1);
  check(check_, code, snapshotOf({{"other", set_}}));
  EXPECT_EQ(checker_.asked, 2);
}

TEST_F(TypeCheckTest, UnavailableIsSaidAndNotKept) {
  checker_.available = false;
  const std::string code = "return await tools.hub.issues.list({ BAD: 1 })";
  const TypeVerdict verdict = check(code);
  EXPECT_EQ(verdict.status, "skipped");
  EXPECT_EQ(verdict.reason, "the type checker was too late");
  checker_.available = true;
  EXPECT_EQ(check(code).status, "failed");
  TypeCheck without(nullptr, TypeCheckMode::error);
  EXPECT_EQ(check(without, code, catalog_).status, "skipped");
}

TEST_F(TypeCheckTest, KeepsSoManyVerdicts) {
  for (std::size_t i = 0; i < kMaxKeptVerdicts; ++i) {
    check("return await tools.hub.issues.list({ owner: 'a' }) // " + std::to_string(i));
    EXPECT_LE(check_.kept(), kMaxKeptVerdicts);
  }
  EXPECT_EQ(check_.kept(), kMaxKeptVerdicts);
  const int asked = checker_.asked;
  check("return await tools.hub.issues.list({ owner: 'a' }) // " +
        std::to_string(kMaxKeptVerdicts - 1));
  EXPECT_EQ(checker_.asked, asked);
}

TEST(TypeCheckModes, AreThree) {
  TypeCheckMode mode = TypeCheckMode::off;
  for (const std::string_view text : {"off", "warn", "error"}) {
    ASSERT_TRUE(parseTypeCheckMode(text, mode));
    EXPECT_EQ(name(mode), text);
  }
  for (const std::string_view text : {"", "on", "Error", "errors"}) {
    EXPECT_FALSE(parseTypeCheckMode(text, mode)) << text;
  }
}

// --- executions

class CheckedExecutions : public ::testing::Test {
 protected:
  CheckedExecutions() {
    stage_.addShop();
    stage_.executions = makeExecutions({.store = *stage_.store,
                                        .runtimes = {stage_.runtime.get()},
                                        .invoker = *stage_.invoker,
                                        .approvals = *stage_.approvals,
                                        .sources = *stage_.sources,
                                        .policies = *stage_.policies,
                                        .gate = stage_.gate,
                                        .clock = stage_.clock,
                                        .loop = stage_.loop,
                                        .nodeId = "node_test",
                                        .typeCheck = &check_});
  }
  ~CheckedExecutions() override { stage_.executions.reset(); }

  ExecutionView run(std::string code, std::optional<TypeCheckMode> mode = {},
                    std::string idempotencyKey = {}) {
    ExecuteRequest request;
    request.principal = testing::agent();
    request.code = std::move(code);
    request.typeCheck = mode;
    request.idempotencyKey = std::move(idempotencyKey);
    auto id = stage_.run(stage_.executions->start(std::move(request)));
    EXPECT_TRUE(id) << id.error().message;
    return stage_.finish(*id);
  }

  FakeChecker checker_;
  TypeCheck check_{&checker_, TypeCheckMode::error};
  testing::Stage stage_;
};

// Caught by the program, so that what the call itself says is not the outcome.
constexpr const char* kBad =
    "try { await tools.shop.items.list({ BAD: 1 }) } catch {}\nreturn 'ran'";

TEST_F(CheckedExecutions, WhatFailsTheCheckIsNotRun) {
  const ExecutionView view = run(kBad);
  EXPECT_EQ(view.state, State::failed);
  EXPECT_EQ(view.errorCode, "type_error");
  EXPECT_EQ(view.errorLine, 1u);
  EXPECT_GT(view.errorColumn, 1u);
  EXPECT_NE(view.errorMessage.find("BAD is no input"), std::string::npos);
  ASSERT_TRUE(view.typeCheck);
  EXPECT_EQ(view.typeCheck->status, "failed");
  EXPECT_EQ(stage_.story(view.id), "created finished");
}

TEST_F(CheckedExecutions, TheVerdictIsKeptWithTheExecution) {
  const ExecutionView told = run(kBad);
  const ExecutionView read = stage_.show(told.id);
  ASSERT_TRUE(read.typeCheck);
  EXPECT_EQ(read.typeCheck->findings.size(), 1u);
  EXPECT_EQ(findingsText(read.typeCheck->findings, 0), findingsText(told.typeCheck->findings, 0));
}

TEST_F(CheckedExecutions, WarnRunsAndReports) {
  const ExecutionView view = run(kBad, TypeCheckMode::warn);
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(view.resultJson, "\"ran\"");
  ASSERT_TRUE(view.typeCheck);
  EXPECT_EQ(view.typeCheck->status, "warned");
  EXPECT_EQ(view.typeCheck->findings.size(), 1u);
}

TEST_F(CheckedExecutions, OffAsksNobody) {
  const ExecutionView view = run(kBad, TypeCheckMode::off);
  EXPECT_EQ(view.state, State::completed);
  EXPECT_FALSE(view.typeCheck);
  EXPECT_EQ(checker_.asked, 0);
}

TEST_F(CheckedExecutions, WithoutTheCompilerProgramsRunAndSaySo) {
  checker_.available = false;
  const ExecutionView view = run(kBad);
  EXPECT_EQ(view.state, State::completed);
  ASSERT_TRUE(view.typeCheck);
  EXPECT_EQ(view.typeCheck->status, "skipped");
  EXPECT_EQ(view.typeCheck->reason, "the type checker was too late");
}

TEST_F(CheckedExecutions, AProgramWithoutToolsHasNoVerdict) {
  EXPECT_FALSE(run("return 1 + 1").typeCheck);
  EXPECT_EQ(checker_.asked, 0);
}

TEST_F(CheckedExecutions, ARefusedProgramWithAnIdempotencyKeyStaysRefused) {
  const std::string code = kBad;
  const ExecutionView first = run(code, {}, "key");
  const ExecutionView second = run(code, TypeCheckMode::off, "key");
  EXPECT_EQ(first.id, second.id);
  EXPECT_EQ(second.errorCode, "type_error");
}

// It takes no place among the running ones, and the server goes on.
TEST_F(CheckedExecutions, RefusedProgramsLeaveNothingBehind) {
  const std::string code = kBad;
  for (int i = 0; i < 20; ++i) run(code);
  EXPECT_EQ(stage_.executions->runningCount(), 0u);
  EXPECT_EQ(checker_.asked, 2);
  EXPECT_EQ(run("return 2").resultJson, "2");
}

}  // namespace
}  // namespace executor::execution
