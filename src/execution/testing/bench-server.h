// The executions of a server without its faces, for benchmarks: everything below them for real.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <optional>

#include "base/crypto.h"
#include "base/id.h"
#include "execution/execution-record.h"
#include "invocation/result-store.h"
#include "sandbox/zygote.h"
#include "store/store.h"

namespace executor::execution::testing {

struct BenchServer {
  explicit BenchServer(std::filesystem::path directory,
                       std::chrono::milliseconds suspendAfter = kDefaultSuspendAfter) {
    store::Schema schema = executionSchema();
    for (const auto& more : {catalog::schema(), policy::schema(), credential::schema(),
                             approval::approvalSchema(), invocation::resultSchema()}) {
      schema += more;
    }
    store = *store::openStore(
        {.path = directory / "store.db", .masterKey = randomKey(), .schema = schema},
        loop.get_executor());
    zygote = *sandbox::Zygote::start(loop, sandbox::JailRequirement::best);
    runtime = sandbox::makeLocalRuntime(loop, *zygote);
    sources = catalog::makeSources(*store, client, *zygote, systemClock(), directory / "sets");
    policies = policy::makePolicies(*store, *sources, systemClock());
    connections = credential::makeConnections(*store, *sources, systemClock());
    approvals = approval::makeApprovals(*store, loop, systemClock());
    results = std::make_unique<invocation::ResultStore>(*store, systemClock());
    invoker = invocation::makeInvoker(*policies, *connections, *approvals, *sources, client, gate,
                                      systemClock(), *results);
    executions = makeExecutions({.store = *store,
                                 .runtimes = {runtime.get()},
                                 .invoker = *invoker,
                                 .approvals = *approvals,
                                 .sources = *sources,
                                 .policies = *policies,
                                 .gate = gate,
                                 .clock = systemClock(),
                                 .loop = loop,
                                 .nodeId = "node_bench",
                                 .suspendAfter = suspendAfter});
  }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> out;
    asio::co_spawn(loop, std::move(task),
                   [&](std::exception_ptr, T value) { out.emplace(std::move(value)); });
    loop.restart();
    while (!out) loop.run_one();
    return *std::move(out);
  }
  void run(Task<void> task) {
    bool done = false;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr) { done = true; });
    loop.restart();
    while (!done) loop.run_one();
  }

  asio::io_context loop;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<sandbox::Zygote> zygote;
  std::unique_ptr<sandbox::Runtime> runtime;
  net::HttpClient client{loop, {}};
  std::unique_ptr<catalog::Sources> sources;
  std::unique_ptr<policy::Policies> policies;
  std::unique_ptr<credential::Connections> connections;
  std::unique_ptr<approval::Approvals> approvals;
  invocation::CallGate gate;
  std::unique_ptr<invocation::ResultStore> results;
  std::unique_ptr<invocation::Invoker> invoker;
  std::unique_ptr<Executions> executions;
};

}  // namespace executor::execution::testing
