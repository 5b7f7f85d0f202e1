// The last good version of a source serves until a new one is ready; what fails on the way leaves
// the record as it was, but for the reason (catalog.h).
#include <fmt/format.h>

#include "catalog/source-record.h"
#include "catalog/test-workspace.h"

namespace executor::catalog {
namespace {

using testing::codeOf;
using testing::documentOf;
using testing::ServedDocument;
using testing::trackerDocument;

class LastGood : public testing::WorkspaceTest {
 protected:
  LastGood() {
    documents_["/d"] = {.body = trackerDocument(), .etag = "\"one\""};
    EXPECT_TRUE(add({.name = "hub", .url = urlOf("/d")}));
  }

  Result<SourceView> refresh() { return run(sources_->refresh(person(), "hub", {})); }
  SourceView shown() { return *run(sources_->show(person(), "hub")); }
};

struct Broken {
  const char* what;
  ServedDocument document;
  const char* code;
};

TEST_F(LastGood, SurvivesEveryWayARefreshCanFail) {
  const SourceView before = shown();
  const std::vector<Broken> rows = {
      {"gone", {.status = 404, .body = "{}"}, "upstream_error"},
      {"private", {.status = 401, .body = "{}"}, "upstream_error"},
      {"down", {.status = 503, .body = "{}"}, "upstream_error"},
      {"empty", {.body = ""}, "invalid_document"},
      {"a login page", {.body = "<!DOCTYPE html><html></html>"}, "invalid_document"},
      {"cut off", {.body = trackerDocument().substr(0, 300)}, "invalid_document"},
      {"another format", {.body = R"({"swagger":"2.0","paths":{}})"}, "unsupported_document"},
      {"no paths", {.body = R"({"openapi":"3.1.0"})"}, "invalid_document"},
      {"a redirect into a forbidden network",
       {.status = 302, .location = "http://169.254.169.254/latest"},
       "egress_denied"},
      {"a redirect to itself", {.status = 302, .location = "/d"}, "upstream_invalid"}};
  for (const Broken& row : rows) {
    documents_["/d"] = row.document;
    EXPECT_EQ(codeOf(refresh()), row.code) << row.what;
    const SourceView after = shown();
    EXPECT_EQ(after.state, "failed") << row.what;
    EXPECT_EQ(after.errorCode, row.code) << row.what;
    EXPECT_EQ(after.toolSetHash, before.toolSetHash) << row.what;
    EXPECT_EQ(after.toolCount, before.toolCount) << row.what;
    EXPECT_EQ(after.title, before.title) << row.what;
    EXPECT_TRUE(catalog()->find("hub.issues.create")) << row.what;
  }
}

TEST_F(LastGood, AFailureDoesNotChangeTheSnapshot) {
  const auto before = catalog();
  documents_["/d"] = {.status = 500, .body = "{}"};
  ASSERT_FALSE(refresh());
  EXPECT_EQ(catalog()->find("hub.issues.create")->set.get(),
            before->find("hub.issues.create")->set.get());
}

// The validators belong to the version that serves: after a failure the question is the same.
TEST_F(LastGood, AnUnchangedDocumentEndsAFailure) {
  documents_["/d"] = {.status = 500, .body = "{}"};
  ASSERT_FALSE(refresh());
  documents_["/d"] = {.body = trackerDocument(), .etag = "\"one\""};
  const auto again = refresh();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(lastHeaders_.get("If-None-Match"), "\"one\"");
  EXPECT_EQ(again->state, "ready");
  EXPECT_EQ(again->errorMessage, "");
}

TEST_F(LastGood, ABrokenDocumentIsNotTakenForTheOneThatServes) {
  documents_["/d"] = {.body = "{", .etag = "\"two\""};
  ASSERT_FALSE(refresh());
  documents_["/d"] = {.body = trackerDocument(), .etag = "\"two\""};
  ASSERT_TRUE(refresh());
  EXPECT_EQ(lastHeaders_.get("If-None-Match"), "\"one\"") << "the broken one was never kept";
}

TEST_F(LastGood, OthersAreNotTouchedByOnesFailure) {
  ASSERT_TRUE(addTracker("other"));
  documents_["/d"] = {.status = 500, .body = "{}"};
  ASSERT_FALSE(refresh());
  EXPECT_EQ(run(sources_->show(person(), "other"))->state, "ready");
  EXPECT_TRUE(catalog()->find("other.issues.create"));
}

TEST_F(LastGood, AFailureSurvivesARestartWithItsReason) {
  documents_["/d"] = {.status = 503, .body = "{}"};
  ASSERT_FALSE(refresh());
  const std::string reason = shown().errorMessage;
  sources_ = makeSources();
  EXPECT_EQ(shown().errorMessage, reason);
  EXPECT_NE(reason.find("503"), std::string::npos);
  EXPECT_TRUE(catalog()->find("hub.issues.create"));
}

// People put tokens into the query of such URLs; neither the error nor the record may show them.
TEST_F(LastGood, TheReasonDoesNotRepeatTheUrlsQuery) {
  documents_["/q"] = {.body = trackerDocument()};
  ASSERT_TRUE(add({.name = "q", .url = urlOf("/q?token=canary-4711")}));
  documents_["/q"] = {.status = 500, .body = "canary-4711"};
  const auto refreshed = run(sources_->refresh(person(), "q", {}));
  ASSERT_FALSE(refreshed);
  EXPECT_EQ((refreshed.error().message + refreshed.error().hint).find("canary"), std::string::npos);
  EXPECT_EQ(run(sources_->show(person(), "q"))->errorMessage.find("canary"), std::string::npos);
}

TEST_F(LastGood, OfTwoRefreshesAtOnceBothEndAndTheSourceIsReady) {
  documents_["/d"] = {.body =
                          documentOf(R"({"/new":{"get":{"operationId":"fresh","responses":{}}}})")};
  std::vector<std::string> codes;
  for (int i = 0; i < 2; ++i) {
    asio::co_spawn(
        loop_, sources_->refresh(person(), "hub", {}),
        [&](const std::exception_ptr&, Result<SourceView> done) { codes.push_back(codeOf(done)); });
  }
  while (codes.size() < 2) loop_.run_one();
  for (const std::string& code : codes) EXPECT_TRUE(code == "ok" || code == "conflict") << code;
  EXPECT_EQ(shown().state, "ready");
  EXPECT_TRUE(catalog()->find("hub.fresh"));
  EXPECT_FALSE(catalog()->find("hub.issues.create"));
}

// An execution that began before the refresh ends on the tools it saw (D14).
TEST_F(LastGood, WhoHoldsTheOldSnapshotKeepsItsTools) {
  const auto held = catalog();
  documents_["/d"] = {.body =
                          documentOf(R"({"/new":{"get":{"operationId":"fresh","responses":{}}}})")};
  ASSERT_TRUE(refresh());
  const auto tool = held->find("hub.issues.create");
  ASSERT_TRUE(tool);
  EXPECT_EQ(tool->view().pathTemplate, "/repos/{owner}/issues");
  EXPECT_FALSE(catalog()->find("hub.issues.create"));
}

TEST_F(LastGood, ADocumentWithoutOperationsIsAVersionLikeAnyOther) {
  documents_["/d"] = {.body = documentOf("{}")};
  const auto emptied = refresh();
  ASSERT_TRUE(emptied) << emptied.error().message;
  EXPECT_EQ(emptied->toolCount, 0u);
  documents_["/d"] = {.body = trackerDocument()};
  ASSERT_TRUE(refresh());
  EXPECT_TRUE(catalog()->find("hub.issues.create")) << "operations that are back have their paths";
}

TEST_F(LastGood, WhatTheOldVersionWarnedOfIsNotKept) {
  documents_["/d"] = {.body = documentOf(R"({"/gone":{"$ref":"#/nowhere"}})")};
  const auto warned = refresh();
  ASSERT_TRUE(warned);
  ASSERT_EQ(warned->warnings.size(), 1u);
  EXPECT_NE(warned->warnings[0].find("/gone"), std::string::npos);
  documents_["/d"] = {.body = trackerDocument()};
  EXPECT_TRUE(refresh()->warnings.empty());
}

}  // namespace
}  // namespace executor::catalog
