// The prepared engine: the image every run starts from, made once in the zygote and shared by its
// children through copy on write.
#pragma once

#include "base/error.h"
#include "sandbox/machine.h"

namespace executor::sandbox {

// Boots the engine, loads the harness, exercises it once so that its lazily made parts are in the
// image, and captures. Deterministic: every build of the same engine and harness makes the same
// bytes.
Result<Image> prepareImage();

// The harness's source, one function expression.
std::string harnessSource();

}  // namespace executor::sandbox
