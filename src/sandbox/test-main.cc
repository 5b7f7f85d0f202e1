#include <gtest/gtest.h>

#include "sandbox/probe-jobs.h"
#include "sandbox/zygote.h"

int main(int argc, char** argv) {
  executor::sandbox::runZygoteIfAsked(argc, argv, executor::sandbox::probeJobs());
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
