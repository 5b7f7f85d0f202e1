// Every part of a running server, built in order, by name; nothing registers itself.
//
// Reading build() top to bottom is reading the architecture: data directory and lock, keys, store,
// sandbox, outbound client, catalogue, governance, invocation, execution, identity, and the two
// faces (REST and MCP) on one listener. Members are destroyed in the opposite order. Everything
// lives on one loop thread; the store, DNS and the zygote bring their own threads and processes.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/routes.h"
#include "approval/approval.h"
#include "base/config.h"
#include "catalog/catalog.h"
#include "credential/connection.h"
#include "execution/executions.h"
#include "execution/retention.h"
#include "execution/settings.h"
#include "execution/type-check.h"
#include "identity/identity.h"
#include "invocation/invoker.h"
#include "invocation/result-store.h"
#include "mcp/endpoint.h"
#include "mcp/executor-tools.h"
#include "net/client.h"
#include "net/server.h"
#include "policy/policy.h"
#include "sandbox/zygote.h"
#include "store/blob-sweeper.h"
#include "store/data-lock.h"
#include "store/store.h"

namespace executor::cli {

inline constexpr std::chrono::seconds kDrainGrace{30};

class ServerParts {
 public:
  // Builds everything up to, and not including, the listener. Errors name what the operator must
  // mend: data_dir_locked, store_corrupt, invalid_configuration, sandbox_unavailable …
  static Result<std::unique_ptr<ServerParts>> build(asio::io_context& loop,
                                                    const Configuration& configuration);

  // Makes the first account if needed, listens, and resumes what a former process left.
  Task<Result<identity::FirstStart>> start();
  // No new connections; open requests and executions may finish within kDrainGrace.
  Task<void> stop();

  // The store's threads end before anything that a transaction refers to.
  ~ServerParts();

  bool idle() const;
  // One execution is under way: the loop need not sleep between its steps (eager-loop.h).
  bool quiet() const { return executions_->runningCount() == 1; }
  std::string url() const { return server_->url(); }
  std::string mcpUrl() const { return url() + "/mcp/anonymous"; }

 private:
  ServerParts(asio::io_context& loop, const Configuration& configuration);
  // The directory with mode 0700 and its lock, before anything in it is read: two servers on one
  // directory would each believe they own its executions (D10).
  Status openData();
  // Every record type of every layer, so that one migration sees the whole schema.
  Status openStore(const Key256& masterKey);
  // The zygote before any secret is in memory that a fork could copy; missing parts of the jail are
  // logged by name, and refused where EXECUTOR_SANDBOX_REQUIRE says so.
  Status startSandbox();
  // The runtime `local-vm`, only where DANGEROUSLY_ALLOW_LOCAL_VM says so.
  Status startLocalVm();
  std::vector<sandbox::Runtime*> runtimes() const;
  // One client for all outbound requests, because the egress policy lives in it (invariant 6).
  Status connectOutside();
  // What may be called, with which credential, after whose decision.
  void governTools();
  // `nodeId` stays with the data directory: recover() takes up only what this node left behind.
  void runExecutions(std::string nodeId);
  // REST, pages and MCP on one router, so that every route passes the same Host and Origin checks.
  void answerRequests();
  Task<Status> askStore();

  asio::io_context& loop_;
  const Configuration& configuration_;
  std::string dataDir_;
  std::optional<store::DataLock> lock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::BlobSweeper> sweeper_;
  std::unique_ptr<sandbox::Zygote> zygote_;
  std::unique_ptr<sandbox::Runtime> runtime_;    // null where the kernel allows no jail
  std::unique_ptr<sandbox::Zygote> openZygote_;  // of localVm_; null unless allowed
  std::unique_ptr<sandbox::Runtime> localVm_;
  std::unique_ptr<sandbox::TypeChecker> typeChecker_;  // starts its process at first need
  std::unique_ptr<execution::TypeCheck> typeCheck_;
  std::unique_ptr<net::HttpClient> client_;
  invocation::CallGate gate_;
  std::unique_ptr<catalog::Sources> sources_;
  std::unique_ptr<policy::Policies> policies_;
  std::unique_ptr<credential::Connections> connections_;
  std::unique_ptr<approval::Approvals> approvals_;
  std::unique_ptr<invocation::ResultStore> results_;
  std::unique_ptr<invocation::Invoker> invoker_;
  std::unique_ptr<execution::Settings> settings_;
  std::unique_ptr<execution::Executions> executions_;
  std::unique_ptr<execution::Retention> retention_;
  std::unique_ptr<execution::RetentionSweeper> retentionSweeper_;
  std::unique_ptr<identity::Identity> identity_;
  std::unique_ptr<mcp::RequestStates> requestStates_;
  mcp::Features features_;  // what is served over MCP
  std::unique_ptr<mcp::Endpoint> endpoint_;
  net::Router router_;
  std::unique_ptr<net::HttpServer> server_;
};

// The encryption key: EXECUTOR_ENCRYPTION_KEY, else `encryption-key` in the data directory, made
// there with mode 0600 when the directory has none.
Result<Key256> masterKey(const Configuration& configuration);

// Where the SQLite file is: EXECUTOR_STORE_URL, else `executor.db` in the data directory.
Result<std::string> storePath(const Configuration& configuration);

}  // namespace executor::cli
