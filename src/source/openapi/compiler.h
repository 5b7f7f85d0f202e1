// An OpenAPI document → the bytes of a tool set. Pure: no network, no files, no clock; the same
// input gives the same bytes. Runs inside the jail (compile-job.h), because documents come from
// anyone.
#pragma once

#include <string>
#include <string_view>

#include "source/openapi/document.h"
#include "source/openapi/tool-path.h"

namespace executor::source::openapi {

inline constexpr std::size_t kMaxOperations = 200'000;
// Different schemas, after equal ones have been merged.
inline constexpr std::size_t kMaxSchemaNodes = 4'000'000;
// Inputs of all tools together: a body of many properties shared by many operations multiplies.
inline constexpr std::size_t kMaxFlatParameters = 2'000'000;

struct CompileOptions {
  std::string documentUrl;  // where the document came from; relative servers are resolved by it
  PathHistory history;      // of the source's earlier versions (D14)
  std::size_t maxBytes = kMaxDocumentBytes;
  std::size_t maxOperations = kMaxOperations;
  std::size_t maxSchemaNodes = kMaxSchemaNodes;
  std::size_t maxFlatParameters = kMaxFlatParameters;
};

// Every operation of `paths` becomes a tool, also those that cannot be sent yet (a warning names
// them). Errors: document_too_large, document_too_complex, invalid_document, unsupported_document.
Result<std::string> compileOpenApi(std::string_view document, const CompileOptions& options = {});

}  // namespace executor::source::openapi
