// A real server with the real routes and real identity on SQLite, and a real client: what an
// attacker or a browser sends goes over a socket. Only the layers in between are fakes.h.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <filesystem>

#include "api/fakes.h"
#include "api/probes.h"
#include "base/crypto.h"
#include "identity/identity.h"
#include "net/client.h"
#include "net/server.h"
#include "store/store.h"

namespace executor::api {

// What came over the socket.
struct Reply {
  int status = 0;
  std::string body, location, cookie;
  net::Headers headers;

  json::value parsed() const {
    auto value = parseJson(body);
    EXPECT_TRUE(value) << body;
    return value.value_or(nullptr);
  }
  std::string errorCode() const {
    const auto value = parsed();
    const auto* error = find(value, "error");
    return error == nullptr ? "" : std::string(findString(*error, "code"));
  }
};

class ApiFixture : public testing::Test {
 protected:
  ApiFixture() {
    std::filesystem::create_directories(directory_);
    store_ = *store::openStore(
        {.path = directory_ + "/executor.db", .masterKey = randomKey(), .schema = schema()},
        loop_.get_executor());
    settings_ = execution::makeSettings(*store_, clock_);
    results_ = std::make_unique<invocation::ResultStore>(*store_, clock_);
    identity_ = identity::makeIdentity(*store_, clock_, {.dataDir = directory_ + "/data"});
    first_ = *run(identity_->ensureFirstStart());
    serve({.loopbackOnly = true});
  }
  ~ApiFixture() override {
    run(stop());
    client_.reset();
    server_.reset();
    settings_.reset();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  static store::Schema schema() {
    store::Schema all = identity::identitySchema();
    all += execution::executionSchema();
    all += invocation::resultSchema();
    return all;
  }

  // What differs between the servers of the tests.
  struct Serving {
    bool loopbackOnly = true;
    std::function<Task<Status>()> ready = {};
  };
  // Starts the server anew with these routes; the store and identity stay.
  void serve(Serving serving) {
    server_.reset();
    router_ = std::make_unique<net::Router>();
    addApiRoutes(*router_, {.identity = *identity_,
                            .sources = sources_,
                            .policies = policies_,
                            .connections = connections_,
                            .executions = executions_,
                            .settings = *settings_,
                            .approvals = approvals_,
                            .results = *results_,
                            .clock = clock_,
                            .loopbackOnly = serving.loopbackOnly,
                            .ready = serving.ready});
    server_ = std::make_unique<net::HttpServer>(loop_, *router_, net::ServerOptions{});
    const auto listening = server_->listen();
    ASSERT_TRUE(listening) << listening.error().message;
    client_ = std::make_unique<net::HttpClient>(loop_, net::ClientOptions{});
  }

  Task<bool> stop() {
    co_await server_->stop(std::chrono::milliseconds(0));
    co_return true;
  }

  // Runs the loop, server and client both, until one task is done.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(loop_, std::move(task), [&](const std::exception_ptr& thrown, T value) {
      if (thrown) std::rethrow_exception(thrown);
      result = std::move(value);
    });
    while (!result) loop_.run_one();
    return *std::move(result);
  }

  using Fields = std::vector<std::pair<std::string, std::string>>;

  // One request as given: no redirects, no headers of our own.
  Reply send(std::string method, const std::string& target, const Fields& headers = {},
             std::string body = "") {
    net::ClientRequest request{.method = std::move(method),
                               .url = server_->url() + target,
                               .body = std::move(body),
                               .maxRedirects = 0};
    for (const auto& [name, value] : headers) request.headers.set(name, value);
    auto response = run(client_->send(std::move(request)));
    if (!response) {
      ADD_FAILURE() << target << ": " << response.error().message << response.error().detail;
      return {};
    }
    return {response->status, response->body, std::string(response->headers.get("location")),
            std::string(response->headers.get("set-cookie")), response->headers};
  }

  Fields person() const { return {{"authorization", "Bearer " + first_.ownerToken}}; }
  Fields agent() const { return {{"x-api-key", first_.agentKey}}; }
  static Fields json(Fields fields) {
    fields.emplace_back("content-type", "application/json");
    return fields;
  }
  Reply get(const std::string& target) { return send("GET", target, person()); }
  Reply post(const std::string& target, std::string body) {
    return send("POST", target, json(person()), std::move(body));
  }

  // A browser with a session: the cookie as the Cookie header wants it.
  std::string openBrowser() {
    const auto link = run(identity_->makeOpenLink(owner()));
    const auto set = *run(identity_->redeemOpenLink(link->substr(6)));
    return set.substr(0, set.find(';'));
  }
  std::string csrfOf(const std::string& cookie) {
    net::Request request;
    request.method = "GET";
    request.headers.set("cookie", cookie);
    return (*run(identity_->sessionFromRequest(request)))->csrf;
  }
  Reply page(const std::string& target) { return send("GET", target, {{"cookie", openBrowser()}}); }
  Reply form(const std::string& target, const std::string& cookie, std::string body) {
    return send("POST", target,
                {{"cookie", cookie}, {"content-type", "application/x-www-form-urlencoded"}},
                std::move(body));
  }

  Principal owner() const {
    return {.kind = CredentialKind::person,
            .accountId = first_.accountId,
            .organizationId = first_.organizationId,
            .workspaceId = first_.workspaceId};
  }

  // One of everything, of the given workspace.
  void plant(const std::string& workspaceId, const std::string& suffix) {
    sources_.items.push_back(
        {.id = "src_" + suffix, .workspaceId = workspaceId, .name = suffix, .state = "ready"});
    policies_.items.push_back({.id = "pol_" + suffix, .workspaceId = workspaceId});
    connections_.items.push_back({.id = "conn_" + suffix, .workspaceId = workspaceId});
    approvals_.items.push_back({.id = "approval_" + suffix,
                                .workspaceId = workspaceId,
                                .executionId = "task_" + suffix,
                                .toolPath = "github.issues.create",
                                .status = "pending",
                                .inputJson = "{}"});
    executions_.items.push_back({.id = "task_" + suffix,
                                 .workspaceId = workspaceId,
                                 .code = "return 1",
                                 .state = execution::State::waiting});
  }

  std::string directory_ =
      (std::filesystem::temp_directory_path() / ("api-" + newId("test"))).string();
  asio::io_context loop_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
  ManualClock clock_{1'800'000'000'000};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<execution::Settings> settings_;
  std::unique_ptr<invocation::ResultStore> results_;
  std::unique_ptr<identity::Identity> identity_;
  identity::FirstStart first_;
  FakeSources sources_;
  FakePolicies policies_;
  FakeConnections connections_;
  FakeExecutions executions_;
  FakeApprovals approvals_;
  std::unique_ptr<net::Router> router_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace executor::api
