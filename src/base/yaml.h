// YAML 1.2 into JSON values, for OpenAPI documents and configuration files.
//
// libyaml gives events; the rest is ours, because its users are strangers: nesting, bytes and the
// copies that aliases make are bounded, and no input yields a value JSON cannot hold.
//
// Rulings: scalars follow the core schema (`yes`, dates and `0777` octals of YAML 1.1 are a string,
// a string and 777); `.inf`, `.nan` and numbers beyond a double stay strings, so that nothing is
// lost. A key is the text of its scalar (`200:` is "200"); sequences and mappings as keys are
// refused. A duplicate key is refused, because two readers would disagree on which one counts. A
// plain `<<` merges, explicit keys win. Tags of the core schema are obeyed, all others ignored
// (`!!binary` stays base64 text). One document per text: a second one is refused. An empty text is
// null. An alias inside its own anchor is refused: JSON has no cycles.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/json.h"

namespace executor {

struct YamlLimits {
  // Of the text as it is given; judged before anything is read.
  std::size_t maxBytes = 64u << 20;
  // Containers within containers, also those that an alias brings along.
  std::size_t maxDepth = 200;
  // What anchors and aliases together may copy, in bytes: kYamlNodeWeight per value, plus the text
  // of strings and keys. Honest documents of megabytes stay far below; "billion laughs" ends here.
  std::size_t maxCopiedBytes = 64u << 20;
};

inline constexpr std::size_t kYamlNodeWeight = 32;

// `invalid_document` with line and column, `document_too_large`, or `document_too_complex` for
// depth and copies.
Result<json::value> parseYaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace executor
