// The one flat input of an operation (D21): parameters of all places and, where the body is an
// object, its properties, side by side. This is what agents write, what policies point into and
// what an approval freezes, so the names must follow from the operation alone.
//
// If a name occurs in several places, the first of path, query, header, cookie, body keeps it; the
// others become <name>_query, <name>_body, …. GitHub's five real cases stand in
// testdata/github-collisions.txt.
#pragma once

#include <vector>

#include "source/openapi/schema-compiler.h"
#include "source/tool-set-builder.h"

namespace executor::source::openapi {

// A body that can stand flat: its properties, united over allOf and the variants of anyOf and
// oneOf.
struct FlatBody {
  struct Property {
    std::uint32_t name;  // text
    std::uint32_t schema;
    bool required;  // in every variant
  };
  bool isObject = false;
  bool additionalDeclared = false;
  std::vector<Property> properties;
};

// Looks at compiled nodes, so references must be finished. A body that may be something other than
// an object, or that declares neither properties nor additionalProperties, is not flat.
FlatBody flattenBody(ToolSetBuilder& builder, std::uint32_t schema);

// Orders parameters by place and gives each its flat name.
void nameFlat(std::vector<ToolRecord::Parameter>& parameters);

}  // namespace executor::source::openapi
