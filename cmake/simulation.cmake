# execution-simulation: histories of a small installation over the production's own code
# (src/execution/simulation/world.h), and execution-simulation-faults: the same with deliberate
# faults compiled in (src/base/fault.h), of which a run puts one in force.
file(GLOB simulation_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/execution/simulation/*.cc)
list(FILTER simulation_sources EXCLUDE REGEX "-test\\.cc$|/(main|no-kernel)\\.cc$")
set(simulation_main ${CMAKE_SOURCE_DIR}/src/execution/simulation/main.cc
  ${CMAKE_SOURCE_DIR}/src/execution/simulation/no-kernel.cc)
list(APPEND simulation_sources ${CMAKE_SOURCE_DIR}/src/store/testing/memory-engine-test.cc)

add_library(simulation_world STATIC ${simulation_sources})
target_precompile_headers(simulation_world REUSE_FROM executor_base)
target_link_libraries(simulation_world PUBLIC executor_execution)

add_executable(execution-simulation ${simulation_main})
target_precompile_headers(execution-simulation REUSE_FROM executor_base)
target_link_libraries(execution-simulation PRIVATE simulation_world)

# A hundred thousand histories in the test command, in parts that run beside each other; `make soak`
# runs a million.
foreach(part 0 1 2 3)
  math(EXPR from "${part} * 25000 + 1")
  add_test(NAME simulation.histories.${from}
    COMMAND execution-simulation --from ${from} --count 25000)
  set_tests_properties(simulation.histories.${from} PROPERTIES TIMEOUT 900 LABELS simulation)
endforeach()

file(GLOB simulation_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/execution/simulation/*-test.cc)
add_executable(simulation-test ${simulation_tests})
target_precompile_headers(simulation-test REUSE_FROM executor_base)
target_link_libraries(simulation-test PRIVATE simulation_world GTest::gtest GTest::gmock
  GTest::gtest_main)
gtest_discover_tests(simulation-test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
  PROPERTIES TIMEOUT 300 LABELS simulation)

# The layers in which faults are placed, once more with them.
set(fault_sources ${simulation_sources} ${simulation_main})
foreach(layer approval invocation execution)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${layer}/*.cc)
  list(FILTER sources EXCLUDE REGEX "-(test|bench|fuzz)\\.cc$|/test-main\\.cc$")
  list(APPEND fault_sources ${sources})
endforeach()
add_executable(execution-simulation-faults ${fault_sources})
target_compile_definitions(execution-simulation-faults PRIVATE EXECUTOR_FAULTS=1)
target_precompile_headers(execution-simulation-faults REUSE_FROM executor_base)
target_link_libraries(execution-simulation-faults PRIVATE executor_policy executor_credential
  executor_catalog executor_source executor_sandbox executor_net executor_store executor_base)
# D36: each is noticed within a thousand histories.
foreach(fault send_before_durable retry_unsafe outcome_twice epoch_ignored decided_twice lease_early
    wake_up_lost final_before_journal)
  add_test(NAME simulation.fault.${fault}
    COMMAND execution-simulation-faults --fault ${fault} --count 1000)
  set_tests_properties(simulation.fault.${fault} PROPERTIES TIMEOUT 120 LABELS simulation)
endforeach()
