// Walks the schema graph of a tool set and prints TypeScript; the engine behind render.h.
//
// Precedence: const, enum, then the schema's own shape intersected with allOf, anyOf and oneOf.
// A variant that only lists `required` (GitHub's "title or body") narrows its parent instead of
// being printed beside it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/render.h"
#include "source/tool-set.h"

namespace executor::catalog {

// What a body of bytes takes beside its schema: a download as it came.
inline constexpr const char* kOrBytes = " | { base64: string } | { handle: string }";

class Printer {
 public:
  // With `declarations` components print as names that are declared there; without, they are
  // printed in place while they are small and near.
  Printer(const source::ToolSet& set, Declarations* declarations)
      : set_(set), declarations_(declarations) {}

  std::string type(std::uint32_t schema, unsigned depth = 0);
  // The type without its own name: what stands right of a declaration's name.
  std::string body(const source::SchemaView& view, unsigned depth);
  // `{ … }`; over several lines with comments when there are declarations and `depth` is 0.
  std::string object(const source::SchemaView& view, unsigned depth);
  std::string members(const std::vector<InputProperty>& properties, unsigned depth);

  // True if the schema is printed as a plain `{ … }`, so that it can be an interface.
  static bool isPlainObject(const source::SchemaView& view);

 private:
  bool enter(std::uint32_t schema, unsigned depth);
  // For a type checker: whole, and `any` where a reader would see `unknown`.
  bool checking() const { return declarations_ != nullptr && declarations_->checking(); }
  std::string unknownType() const { return checking() ? "any" : "unknown"; }
  std::vector<InputProperty> kept(const std::vector<InputProperty>& properties) const;
  std::string enumeration(std::string_view jsonArray) const;
  bool standsInline(const source::SchemaView& view, unsigned depth) const;
  std::string ownShape(const source::SchemaView& view, unsigned depth);
  std::string typed(const source::SchemaView& view, unsigned depth);
  std::string array(const source::SchemaView& view, unsigned depth);
  std::string record(const source::SchemaView& view, unsigned depth);
  std::string variants(const std::vector<std::uint32_t>& options, unsigned depth);
  std::string narrowed(const source::SchemaView& view, unsigned depth);
  std::string property(const InputProperty& property, unsigned depth);

  const source::ToolSet& set_;
  Declarations* declarations_;
  std::size_t visited_ = 0;
  std::vector<std::uint32_t> open_;  // schemas being printed, outermost first
};

}  // namespace executor::catalog
