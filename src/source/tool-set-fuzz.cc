// Whatever bytes come out of the jail: refused, or every read stays in range. The sanitizers judge.
#include <cstddef>
#include <cstdint>

#include "source/tool-set.h"

namespace {

using executor::source::ToolSet;

void touch(const ToolSet& set) {
  for (std::uint32_t i = 0; i < set.toolCount(); ++i) {
    const auto tool = set.tool(i);
    set.findTool(tool.path);
    for (const auto& parameter : tool.parameters) set.schema(parameter.schema);
  }
  for (std::uint32_t i = 0; i < set.schemaCount(); ++i) set.schema(i);
  for (const auto term : set.termsWithPrefix("", 100))
    set.postings(term, [&](std::uint32_t tool, std::uint8_t) { set.toolPath(tool); });
  set.warnings();
  set.securitySchemes();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto set = ToolSet::fromBytes({reinterpret_cast<const char*>(data), size});
  if (set) touch(**set);
  return 0;
}
