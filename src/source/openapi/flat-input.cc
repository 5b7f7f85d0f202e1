#include "source/openapi/flat-input.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

namespace executor::source::openapi {
namespace {

// How many levels of allOf and oneOf are looked through for properties.
constexpr unsigned kMaxComposition = 8;
// Parts looked at for one body in all: levels multiply.
constexpr unsigned kMaxParts = 1000;
// A body with more properties than this is given whole, as `body`: nobody reads such a signature.
constexpr std::size_t kMaxFlatProperties = 2000;

// Copies nodes and lists before it adds any: adding moves the builder's vectors, and a reference
// into them would dangle.
class Flattener {
 public:
  explicit Flattener(ToolSetBuilder& builder) : builder_(builder) {}

  // Order of properties: own, then allOf, then variants, each in the document's order; signatures
  // and hints show them so. A limit that is hit makes the body whole, never half flat.
  FlatBody flatten(std::uint32_t schema, unsigned depth) {
    FlatBody out;
    if (depth > kMaxComposition || ++parts_ > kMaxParts) return out;
    const SchemaNode node = builder_.schema(schema);
    if (tooMany(builder_.listAt(node.properties).size() / 2)) return out;
    const bool mayBeOther = (node.types & ~(kTypeObject | kTypeNull)) != 0;
    if (mayBeOther || (node.flags & kSchemaNever)) return out;
    out.isObject = (node.types & kTypeObject) != 0 || node.properties != 0;
    out.additionalDeclared = (node.flags & kSchemaAdditionalDeclared) != 0;
    addOwn(node, out);
    addAllOf(node, depth, out);
    for (const auto list : {node.anyOf, node.oneOf})
      if (list != 0 && !addVariants(list, depth, out)) return {};
    return out;
  }

  // A body too wide to be flat, however it was composed.
  bool overflowed() const { return overflowed_; }

 private:
  using Property = FlatBody::Property;

  // Sticky: one part that is too large decides for the body.
  bool tooMany(std::size_t properties) {
    overflowed_ |= properties > kMaxFlatProperties;
    return overflowed_;
  }

  bool isReadOnly(std::uint32_t schema) const {
    return (builder_.schema(schema).flags & kSchemaReadOnly) != 0;
  }

  // Properties that are read-only are the upstream's to set; they stay possible, never required.
  void addOwn(const SchemaNode& node, FlatBody& out) {
    const auto words = builder_.listAt(node.properties);
    for (std::size_t i = 0; i + 1 < words.size(); i += 2)
      out.properties.push_back(
          {words[i] >> 1, words[i + 1], (words[i] & 1) != 0 && !isReadOnly(words[i + 1])});
    const auto required = builder_.listAt(node.required);
    required_.assign(required.begin(), required.end());
    applyRequired(required_, out);
  }

  // {required: [a]} may stand in a part that does not declare `a`.
  void applyRequired(const std::vector<std::uint32_t>& names, FlatBody& out) {
    for (auto& property : out.properties)
      if (std::ranges::find(names, property.name) != names.end())
        property.required = !isReadOnly(property.schema);
  }

  // An object if any part says so, as all parts hold together.
  void addAllOf(const SchemaNode& node, unsigned depth, FlatBody& out) {
    const auto list = copy(node.allOf);
    for (const auto part : list) {
      const FlatBody inner = flatten(part, depth + 1);
      out.isObject |= inner.isObject;
      out.additionalDeclared |= inner.additionalDeclared;
      for (const auto& property : inner.properties) merge(property, out, true);
      applyRequired(copy(builder_.schema(part).required), out);
    }
  }

