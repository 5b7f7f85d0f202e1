// The system calls of a jailed child.
#pragma once

#include <seccomp.h>

#include <functional>
#include <span>
#include <vector>

#include "base/error.h"

namespace executor::sandbox {

// An allow-list is a function that adds its rules; false where libseccomp refuses one. As struct
// sock_filter[]; what it does not allow kills the process.
using FilterRules = std::function<bool(scmp_filter_ctx filter)>;
Result<std::vector<unsigned char>> compileFilter(const FilterRules& rules);

// The rule that allows `call` where all conditions hold. Arguments are compared as 64-bit numbers.
bool allowIf(scmp_filter_ctx filter, int call, std::span<const scmp_arg_cmp> conditions = {});
// mmap and mprotect: never executable, never a file's.
bool allowMemory(scmp_filter_ctx filter);

// The one niceness a worker may give itself, and no other process. Harmless, since it can only take
// CPU from itself. A tenth of the CPU beside a process that does not give way: others hardly notice
// it, and a program that computes for a second still ends on a machine that is busy for long.
inline constexpr int kGivingWay = 10;

// The compiled allow-list, as struct sock_filter[]; everything else kills the process. Made once in
// the zygote: compiling costs more than all other parts of the jail.
Result<std::vector<unsigned char>> compileJailFilter();

}  // namespace executor::sandbox
