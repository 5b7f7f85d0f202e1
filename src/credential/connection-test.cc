#include "credential/connection.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "catalog/test-workspace.h"
#include "credential/connection-record.h"

namespace executor::credential {
namespace {

using catalog::testing::codeOf;
using Kind = source::Authorization::Kind;

constexpr const char* kSecret = "tok_canary_7f3a9b5c1d";

class ConnectionsTest : public catalog::testing::WorkspaceTest {
 protected:
  ConnectionsTest() : WorkspaceTest(credential::schema()) {
    connections_ = makeConnections(*store_, *sources_, clock_);
    const auto added = addTracker();
    EXPECT_TRUE(added);
    if (added) sourceId_ = added->id;
  }

  Result<ConnectionView> connect(ConnectionDraft draft) {
    return run(connections_->add(person(), std::move(draft)));
  }
  Result<ConnectionView> bearer(std::string name = {}, std::string secret = kSecret) {
    return connect(
        {.source = "hub", .name = std::move(name), .kind = "bearer", .secret = std::move(secret)});
  }
  Result<source::Authorization> authorize(std::string name = {}, std::string workspaceId = "ws_1") {
    return run(connections_->authorize(std::move(workspaceId), sourceId_, std::move(name)));
  }
  std::size_t count() { return run(connections_->list(person()))->size(); }

  // Every byte the database has on disk.
  std::string filesOfStore() const {
    std::string out;
    for (const char* suffix : {"", "-wal"}) {
      std::ifstream file(directory_ + "/executor.db" + suffix, std::ios::binary);
      out.append(std::istreambuf_iterator<char>(file), {});
    }
    return out;
  }

