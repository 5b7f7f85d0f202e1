#include "source/openapi/schema-compiler.h"

#include <fmt/format.h>

#include "base/text.h"
#include "source/openapi/schema-keywords.h"

namespace executor::source::openapi {
namespace {

constexpr std::size_t kMaxQuotedBytes = 200;  // of the document's text in one warning

// Always about the document as a whole: half a schema graph is not usable.
std::unexpected<Error> tooComplex(std::string what) {
  return fail(ErrorCode::document_too_complex, std::move(what),
              "Simplify the document, or split it into several sources.");
}

// Text 0, the empty one, if the keyword is absent; `null` present is the text "null".
std::uint32_t keywordText(const json::object& schema, std::string_view key, ToolSetBuilder& out) {
  const auto* found = schema.if_contains(key);
  return found ? out.text(serializeJson(*found)) : 0;
}

// A JSON pointer's escapes are rare in names; "a~1b" stands for "a/b".
std::string plainName(std::string_view token) {
  std::string plain;
  if (!percentDecode(token, plain)) return std::string(token);
  for (const auto& [escape, character] : {std::pair("~1", "/"), std::pair("~0", "~")})
    for (auto at = plain.find(escape); at != plain.npos; at = plain.find(escape, at + 1))
      plain.replace(at, 2, character);
  return plain;
}

}  // namespace

std::uint32_t SchemaCompiler::any() { return builder_.addSchema({}); }

Result<std::uint32_t> SchemaCompiler::compile(const json::value& schema) {
  return compileAt(schema, 0);
}

// A queue and not recursion: a chain of components is as long as the document pleases. Compiling
// one may add others at the end.
Status SchemaCompiler::finishReferences() {
  while (!pending_.empty()) {
    const Pending next = pending_.front();
    pending_.pop_front();
    SchemaNode compiled;
    if (const auto* object = next.schema->if_object()) {
      EXECUTOR_TRY(compiled, node(*object, 0));
    } else if (const auto* accepts = next.schema->if_bool(); accepts && !*accepts) {
      compiled.flags = kSchemaNever;
    }
    compiled.name = builder_.text(plainName(next.name));
    builder_.setSchema(next.index, compiled);
  }
  return {};
}

// Depth counts nesting in the text only, since a reference ends the recursion (see referenced()).
// What is neither object nor boolean is no schema and accepts anything.
Result<std::uint32_t> SchemaCompiler::compileAt(const json::value& schema, unsigned depth) {
  if (depth > kMaxSchemaDepth)
    return tooComplex(fmt::format("A schema is nested deeper than {} levels.", kMaxSchemaDepth));
  if (builder_.schemaCount() > maxNodes_)
    return tooComplex(fmt::format("The document has more than {} schemas.", maxNodes_));
  if (const auto* accepts = schema.if_bool())
    return builder_.addSchema({.flags = std::uint16_t(*accepts ? 0 : kSchemaNever)});
  const auto* object = schema.if_object();
  if (!object) return any();
  if (const auto target = referenceOf(schema); !target.empty())
    return reference(*object, target, depth);
  EXECUTOR_TRY(const SchemaNode compiled, node(*object, depth));
  return builder_.addSchema(compiled);
}

// In 3.0 siblings of $ref are to be ignored; in 3.1 they apply as well, which allOf says.
Result<std::uint32_t> SchemaCompiler::reference(const json::object& schema, std::string_view target,
                                                unsigned depth) {
  EXECUTOR_TRY(const std::uint32_t index, referenced(target));
  if (isNullable(schema)) return acceptNull({.allOf = builder_.list({{index}})});
  if (document_.dialect() == Dialect::v30 || onlyAnnotates(schema)) return index;
  EXECUTOR_TRY(SchemaNode siblings, node(schema, depth));
  std::vector<std::uint32_t> parts{index};
  const auto own = builder_.listAt(siblings.allOf);
  parts.insert(parts.end(), own.begin(), own.end());
  siblings.allOf = builder_.list(parts);
  return builder_.addSchema(siblings);
}

// The reserved index of what `target` points at, after chains of bare references: an alias of an
// alias is one node. A circle of aliases runs into kMaxReferenceChain and is treated as leading
// nowhere.
Result<std::uint32_t> SchemaCompiler::referenced(std::string_view target) {
  std::string_view name = target;
  const json::value* schema = document_.resolve(target);
  for (unsigned i = 0; schema && !referenceOf(*schema).empty(); ++i) {
    if (!onlyAnnotates(schema->get_object())) break;
    name = referenceOf(*schema);
    schema = i < kMaxReferenceChain ? document_.resolve(name) : nullptr;
  }
  if (!schema) {
    const std::string_view why =
        target.starts_with('#') ? "leads nowhere" : "leaves the document and is not followed";
    warnings_.add(fmt::format("The reference {} {}; it accepts anything.",
                              truncateText(target, kMaxQuotedBytes), why));
    return any();
  }
  if (const auto known = byTarget_.find(schema); known != byTarget_.end()) return known->second;
  const std::uint32_t index = builder_.reserveSchema();
  byTarget_.emplace(schema, index);
  pending_.push_back({index, schema, componentName(name)});
  return index;
}

// All keywords of one schema object; nothing is interned but texts, lists and inner nodes.
Result<SchemaNode> SchemaCompiler::node(const json::object& schema, unsigned depth) {
  SchemaNode out;
  out.types = typesOf(schema);
  const bool nullable = isNullable(schema);
  if (nullable && out.types != 0) out.types |= kTypeNull;
  out.enumJson = builder_.text(enumOf(schema, nullable));
  EXECUTOR_CHECK(annotations(schema, out));
  EXECUTOR_CHECK(objectKeywords(schema, depth, out));
  EXECUTOR_CHECK(arrayKeywords(schema, depth, out));
  EXECUTOR_CHECK(combiners(schema, depth, out));
  // {allOf: [X], nullable: true}: X alone would refuse the null.
  const bool composed = out.allOf != 0 || out.anyOf != 0 || out.oneOf != 0;
  if (!nullable || !composed) return out;
  SchemaNode outer{.description = out.description, .flags = out.flags};
  out.description = 0;
  EXECUTOR_TRY(const std::uint32_t either, acceptNull(out));
  outer.anyOf = builder_.schema(either).anyOf;
  return outer;
}

// 3.0 only by the standard; 3.1 documents converted by hand still carry it and mean it.
bool SchemaCompiler::isNullable(const json::object& schema) const {
  const auto* flag = schema.if_contains("nullable");
  return flag && flag->is_bool() && flag->get_bool();
}

// anyOf [inner, null].
Result<std::uint32_t> SchemaCompiler::acceptNull(const SchemaNode& inner) {
  const std::uint32_t null = builder_.addSchema({.types = kTypeNull});
  const std::uint32_t value = builder_.addSchema(inner);
  return builder_.addSchema({.anyOf = builder_.list({{value, null}})});
}

// Keywords of the wrong type are ignored: a document is not ours to correct, and one bad
// description must not cost its operation.
Status SchemaCompiler::annotations(const json::object& schema, SchemaNode& out) {
  const json::value* description = schema.if_contains("description");
  if (description && description->is_string())
    out.description = builder_.text(description->get_string());
  if (const auto* format = schema.if_contains("format"); format && format->is_string())
    out.format = builder_.text(format->get_string());
  out.constJson = keywordText(schema, "const", builder_);
  out.defaultJson = keywordText(schema, "default", builder_);
  out.restJson = builder_.text(restOf(schema));
  const auto flag = [&](std::string_view key, SchemaFlag bit) {
    const auto* found = schema.if_contains(key);
    if (found && found->is_bool() && found->get_bool()) out.flags |= bit;
  };
  flag("readOnly", kSchemaReadOnly);
  flag("writeOnly", kSchemaWriteOnly);
  flag("deprecated", kSchemaDeprecated);
  return {};
}

// Names without a property of their own are kept: allOf parts declare them elsewhere.
std::uint32_t SchemaCompiler::requiredList(const json::object& schema) {
  const auto* required = schema.if_contains("required");
  if (!required || !required->is_array()) return 0;
  std::vector<std::uint32_t> names;
  for (const auto& name : required->get_array())
    if (name.is_string()) names.push_back(builder_.text(name.get_string()));
  return builder_.list(names);
}

Status SchemaCompiler::objectKeywords(const json::object& schema, unsigned depth, SchemaNode& out) {
  out.required = requiredList(schema);
  const auto* additional = schema.if_contains("additionalProperties");
  if (additional && additional->is_bool()) {
    out.flags |= additional->get_bool() ? kSchemaAdditionalDeclared : kSchemaClosed;
  } else if (additional) {
    out.flags |= kSchemaAdditionalDeclared;
    EXECUTOR_TRY(out.additional, compileAt(*additional, depth + 1));
  }
  const auto* properties = schema.if_contains("properties");
  if (!properties || !properties->is_object()) return {};
  const auto listed = builder_.listAt(out.required);
  const std::vector<std::uint32_t> required(listed.begin(), listed.end());
  std::vector<std::uint32_t> pairs;
  for (const auto& [name, value] : properties->get_object()) {
    EXECUTOR_TRY(const std::uint32_t index, compileAt(value, depth + 1));
    const std::uint32_t text = builder_.text(name);
    const bool needed = std::ranges::find(required, text) != required.end();
    pairs.push_back(text << 1 | (needed ? 1u : 0u));
    pairs.push_back(index);
  }
  out.properties = builder_.list(pairs);
  return {};
}

// `items` as a list is the tuple of older dialects: prefixItems since 2020-12.
Status SchemaCompiler::arrayKeywords(const json::object& schema, unsigned depth, SchemaNode& out) {
  const auto* items = schema.if_contains("items");
  const bool tuple = items && items->is_array();
  if (items && !tuple) {
    EXECUTOR_TRY(out.items, compileAt(*items, depth + 1));
  }
  EXECUTOR_TRY(out.prefixItems, schemaList(schema, tuple ? "items" : "prefixItems", depth));
  const auto* additional = tuple ? schema.if_contains("additionalItems") : nullptr;
  if (!additional) return {};
  EXECUTOR_TRY(out.items, compileAt(*additional, depth + 1));
  return {};
}

Result<std::uint32_t> SchemaCompiler::schemaList(const json::object& schema,
                                                 std::string_view keyword, unsigned depth) {
  const auto* found = schema.if_contains(keyword);
  if (!found || !found->is_array()) return 0;
  std::vector<std::uint32_t> indices;
  for (const auto& part : found->get_array()) {
    EXECUTOR_TRY(const std::uint32_t index, compileAt(part, depth + 1));
    indices.push_back(index);
  }
  return builder_.list(indices);
}

// Kept as written, not merged: flattening and checking need the parts.
Status SchemaCompiler::combiners(const json::object& schema, unsigned depth, SchemaNode& out) {
  EXECUTOR_TRY(out.allOf, schemaList(schema, "allOf", depth));
  EXECUTOR_TRY(out.anyOf, schemaList(schema, "anyOf", depth));
  EXECUTOR_TRY(out.oneOf, schemaList(schema, "oneOf", depth));
  return {};
}

}  // namespace executor::source::openapi
