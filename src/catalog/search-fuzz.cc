// Questions and tool paths come from programs: whatever they hold, search and the nearest names
// answer within their limits.
#include <cstdlib>

#include "catalog/near-tools.h"
#include "source/openapi/compiler.h"

namespace {

using namespace executor;

std::shared_ptr<const catalog::Snapshot> makeSnapshot() {
  constexpr std::string_view kDocument =
      R"({"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{)"
      R"("/issues":{"get":{"operationId":"issues/list","tags":["issues"],"responses":{}},)"
      R"("post":{"operationId":"issues/create","tags":["issues"],"responses":{}}}}})";
  auto set = source::ToolSet::fromBytes(source::openapi::compileOpenApi(kDocument).value());
  return std::make_shared<catalog::Snapshot>(
      std::vector<catalog::SnapshotSource>{{"src_1", "hub", "", "Hub", *std::move(set)}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto snapshot = makeSnapshot();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto query = catalog::parseQuery(text, snapshot->sourceNames());
  if (query.terms.size() > catalog::kMaxQueryTerms) std::abort();
  if (catalog::search(snapshot->searched(), query).size() > snapshot->toolCount()) std::abort();
  if (!snapshot->find(text)) {
    const Error error = snapshot->unknownTool(text);
    if (error.message.size() + error.hint.size() > 2'000) std::abort();
  }
  return 0;
}
