#include "credential/connection.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "catalog/test-workspace.h"
#include "credential/connection-record.h"
#include "store/engine.h"
#include "store/index-key.h"

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
  EXPECT_EQ(ambiguous.error().hint,
            "Say which by its id, for example " + first->id + " for the one of hub.");
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

// Someone who can write the database file must not be able to make one account's secret answer for
// another: the sealed text is bound to its record and its workspace.
class SealedConnections : public ConnectionsTest {
 protected:
  json::object bodyOf(const std::string& id) {
    return run(store_->read([id](store::Txn& txn) -> Result<json::object> {
             EXECUTOR_TRY(const auto row,
                          txn.engine().get(store::recordType<ConnectionRecord>(), id));
             return parseJson(row->body).value().get_object();
           }))
        .value();
  }
  void overwrite(const std::string& id, json::object body) {
    ASSERT_TRUE(run(store_->write([id, body](store::Txn& txn) -> Status {
      const auto& type = store::recordType<ConnectionRecord>();
      return txn.engine().replace(type, {id, serializeJson(json::value(body)),
                                         store::indexEntries(type, body, id).value()});
    })));
  }
};

TEST_F(SealedConnections, WhatIsWrittenBackUnchangedOpens) {
  const auto mine = bearer("mine", "tok_mine_1234567");
  overwrite(mine->id, bodyOf(mine->id));
  EXPECT_EQ(authorize("mine")->value, "tok_mine_1234567");
}

TEST_F(SealedConnections, ASecretMovedToAnotherConnectionDoesNotOpen) {
  const auto mine = bearer("mine", "tok_mine_1234567"), yours = bearer("yours", "tok_yours_123456");
  json::object body = bodyOf(mine->id);
  body["secret"] = bodyOf(yours->id)["secret"];
  overwrite(mine->id, body);
  EXPECT_EQ(codeOf(authorize("mine")), "store_corrupt");
}

TEST_F(SealedConnections, ASecretMovedToAnotherFieldDoesNotOpen) {
  const auto mine = bearer("mine", "tok_mine_1234567");
  json::object body = bodyOf(mine->id);
  EXPECT_EQ(serializeJson(body).find("tok_mine"), std::string::npos);
  body["parameter"] = body["secret"];
  overwrite(mine->id, body);
  const auto views = run(connections_->list(person()));
  ASSERT_TRUE(views);
  EXPECT_EQ(views->front().parameter.find("tok_mine"), std::string::npos);
}

TEST_F(SealedConnections, AConnectionMovedToAnotherWorkspaceDoesNotOpen) {
  const auto mine = bearer("mine", "tok_mine_1234567");
  json::object body = bodyOf(mine->id);
  body["workspaceId"] = "ws_2";
  overwrite(mine->id, body);
  for (const char* workspace : {"ws_1", "ws_2"}) {
    const auto opened = authorize("mine", workspace);
    EXPECT_FALSE(opened.has_value()) << workspace;
  }
}

TEST_F(SealedConnections, ASecretThatWasCutDoesNotOpen) {
  const auto mine = bearer("mine", "tok_mine_1234567");
  const json::object whole = bodyOf(mine->id);
  const std::string sealed(whole.at("secret").as_string());
  for (const std::string& text : {std::string(), sealed.substr(0, sealed.size() / 2),
                                  sealed + "AAAA", std::string("tok_mine_1234567")}) {
    json::object body = whole;
    body["secret"] = text;
    overwrite(mine->id, body);
    const auto opened = authorize("mine");
    EXPECT_FALSE(opened.has_value()) << text;
    if (!opened) EXPECT_EQ(opened.error().message.find("tok_mine"), std::string::npos);
  }
}

TEST_F(ConnectionsTest, AViewHoldsEverythingButTheSecret) {
  clock_.advance(5);
  ASSERT_TRUE(connect({.source = "hub",
                       .name = "work",
                       .kind = "apiKey",
                       .in = "query",
                       .parameter = "api_key",
                       .secret = kSecret}));
  const auto views = run(connections_->list(agent()));
  ASSERT_EQ(views->size(), 1u);
  const ConnectionView& view = views->front();
  EXPECT_TRUE(isId(view.id, idPrefix::kConnection));
  EXPECT_EQ(view.workspaceId, "ws_1");
  EXPECT_EQ(view.sourceId, sourceId_);
  EXPECT_EQ(view.kind, "apiKey");
  EXPECT_EQ(view.in, "query");
  EXPECT_EQ(view.parameter, "api_key");
  EXPECT_EQ(view.createdAt, 1'000'005);
  EXPECT_EQ(view.updatedAt, 1'000'005);
}

TEST_F(ConnectionsTest, NamesAreComparedExactly) {
  ASSERT_TRUE(bearer("Work", "tok_upper_123456"));
  ASSERT_TRUE(bearer("work", "tok_lower_123456"));
  EXPECT_EQ(authorize("Work")->value, "tok_upper_123456");
  EXPECT_EQ(authorize("work")->value, "tok_lower_123456");
  EXPECT_EQ(codeOf(authorize("WORK")), "credential_missing");
}

TEST_F(ConnectionsTest, AnIdIsAsGoodAsAName) {
  ASSERT_TRUE(bearer("home", "tok_home_1234567"));
  const auto work = bearer("work", "tok_work_1234567");
  EXPECT_EQ(authorize(work->id)->value, "tok_work_1234567");
}

TEST_F(ConnectionsTest, TheSecretThatIsSentIsTheOneThatWasLeft) {
  ASSERT_TRUE(bearer("work", "tok_first_123456"));
  ASSERT_TRUE(run(connections_->remove(person(), "work")));
  EXPECT_EQ(codeOf(authorize("work")), "credential_missing");
  ASSERT_TRUE(bearer("work", "tok_second_12345"));
  EXPECT_EQ(authorize("work")->value, "tok_second_12345");
}

// D1: not even the owner's own agent writes a secret, and the refusal comes before the look-up, so
// that an agent cannot probe for sources either.
TEST_F(ConnectionsTest, AnAgentsRefusalSaysNothingAboutSources) {
  const auto known =
      run(connections_->add(agent(), {.source = "hub", .kind = "bearer", .secret = kSecret}));
  const auto unknown =
      run(connections_->add(agent(), {.source = "nope", .kind = "bearer", .secret = kSecret}));
  EXPECT_EQ(known.error().message, unknown.error().message);
  EXPECT_EQ(codeOf(unknown), "forbidden");
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
