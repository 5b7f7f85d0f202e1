// Approvals on a store of their own, with a clock that tests set.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <filesystem>
#include <fstream>

#include "approval/approval-record.h"
#include "approval/approval.h"
#include "base/crypto.h"
#include "base/id.h"
#include "store/store.h"

namespace executor::approval {

inline constexpr EpochMs kStart = 1'700'000'000'000;

inline Principal person(std::string workspace = "ws_1") {
  Principal who;
  who.kind = CredentialKind::person;
  who.accountId = "acct_anna";
  who.workspaceId = std::move(workspace);
  return who;
}

inline Principal agent() {
  Principal who = person();
  who.kind = CredentialKind::agent;
  return who;
}

inline ApprovalDraft draftOf(std::string id, std::string execution = "task_1") {
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

}  // namespace executor::approval
