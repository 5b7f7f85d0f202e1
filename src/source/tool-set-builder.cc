#include "source/tool-set-builder.h"

#include <cstring>
#include <memory_resource>
#include <unordered_map>

#include "source/search-index.h"
#include "source/tool-set-wire.h"

namespace executor::source {
namespace {

// Interning keys are bytes: equal bytes, equal lists.
std::string_view bytesOf(std::span<const std::uint32_t> entries) {
  return {reinterpret_cast<const char*>(entries.data()), entries.size_bytes()};
}

// The assertion holds that SchemaNode has no padding, whose bytes would be unequal at random.
std::string_view bytesOf(const SchemaNode& node) {
  static_assert(std::has_unique_object_representations_v<SchemaNode>);
  return {reinterpret_cast<const char*>(&node), sizeof node};
}

// Field by field in the order of tool-set.fbs; a struct of nineteen numbers has no names at the
// call.
wire::Schema toWire(const SchemaNode& n) {
  return {n.name,     n.format, n.description, n.enumJson,   n.constJson, n.defaultJson,
          n.restJson, n.items,  n.additional,  n.properties, n.required,  n.prefixItems,
          n.allOf,    n.anyOf,  n.oneOf,       n.types,      n.flags};
}

}  // namespace

// All keys of the three maps are views into `arena_`, which only grows and is freed as one.
class ToolSetBuilder::Impl {
 public:
  Impl() {
    text({});
    words_.push_back(0);  // list 0: empty
    lists_.emplace(std::string_view{}, 0);
  }

