// The tools of one workspace: an immutable snapshot that is replaced as a whole, never edited.
//
// A Catalog is the list of the workspace's ready sources (name, id, tool set) plus the system tools
// every workspace has. Lookup is by hash of the source's name and binary search inside the set;
// search goes through the sets' postings; nothing scans. A snapshot stays valid while someone holds
// it, so an execution that started before a refresh can finish on what it saw.
//
// Sources keeps the snapshots: it adds, refreshes and removes sources. The last good version of a
// source serves until a new one is ready; a failing source never hides another.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "base/json.h"
#include "base/principal.h"
#include "base/time.h"
#include "net/client.h"
#include "sandbox/zygote.h"
#include "source/tool-set.h"
#include "store/store.h"

namespace executor::catalog {

// Built-in tools, answered without an upstream. First segments reserved by D20.
enum class SystemTool : std::uint8_t {
  none,
  discover,
  catalogNamespaces,
  catalogTools,
  catalogDescribe,
  resultsGet,  // answered by invocation/, which owns the results
};

struct ToolRef {
  std::string path;  // canonical address: "github.issues.create"
  SystemTool system = SystemTool::none;
  std::string sourceId;  // empty for system tools
  std::string sourceName;
  std::string baseUrl;  // the source's override, or empty
  std::shared_ptr<const source::ToolSet> set;
  std::uint32_t index = 0;

  bool safe() const;  // runs without approval by default, may be retried
  source::ToolView view() const { return set->tool(index); }
};

class Catalog {
 public:
  virtual ~Catalog() = default;
  virtual std::optional<ToolRef> find(std::string_view path) const = 0;
  // unknown_tool whose message and hint name the nearest real tools.
  virtual Error unknownTool(std::string_view path) const = 0;
  // How many leading segments of `path` are a source and groups of it: behind them is what is wrong
  // with an unknown one.
  virtual std::size_t knownSegments(std::string_view /*path*/) const { return 0; }
  struct Namespace {
    std::string name, title;
    std::size_t tools = 0;
  };
  virtual std::vector<Namespace> namespaces() const = 0;
  virtual std::size_t toolCount() const = 0;
  // Changes whenever the snapshot does; part of the `execute` description's cache key.
  virtual std::uint64_t version() const = 0;

  // Answers a system tool. `approvalOf` gives the caller's own policy decision for a path ("auto",
  // "required" or "denied"); denied tools are left out.
  using ApprovalOf = std::function<std::string_view(const ToolRef&)>;
  virtual Result<json::value> answer(SystemTool tool, const json::object& input,
                                     const ApprovalOf& approvalOf) const = 0;
};

inline constexpr std::size_t kMaxSourcesPerWorkspace = 500;
inline constexpr std::size_t kMaxSourceNameBytes = 64;
// What of a document's own words is kept in a source's record.
inline constexpr std::size_t kMaxTitleBytes = 200;
inline constexpr std::size_t kMaxWarnings = 50;
inline constexpr std::size_t kMaxWarningBytes = 300;
inline constexpr std::size_t kMaxSecuritySchemes = 50;

// What a client may set when adding a source.
struct SourceDraft {
  std::string name;  // becomes the first path segment after reference OAS-38 seg(); unique
  std::string kind = "openapi";
  std::string url;       // of the document; or
  std::string document;  // the pasted document
  std::string baseUrl;   // overrides the document's servers
};

// What clients see of a source; the stored record is catalog/'s own.
struct SourceView {
  std::string id, workspaceId, name, kind, url, baseUrl, title, documentVersion, toolSetHash;
  std::string state;  // "ready", or "failed": the last refresh failed and the version before serves
  std::string errorCode, errorMessage;
  std::size_t toolCount = 0;
  std::vector<std::string> warnings;
  std::vector<source::SecurityScheme> securitySchemes;
  EpochMs createdAt = 0, updatedAt = 0;
};

// Progress of adding or refreshing, for humans: "downloading", "compiling", "storing".
using Progress = std::function<void(std::string_view step, std::size_t done, std::size_t total)>;

class Sources {
 public:
  virtual ~Sources() = default;
  // The snapshot of a workspace; loads it from the store on first use.
  virtual Task<Result<std::shared_ptr<const Catalog>>> of(std::string workspaceId) = 0;
  // Person or agent may read; adding, refreshing and removing need `person`. Nothing is stored when
  // the document cannot be compiled.
  virtual Task<Result<SourceView>> add(Principal principal, SourceDraft draft,
                                       Progress progress) = 0;
  virtual Task<Result<SourceView>> refresh(Principal principal, std::string idOrName,
                                           Progress progress) = 0;
  virtual Task<Status> remove(Principal principal, std::string idOrName) = 0;
  virtual Task<Result<std::vector<SourceView>>> list(Principal principal) = 0;
  virtual Task<Result<SourceView>> show(Principal principal, std::string idOrName) = 0;
  // Runs inside the transaction that removes a source, so that what belongs to it in the layers
  // above (its connections) goes with it or not at all. To be set up before the loop runs.
  virtual void onRemove(std::function<Status(store::Txn&, const std::string& sourceId)> hook) = 0;
};

// Where the compile job runs. The zygote's is sandbox::Zygote::run.
using RunJob = std::function<Task<Result<std::string>>(std::string job, std::string input,
                                                       sandbox::JobLimits limits)>;

// All references must outlive the sources. `toolSetDir` is made if it is not there; it is a cache
// of the store's blobs and may be deleted while the server is down.
std::unique_ptr<Sources> makeSources(store::Store& store, net::HttpClient& client,
                                     sandbox::Zygote& zygote, const Clock& clock,
                                     std::string toolSetDir);
std::unique_ptr<Sources> makeSources(store::Store& store, net::HttpClient& client, RunJob compile,
                                     const Clock& clock, std::string toolSetDir);

// The record types of this layer.
store::Schema schema();

}  // namespace executor::catalog
