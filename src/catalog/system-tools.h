// The tools that every workspace has, as data: path, what it does, what it takes, what it returns.
//
// One table says it all: input is checked by it, `catalog.describe` shows it, and error texts quote
// it. Unlike the original (reference DSC-001) an ill-typed field is an error that names the field
// and what was expected, never a silent default.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "catalog/catalog.h"

namespace executor::catalog {

inline constexpr std::size_t kMaxDiscoverLimit = 50;
inline constexpr std::size_t kMaxToolsLimit = 200;
inline constexpr std::size_t kMaxDescribePaths = 20;
inline constexpr std::size_t kMaxArgumentBytes = 1'000;

// Of a content that results.get reads.
inline constexpr std::size_t kMaxReadOffset = 1u << 30;
inline constexpr std::size_t kMaxReadLength = 4u << 20;

struct SystemField {
  // `place` is a count that may be 0; `word` is one of `words`.
  enum class Type : std::uint8_t { text, count, flag, texts, place, word };
  std::string_view name;
  Type type;
  std::size_t max;  // bytes of a text, largest count, entries of texts
  std::size_t fallback;
  std::string_view comment;
  bool required = false;
  std::string_view words = {};  // separated by |
};

struct SystemToolEntry {
  SystemTool tool;
  std::string_view path;
  std::string_view description;
  std::span<const SystemField> fields;
  std::string_view output;  // TypeScript
};

std::span<const SystemToolEntry> systemTools();
const SystemToolEntry& systemTool(SystemTool tool);
// nullptr if the path is none of them.
const SystemToolEntry* findSystemTool(std::string_view path);

// `{ … }`: what a built-in tool takes.
std::string systemInputType(const SystemToolEntry& entry);
// `tools.x(input: { … }): Promise<…>` of a built-in tool.
std::string systemSignature(const SystemToolEntry& entry);

// A checked input of a built-in tool. Reads give the field's fallback where it was left out.
class SystemInput {
 public:
  // invalid_input naming the member, what was expected and, for an unknown one, the nearest.
  static Result<SystemInput> check(const SystemToolEntry& entry, const json::object& input);

  bool has(std::string_view name) const { return input_->contains(name); }
  std::string_view text(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  bool flag(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;

 private:
  SystemInput(const SystemToolEntry& entry, const json::object& input)
      : entry_(&entry), input_(&input) {}

  const SystemToolEntry* entry_;
  const json::object* input_;
};

}  // namespace executor::catalog
