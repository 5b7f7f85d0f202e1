#include "approval/approval.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <filesystem>

#include "approval/approval-record.h"
#include "base/crypto.h"
#include "base/id.h"
#include "store/store.h"

namespace executor::approval {
namespace {

constexpr EpochMs kStart = 1'700'000'000'000;

Principal person(std::string workspace = "ws_1") {
  Principal who;
  who.kind = CredentialKind::person;
  who.accountId = "acct_anna";
  who.workspaceId = std::move(workspace);
  return who;
}

Principal agent() {
  Principal who = person();
  who.kind = CredentialKind::agent;
  return who;
}

ApprovalDraft draftOf(std::string id, std::string execution = "task_1") {
  ApprovalDraft draft;
  draft.id = std::move(id);
  draft.workspaceId = "ws_1";
  draft.executionId = std::move(execution);
  draft.callId = "call_1";
  draft.toolPath = "shop.orders.create";
  draft.toolSetHash = "abc";
  draft.method = "POST";
  draft.origin = "https://shop.example";
  draft.summary = "Create an order";
  draft.n = 1;
  draft.inputJson = R"({"amount":5,"apiKey":"k-123456"})";
  return draft;
}

class ApprovalTest : public testing::Test {
 protected:
  ApprovalTest() {
    directory_ = std::filesystem::temp_directory_path() / ("approval-" + newId("test"));
    std::filesystem::create_directories(directory_);
    auto opened = store::openStore({.path = directory_ / "store.db",
                                    .masterKey = randomKey(),
                                    .schema = approvalSchema(),
                                    .clock = &clock_},
                                   loop_.get_executor());
    EXPECT_TRUE(opened) << opened.error().message << opened.error().detail;
    store_ = *std::move(opened);
    approvals_ = makeApprovals(*store_, loop_, clock_);
  }
  ~ApprovalTest() override {
    approvals_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> out;
    asio::co_spawn(loop_, std::move(task), [&](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      out.emplace(std::move(value));
    });
    loop_.restart();
    while (!out && loop_.run_one() > 0) {
    }
    return *std::move(out);
  }

  Status create(ApprovalDraft draft) {
    return run(store_->write([this, draft, now = clock_.now()](store::Txn& txn) -> Status {
      return approvals_->create(txn, draft, now);
    }));
  }

  Result<ApprovalView> decide(Principal who, std::string id, bool approve,
                              std::string reason = {}) {
    return run(approvals_->decide(std::move(who), std::move(id), approve, std::move(reason)));
  }

  ErrorCode codeOf(const auto& result) {
    return result ? ErrorCode::internal : result.error().code;
  }

  // Starts waiting; the slot is filled when the wait ends.
  std::shared_ptr<std::optional<Ruling>> waitFor(std::string id) {
    auto slot = std::make_shared<std::optional<Ruling>>();
    asio::co_spawn(loop_, approvals_->wait(std::move(id)),
                   [slot](std::exception_ptr, Result<Ruling> ruling) {
                     if (ruling) slot->emplace(*ruling);
                   });
    return slot;
  }

  void settle(const std::shared_ptr<std::optional<Ruling>>& slot) {
    loop_.restart();
    while (!*slot && loop_.run_one() > 0) {
    }
  }

  asio::io_context loop_;
  ManualClock clock_{kStart};
  std::filesystem::path directory_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Approvals> approvals_;
};

TEST_F(ApprovalTest, ApprovedByAPersonWakesTheWaiterWithReasonAndName) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  auto slot = waitFor("approval_1");
  ASSERT_TRUE(decide(person(), "approval_1", true, "  looks right  "));
  settle(slot);
  ASSERT_TRUE(*slot);
  EXPECT_EQ((*slot)->verdict, Verdict::approved);
  EXPECT_EQ((*slot)->reason, "looks right");
  EXPECT_EQ((*slot)->decidedBy, "acct_anna");
}

TEST_F(ApprovalTest, WaitForADecidedApprovalReturnsAtOnce) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decide(person(), "approval_1", false, "no"));
  Result<Ruling> ruling = run(approvals_->wait("approval_1"));
  ASSERT_TRUE(ruling);
  EXPECT_EQ(ruling->verdict, Verdict::denied);
}