  // Number 0 is the empty text, taken in the constructor.
  std::uint32_t text(std::string_view value) {
    if (auto found = texts_.find(value); found != texts_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(textList_.size());
    textList_.push_back(keep(value));
    texts_.emplace(textList_.back(), number);
    return number;
  }

  std::uint32_t list(std::span<const std::uint32_t> entries) {
    if (auto found = lists_.find(bytesOf(entries)); found != lists_.end()) return found->second;
    const auto offset = static_cast<std::uint32_t>(words_.size());
    words_.push_back(static_cast<std::uint32_t>(entries.size()));
    words_.insert(words_.end(), entries.begin(), entries.end());
    lists_.emplace(keep(bytesOf(entries)), offset);
    return offset;
  }

  std::uint32_t textList(const std::vector<std::string>& values) {
    std::vector<std::uint32_t> numbers;
    for (const auto& value : values) numbers.push_back(text(value));
    return list(numbers);
  }

  std::uint32_t addSchema(const SchemaNode& node) {
    if (auto found = nodes_.find(bytesOf(node)); found != nodes_.end()) return found->second;
    const auto index = reserve();
    schemas_[index] = node;
    nodes_.emplace(keep(bytesOf(node)), index);
    return index;
  }

  // A node of its own, not in `nodes_`: it has no content to be equal by yet.
  std::uint32_t reserve() {
    schemas_.emplace_back();
    return static_cast<std::uint32_t>(schemas_.size() - 1);
  }

  void addTool(const ToolRecord& tool);
  std::string finish();

  std::vector<SchemaNode> schemas_;
  std::vector<std::string_view> textList_;
  std::vector<std::uint32_t> words_;
  std::vector<wire::Scheme> schemes_;
  std::vector<std::string> warnings_;
  std::string title_, version_, description_;

 private:
  // A copy that lives as long as the builder.
  std::string_view keep(std::string_view value) {
    if (value.empty()) return {};
    auto* copy = static_cast<char*>(arena_.allocate(value.size(), 1));
    std::memcpy(copy, value.data(), value.size());
    return {copy, value.size()};
  }

  void addParameters(const ToolRecord& tool);
  std::uint32_t securityList(const std::vector<std::vector<std::string>>& alternatives);
  void fillTerms(std::vector<wire::Term>& terms, std::vector<std::uint32_t>& postings);
  std::vector<std::uint32_t> toolsByPath() const;

  std::pmr::monotonic_buffer_resource arena_;
  std::unordered_map<std::string_view, std::uint32_t> texts_, lists_, nodes_;
  std::vector<wire::Parameter> parameters_;
  std::vector<wire::Tool> tools_;
  std::vector<std::string> paths_;
  SearchIndex search_;
};

// Parameters of a tool stand together; the tool keeps where they begin and how many there are.
void ToolSetBuilder::Impl::addParameters(const ToolRecord& tool) {
  for (const auto& p : tool.parameters) {
    const unsigned flags = (p.required ? kParameterRequired : 0u) |
                           (p.explode ? kParameterExplode : 0u) |
                           (p.allowReserved ? kParameterAllowReserved : 0u) |
                           (p.deprecated ? kParameterDeprecated : 0u);
    parameters_.emplace_back(text(p.flatName), text(p.wireName), text(p.style), text(p.description),
                             p.schema, static_cast<std::uint16_t>(p.location),
                             static_cast<std::uint16_t>(flags));
  }
}

std::uint32_t ToolSetBuilder::Impl::securityList(
    const std::vector<std::vector<std::string>>& alternatives) {
  std::vector<std::uint32_t> lists;
  for (const auto& names : alternatives) lists.push_back(textList(names));
  return list(lists);
}

void ToolSetBuilder::Impl::addTool(const ToolRecord& t) {
  const auto first = static_cast<std::uint32_t>(parameters_.size());
  addParameters(t);
  const unsigned flags =
      (t.deprecated ? kToolDeprecated : 0u) | (t.bodyRequired ? kToolBodyRequired : 0u) |
      (t.bodyOpen ? kToolBodyOpen : 0u) | (t.outputEmpty ? kToolOutputEmpty : 0u);
  search_.add(static_cast<std::uint32_t>(tools_.size()), t);
  paths_.push_back(t.path);
  tools_.emplace_back(text(t.path), text(t.operationId), text(t.method), text(t.pathTemplate),
                      text(t.summary), text(t.description), text(t.tag), text(t.bodyMediaType),
                      text(t.outputMediaType), t.bodySchema, t.outputSchema, first,
                      static_cast<std::uint32_t>(t.parameters.size()), textList(t.servers),
                      securityList(t.security), static_cast<std::uint16_t>(t.bodyMode),
                      static_cast<std::uint16_t>(flags));
}

// Terms in bytewise order, their postings one after the other: what the verifier demands.
void ToolSetBuilder::Impl::fillTerms(std::vector<wire::Term>& terms,
                                     std::vector<std::uint32_t>& postings) {
  for (const auto& [term, found] : search_.terms()) {
    terms.emplace_back(text(term), static_cast<std::uint32_t>(postings.size()),
                       static_cast<std::uint32_t>(found->size()));
    for (const auto& posting : *found) postings.push_back(posting.tool << 8 | posting.weight);
  }
}

// For findTool's binary search. Equal paths would be a bug of the compiler; the verifier finds
// them.
std::vector<std::uint32_t> ToolSetBuilder::Impl::toolsByPath() const {
  std::vector<std::uint32_t> order(paths_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](auto a, auto b) { return paths_[a] < paths_[b]; });
  return order;
}

// Postings, warnings and titles intern texts, so they come before the blob of texts is made.
std::string ToolSetBuilder::Impl::finish() {
  std::vector<wire::Term> terms;
  std::vector<std::uint32_t> postings, ends;
  fillTerms(terms, postings);
  const auto warnings = textList(warnings_);
  const auto title = text(title_), version = text(version_), description = text(description_);
  std::string blob;
  for (const auto value : textList_) {
    blob += value;
    ends.push_back(static_cast<std::uint32_t>(blob.size()));
  }
  std::vector<wire::Schema> schemas;
  schemas.reserve(schemas_.size());
  for (const auto& node : schemas_) schemas.push_back(toWire(node));

  flatbuffers::FlatBufferBuilder out(blob.size() + schemas.size() * sizeof(wire::Schema) +
                                     words_.size() * 4 + (1u << 16));
  const auto text =
      out.CreateVector(reinterpret_cast<const std::uint8_t*>(blob.data()), blob.size());
  const auto root = wire::CreateToolSet(
      out, kToolSetFormat, title, version, description, warnings, text, out.CreateVector(ends),
      out.CreateVector(words_), out.CreateVectorOfStructs(schemas),
      out.CreateVectorOfStructs(parameters_), out.CreateVectorOfStructs(tools_),
      out.CreateVector(toolsByPath()), out.CreateVectorOfStructs(schemes_),
      out.CreateVectorOfStructs(terms), out.CreateVector(postings));
  wire::FinishToolSetBuffer(out, root);
  return {reinterpret_cast<const char*>(out.GetBufferPointer()), out.GetSize()};
}

ToolSetBuilder::ToolSetBuilder() : impl_(std::make_unique<Impl>()) {}
ToolSetBuilder::~ToolSetBuilder() = default;

std::uint32_t ToolSetBuilder::text(std::string_view value) { return impl_->text(value); }
std::uint32_t ToolSetBuilder::list(std::span<const std::uint32_t> entries) {
  return impl_->list(entries);
}
std::uint32_t ToolSetBuilder::addSchema(const SchemaNode& node) { return impl_->addSchema(node); }
std::uint32_t ToolSetBuilder::reserveSchema() { return impl_->reserve(); }
void ToolSetBuilder::setSchema(std::uint32_t reserved, const SchemaNode& node) {
  impl_->schemas_[reserved] = node;
}
const SchemaNode& ToolSetBuilder::schema(std::uint32_t index) const {
  return impl_->schemas_[index];
}
std::span<const std::uint32_t> ToolSetBuilder::listAt(std::uint32_t list) const {
  return {impl_->words_.data() + list + 1, impl_->words_[list]};
}
std::string_view ToolSetBuilder::textAt(std::uint32_t text) const { return impl_->textList_[text]; }
std::size_t ToolSetBuilder::schemaCount() const { return impl_->schemas_.size(); }
void ToolSetBuilder::addTool(const ToolRecord& tool) { impl_->addTool(tool); }
void ToolSetBuilder::addScheme(const SecurityScheme& s) {
  impl_->schemes_.emplace_back(text(s.name), text(s.type), text(s.in), text(s.parameter));
}
void ToolSetBuilder::describe(std::string_view title, std::string_view version,
                              std::string_view description) {
  impl_->title_ = title;
  impl_->version_ = version;
  impl_->description_ = description;
}
void ToolSetBuilder::addWarning(std::string_view warning) {
  impl_->warnings_.emplace_back(warning);
}
std::string ToolSetBuilder::finish() { return impl_->finish(); }

}  // namespace executor::source
