#include "execution/simulation/node.h"

#include <stdexcept>

#include "catalog/snapshot.h"
#include "execution/execution-record.h"
#include "source/openapi/compiler.h"

namespace executor::execution::simulation {
namespace {

constexpr std::string_view kDocument = R"({"openapi":"3.1.0","info":{"title":"Shop","version":"1"},
"servers":[{"url":"https://shop.example"}],
"paths":{
"/items":{
 "get":{"tags":["items"],"operationId":"list",
  "parameters":[{"name":"q","in":"query","schema":{"type":"string"}}],
  "responses":{"200":{"description":"ok"}}},
 "post":{"tags":["items"],"operationId":"create",
  "requestBody":{"content":{"application/json":{"schema":{"type":"object",
   "properties":{"name":{"type":"string"}}}}}},
  "responses":{"200":{"description":"ok"}}}},
"/check":{"get":{"tags":["items"],"operationId":"check",
  "parameters":[{"name":"q","in":"query","schema":{"type":"string"}}],
  "responses":{"200":{"description":"ok"}}}},
"/remove":{"post":{"tags":["items"],"operationId":"remove",
  "requestBody":{"content":{"application/json":{"schema":{"type":"object",
   "properties":{"name":{"type":"string"}}}}}},
  "responses":{"200":{"description":"ok"}}}}
}})";

// Immutable, so one for all worlds of the process.
std::shared_ptr<const catalog::Catalog> shopCatalog() {
  static const std::shared_ptr<const catalog::Catalog> catalog = [] {
    auto bytes = source::openapi::compileOpenApi(kDocument);
    if (!bytes) throw std::runtime_error(bytes.error().message);
    auto set = source::ToolSet::fromBytes(*std::move(bytes));
    if (!set) throw std::runtime_error(set.error().message);
    return std::make_shared<catalog::Snapshot>(
        std::vector<catalog::SnapshotSource>{{"src_shop", "shop", "", "Shop", *std::move(set)}});
  }();
  return catalog;
}

// Every workspace has the shop, and nobody can change that.
class FixedSources final : public catalog::Sources {
 public:
  Task<Result<std::shared_ptr<const catalog::Catalog>>> of(std::string) override {
    co_return shopCatalog();
  }
  Task<Result<catalog::SourceView>> add(Principal, catalog::SourceDraft,
                                        catalog::Progress) override {
    co_return fixed();
  }
  Task<Result<catalog::SourceView>> refresh(Principal, std::string, catalog::Progress) override {
    co_return fixed();
  }
  Task<Status> remove(Principal, std::string) override { co_return fixed(); }
  Task<Result<std::vector<catalog::SourceView>>> list(Principal) override { co_return fixed(); }
  Task<Result<catalog::SourceView>> show(Principal, std::string) override { co_return fixed(); }
  void onRemove(std::function<Status(store::Txn&, const std::string&)>) override {}

 private:
  static std::unexpected<Error> fixed() { return failInternal("the sources are fixed"); }
};

}  // namespace

Principal agentOf(std::string workspace) {
  Principal who;
  who.kind = CredentialKind::agent;
  who.accountId = "acct_anna";
  who.organizationId = "org_1";
  who.workspaceId = std::move(workspace);
  who.keyId = "key_1";
  return who;
}

Principal personOf(std::string workspace) {
  Principal who = agentOf(std::move(workspace));
  who.kind = CredentialKind::person;
  return who;
}

store::Schema wholeSchema() {
  store::Schema schema = executionSchema();
  schema += approval::approvalSchema();
  schema += policy::schema();
  schema += credential::schema();
  schema += invocation::resultSchema();
  schema += store::blobSchema();
  return schema;
}

Key256 simulationKey() {
  Key256 key;
  key.fill(7);
  return key;
}

Node::Node(NodeSettings settings, store::testing::MemoryDatabase& database,
           store::testing::MemoryFates fates, Upstream& upstream, ScriptRuntime::Watch watch)
    : settings_(std::move(settings)) {
  clock.skew = settings_.skew;
  auto engine = std::make_unique<store::testing::MemoryEngine>(database, loop.get_executor(),
                                                               std::move(fates));
  engine_ = engine.get();
  store = std::make_unique<store::Store>(std::move(engine), loop.get_executor(), simulationKey(),
                                         clock);
  sender = upstream.connect(alive_);
  sources = std::make_unique<FixedSources>();
  policies = policy::makePolicies(*store, *sources, clock);
  connections = credential::makeConnections(*store, *sources, clock);
  approvals = approval::makeApprovals(*store, loop, clock);
  results = std::make_unique<invocation::ResultStore>(*store, clock);
  invoker = invocation::makeInvoker(*policies, *connections, *approvals, *sources, *sender, gate,
                                    clock, *results);
  runtime = std::make_unique<ScriptRuntime>(loop, std::move(watch));
  executions = makeExecutions({.store = *store,
                               .runtimes = {runtime.get()},
                               .invoker = *invoker,
                               .approvals = *approvals,
                               .sources = *sources,
                               .policies = *policies,
                               .gate = gate,
                               .clock = clock,
                               .loop = loop,
                               .nodeId = settings_.id,
                               .limits = settings_.limits});
}

Node::~Node() { die(); }

void Node::die() {
  if (std::exchange(alive_, false)) engine_->cut();
}

}  // namespace executor::execution::simulation
