// The life of a source: added, refreshed, removed, seen by other nodes; and that nothing that fails
// leaves a trace.
#include <fmt/format.h>

#include "catalog/source-draft.h"
#include "catalog/source-record.h"
#include "catalog/test-workspace.h"

namespace executor::catalog {
namespace {

using testing::codeOf;
using testing::documentOf;
using testing::ServedDocument;
using testing::trackerDocument;

using Sources = testing::WorkspaceTest;
using Refresh = testing::WorkspaceTest;
using Remove = testing::WorkspaceTest;

// A document with one GET operation per id, in that order.
std::string operations(std::initializer_list<std::pair<const char*, const char*>> pathAndId) {
  std::string paths = "{";
  for (const auto& [path, id] : pathAndId) {
    paths += fmt::format(R"({}"{}":{{"get":{{"operationId":"{}","responses":)"
                         R"({{"200":{{"description":"ok"}}}}}}}})",
                         paths.size() > 1 ? "," : "", path, id);
  }
  return documentOf(paths + "}");
}

TEST_F(Sources, AddsByUrlAndCallsItReady) {
  documents_["/openapi.json"] = {.body = trackerDocument()};
  std::vector<std::string> steps;
  const auto added = run(sources_->add(
      person(), {.name = "Hub API", .url = urlOf("/openapi.json")},
      [&](std::string_view step, std::size_t, std::size_t) { steps.emplace_back(step); }));
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->name, "hub_api");
  EXPECT_EQ(added->state, "ready");
  EXPECT_EQ(added->toolCount, 4u);
  EXPECT_EQ(added->title, "Shop");
  EXPECT_TRUE(isId(added->id, idPrefix::kSource));
  EXPECT_EQ(steps,
            (std::vector<std::string>{"downloading", "downloading", "compiling", "storing"}));
  EXPECT_TRUE(catalog()->find("hub_api.issues.create"));
}

TEST_F(Sources, AddsPastedText) {
  const auto added = addTracker();
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->url, "");
  EXPECT_EQ(requests_, 0);
  EXPECT_EQ(catalog()->toolCount(), 4u);
}

TEST_F(Sources, KeepsTheBaseUrlOfThePerson) {
  ASSERT_TRUE(
      add({.name = "hub", .document = trackerDocument(), .baseUrl = "https://hub.example/api"}));
  EXPECT_EQ(catalog()->find("hub.issues.create")->baseUrl, "https://hub.example/api");
}

TEST_F(Sources, ResolvesRelativeServersByTheFinalUrl) {
  std::string document = trackerDocument();
  document.replace(document.find("https://shop.example"), 20, "/v2");
  documents_["/old.json"] = {.status = 302, .location = "/new/openapi.json"};
  documents_["/new/openapi.json"] = {.body = document};
  ASSERT_TRUE(add({.name = "hub", .url = urlOf("/old.json")}));
  const auto servers = catalog()->find("hub.issues.create")->view().servers;
  ASSERT_EQ(servers.size(), 1u);
  EXPECT_EQ(servers.front(), urlOf("/v2"));
}

TEST_F(Sources, SurviveARestartWithAndWithoutTheirFile) {
  const auto added = addTracker();
  ASSERT_TRUE(added);
  const std::string file = directory_ + "/tools/" + added->toolSetHash + ".toolset";
  EXPECT_TRUE(std::filesystem::exists(file));
  for (const bool fileIsThere : {true, false}) {
    sources_.reset();
    store_.reset();
    openStore();
    sources_ = makeSources();
    if (!fileIsThere) std::filesystem::remove(file);
    EXPECT_TRUE(catalog()->find("hub.issues.create"));
    EXPECT_TRUE(std::filesystem::exists(file));
  }
}

TEST_F(Sources, ADamagedFileIsMadeAgainFromTheStore) {
  const auto added = addTracker();
  ASSERT_TRUE(added);
  const std::string file = directory_ + "/tools/" + added->toolSetHash + ".toolset";
  sources_.reset();
  std::ofstream(file, std::ios::trunc) << "garbage";
  sources_ = makeSources();
  EXPECT_TRUE(catalog()->find("hub.issues.create"));
  EXPECT_GT(std::filesystem::file_size(file), 100u);
}

