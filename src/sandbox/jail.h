// The second wall: what a jailed child may do is compute and talk over one socket.
//
// Parts, each reported by name with the reason when the kernel forbids it: user, pid, network,
// mount, IPC and UTS namespaces; an empty root; Landlock with every right denied; an unprivileged
// user; no capabilities; no new privileges; resource limits; a seccomp allow-list that kills,
// without any way to make memory executable; no descriptor but the socket; not dumpable; death with
// the parent.
//
// Works as root (the zygote becomes nobody first where that costs no part) and as an ordinary user.
// What is missing is never silent: doctor shows it, and JailRequirement::full refuses to start.
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "sandbox/runtime.h"
#include "sandbox/zygote.h"

namespace executor::sandbox {

// The one descriptor of a jailed child.
inline constexpr int kJailSocket = 0;
// The user and group without rights, by convention of every distribution.
inline constexpr unsigned kNobody = 65534;
// Beside the user namespace, which decides whether an ordinary user may have these.
inline constexpr unsigned long kAllNamespaces =
    CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;

// What the zygote found out about this kernel, once.
struct JailPlan {
  // Of local-vm: no namespaces, no files taken away, no filter. What every process may do to itself
  // is done all the same: no descriptor, no privilege, no file to open or write, no process.
  bool open = false;
  unsigned long cloneFlags = 0;  // namespaces
  bool mayMount = false;         // an empty root can be made
  bool becomeNobody = false;     // the child gives up root's user itself
  // Of the zygote: what `nobody` inside the user namespace is outside.
  unsigned outerUid = 0, outerGid = 0;
  std::vector<unsigned char> filter;  // struct sock_filter[]
  std::vector<JailPart> parts;
};

struct JailLimits {
  std::uint64_t memoryBytes = 0;  // RLIMIT_DATA
  std::uint32_t cpuSeconds = 0;   // RLIMIT_CPU; 0 for none
};

// A child that goes on as another program, a static binary given by its descriptor: what it finds
// in the jail beside what every child finds. Its descriptors 0 to `kProgramBinary` are the caller's
// to arrange; the last is the binary, the only file that may be opened or executed.
inline constexpr int kProgramBinary = 3;
struct JailProgram {
  std::uint32_t threads = 1;      // RLIMIT_NPROC
  std::uint32_t descriptors = 4;  // RLIMIT_NOFILE
  // Makes empty files in the new root, which is the working directory; false gives up.
  bool (*furnish)() = nullptr;
  std::vector<unsigned char> filter;  // in place of the plan's
};

// Probes the kernel by making and ending children. Single-threaded process only; may change the
// process's user to nobody. sandbox_unavailable if there is no jail to be had at all.
Result<JailPlan> planJail();

// For JailRequirement::none; needs nothing of the kernel. Single-threaded process only; root
// becomes nobody where it may.
JailPlan planWithoutJail();

// JailRequirement::full: sandbox_unavailable naming each part that is not active, with its reason.
Status requireParts(JailRequirement require, std::span<const JailPart> parts);

// A child by clone with the plan's namespaces: 0 in the child, -1 with errno.
pid_t cloneJailed(const JailPlan& plan);

// In the child: everything else, with `socket` as what remains. On failure the name of the part.
// After it only the calls of the allow-list work.
// With `program` the descriptors stay as they are, and its filter has to allow the execveat.
const char* enterJail(const JailPlan& plan, int socket, const JailLimits& limits,
                      const JailProgram* program = nullptr);

}  // namespace executor::sandbox
