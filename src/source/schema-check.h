// Does a value fit a schema of the tool set, and how should it be sent?
//
// Checked are the rules that tell an agent what it did wrong before anything is sent: types,
// required and unknown keys, enum and const, through properties, items, allOf and (best effort: one
// variant must fit) anyOf and oneOf. Lengths, ranges, patterns and formats are left to the
// upstream, whose word is final: documents are often wrong about them, and a call refused by us
// wrongly is worse than one refused by the upstream rightly.
//
// The value is changed where the schema says how it is meant: decimal strings beyond 2^53-1 become
// integers (D22), 5.0 becomes 5. Cost is bounded: past kStepsPerNode steps per node of the input
// the rest is taken as it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "source/tool-set.h"

namespace executor::source {

inline constexpr std::size_t kMinCheckSteps = 20'000;
inline constexpr std::size_t kStepsPerNode = 50;
// Schemas inside schemas, over the whole value. A chain of references is as long as its document
// pleases, and each link is a frame of the stack; what lies deeper is taken as it is.
inline constexpr unsigned kMaxCheckDepth = 1'000;

// Why a value does not fit.
struct Mismatch {
  // `constant`: another value than the only one that is allowed.
  enum class Kind : std::uint8_t { type, value, missing, unknown, constant };
  Kind kind = Kind::type;
  std::string pointer;    // "labels[2].name"; empty for the value itself
  std::string expected;   // "string", "one of \"a\", \"b\""; for unknown: the nearest names
  std::string found;      // "object"; empty for missing and unknown
  std::size_t steps = 0;  // of the pointer: how far into the value the check had come
};

class SchemaCheck {
 public:
  SchemaCheck(const ToolSet& set, std::size_t nodes)
      : set_(set), budget_(kMinCheckSteps + kStepsPerNode * nodes) {}

  // True if `value`, perhaps changed, fits; else mismatch() says why not.
  bool fits(json::value& value, std::uint32_t schema);
  const Mismatch& mismatch() const { return mismatch_; }

 private:
  bool check(json::value& value, std::uint32_t schema);
  bool type(json::value& value, const SchemaView& schema);
  bool literal(const json::value& value, const SchemaView& schema);
  bool object(json::object& object, const SchemaView& schema);
  bool required(const json::object& object, const SchemaView& schema);
  bool member(std::string_view name, json::value& value, const SchemaView& schema);
  bool array(json::array& array, const SchemaView& schema);
  bool variants(json::value& value, const std::vector<std::uint32_t>& variants);
  bool inner(json::value& value, std::uint32_t schema, std::string step);
  bool known(std::string_view name, std::uint32_t schema, unsigned depth);
  bool spend(const SchemaView& schema);
  bool mismatched(Mismatch::Kind kind, std::string expected, std::string found = {},
                  std::string step = {});

  const ToolSet& set_;
  std::size_t budget_;
  unsigned depth_ = 0;
  std::vector<std::string> path_;      // steps from the top
  std::vector<std::uint32_t> layers_;  // schemas being applied to the present value
  Mismatch mismatch_;
};

// "string", "integer or null"; "anything" for no restriction.
std::string typeNames(std::uint16_t types);

// Number of values in a value, itself included: the measure of the budget.
std::size_t countNodes(const json::value& value);

}  // namespace executor::source
