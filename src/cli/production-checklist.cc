#include "cli/production-checklist.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "base/async.h"

namespace executor::cli {
namespace {

constexpr std::uint32_t kOthersBits = 077;

// Locks and the shared memory of WAL do not hold across machines.
constexpr std::string_view kRemoteFilesystems[] = {"nfs", "cifs", "smb2", "9p", "fuse", "ceph"};

std::string megabytes(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

// Items are added in the order in which they are shown.
class Checklist {
 public:
  Checklist(const Configuration& configuration, const MachineFacts& facts)
      : given_(configuration), facts_(facts) {}

  std::vector<ChecklistItem> items() {
    security();
    infrastructure();
    monitoring();
    optionalFeatures();
    return std::move(items_);
  }

 private:
  void security() {
    section_ = "security";
    deploymentRules();
    privateFiles();
    encryptionKey();
    publicUrl();
    listenAddress();
    trustedProxies();
    jail();
    localVm();
    egress();
    keyLife();
  }

  void infrastructure() {
    section_ = "infrastructure";
    storeDisk();
    freeSpace();
    openFiles();
    memory();
    add("backup", Standing::note, "cannot be seen from here",
        "Back up the store's file (with sqlite3's .backup, or with the server stopped) and the key "
        "files of the data directory, apart from each other.");
  }

  void monitoring() {
    section_ = "monitoring";
    const bool json = given_.get("EXECUTOR_LOG_FORMAT") == "json";
    add("log format", json ? Standing::ok : Standing::note,
        json ? "json" : "text: for eyes, not for a collector", "Set EXECUTOR_LOG_FORMAT=json.");
    add("probes", Standing::note, "/healthz, /readyz and /metrics answer",
        "Let something ask them; beyond loopback /metrics wants a key.");
    feature("errors", "SENTRY_DSN");
    feature("traces", "OTEL_EXPORTER_OTLP_ENDPOINT");
  }

  void optionalFeatures() {
    section_ = "optional";
    feature("OAuth for /mcp", "MCP_AUTHORIZATION_SERVER");
    feature("sign-in with WorkOS", "WORKOS_CLIENT_ID");
    feature("billing", "STRIPE_SECRET_KEY");
    feature("rate limit", "EXECUTOR_RATE_LIMIT");
  }

  void deploymentRules() {
    const auto problems = deploymentProblems(given_);
    if (problems.empty()) return add("deployment rules", Standing::ok, "kept", "");
    for (const Error& problem : problems) {
      add("deployment rules", Standing::fail, problem.message, problem.hint);
    }
  }

  void privateFiles() {
    for (const PrivateFile& file : facts_.privateFiles) {
      if (!file.there) {
        add(file.name, Standing::ok, "made with mode 0600 at the first start", "");
      } else if ((file.mode & kOthersBits) != 0) {
        add(file.name, Standing::fail, fmt::format("mode {:04o}: others may use it", file.mode),
            fmt::format("chmod go= {}; if others may have read it, make a new one.", file.name));
      } else {
        add(file.name, Standing::ok, fmt::format("mode {:04o}", file.mode), "");
      }
    }
  }

  // A key beside what it seals protects a stolen file, not a stolen disk.
  void encryptionKey() {
    const bool given = given_.isGiven("EXECUTOR_ENCRYPTION_KEY");
    add("encryption key", given ? Standing::ok : Standing::note,
        given ? "from the environment" : "a file beside the store it seals",
        "Give it as EXECUTOR_ENCRYPTION_KEY from a secret store.");
  }

  void publicUrl() {
    const std::string url = given_.publicUrl();
    if (url.starts_with("https://")) return add("public URL", Standing::ok, url, "");
    add("public URL", Standing::fail, url.empty() ? "not set" : url + " is not https",
        "Set EXECUTOR_PUBLIC_URL to the https origin that clients see: links and cookies follow "
        "it.");
  }

  bool onLoopback() const {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(given_.listen().host, error);
    return !error && address.is_loopback();
  }

  // This version ends no TLS itself: keys and tokens would cross the network as they are.
  void listenAddress() {
    const auto listen = fmt::format("{}:{}", given_.listen().host, given_.listen().port);
    if (onLoopback()) return add("listen address", Standing::ok, listen + ", loopback", "");
    if (!given_.list("EXECUTOR_TRUSTED_PROXIES").empty()) {
      return add("listen address", Standing::ok, listen + ", behind proxies", "");
    }
    add("listen address", Standing::fail, listen + " is reachable without TLS",
        "Listen on loopback behind a proxy that ends TLS, or name the proxies in "
        "EXECUTOR_TRUSTED_PROXIES and let nobody else reach the port.");
  }

  // Who is believed may claim any address and scheme.
  void trustedProxies() {
    const auto proxies = given_.list("EXECUTOR_TRUSTED_PROXIES");
    const auto everybody = std::ranges::find_if(
        proxies, [](const std::string& network) { return network.ends_with("/0"); });
    if (everybody != proxies.end()) {
      return add("trusted proxies", Standing::fail, *everybody + " is everybody",
                 "Name the proxies' own addresses in EXECUTOR_TRUSTED_PROXIES.");
    }
    if (!proxies.empty()) {
      return add("trusted proxies", Standing::ok, fmt::format("{} named", proxies.size()), "");
    }
    add("trusted proxies", Standing::note, "none: a proxy's X-Forwarded-* is not believed",
        "Name the proxy in EXECUTOR_TRUSTED_PROXIES, so that logs and limits see the clients.");
  }

  void jail() {
    if (!facts_.jailError.empty()) {
      return add("jail", Standing::fail, facts_.jailError, "executor doctor says what is missing.");
    }
    for (const auto& part : facts_.jail) {
      if (part.active) continue;
      add("jail", Standing::fail, fmt::format("{} is missing: {}", part.name, part.reason),
          "Run on a kernel, or in a container, that allows it.");
    }
    const bool full = given_.get("EXECUTOR_SANDBOX_REQUIRE") == "full";
    add("jail is required", full ? Standing::ok : Standing::fail,
        full ? "full" : "a part that goes missing would only be logged",
        "Set EXECUTOR_SANDBOX_REQUIRE=full.");
  }

  void localVm() {
    const bool allowed = given_.flag("DANGEROUSLY_ALLOW_LOCAL_VM");
    add("local-vm", allowed ? Standing::fail : Standing::ok,
        allowed ? "programs may run without the jail" : "not allowed",
        "Unset DANGEROUSLY_ALLOW_LOCAL_VM.");
  }

  // The default suits a laptop; elsewhere it is a choice to be made.
  void egress() {
    const std::string egress = given_.egress();
    if (given_.isGiven("EXECUTOR_EGRESS") || egress == "public") {
      return add("egress", Standing::ok, egress, "");
    }
    add("egress", Standing::fail, egress + " by default: sources may name hosts of your network",
        "Set EXECUTOR_EGRESS to public, to networks, or to private if that is meant.");
  }

  void keyLife() {
    const bool ends = given_.mcpApiKeyTtl().has_value();
    add("life of agent keys", ends ? Standing::ok : Standing::note,
        ends ? fmt::format("{} s", given_.mcpApiKeyTtl()->count()) : "they do not expire",
        "Set MCP_API_KEY_TTL_SECONDS, or revoke keys that are not used.");
  }

  void storeDisk() {
    const std::string& disk = facts_.filesystem;
    if (std::ranges::find(kRemoteFilesystems, disk) != std::end(kRemoteFilesystems)) {
      return add("store's disk", Standing::fail, disk + ": locks of SQLite do not hold on it",
                 "Put the data directory on a disk of this machine.");
    }
    if (disk == "tmpfs") {
      return add("store's disk", Standing::fail, "tmpfs: everything is gone at the next restart",
                 "Put the data directory on a disk.");
    }
    const bool layer = disk == "overlay";
    add("store's disk", layer ? Standing::note : Standing::ok,
        layer ? "the container's own layer: it is gone with the container" : disk,
        "Mount a volume for the data directory.");
  }

  void freeSpace() {
    const bool enough = facts_.freeBytes >= kLeastFreeBytes;
    add("free space", enough ? Standing::ok : Standing::fail, megabytes(facts_.freeBytes) + " free",
        fmt::format("Have at least {} free.", megabytes(kLeastFreeBytes)));
  }

  void openFiles() {
    const bool enough = facts_.openFiles >= kLeastOpenFiles;
    add("open files", enough ? Standing::ok : Standing::fail,
        fmt::format("{} at most", facts_.openFiles),
        fmt::format("Raise the hard limit to {} (LimitNOFILE, ulimit -Hn).", kLeastOpenFiles));
  }

  void memory() {
    const bool enough = facts_.memoryBytes >= kLeastMachineMemory;
    add("memory", enough ? Standing::ok : Standing::note,
        megabytes(facts_.memoryBytes) + ", half of it for programs",
        "Give it more, or allow fewer executions: EXECUTOR_WORKSPACE_RUNNING.");
  }

  void feature(std::string what, std::string_view variable) {
    const bool given = given_.isGiven(variable);
    add(std::move(what), given ? Standing::ok : Standing::note,
        given ? "configured" : "not configured", fmt::format("Set {} to use it.", variable));
  }

  void add(std::string what, Standing standing, std::string text, std::string fix) {
    if (standing == Standing::ok) fix.clear();
    items_.push_back({section_, std::move(what), standing, std::move(text), std::move(fix)});
  }

  const Configuration& given_;
  const MachineFacts& facts_;
  std::string section_;
  std::vector<ChecklistItem> items_;
};

}  // namespace

std::string_view name(Standing standing) {
  switch (standing) {
    case Standing::ok: return "ok";
    case Standing::note: return "note";
    case Standing::fail: return "fail";
  }
  std::unreachable();
}

std::vector<ChecklistItem> productionChecklist(const Configuration& configuration,
                                               const MachineFacts& facts) {
  return Checklist(configuration, facts).items();
}

}  // namespace executor::cli
