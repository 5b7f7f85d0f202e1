// GoogleTest's main, except that this binary is also its own zygote: the compile job of the tests
// runs in the same jail as in the server.
#include <gtest/gtest.h>

#include "sandbox/zygote.h"
#include "source/openapi/compile-job.h"

namespace {

constexpr executor::sandbox::Job kJobs[] = {
    {executor::source::openapi::kCompileJobName, executor::source::openapi::compileOpenApiJob}};

}  // namespace

int main(int argc, char** argv) {
  executor::sandbox::runZygoteIfAsked(argc, argv, kJobs);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
