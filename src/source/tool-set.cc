#include "source/tool-set.h"

#include <algorithm>

#include "base/crypto.h"
#include "source/tool-bytes.h"
#include "source/tool-set-builder.h"
#include "source/tool-set-wire.h"

namespace executor::source {
namespace {

// RFC 9110 section 9.2.1, without TRACE: nobody needs it and servers answer it with our own
// headers.
bool isSafeMethod(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// Immutable, so any thread may read it without a lock. No member checks a range: verifyToolSet()
// has checked every number before this object exists, and the bytes do not change afterwards. Views
// that are given out live as long as the set. Reads verified bytes in place.
class WireToolSet final : public ToolSet {
 public:
  WireToolSet(ToolBytes bytes, std::string hash)
      : bytes_(std::move(bytes)),
        hash_(std::move(hash)),
        set_(*wire::GetToolSet(bytes_.view().data())) {}

  std::string_view hash() const override { return hash_; }
  std::size_t byteSize() const override { return bytes().size(); }
  std::string_view bytes() const override { return bytes_.view(); }
  std::string_view title() const override { return text(set_.title()); }
  std::string_view documentVersion() const override { return text(set_.version()); }
  std::string_view description() const override { return text(set_.description()); }
  std::size_t toolCount() const override { return set_.tools()->size(); }
  std::size_t schemaCount() const override { return set_.schemas()->size(); }

  std::string_view toolPath(std::uint32_t index) const override {
    return text(set_.tools()->Get(index)->path());
  }

  std::optional<std::uint32_t> findTool(std::string_view path) const override {
    const auto& order = *set_.by_path();
    const auto it =
        std::ranges::lower_bound(order.data(), order.data() + order.size(), path, {},
                                 [this](std::uint32_t index) { return toolPath(index); });
    if (it == order.data() + order.size() || toolPath(*it) != path) return std::nullopt;
    return *it;
  }

  ToolView tool(std::uint32_t index) const override;
  SchemaView schema(std::uint32_t index) const override;

  std::vector<SecurityScheme> securitySchemes() const override {
    std::vector<SecurityScheme> out;
    for (const auto* s : *set_.schemes())
      out.push_back({str(s->name()), str(s->type()), str(s->place()), str(s->parameter())});
    return out;
  }

  std::vector<std::string> warnings() const override {
    const auto views = texts(set_.warnings());
    return {views.begin(), views.end()};
  }

  void postings(std::string_view term,
                const std::function<void(std::uint32_t, std::uint8_t)>& visit) const override {
    const auto at = lowerTerm(term);
    if (at == set_.terms()->size() || termAt(at) != term) return;
    const auto* found = set_.terms()->Get(at);
    for (std::uint32_t i = 0; i < found->count(); ++i) {
      const std::uint32_t posting = set_.postings()->Get(found->first() + i);
      visit(posting >> 8, static_cast<std::uint8_t>(posting & 0xff));
    }
  }

  std::vector<std::string_view> termsWithPrefix(std::string_view prefix,
                                                std::size_t limit) const override {
    std::vector<std::string_view> out;
    for (auto at = lowerTerm(prefix); at < set_.terms()->size() && out.size() < limit; ++at) {
      if (!termAt(at).starts_with(prefix)) break;
      out.push_back(termAt(at));
    }
    return out;
  }

 private:
  // Texts lie one after another; `ends` holds where each stops and the next begins.
  std::string_view text(std::uint32_t number) const {
    const std::uint32_t start = number == 0 ? 0 : set_.ends()->Get(number - 1);
    return {reinterpret_cast<const char*>(set_.text()->data()) + start,
            set_.ends()->Get(number) - start};
  }
  std::string str(std::uint32_t number) const { return std::string(text(number)); }

  // The count stands at `at`, the entries follow.
  std::vector<std::uint32_t> list(std::uint32_t at) const {
    const auto* start = set_.words()->data() + at;
    return {start + 1, start + 1 + *start};
  }

  std::vector<std::string_view> texts(std::uint32_t at) const {
    std::vector<std::string_view> out;
    for (const auto number : list(at)) out.push_back(text(number));
    return out;
  }

  std::string_view termAt(std::uint32_t at) const { return text(set_.terms()->Get(at)->text()); }

  // The first term that is not before `term`; terms are sorted bytewise.
  std::uint32_t lowerTerm(std::string_view term) const {
    std::uint32_t low = 0, high = set_.terms()->size();
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (termAt(middle) < term)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  // Flags unknown to this version are ignored; a change of meaning raises kToolSetFormat.
  ParameterView parameter(const wire::Parameter& p) const {
    return {.flatName = text(p.flat_name()),
            .wireName = text(p.wire_name()),
            .location = static_cast<Location>(p.location()),
            .required = (p.flags() & kParameterRequired) != 0,
            .schema = p.schema(),
            .style = text(p.style()),
            .explode = (p.flags() & kParameterExplode) != 0,
            .allowReserved = (p.flags() & kParameterAllowReserved) != 0,
            .deprecated = (p.flags() & kParameterDeprecated) != 0,
            .description = text(p.description())};
  }

  void fillTexts(const wire::Tool& t, ToolView& out) const;
  std::vector<SchemaView::Property> properties(std::uint32_t at) const;

  ToolBytes bytes_;
  std::string hash_;
  const wire::ToolSet& set_;
};

void WireToolSet::fillTexts(const wire::Tool& t, ToolView& out) const {
  out.path = text(t.path());
  out.operationId = text(t.operation_id());
  out.method = text(t.method());
  out.pathTemplate = text(t.path_template());
  out.summary = text(t.summary());
  out.description = text(t.description());
  out.tag = text(t.tag());
  out.bodyMediaType = text(t.body_media_type());
  out.outputMediaType = text(t.output_media_type());
}

ToolView WireToolSet::tool(std::uint32_t index) const {
  const wire::Tool& t = *set_.tools()->Get(index);
  ToolView out{};
  out.index = index;
  fillTexts(t, out);
  out.deprecated = (t.flags() & kToolDeprecated) != 0;
  out.safe = isSafeMethod(out.method);
  out.bodyMode = static_cast<BodyMode>(t.body_mode());
  out.bodyRequired = (t.flags() & kToolBodyRequired) != 0;
  out.bodyOpen = (t.flags() & kToolBodyOpen) != 0;
  out.bodySchema = t.body_schema();
  out.outputSchema = t.output_schema();
  out.outputEmpty = (t.flags() & kToolOutputEmpty) != 0;
  out.parameters.reserve(t.parameter_count());
  for (std::uint32_t i = 0; i < t.parameter_count(); ++i)
    out.parameters.push_back(parameter(*set_.parameters()->Get(t.first_parameter() + i)));
  out.servers = texts(t.servers());
  for (const auto names : list(t.security())) out.security.push_back(texts(names));
  return out;
}

// Pairs of (text << 1 | required, schema): two words a property instead of three.
std::vector<SchemaView::Property> WireToolSet::properties(std::uint32_t at) const {
  const auto words = list(at);
  std::vector<SchemaView::Property> out;
  out.reserve(words.size() / 2);
  for (std::size_t i = 0; i + 1 < words.size(); i += 2)
    out.push_back({text(words[i] >> 1), words[i + 1], (words[i] & 1) != 0});
  return out;
}

SchemaView WireToolSet::schema(std::uint32_t index) const {
  const wire::Schema& s = *set_.schemas()->Get(index);
  const auto has = [&](SchemaFlag flag) { return (s.flags() & flag) != 0; };
  return {.index = index,
          .name = text(s.name()),
          .types = s.types(),
          .format = text(s.format()),
          .description = text(s.description()),
          .enumJson = text(s.enum_json()),
          .constJson = text(s.const_json()),
          .defaultJson = text(s.default_json()),
          .properties = properties(s.properties()),
          .required = texts(s.required()),
          .items = s.items(),
          .prefixItems = list(s.prefix_items()),
          .additional = s.additional(),
          .additionalAllowed = !has(kSchemaClosed),
          .additionalDeclared = has(kSchemaAdditionalDeclared),
          .allOf = list(s.all_of()),
          .anyOf = list(s.any_of()),
          .oneOf = list(s.one_of()),
          .never = has(kSchemaNever),
          .readOnly = has(kSchemaReadOnly),
          .writeOnly = has(kSchemaWriteOnly),
          .deprecated = has(kSchemaDeprecated),
          .restJson = text(s.rest_json())};
}

}  // namespace

// Verified before hashed: the hash of bytes nobody can open is worth nothing.
Result<std::shared_ptr<const ToolSet>> ToolSet::fromBytes(std::string bytes) {
  ToolBytes kept = ToolBytes::own(std::move(bytes));
  EXECUTOR_CHECK(verifyToolSet(kept.view()));
  std::string hash = sha256Hex(kept.view());
  return std::make_shared<WireToolSet>(std::move(kept), std::move(hash));
}

// The hash comes first here: it tells a damaged disk from a hostile compiler, and bytes that carry
// the recorded hash were verified when they were stored. They are verified again all the same
// (D26); it costs a few milliseconds at start.
Result<std::shared_ptr<const ToolSet>> ToolSet::fromFile(const std::string& path,
                                                         std::string_view expectedHash) {
  EXECUTOR_TRY(ToolBytes mapped, ToolBytes::map(path));
  std::string hash = sha256Hex(mapped.view());
  if (hash != expectedHash) {
    return fail(ErrorCode::store_corrupt, "A compiled tool set is damaged.",
                "Refresh the source; it is compiled again.",
                path + ": its hash is not the recorded one");
  }
  EXECUTOR_CHECK(verifyToolSet(mapped.view()));
  return std::make_shared<WireToolSet>(std::move(mapped), std::move(hash));
}

}  // namespace executor::source
