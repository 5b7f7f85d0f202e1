// Native code that tries to leave the jail, as jobs of the test binary only.
#pragma once

#include <span>

#include "sandbox/zygote.h"

namespace executor::sandbox {

std::span<const Job> probeJobs();

}  // namespace executor::sandbox
