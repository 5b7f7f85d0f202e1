# The engines: WebAssembly modules from npm, translated to C by wabt's wasm2c and compiled once.
#
# cmake/build-engine takes a .wasm and makes <name>.c, <name>.h and <name>.o. Objects are cached by
# content (wasm, tools, flags) under EXECUTOR_ENGINE_CACHE, so a fresh clone compiles nothing again.
# Generated C is a build product and is never committed.
set(EXECUTOR_ENGINE_CACHE "$ENV{HOME}/.cache/executor-engine" CACHE PATH "Engine objects by content")
set(ENGINE_DIR ${CMAKE_BINARY_DIR}/generated/engine)
foreach(engine quickjs swc)
  add_custom_command(
    OUTPUT ${ENGINE_DIR}/${engine}.o ${ENGINE_DIR}/${engine}.h
    COMMAND ${CMAKE_SOURCE_DIR}/cmake/build-engine ${engine} ${CMAKE_SOURCE_DIR} ${ENGINE_DIR}
      ${EXECUTOR_ENGINE_CACHE} ${CMAKE_C_COMPILER}
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/build-engine ${CMAKE_SOURCE_DIR}/package-lock.json
    COMMENT "Engine ${engine}" VERBATIM)
endforeach()
add_custom_target(engine_objects DEPENDS ${ENGINE_DIR}/quickjs.o ${ENGINE_DIR}/quickjs.h
  ${ENGINE_DIR}/swc.o ${ENGINE_DIR}/swc.h)
add_library(executor_engine INTERFACE)
add_dependencies(executor_engine engine_objects)
target_link_libraries(executor_engine INTERFACE ${ENGINE_DIR}/quickjs.o ${ENGINE_DIR}/swc.o)
