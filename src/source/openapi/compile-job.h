// The compiler as a job of the jail: bytes in, bytes out (sandbox::Job).
//
// The input is one line of JSON, the options, then a line feed, then the document as it came.
// {"documentUrl":"…","assigned":{"GET /a":"a.get"},"retired":["b.c"]}
#pragma once

#include <string>
#include <string_view>

#include "source/openapi/compiler.h"

namespace executor::source::openapi {

inline constexpr std::string_view kCompileJobName = "compile-openapi";

std::string encodeCompileJob(const CompileOptions& options, std::string_view document);

// Gives the bytes of a tool set, or the error of compileOpenApi().
Result<std::string> compileOpenApiJob(std::string_view input);

}  // namespace executor::source::openapi