TEST_F(Sources, WorkspacesShareASetAndNothingElse) {
  ASSERT_TRUE(addTracker("hub", "ws_1"));
  ASSERT_TRUE(addTracker("other", "ws_2"));
  const auto first = catalog("ws_1")->find("hub.issues.create");
  const auto second = catalog("ws_2")->find("other.issues.create");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->set.get(), second->set.get());
  EXPECT_FALSE(catalog("ws_1")->find("other.issues.create"));
  EXPECT_EQ(codeOf(run(sources_->show(person("ws_1"), second->sourceId))), "not_found");
}

TEST_F(Sources, ASnapshotInUseIsNotChanged) {
  ASSERT_TRUE(addTracker("hub"));
  const auto before = catalog();
  EXPECT_EQ(catalog(), before);
  ASSERT_TRUE(addTracker("two"));
  EXPECT_FALSE(before->find("two.issues.create"));
  EXPECT_TRUE(catalog()->find("two.issues.create"));
  EXPECT_GT(catalog()->version(), before->version());
}

TEST_F(Sources, ChangesOfAnotherNodeAreSeen) {
  const auto other = makeSources("tools-of-another-node");
  ASSERT_TRUE(run(other->of("ws_1")));
  ASSERT_TRUE(addTracker());
  EXPECT_TRUE((*run(other->of("ws_1")))->find("hub.issues.create"));
  ASSERT_TRUE(run(sources_->remove(person(), "hub")));
  EXPECT_FALSE((*run(other->of("ws_1")))->find("hub.issues.create"));
}

TEST_F(Sources, AWakeWithoutAChangeKeepsTheSnapshot) {
  ASSERT_TRUE(addTracker());
  const auto before = catalog();
  store_->notify("sources/ws_1");
  EXPECT_EQ(catalog(), before);
}

TEST_F(Sources, AgentsReadButDoNotWrite) {
  ASSERT_TRUE(addTracker());
  EXPECT_EQ(run(sources_->list(agent()))->size(), 1u);
  EXPECT_TRUE(run(sources_->show(agent(), "hub")));
  EXPECT_EQ(codeOf(run(sources_->add(agent(), {.name = "x", .document = "{}"}, {}))), "forbidden");
  EXPECT_EQ(codeOf(run(sources_->refresh(agent(), "hub", {}))), "forbidden");
  EXPECT_EQ(codeOf(run(sources_->remove(agent(), "hub"))), "forbidden");
  EXPECT_EQ(sourceCount(), 1u);
}

TEST_F(Sources, ATakenNameIsRefusedBeforeAnythingIsFetched) {
  ASSERT_TRUE(addTracker("hub"));
  const auto again = add({.name = "HUB", .url = urlOf("/openapi.json")});
  EXPECT_EQ(codeOf(again), "already_exists");
  EXPECT_EQ(requests_, 0);
}

TEST_F(Sources, OnlyOneOfTwoAddedAtOnceUnderOneNameStays) {
  std::vector<std::string> codes;
  for (int i = 0; i < 2; ++i) {
    asio::co_spawn(loop_,
                   sources_->add(person(), {.name = "hub", .document = trackerDocument()}, {}),
                   [&](const std::exception_ptr&, Result<SourceView> added) {
                     codes.push_back(codeOf(added));
                   });
  }
  while (codes.size() < 2) loop_.run_one();
  std::ranges::sort(codes);
  EXPECT_EQ(codes, (std::vector<std::string>{"already_exists", "ok"}));
  EXPECT_EQ(sourceCount(), 1u);
}

TEST_F(Sources, NothingIsKeptOfADocumentThatDoesNotCompile) {
  documents_["/page"] = {.body = "<!DOCTYPE html><html><body>Sign in</body></html>"};
  documents_["/swagger"] = {.body = R"({"swagger":"2.0","info":{},"paths":{}})"};
  EXPECT_EQ(codeOf(add({.name = "a", .url = urlOf("/page")})), "invalid_document");
  EXPECT_EQ(codeOf(add({.name = "b", .url = urlOf("/swagger")})), "unsupported_document");
  EXPECT_EQ(codeOf(add({.name = "c", .document = "{"})), "invalid_document");
  EXPECT_EQ(sourceCount(), 0u);
  EXPECT_EQ(catalog()->toolCount(), 0u);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/tools"));
}

