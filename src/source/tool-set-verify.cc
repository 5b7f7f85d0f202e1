// The range checks behind ToolSet::fromBytes. The file comes from a jail that parsed hostile text,
// so every number is suspect. Two rules keep the work linear: a list is checked once per kind, and
// the lists of one kind together may not be longer than `words`, so overlapping lists buy nothing.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "source/tool-set-builder.h"
#include "source/tool-set-wire.h"

namespace executor::source {
namespace {

// One message for the client; what was wrong is for the log.
std::unexpected<Error> corrupt(std::string_view what) {
  return fail(ErrorCode::store_corrupt, "A compiled tool set is damaged.",
              "Refresh the source; it is compiled again.", fmt::format("tool set: {}", what));
}

// Runs once over every part, in an order in which each check may rely on those before it: texts
// before anything that names a text, schemas before parameters, tools before their index.
class Verifier {
 public:
  explicit Verifier(const wire::ToolSet& set) : set_(set) {}

  Status run() {
    EXECUTOR_CHECK(present());
    EXECUTOR_CHECK(texts());
    EXECUTOR_CHECK(root());
    EXECUTOR_CHECK(schemas());
    EXECUTOR_CHECK(parameters());
    EXECUTOR_CHECK(tools());
    EXECUTOR_CHECK(schemes());
    EXECUTOR_CHECK(paths());
    return terms();
  }

 private:
  // What the entries of a list are. One list may be used as two kinds and is checked as both.
  enum Kind : std::uint8_t { kTexts, kSchemas, kProperties, kLists, kKinds };

  // Null vectors are legal FlatBuffers and would be null pointers for every reader.
  Status present() {
    if (set_.format() != kToolSetFormat) return corrupt("unknown format number");
    const bool all = set_.text() && set_.ends() && set_.words() && set_.schemas() &&
                     set_.parameters() && set_.tools() && set_.by_path() && set_.schemes() &&
                     set_.terms() && set_.postings();
    if (!all) return corrupt("a part is missing");
    if (set_.tools()->size() > kMaxTools) return corrupt("too many tools");
    if (set_.ends()->size() == 0 || set_.words()->size() == 0) return corrupt("empty pools");
    for (auto& kind : seen_) kind.resize(set_.words()->size());
    budget_.fill(set_.words()->size());
    return {};
  }

  // Ends rise, the last one is the blob's, no text begins inside a character.
  Status texts() {
    const std::string_view blob(reinterpret_cast<const char*>(set_.text()->data()),
                                set_.text()->size());
    if (!isValidUtf8(blob)) return corrupt("text is not UTF-8");
    std::uint32_t before = 0;
    for (const auto end : *set_.ends()) {
      if (end < before || end > blob.size()) return corrupt("a text is out of range");
      if (end < blob.size() && (blob[end] & 0xc0) == 0x80) return corrupt("a text is cut");
      before = end;
    }
    if (before != blob.size()) return corrupt("text without an end");
    return {};
  }

  // kNoSchema is a schema where a reference is optional, never inside a list.
  bool text(std::uint32_t number) const { return number < set_.ends()->size(); }
  bool schema(std::uint32_t index) const {
    return index == kNoSchema || index < set_.schemas()->size();
  }

  // `position` tells the two halves of a property apart. A list of lists goes one level down only.
  bool entry(Kind kind, std::uint32_t position, std::uint32_t value) {
    switch (kind) {
      case kTexts: return text(value);
      case kSchemas: return value < set_.schemas()->size();
      case kLists: return list(kTexts, value);
      default: return position % 2 == 0 ? text(value >> 1) : value < set_.schemas()->size();
    }
  }

  // Each (kind, place) once: a million schemas may share one list of a million entries.
  bool list(Kind kind, std::uint32_t at) {
    const auto& words = *set_.words();
    if (at >= words.size()) return false;
    if (seen_[kind][at]) return true;
    const std::uint32_t count = words.Get(at);
    if (count > words.size() - at - 1 || count > budget_[kind]) return false;
    if (kind == kProperties && count % 2 != 0) return false;
    budget_[kind] -= count;
    seen_[kind][at] = true;
    for (std::uint32_t i = 0; i < count; ++i)
      if (!entry(kind, i, words.Get(at + 1 + i))) return false;
    return true;
  }

  bool allTexts(std::initializer_list<std::uint32_t> numbers) const {
    return std::ranges::all_of(numbers, [&](auto number) { return text(number); });
  }

  // The document's own texts.
  Status root() {
    if (!allTexts({set_.title(), set_.version(), set_.description()})) return corrupt("title");
    if (!list(kTexts, set_.warnings())) return corrupt("warnings");
    return {};
  }

