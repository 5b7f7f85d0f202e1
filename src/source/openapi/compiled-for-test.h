// For tests: small documents in, tool sets and tools out. A document here is YAML, because it is
// shorter to read; paths are given alone and get the frame around them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "source/openapi/compiler.h"
#include "source/tool-set.h"

namespace executor::source::openapi {

inline std::shared_ptr<const ToolSet> compiled(std::string_view document,
                                               const CompileOptions& options = {}) {
  auto bytes = compileOpenApi(document, options);
  if (!bytes) {
    ADD_FAILURE() << bytes.error().codeName() << ": " << bytes.error().message << " "
                  << bytes.error().detail;
    return nullptr;
  }
  auto set = ToolSet::fromBytes(std::move(*bytes));
  if (!set) ADD_FAILURE() << set.error().detail;
  return set.value_or(nullptr);
}

// `rest` continues the document: paths, components, …
inline std::shared_ptr<const ToolSet> compiledFrame(std::string_view rest,
                                                    std::string_view version = "3.1.0") {
  std::string document = "openapi: " + std::string(version) +
                         "\n"
                         "info: {title: Test, version: '1'}\n"
                         "servers: [{url: 'https://api.test/v1'}]\n";
  return compiled(document + std::string(rest));
}

// A document with the one schema `yaml` as the query parameter `x`; the node of it.
struct OneSchema {
  std::shared_ptr<const ToolSet> set;
  SchemaView view;
};
inline OneSchema compiledSchema(std::string_view yaml, std::string_view version = "3.1.0",
                                std::string_view components = "") {
  auto set = compiledFrame("paths: {/a: {get: {parameters: [{name: x, in: query, schema: " +
                               std::string(yaml) + "}]}}}\n" + std::string(components),
                           version);
  const auto schema = set->schema(set->tool(0).parameters.at(0).schema);
  return {std::move(set), schema};
}

inline Error compileError(std::string_view document, const CompileOptions& options = {}) {
  const auto bytes = compileOpenApi(document, options);
  return bytes ? Error{} : bytes.error();
}

inline ToolView onlyTool(const std::shared_ptr<const ToolSet>& set) {
  EXPECT_EQ(set->toolCount(), 1u);
  return set->tool(0);
}

}  // namespace executor::source::openapi
