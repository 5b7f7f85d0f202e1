// Connections: named credentials for a source, sealed at rest, write-only to everyone (invariant
// 1).
//
// The secret enters once (a `person` writes it), is sealed with the workspace's key and the
// record's id as associated data, and leaves only as an Authorization for one outbound request of
// its source. No interface returns it. Opened secrets are not cached: opening one costs a
// microsecond, and memory that holds none cannot leak any. Every secret that passes is registered
// for redaction.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "base/principal.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "source/operation.h"
#include "store/store.h"

namespace executor::credential {

inline constexpr std::size_t kMaxSecretBytes = 16u << 10;
inline constexpr std::size_t kMaxConnectionNameBytes = 64;
inline constexpr std::size_t kMaxParameterBytes = 128;
inline constexpr std::size_t kMaxConnectionsPerSource = 50;
inline constexpr std::size_t kMaxConnectionsPerWorkspace = 1'000;

struct ConnectionDraft {
  std::string source;     // id or name
  std::string name;       // unique per source; default "default"
  std::string kind;       // "bearer" "basic" "apiKey"; default from the document
  std::string in;         // apiKey: "header" (default), "query", "cookie"
  std::string parameter;  // apiKey: its name; default from the document, else x-api-key
  std::string secret;     // token, key, or "user:password" for basic
};

struct ConnectionView {
  std::string id, workspaceId, sourceId, sourceName, name, kind, in, parameter, scope;
  EpochMs createdAt = 0, updatedAt = 0;
};

class Connections {
 public:
  virtual ~Connections() = default;
  virtual Task<Result<ConnectionView>> add(Principal principal, ConnectionDraft draft) = 0;
  virtual Task<Result<std::vector<ConnectionView>>> list(Principal principal) = 0;
  // By id, by name where only one source has one of that name, or by "source/name".
  virtual Task<Status> remove(Principal principal, std::string idOrName) = 0;
  // The authorization for a call. `connection` empty: the source's only or its `default` one; kind
  // `none` if the source has no connection. `credential_missing` if a named one does not exist or
  // several exist and none is `default`.
  virtual Task<Result<source::Authorization>> authorize(std::string workspaceId,
                                                        std::string sourceId,
                                                        std::string connection) = 0;
};

// All must outlive the connections. Connections go with their source: hooks into
// Sources::onRemove.
std::unique_ptr<Connections> makeConnections(store::Store& store, catalog::Sources& sources,
                                             const Clock& clock);

// The record types of this layer.
store::Schema schema();

}  // namespace executor::credential
