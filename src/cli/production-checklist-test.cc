// Every verdict of the production checklist, from configuration and facts as they may be.
#include "cli/production-checklist.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/id.h"

namespace executor::cli {
namespace {

// A server that others may rely on.
NamedValues soundVariables() {
  return {{"HOME", "/home/x"},
          {"EXECUTOR_PUBLIC_URL", "https://executor.example"},
          {"EXECUTOR_TRUSTED_PROXIES", "10.0.0.7"},
          {"EXECUTOR_SANDBOX_REQUIRE", "full"},
          {"EXECUTOR_EGRESS", "public"},
          {"EXECUTOR_LOG_FORMAT", "json"},
          {"MCP_API_KEY_TTL_SECONDS", "86400"}};
}

MachineFacts soundFacts() {
  MachineFacts facts;
  facts.privateFiles = {{"/data", true, 0700}, {"owner-token", true, 0600}};
  facts.filesystem = "ext4";
  facts.freeBytes = kLeastFreeBytes;
  facts.openFiles = kLeastOpenFiles;
  facts.memoryBytes = kLeastMachineMemory;
  facts.jail = {{"seccomp", true, ""}};
  return facts;
}

std::vector<ChecklistItem> listOf(const NamedValues& variables, const MachineFacts& facts) {
  const auto configuration = Configuration::load({.environment = variables});
  EXPECT_TRUE(configuration) << configuration.error().message;
  return productionChecklist(*configuration, facts);
}

ChecklistItem itemOf(const std::vector<ChecklistItem>& items, std::string_view name) {
  // The worst of that name.
  ChecklistItem worst;
  for (const auto& item : items) {
    if (item.name == name && (worst.name.empty() || item.standing > worst.standing)) worst = item;
  }
  EXPECT_EQ(worst.name, name);
  return worst;
}

ChecklistItem with(std::string_view name, const NamedValues& changed,
                   const MachineFacts& facts = soundFacts()) {
  NamedValues variables = soundVariables();
  for (const auto& [variable, value] : changed) variables[variable] = value;
  return itemOf(listOf(variables, facts), name);
}

TEST(ProductionChecklist, ASoundServerFailsInNothing) {
  for (const auto& item : listOf(soundVariables(), soundFacts())) {
    EXPECT_NE(item.standing, Standing::fail) << item.name << ": " << item.text;
    EXPECT_EQ(item.fix.empty(), item.standing == Standing::ok) << item.name;
  }
}

TEST(ProductionChecklist, ALaptopFailsInWhatMatters) {
  std::vector<std::string> failing;
  for (const auto& item : listOf({{"HOME", "/home/x"}}, soundFacts())) {
    if (item.standing == Standing::fail) failing.push_back(item.name);
  }
  EXPECT_EQ(failing, (std::vector<std::string>{"public URL", "jail is required", "egress"}));
}

TEST(ProductionChecklist, EveryFaultIsNamedWithItsFix) {
  struct Row {
    const char* name;
    NamedValues changed;
    const char* fix;
  };
  const Row rows[] = {
      {"public URL", {{"EXECUTOR_PUBLIC_URL", ""}}, "EXECUTOR_PUBLIC_URL"},
      {"public URL", {{"EXECUTOR_PUBLIC_URL", "http://executor.example"}}, "https"},
      {"listen address",
       {{"EXECUTOR_LISTEN", "0.0.0.0:4788"}, {"EXECUTOR_TRUSTED_PROXIES", ""}},
       "EXECUTOR_TRUSTED_PROXIES"},
      {"trusted proxies", {{"EXECUTOR_TRUSTED_PROXIES", "10.0.0.7,0.0.0.0/0"}}, "own addresses"},
      {"trusted proxies", {{"EXECUTOR_TRUSTED_PROXIES", "::/0"}}, "own addresses"},
      {"jail is required", {{"EXECUTOR_SANDBOX_REQUIRE", "best"}}, "EXECUTOR_SANDBOX_REQUIRE=full"},
      {"local-vm",
       {{"DANGEROUSLY_ALLOW_LOCAL_VM", "1"}, {"EXECUTOR_SANDBOX_REQUIRE", "best"}},
       "DANGEROUSLY_ALLOW_LOCAL_VM"},
      {"deployment rules", {{"DANGEROUSLY_ALLOW_LOCAL_VM", "1"}}, "Unset one of them"},
      {"egress", {{"EXECUTOR_EGRESS", ""}}, "EXECUTOR_EGRESS"}};
  for (const Row& row : rows) {
    const ChecklistItem item = with(row.name, row.changed);
    EXPECT_EQ(item.standing, Standing::fail) << row.name << ": " << item.text;
    EXPECT_NE(item.fix.find(row.fix), std::string::npos) << item.fix;
  }
}

TEST(ProductionChecklist, WhatMayBeMeantIsANote) {
  struct Row {
    const char* name;
    NamedValues changed;
  };
  const Row rows[] = {{"trusted proxies", {{"EXECUTOR_TRUSTED_PROXIES", ""}}},
                      {"life of agent keys", {{"MCP_API_KEY_TTL_SECONDS", ""}}},
                      {"log format", {{"EXECUTOR_LOG_FORMAT", "text"}}},
                      {"encryption key", {}},
                      {"backup", {}},
                      {"errors", {}},
                      {"OAuth for /mcp", {}}};
  for (const Row& row : rows) {
    EXPECT_EQ(with(row.name, row.changed).standing, Standing::note) << row.name;
  }
}

TEST(ProductionChecklist, AChoiceThatWasMadeIsNotQuestioned) {
  for (const char* egress : {"public", "private", "10.0.0.0/8"}) {
    EXPECT_EQ(with("egress", {{"EXECUTOR_EGRESS", egress}}).standing, Standing::ok) << egress;
  }
  EXPECT_EQ(with("listen address", {{"EXECUTOR_LISTEN", "0.0.0.0:4788"}}).standing, Standing::ok)
      << "behind a proxy in another container";
  EXPECT_EQ(with("listen address", {{"EXECUTOR_LISTEN", "[::1]:4788"}}).standing, Standing::ok);
}

TEST(ProductionChecklist, AFileThatOthersMayReadFails) {
  for (const std::uint32_t mode : {0640u, 0604u, 0660u, 0601u, 0777u}) {
    MachineFacts facts = soundFacts();
    facts.privateFiles = {{"owner-token", true, mode}};
    const auto item = with("owner-token", {}, facts);
    EXPECT_EQ(item.standing, Standing::fail) << mode;
    EXPECT_NE(item.fix.find("chmod go= owner-token"), std::string::npos);
  }
  MachineFacts facts = soundFacts();
  facts.privateFiles = {{"owner-token", false, 0}, {"key", true, 0400}};
  EXPECT_EQ(with("owner-token", {}, facts).standing, Standing::ok);
  EXPECT_EQ(with("key", {}, facts).standing, Standing::ok);
}

TEST(ProductionChecklist, TheStoreBelongsOnADiskOfThisMachine) {
  MachineFacts facts = soundFacts();
  for (const char* disk : {"nfs", "cifs", "smb2", "9p", "fuse", "ceph", "tmpfs"}) {
    facts.filesystem = disk;
    EXPECT_EQ(with("store's disk", {}, facts).standing, Standing::fail) << disk;
  }
  for (const char* disk : {"ext4", "xfs", "btrfs", "type 0x1234"}) {
    facts.filesystem = disk;
    EXPECT_EQ(with("store's disk", {}, facts).standing, Standing::ok) << disk;
  }
  facts.filesystem = "overlay";
  EXPECT_EQ(with("store's disk", {}, facts).standing, Standing::note);
}

TEST(ProductionChecklist, EachLimitOfTheMachineIsAtItsLastGoodValue) {
  const auto standing = [](const char* name, std::uint64_t MachineFacts::* fact,
                           std::uint64_t value) {
    MachineFacts facts = soundFacts();
    facts.*fact = value;
    return with(name, {}, facts).standing;
  };
  EXPECT_EQ(standing("open files", &MachineFacts::openFiles, kLeastOpenFiles), Standing::ok);
  EXPECT_EQ(standing("open files", &MachineFacts::openFiles, kLeastOpenFiles - 1), Standing::fail);
  EXPECT_EQ(standing("free space", &MachineFacts::freeBytes, kLeastFreeBytes), Standing::ok);
  EXPECT_EQ(standing("free space", &MachineFacts::freeBytes, kLeastFreeBytes - 1), Standing::fail);
  EXPECT_EQ(standing("memory", &MachineFacts::memoryBytes, kLeastMachineMemory), Standing::ok);
  EXPECT_EQ(standing("memory", &MachineFacts::memoryBytes, kLeastMachineMemory - 1),
            Standing::note);
}

TEST(ProductionChecklist, EachMissingPartOfTheJailFailsByItsName) {
  MachineFacts facts = soundFacts();
  facts.jail = {{"seccomp", true, ""}, {"Landlock", false, "kernel 5.10"}};
  const auto item = with("jail", {}, facts);
  EXPECT_EQ(item.standing, Standing::fail);
  EXPECT_EQ(item.text, "Landlock is missing: kernel 5.10");
  facts.jailError = "No namespaces.";
  EXPECT_EQ(with("jail", {}, facts).text, "No namespaces.");
}

TEST(ProductionChecklist, LookingChangesNothing) {
  const auto directory = std::filesystem::temp_directory_path() / ("facts-" + newId("test"));
  const auto configuration = Configuration::load(
      {.environment = {{"HOME", "/home/x"}, {"EXECUTOR_DATA_DIR", directory.string()}}});
  ASSERT_TRUE(configuration);
  const MachineFacts facts = lookAtMachine(*configuration);
  EXPECT_FALSE(std::filesystem::exists(directory));
  EXPECT_GT(facts.freeBytes, 0u);
  EXPECT_GT(facts.openFiles, 0u);
  EXPECT_GT(facts.memoryBytes, 0u);
  EXPECT_FALSE(facts.filesystem.empty());
  ASSERT_FALSE(facts.privateFiles.empty());
  for (const auto& file : facts.privateFiles) EXPECT_FALSE(file.there) << file.name;
}

TEST(ProductionChecklist, ModesAreThoseOnTheDisk) {
  const auto directory = std::filesystem::temp_directory_path() / ("facts-" + newId("test"));
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "owner-token") << "x";
  using std::filesystem::perms;
  std::filesystem::permissions(directory / "owner-token", perms::owner_read | perms::group_read);
  const auto configuration = Configuration::load(
      {.environment = {{"HOME", "/home/x"}, {"EXECUTOR_DATA_DIR", directory.string()}}});
  for (const auto& file : lookAtMachine(*configuration).privateFiles) {
    if (file.name == "owner-token") EXPECT_EQ(file.mode, 0440u);
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace executor::cli