TEST_F(ApprovalTest, WaitForAnUnknownApprovalIsNotFound) {
  EXPECT_EQ(codeOf(run(approvals_->wait("approval_x"))), ErrorCode::not_found);
}

TEST_F(ApprovalTest, AnAgentCannotDecide) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(decide(agent(), "approval_1", true)), ErrorCode::forbidden);
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "pending");
}

TEST_F(ApprovalTest, AForeignWorkspaceSeesNothing) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(decide(person("ws_2"), "approval_1", true)), ErrorCode::not_found);
  EXPECT_EQ(codeOf(run(approvals_->show(person("ws_2"), "approval_1"))), ErrorCode::not_found);
  EXPECT_TRUE(run(approvals_->list(person("ws_2"), "", ""))->empty());
  EXPECT_TRUE(run(approvals_->list(person("ws_2"), "", "task_1"))->empty());
}

TEST_F(ApprovalTest, TheSecondDecisionNamesTheFirst) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decide(person(), "approval_1", true));
  auto second = decide(person(), "approval_1", false);
  EXPECT_EQ(codeOf(second), ErrorCode::already_decided);
  EXPECT_NE(second.error().message.find("acct_anna"), std::string::npos);
  EXPECT_NE(second.error().message.find(std::to_string(kStart)), std::string::npos);
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "approved");
}

TEST_F(ApprovalTest, AReasonOverTheLimitIsRefusedAndDecidesNothing) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(decide(person(), "approval_1", true, std::string(kMaxReasonBytes + 1, 'x'))),
            ErrorCode::invalid_argument);
  EXPECT_EQ(codeOf(decide(person(), "approval_1", true, "\xff\xfe")), ErrorCode::invalid_argument);
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "pending");
  EXPECT_TRUE(decide(person(), "approval_1", true, std::string(kMaxReasonBytes, 'x')));
}

TEST_F(ApprovalTest, AnApprovalIsUsedOnceAndOnlyForItsInput) {
  ApprovalDraft draft = draftOf("approval_1");
  const std::string hash = sha256Hex(draft.inputJson);
  ASSERT_TRUE(create(draft));
  EXPECT_EQ(codeOf(run(approvals_->use("approval_1", hash))), ErrorCode::conflict);
  ASSERT_TRUE(decide(person(), "approval_1", true));
  EXPECT_EQ(codeOf(run(approvals_->use("approval_1", sha256Hex("{}")))), ErrorCode::conflict);
  EXPECT_TRUE(run(approvals_->use("approval_1", hash)));
  EXPECT_EQ(codeOf(run(approvals_->use("approval_1", hash))), ErrorCode::conflict);
}

TEST_F(ApprovalTest, ADeniedApprovalCannotBeUsed) {
  ApprovalDraft draft = draftOf("approval_1");
  ASSERT_TRUE(create(draft));
  ASSERT_TRUE(decide(person(), "approval_1", false));
  EXPECT_EQ(codeOf(run(approvals_->use("approval_1", sha256Hex(draft.inputJson)))),
            ErrorCode::conflict);
}

TEST_F(ApprovalTest, AnAgedOutApprovalExpiresAndWakesItsWaiter) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  auto slot = waitFor("approval_1");
  EXPECT_EQ(*run(approvals_->expireDue()), 0u);
  clock_.advance(kDefaultMaxAge);
  EXPECT_EQ(codeOf(decide(person(), "approval_1", true)), ErrorCode::already_decided);
  EXPECT_EQ(*run(approvals_->expireDue()), 1u);
  settle(slot);
  ASSERT_TRUE(*slot);
  EXPECT_EQ((*slot)->verdict, Verdict::expired);
  EXPECT_EQ(*run(approvals_->expireDue()), 0u);
}

