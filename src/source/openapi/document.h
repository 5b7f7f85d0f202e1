// From bytes to an OpenAPI document in memory: JSON or YAML by content, version, and a clear word
// for everything that is not OpenAPI 3. People paste the wrong thing often: the documentation page
// instead of the document, a Swagger 2.0 file, a GraphQL schema; each gets a sentence that says so.
//
// Only local references ("#/…") are followed: the compiler has no network and no files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/json.h"

namespace executor::source::openapi {

inline constexpr std::size_t kMaxDocumentBytes = std::size_t{128} << 20;
inline constexpr std::size_t kMaxDocumentDepth = 512;
// A reference to a reference to …: real documents need two.
inline constexpr unsigned kMaxReferenceChain = 32;

enum class Dialect : std::uint8_t { v30, v31 };

class Document {
 public:
  // Errors: document_too_large, document_too_complex, invalid_document, unsupported_document.
  static Result<Document> parse(std::string_view bytes, std::size_t maxBytes,
                                json::storage_ptr memory);

  const json::object& root() const { return *root_; }
  Dialect dialect() const { return dialect_; }

  // The value a local reference points at, or null. Pointers into the document stay valid.
  const json::value* resolve(std::string_view reference) const;

  // `value` itself, or what it points at through at most kMaxReferenceChain references; null when
  // the chain leads nowhere. For parameters, bodies, responses, path items: not for schemas.
  const json::value* follow(const json::value& value) const;

 private:
  Document(json::value value, Dialect dialect);

  std::shared_ptr<const json::value> value_;
  const json::object* root_;
  Dialect dialect_;
  mutable std::unordered_map<std::string_view, const json::value*> resolved_;
};

// The text of `$ref` if `value` is an object that has one; else empty.
std::string_view referenceOf(const json::value& value);

// What bytes that are no OpenAPI 3 document seem to be, for the error text: "an HTML page".
std::string describeBytes(std::string_view bytes);

}  // namespace executor::source::openapi