  bool schemaNode(const wire::Schema& s) {
    return allTexts({s.name(), s.format(), s.description(), s.enum_json(), s.const_json(),
                     s.default_json(), s.rest_json()}) &&
           schema(s.items()) && schema(s.additional()) && list(kProperties, s.properties()) &&
           list(kTexts, s.required()) && list(kSchemas, s.prefix_items()) &&
           list(kSchemas, s.all_of()) && list(kSchemas, s.any_of()) && list(kSchemas, s.one_of());
  }

  // Cycles are fine: schemas are indices, and whoever walks them keeps count (schema-check.h).
  Status schemas() {
    for (const auto* s : *set_.schemas())
      if (!schemaNode(*s)) return corrupt("a schema leads out of range");
    return {};
  }

  // Every parameter has a schema, if only the one that accepts anything.
  Status parameters() {
    for (const auto* p : *set_.parameters()) {
      const bool inRange =
          allTexts({p->flat_name(), p->wire_name(), p->style(), p->description()}) &&
          p->schema() < set_.schemas()->size() &&
          p->location() <= static_cast<unsigned>(Location::body);
      if (!inRange) return corrupt("a parameter leads out of range");
    }
    return {};
  }

  // The sum is taken in 64 bits: two numbers of 32 could wrap round to a small one.
  bool toolNode(const wire::Tool& t) {
    const std::uint64_t lastParameter = std::uint64_t{t.first_parameter()} + t.parameter_count();
    return allTexts({t.path(), t.operation_id(), t.method(), t.path_template(), t.summary(),
                     t.description(), t.tag(), t.body_media_type(), t.output_media_type()}) &&
           schema(t.body_schema()) && schema(t.output_schema()) &&
           lastParameter <= set_.parameters()->size() && list(kTexts, t.servers()) &&
           list(kLists, t.security()) && t.body_mode() <= static_cast<unsigned>(BodyMode::whole) &&
           (t.body_mode() == 0 || t.body_schema() != kNoSchema) && wholeBodyIsLast(t);
  }

  // Readers take the last parameter for the body of a tool whose body is given whole.
  bool wholeBodyIsLast(const wire::Tool& t) const {
    if (t.body_mode() != static_cast<unsigned>(BodyMode::whole)) return true;
    if (t.parameter_count() == 0) return false;
    const auto* last = set_.parameters()->Get(t.first_parameter() + t.parameter_count() - 1);
    return last->location() == static_cast<unsigned>(Location::body);
  }

  Status tools() {
    for (const auto* t : *set_.tools())
      if (!toolNode(*t)) return corrupt("a tool leads out of range");
    return {};
  }

  Status schemes() {
    for (const auto* s : *set_.schemes())
      if (!allTexts({s->name(), s->type(), s->place(), s->parameter()})) return corrupt("a scheme");
    return {};
  }

  std::string_view textAt(std::uint32_t number) const {
    const std::uint32_t start = number == 0 ? 0 : set_.ends()->Get(number - 1);
    return {reinterpret_cast<const char*>(set_.text()->data()) + start,
            set_.ends()->Get(number) - start};
  }

  // What findTool's binary search stands on; also that a path is nothing but a path.
  Status paths() {
    if (set_.by_path()->size() != set_.tools()->size()) return corrupt("path index size");
    std::string_view before;
    for (const auto index : *set_.by_path()) {
      if (index >= set_.tools()->size()) return corrupt("path index out of range");
      const auto path = textAt(set_.tools()->Get(index)->path());
      if (path <= before) return corrupt("paths are not sorted and unique");
      if (!std::ranges::all_of(path, isPathCharacter)) return corrupt("a path has odd characters");
      before = path;
    }
    return {};
  }

  static bool isPathCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  }

  // Postings of different terms follow each other, so that together they are one linear pass.
  Status terms() {
    std::string_view before;
    std::uint64_t next = 0;
    for (const auto* term : *set_.terms()) {
      if (!text(term->text()) || term->first() != next) return corrupt("a search term");
      next += term->count();
      if (next > set_.postings()->size()) return corrupt("a posting list is out of range");
      if (textAt(term->text()) <= before) return corrupt("search terms are not sorted");
      before = textAt(term->text());
    }
    for (const auto posting : *set_.postings())
      if (posting >> 8 >= set_.tools()->size()) return corrupt("a posting is out of range");
    return {};
  }

  const wire::ToolSet& set_;
  std::array<std::vector<bool>, kKinds> seen_;
  std::array<std::uint64_t, kKinds> budget_{};
};

}  // namespace

Status verifyToolSet(std::string_view bytes) {
  // The verifier reads aligned numbers; the header alone is 8 bytes.
  if (bytes.size() < 8 || reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0)
    return corrupt(bytes.size() < 8 ? "too short" : "not aligned");
  const auto* start = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(start, bytes.size());
  if (!wire::VerifyToolSetBuffer(verifier)) return corrupt("the FlatBuffers verifier refused it");
  return Verifier(*wire::GetToolSet(start)).run();
}

}  // namespace executor::source
