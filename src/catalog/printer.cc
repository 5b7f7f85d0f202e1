// Everything printed passes type(): that is where depth, repetition and the node budget are
// checked, so no document can make the walk long by nesting, by cycles or by sharing.
#include "catalog/printer.h"

#include <algorithm>

#include "base/json.h"
#include "catalog/type-text.h"

namespace executor::catalog {

using source::SchemaView;

namespace {

// Levels at which a one-line type still spells a component out.
constexpr unsigned kInlineDepth = 2;

// A schema whose meaning is in others.
bool composed(const SchemaView& view) {
  return !view.allOf.empty() || !view.anyOf.empty() || !view.oneOf.empty();
}

// `{"required": ["title"]}` as a variant: no type of its own.
bool onlyRequires(const SchemaView& view) {
  return !view.required.empty() && view.properties.empty() && !composed(view) &&
         view.items == source::kNoSchema && view.enumJson.empty();
}

std::string joined(const std::vector<std::string>& lines, bool manyLines) {
  std::string out = manyLines ? "{\n" : "{ ";
  for (const std::string& line : lines) out += manyLines ? "  " + line + "\n" : line + " ";
  // A one-line object ends without a semicolon, as people write it.
  if (!manyLines && out.ends_with("; ")) out.erase(out.size() - 2, 1);
  return out + "}";
}

// Cut, not refused: the tool still works, the rest of its properties is only not shown.
std::vector<InputProperty> propertiesOf(const SchemaView& view) {
  std::vector<InputProperty> out;
  for (const auto& property : view.properties) {
    if (out.size() == kMaxPrintedProperties) break;
    out.push_back({property.name, property.schema, property.required, {}});
  }
  return out;
}

// A property's own words, else those of its schema unless a declaration says them anyway.
std::string commentOf(const source::ToolSet& set, const InputProperty& entry) {
  if (!entry.description.empty() || entry.schema == source::kNoSchema) {
    return docComment(entry.description);
  }
  const SchemaView schema = set.schema(entry.schema);
  return schema.name.empty() ? docComment(schema.description) : std::string();
}

}  // namespace

bool Printer::isPlainObject(const SchemaView& view) {
  const bool object = view.types == 0 || view.types == source::kTypeObject;
  return object && !view.properties.empty() && !composed(view) && view.enumJson.empty() &&
         view.constJson.empty() && !view.never;
}

// False where printing must stop. `open_` holds few entries, so a linear look is the fastest.
bool Printer::enter(std::uint32_t schema, unsigned depth) {
  const bool again = std::ranges::find(open_, schema) != open_.end();
  return schema != source::kNoSchema && !again && depth <= kMaxTypeDepth &&
         ++visited_ <= kMaxTypeNodes;
}

// Scalars and short enums gain nothing from a name.
bool Printer::standsInline(const SchemaView& view, unsigned depth) const {
  if (view.name.empty()) return true;
  const bool structured = !view.properties.empty() || composed(view) ||
                          view.items != source::kNoSchema || !view.prefixItems.empty();
  if (!structured) return true;
  if (declarations_ != nullptr) return false;
  return depth < kInlineDepth && !composed(view) && view.properties.size() <= kMaxInlineProperties;
}

// What stands for the schema at this place: its name, or its text.
std::string Printer::type(std::uint32_t schema, unsigned depth) {
  if (schema == source::kNoSchema) return unknownType();
  const SchemaView view = set_.schema(schema);
  if (!standsInline(view, depth)) {
    if (declarations_ != nullptr) return declarations_->nameOf(set_, schema, view.name);
    return typeName(view.name);
  }
  if (!enter(schema, depth)) {
    return view.name.empty() || checking() ? unknownType() : typeName(view.name);
  }
  open_.push_back(schema);
  std::string out = body(view, depth);
  open_.pop_back();
  return out == "unknown" ? unknownType() : out;
}

// A reader can do with a part of the values; a checker would refuse the others. An object or array
// among them has no literal type.
std::string Printer::enumeration(std::string_view jsonArray) const {
  if (!checking()) return literalUnion(jsonArray);
  const bool composite = jsonArray.find_first_of("{[", 1) != std::string_view::npos;
  const auto commas = static_cast<std::size_t>(std::ranges::count(jsonArray, ','));
  if (composite || commas >= kMaxCheckedLiterals) return "any";
  return literalUnion(jsonArray, kMaxCheckedLiterals);
}

// An enum or const says all: types beside it only repeat it.
std::string Printer::body(const SchemaView& view, unsigned depth) {
  if (view.never) return "never";
  if (!view.constJson.empty()) return enumeration("[" + std::string(view.constJson) + "]");
  if (!view.enumJson.empty()) return enumeration(view.enumJson);
  if (std::string text = narrowed(view, depth); !text.empty()) return text;
  TypeParts parts('&');
  parts.add(ownShape(view, depth));
  for (std::uint32_t part : view.allOf) parts.add(type(part, depth + 1));
  if (!view.anyOf.empty()) parts.add(variants(view.anyOf, depth));
  if (!view.oneOf.empty()) parts.add(variants(view.oneOf, depth));
  return parts.text();
}

// The schema's own keywords. Types beside variants say nothing that the variants do not.
std::string Printer::ownShape(const SchemaView& view, unsigned depth) {
  if (composed(view) && view.properties.empty()) return "unknown";
  return typed(view, depth);
}

// A schema without `type` is what its keywords imply: documents leave the word out often. The order
// of the parts is fixed, so that equal schemas print equally.
std::string Printer::typed(const SchemaView& view, unsigned depth) {
  const std::uint16_t types = view.types;
  const bool anything = types == 0;
  TypeParts parts('|');
  if (types & source::kTypeString) parts.add("string");
  if (types & (source::kTypeNumber | source::kTypeInteger)) parts.add("number");
  if (types & source::kTypeBoolean) parts.add("boolean");
  const bool listed = anything && (view.items != source::kNoSchema || !view.prefixItems.empty());
  if ((types & source::kTypeArray) || listed) parts.add(array(view, depth));
  const bool shaped = anything && (!view.properties.empty() || view.additionalDeclared);
  if ((types & source::kTypeObject) || shaped) parts.add(object(view, depth));
  if (types & source::kTypeNull) parts.add("null");
  return parts.text();
}

// Tuples keep their places; a rest type follows as in TypeScript.
std::string Printer::array(const SchemaView& view, unsigned depth) {
  if (view.prefixItems.empty()) return arrayOf(type(view.items, depth + 1));
  std::string out = "[";
  for (std::uint32_t item : view.prefixItems) {
    out += (out.size() > 1 ? ", " : "") + type(item, depth + 1);
  }
  if (view.items != source::kNoSchema) out += ", ..." + arrayOf(type(view.items, depth + 1));
  return out + "]";
}

// An object about which only its values are known.
std::string Printer::record(const SchemaView& view, unsigned depth) {
  if (!view.additionalAllowed) return "Record<string, never>";
  return "Record<string, " + type(view.additional, depth + 1) + ">";
}

// `additionalProperties` shows only where the document declared it: the call refuses unknown keys
// elsewhere (D21), and the type must not promise more.
std::string Printer::object(const SchemaView& view, unsigned depth) {
  if (view.properties.empty()) return record(view, depth);
  std::string out = members(propertiesOf(view), depth);
  const std::size_t hidden =
      view.properties.size() - std::min(view.properties.size(), kMaxPrintedProperties);
  const bool open = view.additionalDeclared && view.additionalAllowed;
  std::string tail;
  if (hidden > 0) tail = "/* +" + std::to_string(hidden) + " more */ ";
  if (open || (hidden > 0 && checking())) tail += "[key: string]: " + unknownType() + " ";
  if (tail.empty()) return out;
  const bool manyLines = out.ends_with("\n}");
  out.erase(out.size() - (manyLines ? 1 : 2));
  return out + (manyLines ? "  " + tail + "\n}" : "; " + tail + "}");
}

// One stays whatever the program names: of an object type without members nothing is refused.
std::vector<InputProperty> Printer::kept(const std::vector<InputProperty>& properties) const {
  std::vector<InputProperty> out;
  for (const InputProperty& entry : properties) {
    if (!declarations_->leavesOut(entry.name, entry.required)) out.push_back(entry);
  }
  if (out.empty() && !properties.empty()) out.push_back(properties.front());
  return out;
}

// Comments only where every property has a line of its own.
std::string Printer::members(const std::vector<InputProperty>& properties, unsigned depth) {
  const bool manyLines = declarations_ != nullptr && depth == 0 && !checking();
  std::vector<std::string> lines;
  for (const InputProperty& entry : checking() ? kept(properties) : properties) {
    std::string line = property(entry, depth);
    const std::string comment = manyLines ? commentOf(set_, entry) : std::string();
    lines.push_back(comment.empty() ? line : line + " " + comment);
  }
  return lines.empty() ? "{}" : joined(lines, manyLines);
}

std::string Printer::property(const InputProperty& entry, unsigned depth) {
  const bool open = declarations_ != nullptr && declarations_->leavesOpen(entry.name);
  const std::string text =
      open ? "any" : type(entry.schema, depth + 1) + (entry.bytes ? kOrBytes : "");
  return propertyKey(entry.name) + (entry.required ? ": " : "?: ") + text + ";";
}

std::string Printer::variants(const std::vector<std::uint32_t>& options, unsigned depth) {
  TypeParts parts('|');
  for (std::uint32_t option : options) parts.add(type(option, depth + 1));
  return parts.text();
}

// properties a, b with anyOf: [{required: [a]}, {required: [b]}] is
// `{ a: A; b?: B } | { a?: A; b: B }` (reference OAS-50); empty when the schema is not of that
// form.
std::string Printer::narrowed(const SchemaView& view, unsigned depth) {
  const auto& options = view.anyOf.empty() ? view.oneOf : view.anyOf;
  const bool both = !view.anyOf.empty() && !view.oneOf.empty();
  if (view.properties.empty() || options.empty() || both || !view.allOf.empty()) return {};
  TypeParts parts('|');
  for (std::uint32_t option : options) {
    const SchemaView variant = set_.schema(option);
    if (!onlyRequires(variant)) return {};
    std::vector<InputProperty> entries = propertiesOf(view);
    for (InputProperty& entry : entries) {
      entry.required |= std::ranges::find(variant.required, entry.name) != variant.required.end();
    }
    // Never over several lines: it stands inside a union.
    parts.add(members(entries, std::max(depth, 1u)));
  }
  return parts.text();
}

}  // namespace executor::catalog
