#include "invocation/testing/world.h"

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/id.h"
#include "base/text.h"
#include "source/openapi/compile-job.h"

namespace executor::invocation::testing {

Upstream::Upstream(asio::io_context& loop) : server_(loop, router_, {}) {
  router_.add("GET", "/items", [this](net::Request request) -> Task<net::Response> {
    note(request);
    co_return net::Response::json(200, R"([{"id":1,"big":12345678901234567890}])");
  });
  router_.add("POST", "/items", [this](net::Request request) -> Task<net::Response> {
    note(request);
    co_return net::Response::json(201, fmt::format(R"({{"id":7,"got":{}}})", request.body));
  });
  router_.add("GET", "/slow", [this](net::Request request) -> Task<net::Response> {
    note(request);
    co_return co_await slow();
  });
  router_.add("POST", "/slow", [this](net::Request request) -> Task<net::Response> {
    note(request);
    co_return co_await slow();
  });
  router_.add("GET", "/missing", [this](net::Request request) -> Task<net::Response> {
    note(request);
    co_return net::Response::json(404, R"({"message":"no such item"})");
  });
  router_.add("GET", "/whoami", [this](net::Request request) -> Task<net::Response> {
    note(request);
    co_return net::Response::json(
        request.headers.has("x-fail") ? 500 : 200,
        fmt::format(R"({{"message":"you sent {}","key":"{}"}})",
                    request.headers.get("authorization"), request.headers.get("idempotency-key")));
  });
  router_.add("GET", "/picture", [this](net::Request request) -> Task<net::Response> {
    note(request);
    net::Response response{.status = 200, .body = picture()};
    response.headers.set("Content-Type", "image/png");
    co_return response;
  });
  router_.add("PUT", "/picture", [this](net::Request request) -> Task<net::Response> {
    note(request);
    co_return net::Response::json(200, fmt::format(R"({{"same":{},"bytes":{}}})",
                                                   request.body == picture(), request.body.size()));
  });
  router_.add("GET", "/huge", [this](net::Request request) -> Task<net::Response> {
    note(request);
    co_return net::Response::json(200, quoteJson(std::string(9u << 20, 'h')));
  });
  router_.add("GET", "/big", [this](net::Request request) -> Task<net::Response> {
    note(request);
    co_return net::Response::json(200, quoteJson(std::string(300'000, 'b')));
  });
  Status listening = server_.listen();
  EXPECT_TRUE(listening);
}

std::string Upstream::picture() {
  std::string bytes;
  for (std::size_t i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * i >> 4);
  return bytes;
}

void Upstream::note(const net::Request& request) {
  seen_.push_back(request.method + " " + request.path + " " + request.body);
}

std::size_t Upstream::count(std::string_view prefix) const {
  return std::ranges::count_if(seen_,
                               [&](const std::string& one) { return one.starts_with(prefix); });
}

Task<net::Response> Upstream::slow() {
  ++waiting_;
  if (waiting_ >= together_) arrived_.notify();
  while (waiting_ < together_) {
    if (!co_await arrived_.wait(deadlineAfter(std::chrono::seconds(30)))) break;
  }
  co_return net::Response::json(200, fmt::format(R"({{"together":{}}})", waiting_));
}

Principal person(std::string workspace) {
  Principal who = agent(std::move(workspace));
  who.kind = CredentialKind::person;
  return who;
}

Principal agent(std::string workspace) {
  Principal who;
  who.kind = CredentialKind::agent;
  who.accountId = "acct_anna";
  who.organizationId = "org_1";
  who.workspaceId = std::move(workspace);
  who.keyId = "key_1";
  return who;
}

Paths Paths::fresh() {
  Paths paths{std::filesystem::temp_directory_path() / ("world-" + newId("test")), randomKey()};
  std::filesystem::create_directories(paths.directory);
  return paths;
}

World::World(Paths where, store::Schema schema) : paths(std::move(where)) {
  for (const auto& more : {catalog::schema(), policy::schema(), credential::schema(),
                           approval::approvalSchema(), resultSchema()}) {
    schema += more;
  }
  auto opened = store::openStore({.path = paths.directory / "store.db",
                                  .masterKey = paths.key,
                                  .schema = schema,
                                  .clock = &clock},
                                 loop.get_executor());
  EXPECT_TRUE(opened) << opened.error().message << opened.error().detail;
  store = *std::move(opened);
  client = std::make_unique<net::HttpClient>(loop, net::ClientOptions{});
  catalog::RunJob compile = [](std::string, std::string input,
                               sandbox::JobLimits) -> Task<Result<std::string>> {
    co_return source::openapi::compileOpenApiJob(input);
  };
  sources = catalog::makeSources(*store, *client, compile, clock, paths.directory / "tool-sets");
  policies = policy::makePolicies(*store, *sources, clock);
  connections = credential::makeConnections(*store, *sources, clock);
  approvals = approval::makeApprovals(*store, loop, clock);
  connectPolicies(*approvals, *policies);
  results = std::make_unique<ResultStore>(*store, clock);
  invoker =
      makeInvoker(*policies, *connections, *approvals, *sources, *client, gate, clock, *results);
}

World::~World() {
  if (!keepFiles) std::filesystem::remove_all(paths.directory);
}

void World::until(const std::function<bool()>& done) {
  const auto end = SteadyClock::now() + std::chrono::minutes(1);
  loop.restart();
  while (!done() && SteadyClock::now() < end) {
    loop.run_one_for(std::chrono::milliseconds(100));
    if (loop.stopped()) loop.restart();
  }
  // No test can go on from here; the exception ends it where an assertion would not.
  if (!done()) throw std::runtime_error("nothing happened for a minute");
}

void World::addShop(std::string_view baseUrl) {
  catalog::SourceDraft draft;
  draft.name = "shop";
  draft.document = shopDocument(baseUrl);
  auto added = run(sources->add(person(), std::move(draft), {}));
  ASSERT_TRUE(added) << added.error().message << added.error().detail;
}

std::shared_ptr<const catalog::Catalog> World::catalog() {
  auto found = run(sources->of("ws_1"));
  EXPECT_TRUE(found);
  return *found;
}

std::string shopDocument(std::string_view baseUrl) {
  std::string text = R"({"openapi":"3.0.3","info":{"title":"Shop","version":"1"},
"servers":[{"url":"BASE"}],
"components":{"securitySchemes":{"token":{"type":"http","scheme":"bearer"}}},
"paths":{
"/items":{
 "get":{"tags":["items"],"operationId":"list","summary":"List items",
  "parameters":[{"name":"q","in":"query","schema":{"type":"string"}}],
  "responses":{"200":{"description":"ok"}}},
 "post":{"tags":["items"],"operationId":"create","summary":"Create an item",
  "requestBody":{"required":true,"content":{"application/json":{"schema":{
    "type":"object","required":["name"],
   "properties":{"name":{"type":"string"},"note":{"type":"string"},
    "password":{"type":"string"}}}}}},
  "responses":{"201":{"description":"ok"}}}},
"/slow":{
 "get":{"tags":["slow"],"operationId":"read","responses":{"200":{"description":"ok"}}},
 "post":{"tags":["slow"],"operationId":"write","responses":{"200":{"description":"ok"}}}},
"/missing":{"get":{"tags":["items"],"operationId":"missing",
 "responses":{"200":{"description":"ok"}}}},
"/whoami":{"get":{"tags":["items"],"operationId":"whoami",
 "parameters":[{"name":"x-fail","in":"header","schema":{"type":"string"}}],
 "responses":{"200":{"description":"ok"}}}},
"/picture":{
 "get":{"tags":["files"],"operationId":"picture","responses":{"200":{"description":"ok"}}},
 "put":{"tags":["files"],"operationId":"put_picture","requestBody":{"required":true,
  "content":{"application/octet-stream":{"schema":{"type":"string","format":"binary"}}}},
  "responses":{"200":{"description":"ok"}}}},
"/huge":{"get":{"tags":["files"],"operationId":"huge","responses":{"200":{"description":"ok"}}}},
"/big":{"get":{"tags":["items"],"operationId":"big","responses":{"200":{"description":"ok"}}}}
}})";
  text.replace(text.find("BASE"), 4, baseUrl);
  return text;
}

}  // namespace executor::invocation::testing
