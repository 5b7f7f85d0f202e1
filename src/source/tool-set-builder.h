// Writes the bytes that ToolSet::fromBytes opens; what every compiler of a source format ends in.
//
// Everything is interned: equal texts, equal lists and equal schema nodes are stored once. In
// GitHub's document nine of ten inline schemas are repetitions, so this is what turns 13 MB into
// few. A node that others may refer to before it is complete (a component, possibly recursive) is
// reserved first and set later; reserved nodes are not interned, so a cycle needs no special care.
// The same calls in the same order give the same bytes: the tool set's hash is its identity.
//
// Not here: any knowledge of OpenAPI, and any limit. Limits belong to the compilers, which know
// what to tell the user.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source/tool-set.h"

namespace executor::source {

// Bits of SchemaNode::flags.
enum SchemaFlag : std::uint16_t {
  kSchemaClosed = 1,              // additionalProperties: false
  kSchemaAdditionalDeclared = 2,  // additionalProperties: true or a schema
  kSchemaNever = 4,
  kSchemaReadOnly = 8,
  kSchemaWriteOnly = 16,
  kSchemaDeprecated = 32,
};

// One node with its texts and lists already interned: the numbers of ToolSetBuilder::text and list.
struct SchemaNode {
  std::uint32_t name = 0, format = 0, description = 0;
  std::uint32_t enumJson = 0, constJson = 0, defaultJson = 0, restJson = 0;
  std::uint32_t items = kNoSchema, additional = kNoSchema;
  std::uint32_t properties = 0, required = 0, prefixItems = 0;
  std::uint32_t allOf = 0, anyOf = 0, oneOf = 0;
  std::uint16_t types = 0, flags = 0;

  bool operator==(const SchemaNode&) const = default;
};

// A tool as a compiler sees it; texts are not interned yet.
struct ToolRecord {
  std::string path, operationId, method, pathTemplate, summary, description, tag;
  bool deprecated = false;
  BodyMode bodyMode = BodyMode::none;
  bool bodyRequired = false;
  bool bodyOpen = false;
  std::string bodyMediaType;
  std::uint32_t bodySchema = kNoSchema;
  std::uint32_t outputSchema = kNoSchema;
  std::string outputMediaType;
  bool outputEmpty = false;

  struct Parameter {
    std::string flatName, wireName;
    Location location = Location::query;
    bool required = false;
    std::uint32_t schema = kNoSchema;
    std::string style;
    bool explode = false, allowReserved = false, deprecated = false;
    std::string description;
  };
  std::vector<Parameter> parameters;
  std::vector<std::string> servers;
  std::vector<std::vector<std::string>> security;
};

class ToolSetBuilder {
 public:
  ToolSetBuilder();
  ~ToolSetBuilder();

  std::uint32_t text(std::string_view value);
  std::uint32_t list(std::span<const std::uint32_t> entries);

  std::uint32_t addSchema(const SchemaNode& node);  // equal nodes get one index
  std::uint32_t reserveSchema();
  void setSchema(std::uint32_t reserved, const SchemaNode& node);
  const SchemaNode& schema(std::uint32_t index) const;
  std::span<const std::uint32_t> listAt(std::uint32_t list) const;
  std::string_view textAt(std::uint32_t text) const;
  std::size_t schemaCount() const;

  // Tools keep the order of these calls. Makes the search postings as well.
  void addTool(const ToolRecord& tool);
  void addScheme(const SecurityScheme& scheme);
  void describe(std::string_view title, std::string_view version, std::string_view description);
  void addWarning(std::string_view warning);

  std::string finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace executor::source
