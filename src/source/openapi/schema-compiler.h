// JSON Schema as documents write it → nodes of the tool set's graph, in one dialect (2020-12).
//
// A local $ref becomes the index of one shared node, which is why circular references need no care
// and a component used a thousand times is stored once. The older dialect of OpenAPI 3.0 is
// normalized here and nowhere else: `nullable`, boolean exclusive bounds, `example`. A reference
// that leads nowhere, or out of the document, is a warning and "anything", because one broken
// schema should not cost the user a thousand working operations.
//
// Not here: what a schema means for a value (validate.h), or how it reads as TypeScript.
#pragma once

#include <deque>
#include <unordered_map>

#include "source/openapi/document.h"
#include "source/openapi/warnings.h"
#include "source/tool-set-builder.h"

namespace executor::source::openapi {

// Nesting within one schema, references not counted.
inline constexpr unsigned kMaxSchemaDepth = 200;

class SchemaCompiler {
 public:
  SchemaCompiler(const Document& document, ToolSetBuilder& builder, Warnings& warnings,
                 std::size_t maxNodes)
      : document_(document), builder_(builder), warnings_(warnings), maxNodes_(maxNodes) {}

  // The index of the node for `schema`. Errors: document_too_complex.
  Result<std::uint32_t> compile(const json::value& schema);
  // The node that accepts everything.
  std::uint32_t any();
  // Compiles the components that were referred to. To be called before nodes are looked at.
  Status finishReferences();

 private:
  struct Pending {
    std::uint32_t index;
    const json::value* schema;
    std::string_view name;
  };

  Result<std::uint32_t> compileAt(const json::value& schema, unsigned depth);
  Result<std::uint32_t> reference(const json::object& schema, std::string_view target,
                                  unsigned depth);
  Result<std::uint32_t> referenced(std::string_view target);
  Result<SchemaNode> node(const json::object& schema, unsigned depth);
  Status annotations(const json::object& schema, SchemaNode& out);
  Status objectKeywords(const json::object& schema, unsigned depth, SchemaNode& out);
  Status arrayKeywords(const json::object& schema, unsigned depth, SchemaNode& out);
  Status combiners(const json::object& schema, unsigned depth, SchemaNode& out);
  Result<std::uint32_t> schemaList(const json::object& schema, std::string_view keyword,
                                   unsigned depth);
  Result<std::uint32_t> acceptNull(const SchemaNode& inner);
  bool isNullable(const json::object& schema) const;
  std::uint32_t requiredList(const json::object& schema);

  const Document& document_;
  ToolSetBuilder& builder_;
  Warnings& warnings_;
  std::size_t maxNodes_;
  std::unordered_map<const json::value*, std::uint32_t> byTarget_;
  std::deque<Pending> pending_;
};

}  // namespace executor::source::openapi