  // False if a variant may be something other than an object: then nothing is flat.
  bool addVariants(std::uint32_t listNumber, unsigned depth, FlatBody& out) {
    const auto variants = copy(listNumber);
    std::vector<FlatBody> bodies;
    for (const auto variant : variants) {
      if (isNull(variant)) continue;
      bodies.push_back(flatten(variant, depth + 1));
      const SchemaNode& node = builder_.schema(variant);
      const bool silent = node.types == 0 && node.enumJson == 0 && node.constJson == 0;
      // {required: [a]} beside the parent's properties says nothing of types: it goes by the
      // parent.
      if (!bodies.back().isObject && !(out.isObject && silent)) return false;
    }
    if (bodies.empty()) return false;
    out.isObject = true;
    for (const auto& body : bodies) {
      out.additionalDeclared |= body.additionalDeclared;
      for (auto property : body.properties) {
        property.required = property.required && requiredInAll(property.name, bodies);
        merge(property, out, false);
      }
    }
    return true;
  }

  bool isNull(std::uint32_t schema) const { return builder_.schema(schema).types == kTypeNull; }

  // What one variant needs and another does not cannot be asked of every input.
  static bool requiredInAll(std::uint32_t name, const std::vector<FlatBody>& bodies) {
    return std::ranges::all_of(bodies, [&](const FlatBody& body) {
      return std::ranges::any_of(body.properties, [&](const Property& property) {
        return property.name == name && property.required;
      });
    });
  }

  // One property in two parts: both must hold in allOf, either may hold among variants.
  void merge(const Property& property, FlatBody& out, bool both) {
    const auto known = std::ranges::find(out.properties, property.name, &Property::name);
    if (known == out.properties.end()) {
      if (!tooMany(out.properties.size() + 1)) out.properties.push_back(property);
      return;
    }
    known->required |= property.required;
    if (known->schema == property.schema) return;
    const std::array parts = {known->schema, property.schema};
    const std::uint32_t list = builder_.list(parts);
    known->schema =
        builder_.addSchema(both ? SchemaNode{.allOf = list} : SchemaNode{.anyOf = list});
  }

  // See the class: lists move when others are added.
  std::vector<std::uint32_t> copy(std::uint32_t list) const {
    const auto entries = builder_.listAt(list);
    return {entries.begin(), entries.end()};
  }

  ToolSetBuilder& builder_;
  std::vector<std::uint32_t> required_;
  unsigned parts_ = 0;
  bool overflowed_ = false;
};

// By Location. `_path` is never used today, since a path parameter always keeps its name.
constexpr std::array<std::string_view, 5> kSuffixes = {"_path", "_query", "_header", "_cookie",
                                                       "_body"};

// Numbers only when even the suffixed name is taken.
std::string unusedName(std::string wanted, const std::set<std::string>& taken) {
  std::string candidate = wanted;
  for (unsigned n = 2; taken.contains(candidate); ++n) candidate = wanted + "_" + std::to_string(n);
  return candidate;
}

}  // namespace

// {} and {type: object} say nothing of their members: such a body is given as `body`.
FlatBody flattenBody(ToolSetBuilder& builder, std::uint32_t schema) {
  Flattener flattener(builder);
  FlatBody body = flattener.flatten(schema, 0);
  if (flattener.overflowed()) return {};
  if (body.properties.empty() && !body.additionalDeclared) body.isObject = false;
  return body;
}

// Plain names are all given before any suffixed one, so that a parameter that is really called
// `name_body` keeps its name.
void nameFlat(std::vector<ToolRecord::Parameter>& parameters) {
  // By location, in the document's order within one. (std::stable_sort of libstdc++ 12 warns.)
  std::vector<ToolRecord::Parameter> ordered;
  ordered.reserve(parameters.size());
  for (auto location :
       {Location::path, Location::query, Location::header, Location::cookie, Location::body}) {
    for (auto& parameter : parameters) {
      if (parameter.location == location) ordered.push_back(std::move(parameter));
    }
  }
  parameters = std::move(ordered);
  std::set<std::string> taken;
  for (auto& parameter : parameters)
    if (taken.insert(parameter.wireName).second) parameter.flatName = parameter.wireName;
  for (auto& parameter : parameters) {
    if (!parameter.flatName.empty()) continue;
    const auto suffix = kSuffixes[static_cast<std::size_t>(parameter.location)];
    parameter.flatName = unusedName(parameter.wireName + std::string(suffix), taken);
    taken.insert(parameter.flatName);
  }
}

}  // namespace executor::source::openapi
