// A workspace for tests: a real store in a temporary directory, a real HTTP server that hands out
// documents, the real client, and Sources on top. One loop, run until the awaited task is done.
// Documents are compiled in this process; the jail has tests of its own (jailed-sources-test.cc).
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <map>
#include <optional>

#include "base/id.h"
#include "catalog/catalog.h"
#include "catalog/test-sets.h"
#include "net/server.h"
#include "source/openapi/compile-job.h"
#include "store/store.h"

namespace executor::catalog::testing {

struct ServedDocument {
  int status = 200;
  std::string body;
  std::string etag;
  std::string location;
};

class WorkspaceTest : public ::testing::Test {
 protected:
  explicit WorkspaceTest(store::Schema more = {}) : schema_(std::move(more)) {
    schema_ += catalog::schema();
    std::filesystem::create_directories(directory_);
    openStore();
    router_.add("GET", "/**",
                [this](net::Request request) -> Task<net::Response> { co_return serve(request); });
    server_ = std::make_unique<net::HttpServer>(loop_, router_, net::ServerOptions{});
    EXPECT_TRUE(server_->listen());
    client_ = std::make_unique<net::HttpClient>(
        loop_, net::ClientOptions{.egress = net::EgressPolicy::parse("private").value()});
    sources_ = makeSources();
  }

  ~WorkspaceTest() override {
    sources_.reset();
    client_.reset();
    server_.reset();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  void openStore() {
    auto opened = store::openStore({.path = directory_ + "/executor.db",
                                    .masterKey = masterKey_,
                                    .schema = schema_,
                                    .clock = &clock_},
                                   loop_.get_executor());
    if (!opened) ADD_FAILURE() << opened.error().message << " " << opened.error().detail;
    store_ = *std::move(opened);
  }

  // Sources of this or of another node.
  std::unique_ptr<Sources> makeSources(std::string dir = "tools") {
    RunJob compile = [](std::string, std::string input,
                        sandbox::JobLimits) -> Task<Result<std::string>> {
      co_return source::openapi::compileOpenApiJob(input);
    };
    return catalog::makeSources(*store_, *client_, std::move(compile), clock_,
                                directory_ + "/" + dir);
  }

  net::Response serve(const net::Request& request) {
    ++requests_;
    lastHeaders_ = request.headers;
    const auto at = documents_.find(request.path);
    if (at == documents_.end()) return net::Response::text(404, "no such document");
    const ServedDocument& document = at->second;
    const bool same =
        !document.etag.empty() && request.headers.get("If-None-Match") == document.etag;
    net::Response response =
        net::Response::json(same ? 304 : document.status, same ? std::string() : document.body);
    if (!document.etag.empty()) response.headers.set("ETag", document.etag);
    if (!document.location.empty()) response.headers.set("Location", document.location);
    return response;
  }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(loop_, std::move(task), [&](const std::exception_ptr& thrown, T value) {
      if (thrown) std::rethrow_exception(thrown);
      result.emplace(std::move(value));
    });
    while (!result) loop_.run_one();
    return *std::move(result);
  }

  Principal person(std::string workspaceId = "ws_1") const {
    Principal principal;
    principal.kind = CredentialKind::person;
    principal.accountId = "acct_1";
    principal.workspaceId = std::move(workspaceId);
    return principal;
  }
  Principal agent() const {
    Principal principal = person();
    principal.kind = CredentialKind::agent;
    return principal;
  }

  std::string urlOf(std::string_view path) const { return server_->url() + std::string(path); }

  Result<SourceView> add(SourceDraft draft, std::string workspaceId = "ws_1") {
    return run(sources_->add(person(std::move(workspaceId)), std::move(draft), {}));
  }
  // The tracker of test-sets.h as pasted text.
  Result<SourceView> addTracker(std::string name = "hub", std::string workspaceId = "ws_1") {
    return add({.name = std::move(name), .document = trackerDocument()}, std::move(workspaceId));
  }
  std::shared_ptr<const Catalog> catalog(std::string workspaceId = "ws_1") {
    auto found = run(sources_->of(std::move(workspaceId)));
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    return found.value_or(nullptr);
  }
  std::size_t sourceCount() { return run(sources_->list(person()))->size(); }

  asio::io_context loop_;
  std::string directory_ = ::testing::TempDir() + "catalog-" + randomToken(9);
  Key256 masterKey_ = randomKey();
  ManualClock clock_{1'000'000};
  store::Schema schema_;
  std::map<std::string, ServedDocument> documents_;
  int requests_ = 0;
  net::Headers lastHeaders_;
  net::Router router_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::HttpClient> client_;
  std::unique_ptr<Sources> sources_;
};

// The code of a failed result, or "ok".
template <class T>
std::string codeOf(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().codeName());
}

}  // namespace executor::catalog::testing
