// The parts of a server in the order of their dependencies.
#include "cli/server-parts.h"

#include <sys/stat.h>

#include <filesystem>

#include "base/id.h"
#include "base/metrics.h"
#include "base/text.h"
#include "identity/secret-file.h"
#include "mcp/result-resources.h"
#include "sandbox/worker-memory.h"

namespace executor::cli {
namespace {

// Every layer that stores something names its records; the store knows none of them itself.
store::Schema everyRecord() {
  store::Schema all = store::blobSchema();
  all += identity::identitySchema();
  all += catalog::schema();
  all += policy::schema();
  all += credential::schema();
  all += approval::approvalSchema();
  all += invocation::resultSchema();
  all += execution::executionSchema();
  return all;
}

// A text kept in a 0600 file of the data directory; `make` gives it the first time.
template <class F>
Result<std::string> keptSecret(const std::string& path, F make) {
  EXECUTOR_TRY(auto kept, identity::readSecretFile(path));
  if (!kept.empty()) return kept;
  std::string fresh = make();
  EXECUTOR_CHECK(identity::writeSecretFile(path, fresh));
  return fresh;
}

// 0700: what lies in it is for the owner, whatever the umask was.
Status makeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return fail(ErrorCode::invalid_configuration,
                "Cannot make the directory " + path + ": " + error.message() + ".",
                "Choose another with EXECUTOR_DATA_DIR or --data-dir.");
  }
  ::chmod(path.c_str(), 0700);
  return {};
}

// What may be configured is what may be run: the two tables know of each other only here.
static_assert(config::kMostRunning == execution::kMaxRunningPerWorkspace);
static_assert(config::kMostQueued == execution::kMaxQueued);
static_assert(config::kLongestSuspendGraceMs == execution::kMaxSuspendAfter.count());

execution::AdmissionLimits admissionLimits(const Configuration& configuration) {
  return {.running = configuration.workspaceRunning(), .queued = configuration.workspaceQueued()};
}

// What a workspace has that has set nothing.
execution::WorkspaceSettings serverSettings(const Configuration& configuration,
                                            execution::TypeCheckMode typeCheck) {
  execution::WorkspaceSettings server;
  server.typeCheck = static_cast<std::int64_t>(typeCheck);
  server.running = static_cast<std::int64_t>(configuration.workspaceRunning());
  server.queued = static_cast<std::int64_t>(configuration.workspaceQueued());
  return server;
}

// A finished task may be looked at for as long as its workspace keeps executions.
mcp::KeptFor keptFor(execution::Settings& settings) {
  return [&settings](std::string workspaceId) -> Task<Result<EpochMs>> {
    EXECUTOR_CO_TRY(auto now, co_await settings.of(std::move(workspaceId)));
    co_return now.keepExecutionsDays* EpochMs{24 * 3'600'000};
  };
}

bool allowsLocalVm(const Configuration& configuration) {
  return configuration.flag("DANGEROUSLY_ALLOW_LOCAL_VM");
}

// For one runtime's workers, of what the machine has for all; 0: the usual part.
std::uint64_t workerMemory(const Configuration& configuration) {
  if (!allowsLocalVm(configuration)) return 0;
  return sandbox::machineMemoryBytes() / sandbox::kMachineMemoryPart / 2;
}

net::ServerOptions serverOptions(const Configuration& configuration) {
  auto listen = configuration.listen();
  net::ServerOptions options;
  options.address = listen.host;
  options.port = listen.port;
  options.publicUrl = configuration.publicUrl();
  options.allowedHosts = configuration.list("EXECUTOR_ALLOWED_HOSTS");
  options.corsOrigins = configuration.list("EXECUTOR_CORS_ORIGINS");
  options.trustedProxies = configuration.list("EXECUTOR_TRUSTED_PROXIES");
  return options;
}

}  // namespace

