// The system calls of the type checker's compiler: what the Go runtime needs, and nothing else.
//
// Beside computing it may make threads, sleep, wait on descriptors it has, interrupt its own
// threads, and ask for the name of its binary. It may not make memory executable, open a file, have
// a socket, start a process, or signal anybody else. The one execveat that starts it is allowed
// because the filter stands before it; afterwards that descriptor is closed. What Go tries and can
// do without is answered with an errno; everything unknown kills.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/error.h"

namespace executor::sandbox {

// `self`: the process that will be the compiler, in its own pid namespace. `realRoot`: there is no
// empty root, so the compiler finds its own path by O_PATH descriptors, which read nothing.
Result<std::vector<unsigned char>> compileTscFilter(pid_t self, bool realRoot);

}  // namespace executor::sandbox
