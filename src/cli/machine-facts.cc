// What can be seen of the machine without changing anything on it.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <algorithm>
#include <filesystem>

#include "cli/production-checklist.h"
#include "cli/server-parts.h"
#include "sandbox/worker-memory.h"

namespace executor::cli {
namespace {

struct Magic {
  std::uint32_t number;
  std::string_view name;
};

// linux/magic.h, and those of the kernel's drivers that it leaves out.
constexpr Magic kFilesystems[] = {
    {0xEF53, "ext4"},      {0x58465342, "xfs"},     {0x9123683E, "btrfs"}, {0x2FC12FC1, "zfs"},
    {0x01021994, "tmpfs"}, {0x794C7630, "overlay"}, {0x6969, "nfs"},       {0xFF534D42, "cifs"},
    {0xFE534D42, "smb2"},  {0x01021997, "9p"},      {0x65735546, "fuse"},  {0x00C36400, "ceph"},
    {0xF2F52010, "f2fs"}};

// 0 for what is not there.
PrivateFile modeOf(const std::string& directory, std::string name) {
  struct stat found{};
  const std::string path = name.empty() ? directory : directory + "/" + name;
  if (name.empty()) name = directory;
  if (::stat(path.c_str(), &found) != 0) return {std::move(name), false, 0};
  return {std::move(name), true, static_cast<std::uint32_t>(found.st_mode & 07777)};
}

// Before the first start the directory is not there; its parent has the disk it will be on.
std::string firstThatIsThere(std::filesystem::path path) {
  std::error_code error;
  while (!std::filesystem::exists(path, error) && path.has_relative_path()) {
    path = path.parent_path();
  }
  return path;
}

void lookAtDisk(const std::string& path, MachineFacts& facts) {
  struct statfs disk{};
  if (::statfs(firstThatIsThere(path).c_str(), &disk) != 0) {
    facts.filesystem = "unknown";
    return;
  }
  facts.freeBytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_bsize;
  const auto number = static_cast<std::uint32_t>(disk.f_type);
  const auto* known = std::ranges::find(kFilesystems, number, &Magic::number);
  facts.filesystem = known == std::end(kFilesystems) ? fmt::format("type {:#x}", number)
                                                     : std::string(known->name);
}

}  // namespace

// A zygote of its own, as doctor has it: the same kernel that the server will see.
void lookAtJail(MachineFacts& facts) {
  asio::io_context loop(1);
  auto zygote = sandbox::Zygote::start(loop, sandbox::JailRequirement::best);
  if (!zygote) {
    facts.jailError = zygote.error().message;
    return;
  }
  facts.jail = sandbox::makeLocalRuntime(loop, **zygote)->jail();
}

MachineFacts lookAtMachine(const Configuration& configuration) {
  MachineFacts facts;
  const std::string directory = configuration.dataDir();
  for (const char* file :
       {"", "owner-token", "agent-key", "encryption-key", "mcp-api-key-secret", "executor.db"}) {
    facts.privateFiles.push_back(modeOf(directory, file));
  }
  lookAtDisk(storePath(configuration).value_or(directory), facts);
  struct rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) facts.openFiles = files.rlim_max;
  facts.memoryBytes = sandbox::machineMemoryBytes();
  return facts;
}

}  // namespace executor::cli
