#include "source/openapi/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>

#include "base/text.h"
#include "source/openapi/operation.h"
#include "source/openapi/security.h"

namespace executor::source::openapi {
namespace {

// The order in which operations of one path get their names (reference OAS-17), trace added.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kMethods = {
    {{"get", "GET"},
     {"post", "POST"},
     {"put", "PUT"},
     {"delete", "DELETE"},
     {"patch", "PATCH"},
     {"head", "HEAD"},
     {"options", "OPTIONS"},
     {"trace", "TRACE"}}};

// One compilation, in two passes over the operations: the first compiles their schemas, then all
// referenced components are finished, then bodies are flattened and names given. Flattening needs
// the finished graph, as a body is usually a reference. Tools keep the document's order, which
// decides over numbered names (OAS-40).
class Compiler {
 public:
  Compiler(const Document& document, const CompileOptions& options)
      : document_(document),
        options_(options),
        schemas_(document, builder_, warnings_, options.maxSchemaNodes),
        operations_(document, options.documentUrl, builder_, schemas_, warnings_),
        paths_(options.history) {}

  Result<std::string> run() {
    describe();
    for (const auto& [path, item] : document_.root().at("paths").get_object())
      EXECUTOR_CHECK(pathItem(path, item));
    EXECUTOR_CHECK(schemas_.finishReferences());
    EXECUTOR_CHECK(addTools());
    for (const auto& warning : warnings_.take()) builder_.addWarning(warning);
    return builder_.finish();
  }

 private:
  // Everything about the document that is no operation.
  void describe() {
    const auto* info = findObject(document_.root(), "info");
    if (info)
      builder_.describe(findString(*info, "title"), findString(*info, "version"),
                        findString(*info, "description"));
    for (const auto& scheme : securitySchemesOf(document_)) builder_.addScheme(scheme);
  }

  // Path items may be references (LIM-18). Keys that begin with x- are extensions.
  Status pathItem(std::string_view path, const json::value& item) {
    if (path.starts_with("x-")) return {};
    const auto* target = document_.follow(item);
    if (!target || !target->is_object()) {
      warnings_.add(fmt::format("The path {} leads nowhere; it has no tools.",
                                truncateText(path, kMaxQuotedBytes)));
      return {};
    }
    const auto& object = target->get_object();
    for (const auto& [key, method] : kMethods) {
      const auto* operation = findObject(object, key);
      if (!operation) continue;
      if (tools_.size() >= options_.maxOperations)
        return tooMany("operations", options_.maxOperations);
      EXECUTOR_TRY(auto tool, operations_.compile({method, path, &object, operation}));
      tools_.push_back(std::move(tool));
    }
    return {};
  }

  // The limit is on the sum: one component of a thousand properties in a thousand operations is a
  // small document and a million inputs.
  Status addTools() {
    std::size_t parameters = 0;
    for (auto& tool : tools_) {
      operations_.flatten(tool);
      parameters += tool.parameters.size();
      if (parameters > options_.maxFlatParameters)
        return tooMany("inputs", options_.maxFlatParameters);
      tool.path = paths_.assign(tool.tag, tool.operationId, tool.method, tool.pathTemplate);
      builder_.addTool(tool);
    }
    return {};
  }

  static Status tooMany(std::string_view what, std::size_t limit) {
    return fail(ErrorCode::document_too_complex,
                fmt::format("The document has more than {} {}.", limit, what),
                "Split it into several sources.");
  }

  static constexpr std::size_t kMaxQuotedBytes = 200;

  const Document& document_;
  const CompileOptions& options_;
  Warnings warnings_;
  ToolSetBuilder builder_;
  SchemaCompiler schemas_;
  OperationCompiler operations_;
  PathAssigner paths_;
  std::vector<ToolRecord> tools_;
};

}  // namespace

// The parsed document lives in one arena that is dropped as a whole; freeing millions of small
// values one by one took longer than compiling them.
Result<std::string> compileOpenApi(std::string_view document, const CompileOptions& options) {
  const auto memory = json::make_shared_resource<json::monotonic_resource>();
  EXECUTOR_TRY(const Document parsed, Document::parse(document, options.maxBytes, memory));
  return Compiler(parsed, options).run();
}

}  // namespace executor::source::openapi
