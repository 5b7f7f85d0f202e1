#include "base/config-table.h"

#include <algorithm>
#include <array>

#include "base/config-values.h"
#include "base/text.h"

namespace executor {
namespace {

using namespace config;

// Short names keep a row readable.
constexpr Secrecy kOpen = Secrecy::open, kSecret = Secrecy::secret, kUrl = Secrecy::url;

// What is expected, in words that several rows share: they stand in error hints after "Expected: ",
// and in the documentation.
constexpr std::string_view kFlagWords = "1, true, yes, on, or 0, false, no, off";
constexpr std::string_view kPathWords = "an absolute path, or one that begins with ~/";
constexpr std::string_view kUrlWords = "an http or https URL";
constexpr std::string_view kOriginWords = "scheme://host[:port], such as https://executor.example";
constexpr std::string_view kTokenWords = "at least 16 characters";
constexpr std::string_view kPemWords = "a PEM block, -----BEGIN … to … END-----";
constexpr std::string_view kCountWords = "a whole number above 0";
constexpr std::string_view kTextWords = "a text";

// name, flag, default, secrecy, grammar, what is expected, meaning. product.md section 3, D30, D31.
constexpr auto kVariables = std::to_array<Variable>({
    {"EXECUTOR_DEPLOYMENT_MODE", "--deployment-mode", "self-hosted", kOpen, isMode,
     "self-hosted, or cloud (also hosted, production, prod)", "How strict the rules are."},
    {"EXECUTOR_LISTEN", "--listen", "127.0.0.1:4788", kOpen, isListen,
     "an address and a port, such as 127.0.0.1:4788 or [::1]:0", "Where the server listens."},
    {"EXECUTOR_PUBLIC_URL", "--public-url", "", kOpen, isOrigin, kOriginWords,
     "The origin that clients see; links, redirects and metadata use it."},
    {"EXECUTOR_DATA_DIR", "--data-dir", "~/.executor", kOpen, isPath, kPathWords,
     "Where keys, the SQLite file and tool sets are kept."},
    {"EXECUTOR_CONFIG", "--config", "", kOpen, isPath, kPathWords,
     "The configuration file; else config.yaml in the data directory, if there."},
    {"EXECUTOR_STORE_URL", "--store-url", "", kUrl, isStoreUrl,
     "sqlite:///path, postgres://…, or convex",
     "Where records are kept; else a SQLite file in the data directory."},
    {"CONVEX_URL", "", "", kOpen, isUrl, kUrlWords, "The Convex deployment."},
    {"CONVEX_SITE_URL", "", "", kOpen, isUrl, kUrlWords, "The HTTP actions of that deployment."},
    {"CONVEX_DEPLOY_KEY", "", "", kSecret, isToken, kTokenWords, "The key of that deployment."},
    {"EXECUTOR_ENCRYPTION_KEY", "", "", kSecret, isKey256,
     "32 bytes in base64 (openssl rand -base64 32)",
     "Seals secrets at rest; else a key file in the data directory."},
    {"EXECUTOR_INTERNAL_TOKEN", "", "", kSecret, isToken, kTokenWords,
     "Signs the callback tokens of executions; needed by several nodes."},
    {"EXECUTOR_ALLOWED_HOSTS", "--allowed-hosts", "", kOpen, isHostList,
     "host names with or without port, separated by commas",
     "Further names that a Host header may carry."},
    {"EXECUTOR_CORS_ORIGINS", "--cors-origins", "", kOpen, isOriginList,
     "origins separated by commas", "Web pages that may call the API."},
    {"EXECUTOR_TRUSTED_PROXIES", "--trusted-proxies", "", kOpen, isNetworkList,
     "networks or addresses separated by commas", "Proxies whose X-Forwarded-* is believed."},
    {"EXECUTOR_TLS_CERT", "--tls-cert", "", kOpen, isPath, kPathWords, "The certificate chain."},
    {"EXECUTOR_TLS_KEY", "--tls-key", "", kOpen, isPath, kPathWords, "The certificate's key."},
    {"EXECUTOR_EGRESS", "--egress", "private", kOpen, isEgress,
     "public, private, or networks separated by commas",
     "What outbound requests may reach; in cloud mode public."},
    {"EXECUTOR_RATE_LIMIT", "--rate-limit", "off", kOpen, isRateLimit,
     "off, or a number per time such as 600/minute (second, minute, hour)",
     "Requests per principal and address."},
    {"EXECUTOR_WORKSPACE_RUNNING", "--workspace-running", "256", kOpen, isRunningLimit,
     "a whole number from 1 to 1024", "Executions of one workspace that run at once."},
    {"EXECUTOR_WORKSPACE_QUEUED", "--workspace-queued", "1000", kOpen, isQueueLimit,
     "a whole number from 0 to 10000", "Further ones that may wait for their turn."},
    {"EXECUTOR_SUSPEND_AFTER_MS", "--suspend-after-ms", "5000", kOpen, isSuspendGrace,
     "milliseconds from 0 to 3600000", "How long an execution is at rest before it leaves memory."},
    {"EXECUTOR_SANDBOX_REQUIRE", "--sandbox-require", "best", kOpen, isJailRequirement,
     "best or full", "full: refuse to start where a part of the jail is missing."},
    {"EXECUTOR_TYPE_CHECK", "--type-check", "error", kOpen, isTypeCheck, "off, warn or error",
     "What a type error of a program does."},
    {"EXECUTOR_TSC", "--tsc", "", kOpen, isPath, kPathWords, "Where the type checker is."},
    {"EXECUTOR_LOG_LEVEL", "--log-level", "info", kOpen, isLogLevel, "debug, info, warn or error",
     "The least level that is logged."},
    {"EXECUTOR_LOG_FORMAT", "--log-format", "text", kOpen, isLogFormat, "text or json",
     "How log lines look."},
    {"MCP_API_KEY_SECRET", "", "", kSecret, isToken, kTokenWords,
     "Signs the API keys of /mcp/anonymous; else made at first start."},
    {"MCP_API_KEY_TTL_SECONDS", "", "", kOpen, isCount, kCountWords,
     "Life of an API key; unset: no end, in cloud mode 90 days."},
    {"MCP_AUTHORIZATION_SERVER", "", "", kOpen, isUrl, kUrlWords, "OAuth for /mcp."},
    {"MCP_OAUTH_AUDIENCE", "", "", kOpen, isAny, kTextWords, "The audience of /mcp's tokens."},
    {"EXECUTOR_ENFORCE_MANAGED_CREDENTIALS", "", "", kOpen, isFlag, kFlagWords,
     "The rules of cloud mode for secrets."},
    {"EXECUTOR_ENFORCE_MCP_AUTH", "", "", kOpen, isFlag, kFlagWords,
     "The rules of cloud mode for /mcp."},
    {"EXECUTOR_ANONYMOUS", "", "", kOpen, isFlag, kFlagWords, "Opens /auth/anonymous/token."},
    {"ANONYMOUS_AUTH_PRIVATE_KEY_PEM", "", "", kSecret, isPem, kPemWords,
     "Signs anonymous tokens (ES256)."},
    {"ANONYMOUS_AUTH_PUBLIC_KEY_PEM", "", "", kOpen, isPem, kPemWords,
     "Verifies anonymous tokens."},
    {"ANONYMOUS_AUTH_TOKEN_TTL_SECONDS", "", "", kOpen, isCount, kCountWords,
     "Life of an anonymous token."},
    {"DANGEROUSLY_ALLOW_LOCAL_VM", "", "", kOpen, isFlag, kFlagWords,
     "Adds the runtime local-vm: the engine without its jail."},
    {"CLOUDFLARE_SANDBOX_RUN_URL", "", "", kOpen, isUrl, kUrlWords, "The remote sandbox host."},
    {"CLOUDFLARE_SANDBOX_AUTH_TOKEN", "", "", kSecret, isToken, kTokenWords, "Its token."},
    {"CLOUDFLARE_SANDBOX_REQUEST_TIMEOUT_MS", "", "", kOpen, isCount, kCountWords,
     "How long one request to it may take."},
    {"AGENT_STORAGE_PROVIDER", "", "", kOpen, isStorageProvider,
     "agentfs-local or agentfs-cloudflare", "Where agent storage lives."},
    {"AGENT_STORAGE_ROOT", "", "", kOpen, isPath, kPathWords, "The directory of agentfs-local."},
    {"AGENT_STORAGE_TOUCH_ON_READ", "", "", kOpen, isFlag, kFlagWords,
     "Whether reading counts as use."},
    {"EXECUTOR_GENERATE_URL", "", "", kOpen, isUrl, kUrlWords, "An external OpenAPI generator."},
    {"WORKOS_CLIENT_ID", "", "", kOpen, isAny, kTextWords, "AuthKit sign-in."},
    {"WORKOS_API_KEY", "", "", kSecret, isToken, kTokenWords, "WorkOS, Vault included."},
    {"WORKOS_COOKIE_PASSWORD", "", "", kSecret, isToken, kTokenWords, "Seals session cookies."},
    {"WORKOS_WEBHOOK_SECRET", "", "", kSecret, isToken, kTokenWords, "Verifies its webhooks."},
    {"STRIPE_SECRET_KEY", "", "", kSecret, isToken, kTokenWords, "Billing; unset: none."},
    {"STRIPE_WEBHOOK_SECRET", "", "", kSecret, isToken, kTokenWords, "Verifies its webhooks."},
    {"STRIPE_PRICE_ID", "", "", kOpen, isAny, kTextWords, "The price of a seat."},
    {"BILLING_SUCCESS_URL", "", "", kOpen, isUrl, kUrlWords, "Where checkout ends."},
    {"BILLING_CANCEL_URL", "", "", kOpen, isUrl, kUrlWords, "Where a cancelled checkout ends."},
    {"BILLING_RETURN_URL", "", "", kOpen, isUrl, kUrlWords, "Where the portal returns to."},
    {"SENTRY_DSN", "", "", kSecret, isUrl, kUrlWords, "Where errors are reported."},
    {"OTEL_EXPORTER_OTLP_ENDPOINT", "", "", kUrl, isUrl, kUrlWords, "Where traces are sent."},
});

// The one variable that the original product knew under two names.
constexpr std::string_view kAlias = "MCP_AUTHORIZATION_SERVER_URL";
constexpr std::string_view kAliasOf = "MCP_AUTHORIZATION_SERVER";

// From what std::ranges::find gives to what callers can test.
const Variable* orNull(const Variable* found) {
  return found == kVariables.data() + kVariables.size() ? nullptr : found;
}

}  // namespace

// The order of the table is the order of `doctor` and of the documentation: most used first, then
// by the part of the product they belong to.
std::span<const Variable> knownVariables() { return kVariables; }

const Variable* findVariable(std::string_view name) {
  if (name == kAlias) name = kAliasOf;
  return orNull(std::ranges::find(knownVariables(), name, &Variable::name).base());
}

const Variable* findFlag(std::string_view flag) {
  // Variables without a flag have an empty one, and would match it.
  if (flag.empty()) return nullptr;
  return orNull(std::ranges::find(knownVariables(), flag, &Variable::flag).base());
}

// Called on the way to an error only; the copy of all names does not matter.
std::string_view nearestVariable(std::string_view name) {
  std::vector<std::string> names;
  for (const Variable& variable : kVariables) names.emplace_back(variable.name);
  const auto near = nearestNames(name, names, 1);
  return near.empty() ? std::string_view() : findVariable(near.front())->name;
}

}  // namespace executor
