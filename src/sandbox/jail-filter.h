// The system calls of a jailed child.
#pragma once

#include <vector>

#include "base/error.h"

namespace executor::sandbox {

// The compiled allow-list, as struct sock_filter[]; everything else kills the process. Made once in
// the zygote: compiling costs more than all other parts of the jail.
Result<std::vector<unsigned char>> compileJailFilter();

}  // namespace executor::sandbox
