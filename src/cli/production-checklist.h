// What a server should have before others rely on it (product.md section 2).
//
// A list of named items in four sections. Each says how it stands and what to do: `ok`, `note` for
// what only a person can judge (a backup, a choice that has reasons), `fail` for what should be
// mended first. The list itself is a pure function of the configuration and of what was seen of the
// machine, so that every verdict has a test; looking at the machine is lookAtMachine() and changes
// nothing. A failing item does not keep `serve` from starting: a laptop needs none of this. What
// does is in base/config-deployment.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "sandbox/runtime.h"

namespace executor::cli {

// Enough for 1,000 clients, their upstreams and the workers of a busy server.
inline constexpr std::uint64_t kLeastOpenFiles = 8'192;
inline constexpr std::uint64_t kLeastFreeBytes = std::uint64_t{1} << 30;
inline constexpr std::uint64_t kLeastMachineMemory = std::uint64_t{1} << 30;

enum class Standing : std::uint8_t { ok, note, fail };
std::string_view name(Standing standing);

struct ChecklistItem {
  std::string section, name;
  Standing standing = Standing::ok;
  std::string text;  // how it is
  std::string fix;   // what to do; empty when ok
};

// A file or directory that only its owner should read.
struct PrivateFile {
  std::string name;
  bool there = false;
  std::uint32_t mode = 0;  // permission bits
};

// What configuration alone does not tell.
struct MachineFacts {
  std::vector<PrivateFile> privateFiles;
  std::string filesystem;  // of the store: "ext4", "nfs" …; its number where it has no name here
  std::uint64_t freeBytes = 0;
  std::uint64_t openFiles = 0;  // the most that serve can give itself
  std::uint64_t memoryBytes = 0;
  std::vector<sandbox::JailPart> jail;
  std::string jailError;  // no jail at all
};

MachineFacts lookAtMachine(const Configuration& configuration);
// Starts this binary anew as a zygote, so it is for the product's own main() alone.
void lookAtJail(MachineFacts& facts);

std::vector<ChecklistItem> productionChecklist(const Configuration& configuration,
                                               const MachineFacts& facts);

}  // namespace executor::cli