TEST_F(ApprovalTest, TheEndOfAnExecutionCancelsItsPendingApprovalsOnly) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(create(draftOf("approval_2")));
  ASSERT_TRUE(create(draftOf("approval_3", "task_2")));
  ASSERT_TRUE(decide(person(), "approval_2", true));
  ASSERT_TRUE(run(approvals_->cancelFor("task_1")));
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "cancelled");
  EXPECT_EQ(run(approvals_->show(person(), "approval_2"))->status, "approved");
  EXPECT_EQ(run(approvals_->show(person(), "approval_3"))->status, "pending");
  auto late = decide(person(), "approval_1", true);
  EXPECT_EQ(codeOf(late), ErrorCode::already_decided);
  EXPECT_NE(late.error().message.find("execution ended"), std::string::npos);
}

TEST_F(ApprovalTest, ListsNewestFirstByStatusAndExecution) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(create(draftOf("approval_2", "task_2")));
  ASSERT_TRUE(create(draftOf("approval_3")));
  ASSERT_TRUE(decide(person(), "approval_3", false));
  auto all = *run(approvals_->list(agent(), "", ""));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].id, "approval_3");
  auto pending = *run(approvals_->list(agent(), "pending", ""));
  ASSERT_EQ(pending.size(), 2u);
  EXPECT_EQ(pending[0].id, "approval_2");
  EXPECT_EQ(run(approvals_->list(agent(), "denied", "task_1"))->size(), 1u);
  EXPECT_EQ(codeOf(run(approvals_->list(agent(), "open", ""))), ErrorCode::invalid_argument);
}

TEST_F(ApprovalTest, TheInputIsShownRedactedAndKeptWhole) {
  ApprovalDraft draft = draftOf("approval_1");
  ASSERT_TRUE(create(draft));
  const ApprovalView view = *run(approvals_->show(person(), "approval_1"));
  EXPECT_EQ(view.inputJson, R"({"amount":5,"apiKey":"[redacted]"})");
  EXPECT_EQ(view.inputHash, sha256Hex(draft.inputJson));
}

TEST_F(ApprovalTest, AnInputOverTheLimitIsRefused) {
  ApprovalDraft draft = draftOf("approval_1");
  draft.inputJson = "{\"a\":\"" + std::string(kMaxApprovalInputBytes, 'x') + "\"}";
  EXPECT_EQ(codeOf(create(draft)), ErrorCode::payload_too_large);
  draft.inputJson = "{\"a\":\"" + std::string(kMaxApprovalInputBytes - 8, '"') + "\"}";
  EXPECT_TRUE(create(draft)) << "the worst text of that size must fit a record";
}

TEST_F(ApprovalTest, PendingApprovalsOfAWorkspaceAreBounded) {
  ASSERT_TRUE(run(store_->write([](store::Txn& txn) -> Status {
    return txn.put(PendingCount{"ws_1", static_cast<std::int64_t>(kMaxPendingPerWorkspace) - 1});
  })));
  EXPECT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(create(draftOf("approval_2"))), ErrorCode::limit_exceeded);
  ASSERT_TRUE(decide(person(), "approval_1", true));
  EXPECT_TRUE(create(draftOf("approval_2")));
}

TEST(RedactInput, HidesMembersThatNameSecretsAtAnyDepth) {
  EXPECT_EQ(redactInput(R"({"a":[{"X-Api-Key":"1"},{"user_password":{"x":1}}],"b":"token"})"),
            R"({"a":[{"X-Api-Key":"[redacted]"},{"user_password":"[redacted]"}],"b":"token"})");
  EXPECT_EQ(redactInput(R"({"Authorization":1,"api key":2,"setCookie":3,"credentials":4})"),
            R"({"Authorization":"[redacted]","api key":"[redacted]","setCookie":"[redacted]",)"
            R"("credentials":"[redacted]"})");
  EXPECT_EQ(redactInput("{"), "\"[not readable]\"");
}

}  // namespace
}  // namespace executor::approval
