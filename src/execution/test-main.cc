#include <gtest/gtest.h>

#include "execution/testing/stage.h"
#include "sandbox/zygote.h"

int main(int argc, char** argv) {
  executor::sandbox::runZygoteIfAsked(argc, argv, {});
  if (executor::execution::testing::runChildIfAsked(argc, argv)) return 0;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