// A key file that cannot be read is never replaced: a new key would make every sealed field
// unreadable for good.
Result<Key256> masterKey(const Configuration& configuration) {
  if (auto given = configuration.encryptionKey()) return *given;
  auto path = configuration.dataDir() + "/encryption-key";
  EXECUTOR_TRY(auto text, keptSecret(path, [] {
                 auto key = randomKey();
                 return base64Encode({reinterpret_cast<const char*>(key.data()), key.size()});
               }));
  std::string bytes;
  Key256 key;
  if (!base64Decode(text, bytes) || bytes.size() != key.size()) {
    return fail(ErrorCode::invalid_configuration, path + " does not hold 32 bytes in base64.",
                "Restore it from a backup: without it stored secrets cannot be read.");
  }
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

Result<std::string> storePath(const Configuration& configuration) {
  auto url = configuration.get("EXECUTOR_STORE_URL");
  if (url.empty()) return configuration.dataDir() + "/executor.db";
  constexpr std::string_view kScheme = "sqlite://";
  if (url.starts_with(kScheme)) return std::string(url.substr(kScheme.size()));
  return fail(ErrorCode::not_configured,
              "EXECUTOR_STORE_URL names a store this version does not have.",
              "Use sqlite:///path, or leave it unset for a file in the data directory.");
}

ServerParts::ServerParts(asio::io_context& loop, const Configuration& configuration)
    : loop_(loop), configuration_(configuration), dataDir_(configuration.dataDir()) {}

Result<std::unique_ptr<ServerParts>> ServerParts::build(asio::io_context& loop,
                                                        const Configuration& configuration) {
  std::unique_ptr<ServerParts> parts(new ServerParts(loop, configuration));
  EXECUTOR_CHECK(parts->openData());
  EXECUTOR_TRY(auto key, masterKey(configuration));
  EXECUTOR_CHECK(parts->openStore(key));
  EXECUTOR_CHECK(parts->startSandbox());
  EXECUTOR_CHECK(parts->connectOutside());
  EXECUTOR_TRY(auto node,
               keptSecret(parts->dataDir_ + "/node-id", [] { return newId(idPrefix::kNode); }));
  parts->governTools();
  parts->runExecutions(std::move(node));
  parts->answerRequests();
  return parts;
}

// The lock comes before anything in the directory is read: the second server must not even look.
Status ServerParts::openData() {
  EXECUTOR_CHECK(makeDirectory(dataDir_));
  EXECUTOR_TRY(auto lock, store::lockDataDirectory(dataDir_));
  lock_ = std::move(lock);
  return makeDirectory(dataDir_ + "/tool-sets");
}

Status ServerParts::openStore(const Key256& masterKey) {
  requestStates_ = std::make_unique<mcp::RequestStates>(masterKey, systemClock());
  EXECUTOR_TRY(auto path, storePath(configuration_));
  EXECUTOR_TRY(store_,
               store::openStore({.path = path, .masterKey = masterKey, .schema = everyRecord()},
                                loop_.get_executor()));
  sweeper_ = std::make_unique<store::BlobSweeper>(*store_, loop_);
  return {};
}

// Before the outside is reachable. A missing part of the jail is a line in the log of every start.
// Where no jail is to be had nothing starts, unless the operator has allowed to do without.
Status ServerParts::startSandbox() {
  EXECUTOR_CHECK(startLocalVm());
  auto require = configuration_.get("EXECUTOR_SANDBOX_REQUIRE") == "full"
                     ? sandbox::JailRequirement::full
                     : sandbox::JailRequirement::best;
  auto walled = sandbox::Zygote::start(loop_, require);
  if (!walled && !localVm_) return std::unexpected(std::move(walled).error());
  if (walled) {
    zygote_ = *std::move(walled);
    runtime_ = sandbox::makeLocalRuntime(loop_, *zygote_, workerMemory(configuration_));
  } else {
    logError(LogLevel::warn, "no_jail", walled.error());
  }
  typeChecker_ = sandbox::makeTypeChecker(
      {.tscPath = std::string(configuration_.get("EXECUTOR_TSC")), .require = require},
      loop_.get_executor());
  for (const auto& part : runtimes().front()->jail()) {
    if (part.active) continue;
    log(LogLevel::warn, "jail_part_missing", {{"part", part.name}, {"reason", part.reason}});
  }
  return {};
}

// A zygote of its own: nothing that is asked of the other can make it do without a jail.
Status ServerParts::startLocalVm() {
  if (!allowsLocalVm(configuration_)) return {};
  EXECUTOR_TRY(openZygote_, sandbox::Zygote::start(loop_, sandbox::JailRequirement::none));
  localVm_ = sandbox::makeLocalRuntime(loop_, *openZygote_, workerMemory(configuration_));
  log(LogLevel::warn, "local_vm_allowed",
      {{"what", "programs that name the runtime local-vm run without the jail"}});
  return {};
}

// The default first. Where there is none, whoever wants to run something has to name local-vm.
std::vector<sandbox::Runtime*> ServerParts::runtimes() const {
  std::vector<sandbox::Runtime*> all;
  for (sandbox::Runtime* runtime : {runtime_.get(), localVm_.get()}) {
    if (runtime != nullptr) all.push_back(runtime);
  }
  return all;
}

// One client for everything that leaves: calls and documents pass the same guard.
Status ServerParts::connectOutside() {
  EXECUTOR_TRY(auto egress, net::EgressPolicy::parse(configuration_.egress()));
  client_ = std::make_unique<net::HttpClient>(loop_, net::ClientOptions{.egress = egress});
  return {};
}

// What may be called, and who says so.
void ServerParts::governTools() {
  const auto& clock = systemClock();
  auto& readers = zygote_ ? *zygote_ : *openZygote_;
  sources_ = catalog::makeSources(*store_, *client_, readers, clock, dataDir_ + "/tool-sets");
  policies_ = policy::makePolicies(*store_, *sources_, clock);
  connections_ = credential::makeConnections(*store_, *sources_, clock);
  approvals_ = approval::makeApprovals(*store_, loop_, clock);
  invocation::connectPolicies(*approvals_, *policies_);
}

// The one pipeline of calls, and the executions that use it.
void ServerParts::runExecutions(std::string nodeId) {
  const auto& clock = systemClock();
  results_ = std::make_unique<invocation::ResultStore>(*store_, clock);
  invoker_ = invocation::makeInvoker(*policies_, *connections_, *approvals_, *sources_, *client_,
                                     gate_, clock, *results_);
  auto mode = execution::TypeCheckMode::error;
  (void)execution::parseTypeCheckMode(configuration_.get("EXECUTOR_TYPE_CHECK"), mode);
  typeCheck_ = std::make_unique<execution::TypeCheck>(typeChecker_.get(), mode);
  settings_ = execution::makeSettings(*store_, clock, serverSettings(configuration_, mode));
  executions_ = execution::makeExecutions({.store = *store_,
                                           .runtimes = runtimes(),
                                           .invoker = *invoker_,
                                           .approvals = *approvals_,
                                           .sources = *sources_,
                                           .policies = *policies_,
                                           .gate = gate_,
                                           .clock = clock,
                                           .loop = loop_,
                                           .nodeId = std::move(nodeId),
                                           .typeCheck = typeCheck_.get(),
                                           .limits = admissionLimits(configuration_),
                                           .settings = settings_.get(),
                                           .suspendAfter = configuration_.suspendAfter()});
  retention_ = std::make_unique<execution::Retention>(
      *store_, clock, [settings = settings_.get()](std::string workspaceId) {
        return execution::keepAgesOf(*settings, std::move(workspaceId));
      });
  retentionSweeper_ = std::make_unique<execution::RetentionSweeper>(*retention_, loop_);
}

// The two faces, REST and MCP, on one router.
void ServerParts::answerRequests() {
  const auto& clock = systemClock();
  identity_ = identity::makeIdentity(
      *store_, clock,
      {.dataDir = dataDir_,
       .mcpApiKeySecret = std::string(configuration_.get("MCP_API_KEY_SECRET")),
       .keyTtlSeconds = configuration_.mcpApiKeyTtl().value_or(std::chrono::seconds(0)).count(),
       .publicUrl = configuration_.publicUrl()});
  mcp::addExecutorTools(features_, {.executions = *executions_,
                                    .approvals = *approvals_,
                                    .sources = *sources_,
                                    .states = *requestStates_,
                                    .keptFor = keptFor(*settings_)});
  features_.add(mcp::makeResultResources(*results_));
  endpoint_ = std::make_unique<mcp::Endpoint>(features_, *identity_, clock);
  endpoint_->addRoutes(router_);
  auto address = asio::ip::make_address(configuration_.listen().host);
  api::addApiRoutes(router_, {.identity = *identity_,
                              .sources = *sources_,
                              .policies = *policies_,
                              .connections = *connections_,
                              .executions = *executions_,
                              .settings = *settings_,
                              .approvals = *approvals_,
                              .results = *results_,
                              .clock = clock,
                              .loopbackOnly = address.is_loopback(),
                              .ready = [this] { return askStore(); },
                              .typeCheck = typeCheck_.get()});
  server_ = std::make_unique<net::HttpServer>(loop_, router_, serverOptions(configuration_));
}

// The listener's own address is refused to programs only once it is known (port 0).
// Ready means that a reader thread answers from the database.
Task<Status> ServerParts::askStore() {
  co_return co_await store_->read([](store::Txn&) -> Status { return {}; });
}

Task<Result<identity::FirstStart>> ServerParts::start() {
  EXECUTOR_CO_TRY(auto first, co_await identity_->ensureFirstStart());
  EXECUTOR_CO_CHECK(server_->listen());
  auto bound = asio::ip::make_address(configuration_.listen().host);
  for (const auto& address :
       {bound, asio::ip::make_address("127.0.0.1"), asio::ip::make_address("::1")}) {
    client_->egress().refuseOwn(address, server_->port());
  }
  EXECUTOR_CO_CHECK(co_await executions_->recover());
  co_return first;
}

// Streams end first, then requests finish, then executions; what is left is for the next start.
Task<void> ServerParts::stop() {
  endpoint_->stop();
  co_await server_->stop(kDrainGrace);
  co_await executions_->drain(deadlineAfter(kDrainGrace));
}

ServerParts::~ServerParts() {
  if (store_) store_->close();
}

bool ServerParts::idle() const {
  return server_->openConnections() == 0 && executions_->runningCount() == 0;
}

}  // namespace executor::cli