TEST_F(Sources, AnAnswerThatIsNoDocumentSaysWhatTheServerSaid) {
  documents_["/private"] = {.status = 401, .body = "{}"};
  const auto missing = add({.name = "a", .url = urlOf("/missing")});
  EXPECT_EQ(codeOf(missing), "upstream_error");
  EXPECT_NE(missing.error().message.find("404"), std::string::npos);
  const auto refused = add({.name = "a", .url = urlOf("/private")});
  EXPECT_NE(refused.error().hint.find("paste"), std::string::npos) << refused.error().hint;
}

TEST_F(Sources, UnreachableAndForbiddenAddressesAreErrors) {
  EXPECT_EQ(codeOf(add({.name = "a", .url = "http://127.0.0.1:1/openapi.json"})),
            "upstream_unreachable");
  EXPECT_EQ(codeOf(add({.name = "a", .url = "http://169.254.169.254/latest"})), "egress_denied");
}

TEST_F(Sources, MoreThanTheLimitIsRefused) {
  SourceRecord record;
  record.workspaceId = "ws_1";
  for (std::size_t from = 0; from < kMaxSourcesPerWorkspace; from += 100) {
    ASSERT_TRUE(run(store_->write([record, from](store::Txn& txn) mutable -> Status {
      for (std::size_t i = from; i < from + 100; ++i) {
        record.id = fmt::format("src_{}", i);
        record.name = fmt::format("s{}", i);
        EXECUTOR_CHECK(txn.insert(record));
      }
      return {};
    })));
  }
  EXPECT_EQ(codeOf(addTracker()), "limit_exceeded");
}

struct BadDraft {
  const char* what;
  SourceDraft draft;
  const char* code;
};

TEST(SourceDraft, IsCheckedBeforeAnythingIsFetched) {
  const std::string url = "https://api.example.com/openapi.json";
  const std::vector<BadDraft> bad = {
      {"no name", {.url = url}, "invalid_argument"},
      {"a name without letters", {.name = "---", .url = url}, "invalid_argument"},
      {"a long name",
       {.name = std::string(kMaxSourceNameBytes + 1, 'a'), .url = url},
       "invalid_argument"},
      {"no document", {.name = "a"}, "invalid_argument"},
      {"two documents", {.name = "a", .url = url, .document = "{}"}, "invalid_argument"},
      {"another scheme", {.name = "a", .url = "file:///etc/passwd"}, "invalid_argument"},
      {"a relative URL", {.name = "a", .url = "/openapi.json"}, "invalid_argument"},
      {"a long URL",
       {.name = "a", .url = url + std::string(kMaxSourceUrlBytes, 'x')},
       "invalid_argument"},
      {"a bad base URL", {.name = "a", .url = url, .baseUrl = "ftp://x"}, "invalid_argument"},
      {"another kind", {.name = "a", .kind = "soap", .url = url}, "invalid_argument"},
      {"a reserved name", {.name = "Catalog", .url = url}, "reserved_name"},
  };
  for (const BadDraft& entry : bad)
    EXPECT_EQ(codeOf(checkDraft(entry.draft)), entry.code) << entry.what;
}

TEST(SourceDraft, EveryReservedNameIsRefused) {
  for (const char* name : {"discover", "catalog", "storage", "fs", "kv", "sqlite", "results"}) {
    EXPECT_EQ(codeOf(checkDraft({.name = name, .document = "{}"})), "reserved_name") << name;
  }
}

TEST(SourceDraft, NameBecomesAPathSegment) {
  const std::pair<const char*, const char*> kNames[] = {
      {"GitHub REST", "github_rest"}, {"123abc", "_123abc"}, {"foo__bar_", "foo_bar"},
      {"Ünïcode", "n_code"},          {"then", "then_"},     {"constructor", "constructor_"}};
  for (const auto& [name, segment] : kNames) {
    EXPECT_EQ(checkDraft({.name = name, .document = "{}"})->name, segment);
  }
}

// --- refresh

TEST_F(Refresh, AsksConditionallyAndKeepsTheSnapshotOfAnUnchangedDocument) {
  documents_["/d"] = {.body = trackerDocument(), .etag = "\"one\""};
  ASSERT_TRUE(add({.name = "hub", .url = urlOf("/d")}));
  const auto before = catalog();
  clock_.advance(50);
  const auto refreshed = run(sources_->refresh(person(), "hub", {}));
  ASSERT_TRUE(refreshed) << refreshed.error().message;
  EXPECT_EQ(lastHeaders_.get("If-None-Match"), "\"one\"");
  EXPECT_EQ(refreshed->updatedAt, 1'000'050);
  EXPECT_EQ(catalog(), before);
}

