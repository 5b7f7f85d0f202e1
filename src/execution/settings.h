// The settings of workspaces: limits and habits that its owner sets and the server bounds.
//
// of() answers from memory after the first time; a change of this node is seen by the next call, a
// change of another process by the next one after its commit (store.watch), as with policies. A
// change is a transaction over one record: it merges what is given, refuses the whole when any of
// it is unknown, out of bounds or contradicts the rest, and needs a person (D1), because a limit is
// a rule over agents. Which settings exist stands in settings-table.h.
//
// Missing on purpose: settings per key or per role (they come with roles), and a history (the audit
// comes with governance); the record says who changed it last and when.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/principal.h"
#include "execution/settings-table.h"

namespace executor::store {
class Store;
}

namespace executor::execution {

struct SettingView {
  const SettingSpec* spec = nullptr;
  std::int64_t value = 0;     // in force
  std::int64_t standard = 0;  // without a setting
  std::int64_t most = 0;      // here, now
  bool set = false;
};

struct SettingsView {
  std::vector<SettingView> settings;  // all there are, in the order of the table
  std::string changedBy;              // empty: nobody has set anything
  EpochMs changedAt = 0;
};

class Settings {
 public:
  virtual ~Settings() = default;
  virtual Task<Result<WorkspaceSettings>> of(std::string workspaceId) = 0;
  virtual Task<Result<SettingsView>> show(Principal principal) = 0;
  // By name: a value sets, null goes back to the default. `forbidden`, `unknown_argument`,
  // `invalid_argument`; none of them changes anything.
  virtual Task<Result<SettingsView>> change(Principal principal, json::object changes) = 0;
  // Called after each change that this node makes or first sees, with what is in force now.
  virtual void onChange(std::function<void(const std::string&, const WorkspaceSettings&)> told) = 0;
};

// `server`: the defaults of every workspace, and the most of `running` and `queued`.
std::unique_ptr<Settings> makeSettings(store::Store& store, const Clock& clock,
                                       WorkspaceSettings server = {});

}  // namespace executor::execution
