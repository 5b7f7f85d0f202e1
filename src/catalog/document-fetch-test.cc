#include "catalog/document-fetch.h"

#include "catalog/test-workspace.h"

namespace executor::catalog {
namespace {

using testing::codeOf;

class DocumentFetch : public testing::WorkspaceTest {
 protected:
  Result<FetchedDocument> fetch(DocumentRequest request) {
    if (request.maxBytes == 0) request.maxBytes = 10'000;
    return run(fetchDocument(*client_, std::move(request)));
  }
};

TEST_F(DocumentFetch, GivesBytesUrlAndValidators) {
  documents_["/d"] = {.body = "openapi: 3.1.0", .etag = "\"v1\""};
  const auto document = fetch({.url = urlOf("/d")});
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_FALSE(document->unchanged);
  EXPECT_EQ(document->bytes, "openapi: 3.1.0");
  EXPECT_EQ(document->url, urlOf("/d"));
  EXPECT_EQ(document->etag, "\"v1\"");
  EXPECT_EQ(lastHeaders_.get("If-None-Match"), "");
  EXPECT_TRUE(lastHeaders_.get("Accept").starts_with("application/json"));
}

TEST_F(DocumentFetch, SendsTheValidatorsItWasGiven) {
  documents_["/d"] = {.body = "x", .etag = "\"v1\""};
  const auto same = fetch(
      {.url = urlOf("/d"), .etag = "\"v1\"", .lastModified = "Tue, 24 Nov 2026 00:00:00 GMT"});
  ASSERT_TRUE(same);
  EXPECT_TRUE(same->unchanged);
  EXPECT_EQ(lastHeaders_.get("If-Modified-Since"), "Tue, 24 Nov 2026 00:00:00 GMT");
  const auto other = fetch({.url = urlOf("/d"), .etag = "\"v0\""});
  EXPECT_FALSE(other->unchanged);
  EXPECT_EQ(other->bytes, "x");
}

// A 304 that nobody asked for has no document to stand for.
TEST_F(DocumentFetch, UnaskedNotModifiedIsAnError) {
  documents_["/d"] = {.status = 304};
  EXPECT_EQ(codeOf(fetch({.url = urlOf("/d")})), "upstream_error");
}

TEST_F(DocumentFetch, TheLimitIsTheLastByteThatIsTaken) {
  documents_["/d"] = {.body = std::string(1'000, 'x')};
  EXPECT_TRUE(fetch({.url = urlOf("/d"), .maxBytes = 1'000}));
  const auto refused = fetch({.url = urlOf("/d"), .maxBytes = 999});
  EXPECT_EQ(codeOf(refused), "document_too_large");
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST_F(DocumentFetch, AnOversizedValidatorIsForgotten) {
  documents_["/d"] = {.body = "x", .etag = "\"" + std::string(2'000, 'e') + "\""};
  const auto document = fetch({.url = urlOf("/d")});
  ASSERT_TRUE(document);
  EXPECT_EQ(document->etag, "");
}

TEST_F(DocumentFetch, NamesTheUrlAfterRedirects) {
  documents_["/old"] = {.status = 301, .location = "/new"};
  documents_["/new"] = {.body = "x"};
  EXPECT_EQ(fetch({.url = urlOf("/old")})->url, urlOf("/new"));
}

TEST_F(DocumentFetch, RedirectsIntoForbiddenNetworksAreNotFollowed) {
  documents_["/old"] = {.status = 302, .location = "http://169.254.169.254/latest/meta-data"};
  EXPECT_EQ(codeOf(fetch({.url = urlOf("/old")})), "egress_denied");
}

// People put tokens into the query of such URLs.
TEST_F(DocumentFetch, ErrorsDoNotRepeatTheQuery) {
  documents_["/d"] = {.status = 500, .body = "boom"};
  const auto refused = fetch({.url = urlOf("/d?token=tok_canary_1234")});
  ASSERT_FALSE(refused);
  const Error& error = refused.error();
  EXPECT_EQ((error.message + error.hint).find("tok_canary"), std::string::npos);
  EXPECT_NE(error.message.find("500"), std::string::npos);
}

TEST_F(DocumentFetch, HintsFitTheStatus) {
  for (const auto& [status, word] :
       {std::pair{401, "paste"}, {403, "paste"}, {404, "URL"}, {503, "later"}}) {
    documents_["/d"] = {.status = status, .body = "{}"};
    const auto refused = fetch({.url = urlOf("/d")});
    EXPECT_NE(refused.error().hint.find(word), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace executor::catalog