TEST_F(Refresh, TakesUpNewOperations) {
  documents_["/d"] = {.body = operations({{"/a", "alpha"}}), .etag = "\"one\""};
  ASSERT_TRUE(add({.name = "hub", .url = urlOf("/d")}));
  documents_["/d"] = {.body = operations({{"/a", "alpha"}, {"/b", "beta"}}), .etag = "\"two\""};
  const auto refreshed = run(sources_->refresh(person(), "hub", {}));
  ASSERT_TRUE(refreshed) << refreshed.error().message;
  EXPECT_EQ(refreshed->toolCount, 2u);
  EXPECT_TRUE(catalog()->find("hub.beta"));
}

// D14: `list_2` must not come to mean another operation because `list` went away.
TEST_F(Refresh, PathsStayWithTheirOperationsAndAreNotReused) {
  documents_["/d"] = {.body = operations({{"/a", "list"}, {"/b", "list"}})};
  ASSERT_TRUE(add({.name = "hub", .url = urlOf("/d")}));
  EXPECT_EQ(catalog()->find("hub.list_2")->view().pathTemplate, "/b");
  documents_["/d"] = {.body = operations({{"/b", "list"}})};
  ASSERT_TRUE(run(sources_->refresh(person(), "hub", {})));
  EXPECT_FALSE(catalog()->find("hub.list"));
  EXPECT_EQ(catalog()->find("hub.list_2")->view().pathTemplate, "/b");
  documents_["/d"] = {.body = operations({{"/c", "list"}, {"/b", "list"}})};
  ASSERT_TRUE(run(sources_->refresh(person(), "hub", {})));
  EXPECT_FALSE(catalog()->find("hub.list"));
  EXPECT_EQ(catalog()->find("hub.list_2")->view().pathTemplate, "/b");
  EXPECT_EQ(catalog()->find("hub.list_3")->view().pathTemplate, "/c");
  documents_["/d"] = {.body = operations({{"/a", "list"}})};
  ASSERT_TRUE(run(sources_->refresh(person(), "hub", {})));
  EXPECT_EQ(catalog()->find("hub.list")->view().pathTemplate, "/a");
}

TEST_F(Refresh, AFailureKeepsTheLastGoodVersionAndSaysWhy) {
  documents_["/d"] = {.body = trackerDocument()};
  ASSERT_TRUE(add({.name = "hub", .url = urlOf("/d")}));
  for (const ServedDocument& broken :
       {ServedDocument{.status = 500, .body = "{}"}, ServedDocument{.body = "<html></html>"}}) {
    documents_["/d"] = broken;
    const auto refreshed = run(sources_->refresh(person(), "hub", {}));
    ASSERT_FALSE(refreshed);
    const auto shown = run(sources_->show(person(), "hub"));
    EXPECT_EQ(shown->state, "failed");
    EXPECT_EQ(shown->errorCode, refreshed.error().codeName());
    EXPECT_FALSE(shown->errorMessage.empty());
    EXPECT_TRUE(catalog()->find("hub.issues.create"));
  }
  documents_["/d"] = {.body = trackerDocument()};
  const auto recovered = run(sources_->refresh(person(), "hub", {}));
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->state, "ready");
  EXPECT_EQ(recovered->errorCode, "");
}

TEST_F(Refresh, PastedTextHasNothingToFetch) {
  ASSERT_TRUE(addTracker());
  EXPECT_EQ(codeOf(run(sources_->refresh(person(), "hub", {}))), "invalid_argument");
}

TEST_F(Refresh, ASourceRemovedMeanwhileStaysRemoved) {
  documents_["/d"] = {.body = trackerDocument()};
  ASSERT_TRUE(add({.name = "hub", .url = urlOf("/d")}));
  const auto removeIt = [this](std::string_view step, std::size_t, std::size_t) {
    if (step != "compiling") return;
    asio::co_spawn(loop_, sources_->remove(person(), "hub"),
                   [](const std::exception_ptr&, const Status& status) { EXPECT_TRUE(status); });
  };
  documents_["/d"] = {.body = operations({{"/a", "alpha"}})};
  // Which of the two commits first is the scheduler's; in both orders the source must be gone.
  static_cast<void>(run(sources_->refresh(person(), "hub", removeIt)));
  while (sourceCount() > 0) loop_.poll_one();
  EXPECT_FALSE(catalog()->find("hub.alpha"));
}

