// For tests of invocation and execution: everything below them for real, in one loop.
//
// A SQLite store in a directory that goes away, sources compiled from a small document, policies,
// connections, approvals, the outbound client, and an upstream: an HttpServer that records what
// reached it. The document is compiled in process; the jail has tests of its own.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "approval/approval.h"
#include "base/signal.h"
#include "catalog/catalog.h"
#include "credential/connection.h"
#include "invocation/invoker.h"
#include "invocation/result-store.h"
#include "net/client.h"
#include "net/server.h"
#include "policy/policy.h"
#include "store/store.h"

namespace executor::invocation::testing {

// The service behind the tools; `shop.items.list` and so on.
class Upstream {
 public:
  explicit Upstream(asio::io_context& loop);

  std::string url() const { return server_.url(); }
  // "METHOD /path body" of every request, in order of arrival.
  const std::vector<std::string>& seen() const { return seen_; }
  std::size_t count(std::string_view prefix) const;
  // What GET /picture answers, 100,000 bytes that are no text.
  static std::string picture();
  // /slow answers once this many requests are there together, or after release().
  void holdUntil(std::size_t together) { together_ = together; }
  void release() { together_ = 0, arrived_.notify(); }

 private:
  Task<net::Response> slow();
  void note(const net::Request& request);

  net::Router router_;
  net::HttpServer server_;
  std::vector<std::string> seen_;
  std::size_t together_ = 0, waiting_ = 0;
  Signal arrived_;
};

Principal person(std::string workspace = "ws_1");
Principal agent(std::string workspace = "ws_1");

struct Paths {
  std::filesystem::path directory;
  Key256 key{};
  static Paths fresh();
};

class World {
 public:
  // `schema` adds the record types of the layer under test.
  explicit World(Paths paths = Paths::fresh(), store::Schema schema = {});
  virtual ~World();

  template <class T>
  T run(Task<T> task) {
    std::optional<T> out;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      out.emplace(std::move(value));
    });
    until([&] { return out.has_value(); });
    return *std::move(out);
  }
  // Runs the loop until `done`; fails the test after a minute.
  void until(const std::function<bool()>& done);

  void addShop() { addShop(upstream.url()); }  // the source `shop` on the upstream
  void addShop(std::string_view baseUrl);
  std::shared_ptr<const catalog::Catalog> catalog();

  bool keepFiles = false;  // of a process that is killed
  Paths paths;
  asio::io_context loop;
  ManualClock clock{1'700'000'000'000};
  Upstream upstream{loop};
  std::unique_ptr<store::Store> store;
  std::unique_ptr<net::HttpClient> client;
  std::unique_ptr<catalog::Sources> sources;
  std::unique_ptr<policy::Policies> policies;
  std::unique_ptr<credential::Connections> connections;
  std::unique_ptr<approval::Approvals> approvals;
  CallGate gate;
  std::unique_ptr<ResultStore> results;
  std::unique_ptr<Invoker> invoker;
};

// The OpenAPI document of the upstream.
std::string shopDocument(std::string_view baseUrl);

}  // namespace executor::invocation::testing
