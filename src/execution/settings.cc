// Settings as records, and those of each workspace in memory.
#include "execution/settings.h"

#include <fmt/format.h>

#include <unordered_map>

#include "execution/settings-record.h"
#include "store/store.h"

namespace executor::execution {
namespace {

using store::Txn;

std::string topicOf(std::string_view workspaceId) {
  return fmt::format("settings/{}", workspaceId);
}

Result<SettingsRecord> readRecord(Txn& txn, const std::string& workspaceId) {
  EXECUTOR_TRY(auto found, txn.get<SettingsRecord>(workspaceId));
  if (found) return *std::move(found);
  SettingsRecord fresh;
  fresh.workspaceId = workspaceId;
  return fresh;
}

// null stands for the default and takes the member away.
Status merge(json::object& values, const json::object& changes, const WorkspaceSettings& server) {
  for (const auto& [name, given] : changes) {
    if (given.is_null() && findSetting({name.data(), name.size()}) != nullptr) {
      values.erase(name);
      continue;
    }
    EXECUTOR_CHECK(readSetting({name.data(), name.size()}, given, server));
    values[name] = given;
  }
  return checkTogether(values, server);
}

struct Change {
  Principal by;
  json::object values;
  WorkspaceSettings server;
  EpochMs now;
};

Result<SettingsRecord> applyChange(Txn& txn, const Change& change) {
  EXECUTOR_TRY(SettingsRecord record, readRecord(txn, change.by.workspaceId));
  EXECUTOR_CHECK(merge(record.values, change.values, change.server));
  record.changedBy = change.by.accountId;
  record.changedAt = change.now;
  EXECUTOR_CHECK(txn.put(record));
  txn.touch(topicOf(record.workspaceId));
  return record;
}

// What this node knows of one workspace; `generation` as in policy.cc.
struct Known {
  WorkspaceSettings settings;
  bool current = false;
  std::uint64_t generation = 0;
  std::optional<store::Watch> watch;
};

class StoredSettings final : public Settings {
 public:
  StoredSettings(store::Store& store, const Clock& clock, WorkspaceSettings server)
      : store_(store), clock_(clock), server_(server) {}

  Task<Result<WorkspaceSettings>> of(std::string workspaceId) override;
  Task<Result<SettingsView>> show(Principal principal) override;
  Task<Result<SettingsView>> change(Principal principal, json::object changes) override;
  void onChange(std::function<void(const std::string&, const WorkspaceSettings&)> told) override {
    told_ = std::move(told);
  }

 private:
  Known& known(const std::string& workspaceId);
  void learn(const std::string& workspaceId, const json::object& values);
  SettingsView viewOf(const SettingsRecord& record) const;

  store::Store& store_;
  const Clock& clock_;
  WorkspaceSettings server_;
  std::unordered_map<std::string, Known> workspaces_;
  std::function<void(const std::string&, const WorkspaceSettings&)> told_;
};

// The watch is made before anything is read, so that a change in between is not missed.
Known& StoredSettings::known(const std::string& workspaceId) {
  Known& known = workspaces_.try_emplace(workspaceId, Known{server_}).first->second;
  if (!known.watch) known.watch = store_.watch(topicOf(workspaceId));
  if (known.watch->poll()) known.current = false;
  return known;
}

// Many commits wake the watch that change nothing here; only a real change is told.
void StoredSettings::learn(const std::string& workspaceId, const json::object& values) {
  Known& known = workspaces_.at(workspaceId);
  const WorkspaceSettings fresh = settingsFrom(values, server_);
  const bool news = fresh != known.settings;
  known.settings = fresh;
  known.current = true;
  if (news && told_) told_(workspaceId, fresh);
}

Task<Result<WorkspaceSettings>> StoredSettings::of(std::string workspaceId) {
  for (;;) {
    if (const Known& at = known(workspaceId); at.current) co_return at.settings;
    const std::uint64_t generation = workspaces_.at(workspaceId).generation;
    auto read = [workspaceId](Txn& txn) { return readRecord(txn, workspaceId); };
    EXECUTOR_CO_TRY(const SettingsRecord record, co_await store_.read(std::move(read)));
    if (workspaces_.at(workspaceId).generation != generation) continue;
    learn(workspaceId, record.values);
    co_return workspaces_.at(workspaceId).settings;
  }
}

SettingsView StoredSettings::viewOf(const SettingsRecord& record) const {
  SettingsView view{{}, record.changedBy, record.changedAt};
  const WorkspaceSettings now = settingsFrom(record.values, server_);
  for (const SettingSpec& spec : settingSpecs()) {
    view.settings.push_back({.spec = &spec,
                             .value = now.*spec.value,
                             .standard = server_.*spec.value,
                             .most = spec.mostOf(server_),
                             .set = record.values.contains(spec.name)});
  }
  return view;
}

// Agents may look: what they may ask for is theirs to know.
Task<Result<SettingsView>> StoredSettings::show(Principal principal) {
  auto read = [workspace = principal.workspaceId](Txn& txn) { return readRecord(txn, workspace); };
  EXECUTOR_CO_TRY(const SettingsRecord record, co_await store_.read(std::move(read)));
  co_return viewOf(record);
}

// In force when it returns. If reading it back fails, the next one to ask reads it.
Task<Result<SettingsView>> StoredSettings::change(Principal principal, json::object changes) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Changing the settings of a workspace"));
  if (changes.empty()) {
    co_return fail(ErrorCode::invalid_argument, "No setting is given.",
                   "Send for example {\"running\": 10}; null goes back to the default.");
  }
  Change change{std::move(principal), std::move(changes), server_, clock_.now()};
  EXECUTOR_CO_TRY(const SettingsRecord record,
                  co_await store_.write([change](Txn& txn) { return applyChange(txn, change); }));
  Known& at = known(record.workspaceId);
  ++at.generation;
  at.current = false;
  static_cast<void>(co_await of(record.workspaceId));
  co_return viewOf(record);
}

}  // namespace

std::unique_ptr<Settings> makeSettings(store::Store& store, const Clock& clock,
                                       WorkspaceSettings server) {
  return std::make_unique<StoredSettings>(store, clock, server);
}

}  // namespace executor::execution
