#include "source/openapi/compile-job.h"

namespace executor::source::openapi {
namespace {

// Written by encodeCompileJob() on the other side of the jail; what is missing is empty. Limits are
// not part of it: the defaults hold for every document of a server.
Result<CompileOptions> decodeOptions(std::string_view line) {
  EXECUTOR_TRY(const json::value parsed, parseJson(line));
  CompileOptions options;
  options.documentUrl = findString(parsed, "documentUrl");
  if (const auto* assigned = findObject(parsed, "assigned"))
    for (const auto& [key, path] : *assigned)
      if (path.is_string()) options.history.assigned.emplace(key, path.get_string());
  if (const auto* retired = findArray(parsed, "retired"))
    for (const auto& path : *retired)
      if (path.is_string()) options.history.retired.emplace(path.get_string());
  return options;
}

}  // namespace

std::string encodeCompileJob(const CompileOptions& options, std::string_view document) {
  json::object assigned;
  for (const auto& [key, path] : options.history.assigned) assigned[key] = path;
  json::array retired(options.history.retired.begin(), options.history.retired.end());
  std::string out = serializeJson(json::object{{"documentUrl", options.documentUrl},
                                               {"assigned", std::move(assigned)},
                                               {"retired", std::move(retired)}});
  out += '\n';
  out += document;
  return out;
}

Result<std::string> compileOpenApiJob(std::string_view input) {
  const auto lineEnd = input.find('\n');
  if (lineEnd == input.npos) return failInternal("compile job without an options line");
  EXECUTOR_TRY(const CompileOptions options, decodeOptions(input.substr(0, lineEnd)));
  return compileOpenApi(input.substr(lineEnd + 1), options);
}

}  // namespace executor::source::openapi
