// One pass over libyaml's events builds the value directly; no tree of nodes stands between. An
// anchor therefore keeps a copy of its value, and an alias copies that copy: both are charged to
// the budget before they are made, so the memory a document can ask for is known before it is
// spent. Recursion follows the nesting of the document and is bounded by maxDepth; libyaml keeps
// its own stack of states on the heap.

#include "base/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>

#include "base/text.h"
#include "base/yaml-scalar.h"

namespace executor {
namespace {

// libyaml counts lines and columns from 0, people from 1.
std::unexpected<Error> failAt(ErrorCode code, const yaml_mark_t& at, std::string_view cause,
                              std::string hint = {}) {
  return fail(code,
              "The YAML document at line " + std::to_string(at.line + 1) + ", column " +
                  std::to_string(at.column + 1) + ": " + std::string(cause) + ".",
              std::move(hint));
}

std::unexpected<Error> failInvalid(const yaml_mark_t& at, std::string_view cause,
                                   std::string hint = {}) {
  return failAt(ErrorCode::invalid_document, at, cause, std::move(hint));
}

// One libyaml event and its memory.
class Event {
 public:
  Event() = default;
  ~Event() { yaml_event_delete(&event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  yaml_event_t* raw() { return &event_; }
  yaml_event_type_t type() const { return event_.type; }
  // Where the event begins: errors point at the construct, not at its end.
  const yaml_mark_t& mark() const { return event_.start_mark; }

  std::string_view scalar() const {
    const auto& s = event_.data.scalar;
    return {reinterpret_cast<const char*>(s.value), s.length};
  }
  bool isPlain() const { return event_.data.scalar.style == YAML_PLAIN_SCALAR_STYLE; }
  // Of any node; empty if there is none.
  std::string_view anchor() const {
    switch (type()) {
      case YAML_SCALAR_EVENT: return text(event_.data.scalar.anchor);
      case YAML_SEQUENCE_START_EVENT: return text(event_.data.sequence_start.anchor);
      case YAML_MAPPING_START_EVENT: return text(event_.data.mapping_start.anchor);
      case YAML_ALIAS_EVENT: return text(event_.data.alias.anchor);
      default: return {};
    }
  }
  // Empty if none was written; "!" is the non-specific tag.
  std::string_view scalarTag() const { return text(event_.data.scalar.tag); }
  // Quoted or tagged, `<<` is a key like any other.
  bool isMergeKey() const {
    return type() == YAML_SCALAR_EVENT && isPlain() && scalarTag().empty() && scalar() == "<<";
  }

 private:
  static std::string_view text(const yaml_char_t* value) {
    return value ? reinterpret_cast<const char*>(value) : std::string_view();
  }

  yaml_event_t event_{};
};

// A composed value, what a copy of it weighs (YamlLimits::maxCopiedBytes), and how many containers
// it nests: 0 for a scalar, 1 for `[]`. An alias brings its height to wherever it stands.
struct Node {
  json::value value;
  std::size_t weight = kYamlNodeWeight;
  std::size_t height = 0;
};

struct Anchor {
  Node node;
  // Set last, when content and charge are both done.
  bool complete = false;  // false while its own content is being read
};

// The members of one mapping while they arrive.
struct Members {
  json::object object;
  std::set<std::string, std::less<>> merged;  // came by `<<`: an explicit key may replace them
  std::size_t weight = kYamlNodeWeight;
  std::size_t height = 1;

  void countHeight(std::size_t child) { height = std::max(height, child + 1); }
};

class Composer {
 public:
  Composer(std::string_view text, const YamlLimits& limits) : limits_(limits) {
    yaml_parser_initialize(&parser_);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    yaml_parser_set_input_string(&parser_, bytes, text.size());
  }
  ~Composer() { yaml_parser_delete(&parser_); }
  Composer(const Composer&) = delete;
  Composer& operator=(const Composer&) = delete;

  Result<json::value> compose() {
    EXECUTOR_CHECK(skip());  // the start of the stream
    Event event;
    EXECUTOR_CHECK(next(event));
    if (event.type() == YAML_STREAM_END_EVENT) return json::value(nullptr);
    EXECUTOR_TRY(Node root, nextNode());
    EXECUTOR_CHECK(skip());  // the end of the document
    EXECUTOR_CHECK(expectEnd());
    return std::move(root.value);
  }

 private:
  // `event` must be fresh: libyaml overwrites it without freeing.
  Status next(Event& event) {
    if (yaml_parser_parse(&parser_, event.raw())) return {};
    return failParser();
  }

  Status skip() {
    Event event;
    return next(event);
  }

  // Reading only the first of several documents would silently drop what the sender meant.
  Status expectEnd() {
    Event event;
    EXECUTOR_CHECK(next(event));
    if (event.type() == YAML_STREAM_END_EVENT) return {};
    return failInvalid(event.mark(), "a second document begins here",
                       "Send one YAML document per text.");
  }

  Result<Node> nextNode() {
    Event event;
    EXECUTOR_CHECK(next(event));
    return node(event);
  }

  // An anchor is known, but not complete, while its own content is read: that is how a cycle shows.
  // A later anchor of the same name replaces the earlier one (YAML 1.2.2 section 3.2.2.2).
  Result<Node> node(const Event& event) {
    if (event.type() == YAML_ALIAS_EVENT) return alias(event);
    const std::string name(event.anchor());
    if (!name.empty()) anchors_[name] = Anchor{};
    EXECUTOR_TRY(Node made, content(event));
    if (!name.empty()) {
      EXECUTOR_CHECK(charge(event.mark(), made.weight));
      anchors_[name] = Anchor{made, true};
    }
    return made;
  }

  // Depth counts containers only; a scalar cannot nest.
  Result<Node> content(const Event& event) {
    if (event.type() == YAML_SCALAR_EVENT) return scalar(event);
    EXECUTOR_CHECK(admitHeight(event.mark(), 1));
    ++depth_;
    auto made = event.type() == YAML_SEQUENCE_START_EVENT ? sequence() : mapping();
    --depth_;
    return made;
  }

  // The tag decides; without one, plain scalars follow the core schema and all others are texts.
  // The non-specific tag "!" makes a plain scalar a text.
  Result<Node> scalar(const Event& event) {
    const std::string_view text = event.scalar(), tag = event.scalarTag();
    Node made;
    made.weight += text.size();
    if (!tag.empty() && tag != "!") {
      auto value = resolveTaggedScalar(tag, text);
      if (!value) return failInvalid(event.mark(), "the value does not fit its tag " + quoted(tag));
      made.value = *std::move(value);
    } else if (event.isPlain() && tag.empty()) {
      made.value = resolvePlainScalar(text);
    } else {
      made.value = json::string_view(text);
    }
    return made;
  }

  Result<Node> sequence() {
    json::array items;
    std::size_t weight = kYamlNodeWeight, height = 1;
    for (;;) {
      Event event;
      EXECUTOR_CHECK(next(event));
      if (event.type() == YAML_SEQUENCE_END_EVENT) return Node{std::move(items), weight, height};
      EXECUTOR_TRY(Node item, node(event));
      weight += item.weight;
      height = std::max(height, item.height + 1);
      items.push_back(std::move(item.value));
    }
  }

  Result<Node> mapping() {
    Members members;
    for (;;) {
      Event event;
      EXECUTOR_CHECK(next(event));
      if (event.type() == YAML_MAPPING_END_EVENT) {
        return Node{std::move(members.object), members.weight, members.height};
      }
      EXECUTOR_CHECK(event.isMergeKey() ? merge(event, members) : member(event, members));
    }
  }

  // A duplicate is reported at its second place, where the fix is usually made.
  Status member(const Event& keyEvent, Members& members) {
    EXECUTOR_TRY(const std::string key, keyText(keyEvent));
    EXECUTOR_TRY(Node value, nextNode());
    members.weight += key.size() + value.weight;
    members.countHeight(value.height);
    const auto [at, inserted] = members.object.emplace(key, nullptr);
    if (!inserted && members.merged.erase(key) == 0) {
      return failInvalid(keyEvent.mark(), "the key " + quoted(key) + " occurs twice",
                         "Remove or rename one of the two.");
    }
    at->value() = std::move(value.value);
    return {};
  }

  // A key by alias stands for the text its anchor had; a number was parsed meanwhile and is written
  // back in its shortest form.
  Result<std::string> keyText(const Event& event) {
    if (event.type() == YAML_SCALAR_EVENT) {
      const std::string_view name = event.anchor();
      if (!name.empty()) anchors_[std::string(name)] = anchorOfKey(event);
      return std::string(event.scalar());
    }
    if (event.type() == YAML_ALIAS_EVENT) {
      EXECUTOR_TRY(const Node key, alias(event));
      if (key.value.is_string()) return std::string(key.value.get_string());
      if (!key.value.is_structured()) return serializeJson(key.value);
    }
    return failInvalid(event.mark(), "a sequence or mapping cannot be a key",
                       "JSON objects have text keys only.");
  }

  // Keys stay texts, so that an alias of `&n 200` as a key is "200" again.
  static Anchor anchorOfKey(const Event& event) {
    const json::string_view text = event.scalar();
    return Anchor{Node{json::value(text), kYamlNodeWeight + text.size(), 0}, true};
  }

  // https://yaml.org/type/merge.html: a mapping, or a sequence of them of which earlier ones win.
  Status merge(const Event& keyEvent, Members& members) {
    EXECUTOR_TRY(Node from, nextNode());
    members.weight += from.weight;
    members.countHeight(from.height);  // one too many, since the merged mapping itself vanishes
    if (from.value.is_object()) return mergeObject(std::move(from.value.get_object()), members);
    if (!from.value.is_array()) return failMerge(keyEvent);
    for (json::value& item : from.value.get_array()) {
      if (!item.is_object()) return failMerge(keyEvent);
      EXECUTOR_CHECK(mergeObject(std::move(item.get_object()), members));
    }
    return {};
  }

  // What came by `<<` is remembered, because only such a key may be given again.
  static Status mergeObject(json::object from, Members& members) {
    for (auto& entry : from) {
      const auto [at, inserted] = members.object.emplace(entry.key(), nullptr);
      if (!inserted) continue;
      at->value() = std::move(entry.value());
      members.merged.emplace(entry.key());
    }
    return {};
  }

  static std::unexpected<Error> failMerge(const Event& event) {
    return failInvalid(event.mark(), "`<<` merges mappings only",
                       "Quote the key if it is meant literally.");
  }

  // Charged first, copied then.
  Result<Node> alias(const Event& event) {
    const auto found = anchors_.find(std::string(event.anchor()));
    if (found == anchors_.end()) {
      return failInvalid(event.mark(), "the anchor " + quoted(event.anchor()) + " is not known");
    }
    if (!found->second.complete) {
      return failInvalid(event.mark(), "the anchor " + quoted(event.anchor()) + " contains itself");
    }
    EXECUTOR_CHECK(admitHeight(event.mark(), found->second.node.height));
    EXECUTOR_CHECK(charge(event.mark(), found->second.node.weight));
    return found->second.node;
  }

  // Whether something of this height may stand here. Aliases count as what they stand for: a chain
  // of anchors, each one alias deep, would otherwise nest as deep as the budget of copies allows,
  // and every later walk of the value recurses.
  Status admitHeight(const yaml_mark_t& at, std::size_t height) const {
    if (depth_ + height <= limits_.maxDepth) return {};
    return failAt(ErrorCode::document_too_complex, at,
                  "nested deeper than " + std::to_string(limits_.maxDepth) + " levels");
  }

  // The budget is of the whole document, not of one anchor: many small copies add up as well.
  Status charge(const yaml_mark_t& at, std::size_t weight) {
    copied_ += weight;
    if (copied_ <= limits_.maxCopiedBytes) return {};
    return failAt(ErrorCode::document_too_complex, at,
                  "anchors and aliases expand to more than " +
                      std::to_string(limits_.maxCopiedBytes) + " bytes");
  }

  // The reader (encoding, control characters) knows no problem mark, only where it stands.
  // libyaml's texts are fixed phrases and repeat nothing of the document.
  std::unexpected<Error> failParser() const {
    if (parser_.error == YAML_MEMORY_ERROR) return failInternal("libyaml: out of memory");
    yaml_mark_t at = parser_.problem_mark;
    if (parser_.error == YAML_READER_ERROR) at = parser_.mark;
    return failInvalid(at, parser_.problem ? parser_.problem : "not YAML");
  }

  // Cut, because a key may be megabytes, and quoted, because it may hold a line break.
  static std::string quoted(std::string_view text) { return quoteJson(truncateText(text, 64)); }

  const YamlLimits limits_;
  yaml_parser_t parser_{};
  // Of the whole document: anchors have no scope in YAML.
  std::unordered_map<std::string, Anchor> anchors_;
  // Containers that are open at this moment.
  std::size_t depth_ = 0;
  std::size_t copied_ = 0;
};

}  // namespace

Result<json::value> parseYaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.maxBytes) {
    return fail(ErrorCode::document_too_large,
                "The YAML document has " + std::to_string(text.size()) + " bytes; at most " +
                    std::to_string(limits.maxBytes) + " are accepted.");
  }
  return Composer(text, limits).compose();
}

}  // namespace executor
