// What the answers show of a tool. A line is made of whole properties only: a type cut in the
// middle would read as another type.
#include "catalog/render.h"

#include <algorithm>

#include "base/json.h"
#include "catalog/printer.h"
#include "catalog/type-text.h"
#include "source/request-body.h"

namespace executor::catalog {

using source::SchemaView;
using source::ToolSet;
using source::ToolView;

namespace {

// Optional properties named in the comment of a shortened line.
constexpr std::size_t kNamedInComment = 8;
// Nesting of the sample in an example call.
constexpr unsigned kMaxSampleDepth = 3;

// A model that knows the names can ask for their types; one that does not never will.
std::string leftOutComment(const std::vector<std::string_view>& names) {
  if (names.empty()) return {};
  std::string out = "/* optional: ";
  for (std::size_t i = 0; i < names.size() && i < kNamedInComment; ++i) {
    out += (i > 0 ? ", " : "") + propertyKey(names[i]);
  }
  if (names.size() > kNamedInComment) {
    out += ", +" + std::to_string(names.size() - kNamedInComment) + " more";
  }
  // A quoted key could hold the end of a comment.
  return insideComment(std::move(out)) + " */";
}

std::string sampleOf(const ToolSet& set, std::uint32_t schema, unsigned depth);

// Required members only, as in the call itself.
std::string sampleObject(const ToolSet& set, const SchemaView& view, unsigned depth) {
  std::string out;
  for (const auto& property : view.properties) {
    if (!property.required) continue;
    out += (out.empty() ? "" : ", ") + propertyKey(property.name) + ": " +
           sampleOf(set, property.schema, depth + 1);
  }
  return out.empty() ? "{}" : "{ " + out + " }";
}

// The first value is what documents mostly list as the usual one.
std::string firstLiteral(std::string_view jsonArray) {
  const auto parsed = parseJson(jsonArray);
  if (!parsed || !parsed->is_array() || parsed->get_array().empty()) return "null";
  return serializeJson(parsed->get_array().front());
}

// Any variant is right in an example; the first is mostly the plain one.
std::uint32_t firstVariant(const SchemaView& view) {
  for (const auto* options : {&view.allOf, &view.anyOf, &view.oneOf}) {
    if (!options->empty()) return options->front();
  }
  return source::kNoSchema;
}

// A value of the right type; what a person has to fill in shows as "…".
std::string sampleOf(const ToolSet& set, std::uint32_t schema, unsigned depth) {
  if (schema == source::kNoSchema || depth > kMaxSampleDepth) return "{}";
  const SchemaView view = set.schema(schema);
  if (!view.constJson.empty()) return std::string(view.constJson);
  if (!view.enumJson.empty()) return firstLiteral(view.enumJson);
  if (view.types & source::kTypeString) return "\"…\"";
  if (view.types & (source::kTypeInteger | source::kTypeNumber)) return "1";
  if (view.types & source::kTypeBoolean) return "true";
  if (view.types & source::kTypeArray) return "[" + sampleOf(set, view.items, depth + 1) + "]";
  if (!view.properties.empty()) return sampleObject(set, view, depth);
  if (firstVariant(view) != source::kNoSchema) {
    return sampleOf(set, firstVariant(view), depth + 1);
  }
  return (view.types & source::kTypeObject) ? "{}" : "\"…\"";
}

}  // namespace

// The order of the document within each half: authors put what matters first.
std::vector<InputProperty> inputProperties(const ToolView& tool) {
  std::vector<InputProperty> out;
  out.reserve(tool.parameters.size());
  for (const bool required : {true, false}) {
    for (const auto& parameter : tool.parameters) {
      if (parameter.required != required) continue;
      const bool bytes = parameter.location == source::Location::body && source::takesBytes(tool);
      out.push_back({parameter.flatName, parameter.schema, required, parameter.description, bytes});
    }
  }
  return out;
}

std::string inputLine(const ToolSet& set, const ToolView& tool, std::size_t maxBytes) {
  Printer printer(set, nullptr);
  std::string out;
  std::vector<std::string_view> leftOut;
  for (const InputProperty& entry : inputProperties(tool)) {
    if (!entry.required && out.size() >= maxBytes) {
      leftOut.push_back(entry.name);
      continue;
    }
    const std::string text = propertyKey(entry.name) + (entry.required ? ": " : "?: ") +
                             printer.type(entry.schema) + (entry.bytes ? kOrBytes : "");
    if (!entry.required && out.size() + text.size() > maxBytes)
      leftOut.push_back(entry.name);
    else
      out += (out.empty() ? "" : "; ") + text;
  }
  const std::string comment = leftOutComment(leftOut);
  if (out.empty() && comment.empty()) return "{}";
  if (!out.empty() && !comment.empty()) out += "; ";
  return "{ " + out + comment + " }";
}

std::string typeLine(const ToolSet& set, std::uint32_t schema) {
  return Printer(set, nullptr).type(schema);
}

std::string exampleCall(std::string_view path, const ToolSet& set, const ToolView& tool) {
  std::string arguments;
  for (const InputProperty& entry : inputProperties(tool)) {
    if (!entry.required) break;
    arguments += (arguments.empty() ? "" : ", ") + propertyKey(entry.name) + ": " +
                 sampleOf(set, entry.schema, 0);
  }
  const std::string input = arguments.empty() ? "{}" : "{ " + arguments + " }";
  return "await tools." + std::string(path) + "(" + input + ")";
}

bool Declarations::leavesOut(std::string_view name, bool required) const {
  return words_ != nullptr && others_ == Unnamed::leftOut && (answering_ || !required) &&
         !words_->contains(name) && isIdentifier(name);
}

std::string Declarations::input(const ToolSet& set, const ToolView& tool) {
  answering_ = false;
  return Printer(set, this).members(inputProperties(tool), 0);
}

// From depth 1: an anonymous result stands on the line of the signature.
std::string Declarations::output(const ToolSet& set, const ToolView& tool) {
  answering_ = words_ != nullptr;
  if (tool.outputSchema != source::kNoSchema) return Printer(set, this).type(tool.outputSchema, 1);
  if (tool.outputEmpty) return "null";
  return checking_ ? "any" : "unknown";
}

// The first mention queues the component, so the queue is in the order of reading.
const std::string& Declarations::nameOf(const ToolSet& set, std::uint32_t schema,
                                        std::string_view component) {
  auto [at, fresh] = names_.try_emplace({&set, schema, answering_});
  if (!fresh) return at->second;
  const std::string base = typeName(component);
  std::string name = base;
  // Two sources, or two spellings in one source, may give the same name.
  for (int n = 2; !taken_.insert(name).second; ++n) name = base + "_" + std::to_string(n);
  at->second = name;
  queue_.push_back({&set, schema, name, answering_});
  return at->second;
}

bool Declarations::wanted(const std::string& name) const {
  return selected_.empty() || std::ranges::find(selected_, name) != selected_.end();
}

// An interface where it can be one: errors of a type checker name interfaces, but unfold aliases.
std::string Declarations::declare(const Component& component) {
  const SchemaView view = component.set->schema(component.schema);
  Printer printer(*component.set, this);
  answering_ = component.answer;
  if (Printer::isPlainObject(view)) {
    return "interface " + component.name + " " + printer.object(view, 0) + "\n";
  }
  return "type " + component.name + " = " + printer.body(view, 1) + ";\n";
}

// Takes back what declaring something queued: nothing that is shown refers to it.
void Declarations::forgetSince(std::size_t queued) {
  for (std::size_t i = queued; i < queue_.size(); ++i) {
    names_.erase({queue_[i].set, queue_[i].schema, queue_[i].answer});
    taken_.erase(queue_[i].name);
  }
  queue_.resize(queued);
}

// Breadth first, so that what is nearest to the tools has room first. A declaration that does not
// fit is named and left out together with what only it reaches.
std::string Declarations::finish() {
  std::string out;
  for (std::size_t i = 0; i < queue_.size() && i < kMaxDeclarations; ++i) {
    const Component component = queue_[i];
    const std::size_t queued = queue_.size();
    const std::string text = declare(component);
    if (!wanted(component.name)) continue;
    if (out.size() + text.size() <= maxBytes_) {
      out += text;
      continue;
    }
    omitted_.push_back(component.name);
    if (selected_.empty()) forgetSince(queued);
  }
  for (std::size_t i = kMaxDeclarations; i < queue_.size(); ++i) {
    omitted_.push_back(queue_[i].name);
  }
  return out;
}

}  // namespace executor::catalog