  std::string sourceId_;
  std::unique_ptr<Connections> connections_;
};

TEST_F(ConnectionsTest, GiveTheSecretOnlyAsAnAuthorization) {
  const auto added = bearer();
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->name, "default");
  EXPECT_EQ(added->sourceName, "hub");
  EXPECT_EQ(added->scope, "workspace");
  const auto authorization = authorize();
  ASSERT_TRUE(authorization);
  EXPECT_EQ(authorization->kind, Kind::bearer);
  EXPECT_EQ(authorization->value, kSecret);
}

// That a source has none is remembered; the memory must not outlive it.
TEST_F(ConnectionsTest, AConnectionAddedAfterACallWithoutOneIsUsedByTheNext) {
  for (int i = 0; i < 2; ++i) {
    const auto without = authorize();
    ASSERT_TRUE(without);
    EXPECT_EQ(without->kind, Kind::none);
  }
  ASSERT_TRUE(bearer());
  EXPECT_EQ(authorize()->value, kSecret);
}

TEST_F(ConnectionsTest, TheSecretIsNotReadableInTheFile) {
  ASSERT_TRUE(bearer());
  const std::string bytes = filesOfStore();
  ASSERT_NE(bytes.find(sourceId_), std::string::npos);
  EXPECT_EQ(bytes.find(kSecret), std::string::npos);
  EXPECT_EQ(bytes.find(base64Encode(kSecret)), std::string::npos);
}

TEST_F(ConnectionsTest, EachNameHasItsOwnSecret) {
  ASSERT_TRUE(bearer("a"));
  ASSERT_TRUE(bearer("b", "tok_other_value_123"));
  EXPECT_EQ(count(), 2u);
  EXPECT_EQ(authorize("a")->value, kSecret);
  EXPECT_EQ(authorize("b")->value, "tok_other_value_123");
}

TEST_F(ConnectionsTest, EverySecretIsRedactedFromTexts) {
  const std::string secret = "user:pass word+/secret";
  ASSERT_TRUE(connect({.source = "hub", .kind = "basic", .secret = secret}));
  const std::string text = redact("x " + secret + " y pass word+/secret z " + base64Encode(secret) +
                                  " q " + percentEncode(secret));
  for (const std::string& part :
       {std::string("pass word+/secret"), base64Encode(secret), percentEncode(secret)}) {
    EXPECT_EQ(text.find(part), std::string::npos) << part;
  }
}

TEST_F(ConnectionsTest, ARefusedSecretIsNotRepeatedInTheError) {
  const std::string secret = std::string(kSecret) + "\r\nX-Evil: 1";
  const auto refused = bearer("default", secret);
  EXPECT_EQ(codeOf(refused), "invalid_argument");
  const Error& error = refused.error();
  EXPECT_EQ((error.message + error.hint + error.detail).find(kSecret), std::string::npos);
  EXPECT_EQ(count(), 0u);
}

TEST_F(ConnectionsTest, ASourceWithoutAConnectionNeedsNone) {
  EXPECT_EQ(authorize()->kind, Kind::none);
  EXPECT_EQ(codeOf(authorize("work")), "credential_missing");
}

TEST_F(ConnectionsTest, TheOnlyOneOrTheDefaultIsUsed) {
  ASSERT_TRUE(bearer("work", "token-work-1"));
  EXPECT_EQ(authorize()->value, "token-work-1");
  ASSERT_TRUE(bearer("home", "token-home-1"));
  EXPECT_EQ(codeOf(authorize()), "credential_missing");
  EXPECT_EQ(authorize("home")->value, "token-home-1");
  ASSERT_TRUE(bearer("default", "token-default-1"));
  EXPECT_EQ(authorize()->value, "token-default-1");
  EXPECT_EQ(codeOf(authorize("nope")), "credential_missing");
}

TEST_F(ConnectionsTest, IdsOfAnotherWorkspaceOpenNothing) {
  const auto added = bearer();
  ASSERT_TRUE(added);
  EXPECT_EQ(authorize({}, "ws_2")->kind, Kind::none);
  EXPECT_EQ(codeOf(authorize(added->id, "ws_2")), "credential_missing");
  EXPECT_EQ(run(connections_->list(person("ws_2")))->size(), 0u);
  EXPECT_EQ(codeOf(run(connections_->remove(person("ws_2"), added->id))), "not_found");
  EXPECT_EQ(codeOf(run(connections_->add(person("ws_2"),
                                         {.source = sourceId_, .kind = "bearer", .secret = "x"}))),
            "not_found");
}

TEST_F(ConnectionsTest, OnlyAPersonWritesSecrets) {
  EXPECT_EQ(codeOf(run(connections_->add(agent(),
                                         {.source = "hub", .kind = "bearer", .secret = kSecret}))),
            "forbidden");
  ASSERT_TRUE(bearer());
  EXPECT_EQ(codeOf(run(connections_->remove(agent(), "default"))), "forbidden");
  EXPECT_EQ(run(connections_->list(agent()))->size(), 1u);
}

TEST_F(ConnectionsTest, ATakenNameIsRefusedAndKeepsTheOldSecret) {
  ASSERT_TRUE(bearer("work"));
  EXPECT_EQ(codeOf(bearer("work", "another-token")), "already_exists");
  EXPECT_EQ(authorize("work")->value, kSecret);
}

TEST_F(ConnectionsTest, AnUnknownSourceIsNamed) {
  const auto refused = connect({.source = "hbu", .kind = "bearer", .secret = kSecret});
  EXPECT_EQ(codeOf(refused), "not_found");
  EXPECT_EQ(refused.error().hint, "Did you mean hub?");
}

TEST_F(ConnectionsTest, GoWithTheirSource) {
  ASSERT_TRUE(bearer("a"));
  ASSERT_TRUE(bearer("b"));
  ASSERT_TRUE(run(sources_->remove(person(), "hub")));
  EXPECT_EQ(count(), 0u);
  EXPECT_EQ(authorize("a").error().code, ErrorCode::credential_missing);
}

TEST_F(ConnectionsTest, AreRemovedByIdNameOrAddress) {
  ASSERT_TRUE(addTracker("two"));
  const auto first = bearer("work");
  ASSERT_TRUE(first);
  ASSERT_TRUE(connect({.source = "two", .name = "work", .kind = "bearer", .secret = kSecret}));
  const auto ambiguous = run(connections_->remove(person(), "work"));
  EXPECT_EQ(codeOf(ambiguous), "invalid_argument");
  EXPECT_EQ(ambiguous.error().hint, "Say which, for example hub/work.");
  EXPECT_TRUE(run(connections_->remove(person(), "two/work")));
  EXPECT_TRUE(run(connections_->remove(person(), first->id)));
  EXPECT_EQ(codeOf(run(connections_->remove(person(), first->id))), "not_found");
  EXPECT_EQ(count(), 0u);
}

TEST_F(ConnectionsTest, SurviveARestart) {
  ASSERT_TRUE(bearer());
  connections_.reset();
  sources_.reset();
  store_.reset();
  openStore();
  sources_ = makeSources();
  connections_ = makeConnections(*store_, *sources_, clock_);
  EXPECT_EQ(authorize()->value, kSecret);
}

TEST_F(ConnectionsTest, AWrongMasterKeyOpensNothing) {
  ASSERT_TRUE(bearer());
  connections_.reset();
  sources_.reset();
  store_.reset();
  masterKey_ = randomKey();
  openStore();
  if (store_ == nullptr) return;  // refused at the door is as good
  sources_ = makeSources();
  connections_ = makeConnections(*store_, *sources_, clock_);
  EXPECT_EQ(codeOf(authorize()), "store_corrupt");
}

TEST_F(ConnectionsTest, MoreThanTheLimitOfASourceIsRefused) {
  for (std::size_t i = 0; i < kMaxConnectionsPerSource; ++i) {
    ASSERT_TRUE(bearer(fmt::format("c{}", i)));
  }
  EXPECT_EQ(codeOf(bearer("one-more")), "limit_exceeded");
}

TEST_F(ConnectionsTest, MoreThanTheLimitOfAWorkspaceIsRefused) {
  ConnectionRecord record;
  record.workspaceId = "ws_1";
  for (std::size_t from = 0; from < kMaxConnectionsPerWorkspace; from += 100) {
    ASSERT_TRUE(run(store_->write([record, from](store::Txn& txn) mutable -> Status {
      for (std::size_t i = from; i < from + 100; ++i) {
        record.id = fmt::format("conn_{}", i);
        record.sourceId = fmt::format("src_{}", i);
        EXECUTOR_CHECK(txn.insert(record));
      }
      return {};
    })));
  }
  EXPECT_EQ(codeOf(bearer()), "limit_exceeded");
}

}  // namespace
}  // namespace executor::credential
