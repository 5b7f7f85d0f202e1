// One operation of the document → one tool record, in two steps: everything that refers to schemas
// is compiled first for all operations, then, when the schema graph is complete, bodies are
// flattened and names given.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "source/openapi/document.h"
#include "source/openapi/schema-compiler.h"
#include "source/openapi/tool-path.h"
#include "source/openapi/warnings.h"
#include "source/tool-set-builder.h"

namespace executor::source::openapi {

// What surrounds an operation in the document.
struct OperationContext {
  std::string_view method;  // upper case
  std::string_view pathTemplate;
  const json::object* pathItem;
  const json::object* operation;
};

class OperationCompiler {
 public:
  OperationCompiler(const Document& document, std::string_view documentUrl, ToolSetBuilder& builder,
                    SchemaCompiler& schemas, Warnings& warnings);

  // Step one. The record lacks its path and its flat names.
  Result<ToolRecord> compile(const OperationContext& context);

  // Step two, after SchemaCompiler::finishReferences().
  void flatten(ToolRecord& tool);

  // Security requirement alternatives of a document or an operation.
  static std::vector<std::vector<std::string>> security(const json::value* requirements);

 private:
  void describe(const OperationContext& context, ToolRecord& out);
  Status parameters(const OperationContext& context, ToolRecord& out);
  Result<ToolRecord::Parameter> parameter(const json::object& source, Location location);
  Result<std::uint32_t> parameterSchema(const json::object& source, ToolRecord::Parameter& out);
  Status placeholders(const OperationContext& context, ToolRecord& out);
  Status body(const OperationContext& context, ToolRecord& out);
  Status output(const OperationContext& context, ToolRecord& out);
  Result<bool> response(const json::value& source, ToolRecord& out);
  void servers(const OperationContext& context, ToolRecord& out);

  const Document& document_;
  std::string documentUrl_;
  ToolSetBuilder& builder_;
  SchemaCompiler& schemas_;
  Warnings& warnings_;
  std::vector<std::string> documentServers_;
  std::vector<std::vector<std::string>> documentSecurity_;
  std::deque<json::value> inlined_;  // schemas made of a parameter's own keywords
};

}  // namespace executor::source::openapi
