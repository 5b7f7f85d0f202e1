// From the engine's positions to the agent's.
//
// The program is compiled inside a wrapper that stands on a line of its own above it, so lines are
// off by one. Stacks name the harness's frames as well; the agent sees only its own. After a
// TypeScript transform (enums, namespaces) a source map leads back to what was written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/runtime.h"

namespace executor::sandbox {

inline constexpr std::string_view kProgramFile = "program.ts";

// The mappings of a source map (ECMA-426), one source. Empty: positions are kept as they are.
class SourceMap {
 public:
  SourceMap() = default;
  // `mappings` is the field of the same name; what is malformed ends it early. The first
  // `generatedLines` and `sourceLines` lines are a wrapper's and do not count.
  explicit SourceMap(std::string_view mappings, std::uint32_t generatedLines = 0,
                     std::uint32_t sourceLines = 0);

  bool empty() const { return points_.empty(); }
  SourcePosition original(SourcePosition generated) const;

 private:
  struct Point {
    std::uint32_t line, column, sourceLine, sourceColumn;
  };
  std::vector<Point> points_;  // by (line, column), 0-based
};

struct AgentStack {
  SourcePosition position;  // of the innermost agent frame
  std::string text;         // one frame per line, "at name (line:column)"
};

// `wrapperLines` is how many lines stand above the program.
AgentStack agentStack(std::string_view engineStack, std::uint32_t wrapperLines,
                      const SourceMap& map);

}  // namespace executor::sandbox