// --- remove

TEST_F(Remove, TakesToolsRecordAndFileAway) {
  const auto added = addTracker();
  ASSERT_TRUE(added);
  ASSERT_TRUE(run(sources_->remove(person(), added->id)));
  EXPECT_FALSE(catalog()->find("hub.issues.create"));
  EXPECT_EQ(sourceCount(), 0u);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/tools/" + added->toolSetHash + ".toolset"));
  EXPECT_TRUE(addTracker());
}

TEST_F(Remove, UnknownSourceNamesTheNearest) {
  ASSERT_TRUE(addTracker("tracker"));
  const auto removed = run(sources_->remove(person(), "traker"));
  EXPECT_EQ(codeOf(removed), "not_found");
  EXPECT_EQ(removed.error().hint, "Did you mean tracker?");
  EXPECT_EQ(codeOf(run(sources_->remove(person("ws_2"), "tracker"))), "not_found");
}

TEST_F(Remove, WhatAHookRefusesDoesNotHappen) {
  ASSERT_TRUE(addTracker());
  bool allow = false;
  std::string seen;
  sources_->onRemove([&](store::Txn&, const std::string& sourceId) -> Status {
    seen = sourceId;
    if (allow) return {};
    return fail(ErrorCode::conflict, "Not now.");
  });
  EXPECT_EQ(codeOf(run(sources_->remove(person(), "hub"))), "conflict");
  EXPECT_TRUE(isId(seen, idPrefix::kSource));
  EXPECT_TRUE(catalog()->find("hub.issues.create"));
  allow = true;
  EXPECT_TRUE(run(sources_->remove(person(), "hub")));
}

TEST_F(Remove, SharedSetServesTheWorkspaceThatStays) {
  ASSERT_TRUE(addTracker("hub", "ws_1"));
  ASSERT_TRUE(addTracker("hub", "ws_2"));
  ASSERT_TRUE(run(sources_->remove(person("ws_1"), "hub")));
  clock_.advance(2 * store::kBlobGraceMs);
  ASSERT_TRUE(run(store_->blobs().sweep()));
  sources_.reset();
  std::filesystem::remove_all(directory_ + "/tools");
  sources_ = makeSources();
  EXPECT_TRUE(catalog("ws_2")->find("hub.issues.create"));
}

TEST_F(Remove, TheStoreForgetsTheSetWithItsLastSource) {
  const auto added = addTracker();
  ASSERT_TRUE(added);
  clock_.advance(2 * store::kBlobGraceMs);
  ASSERT_TRUE(run(store_->blobs().sweep()));
  EXPECT_TRUE(*run(store_->blobs().has(added->toolSetHash)));
  ASSERT_TRUE(run(sources_->remove(person(), "hub")));
  clock_.advance(2 * store::kBlobGraceMs);
  ASSERT_TRUE(run(store_->blobs().sweep()));
  EXPECT_FALSE(*run(store_->blobs().has(added->toolSetHash)));
}

TEST(SourceRecord, KeepsOnlySoManyWarnings) {
  std::string paths = "{";
  for (std::size_t i = 0; i < 2 * kMaxWarnings; ++i) {
    paths += fmt::format(R"({}"/p{}":{{"get":{{"parameters":[{{"$ref":"#/nowhere/{}"}}],)"
                         R"("responses":{{"200":{{"description":"ok"}}}}}}}})",
                         i == 0 ? "" : ",", i, i);
  }
  const auto set = testing::compileSet(documentOf(paths + "}"));
  ASSERT_NE(set, nullptr);
  SourceRecord record;
  describeToolSet(record, *set);
  EXPECT_LE(record.warnings.size(), kMaxWarnings + 1);
  for (const std::string& warning : record.warnings) {
    EXPECT_LE(warning.size(), kMaxWarningBytes + 40);
  }
}

}  // namespace
}  // namespace executor::catalog
