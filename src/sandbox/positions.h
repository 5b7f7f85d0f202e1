// From the engine's positions to the agent's.
//
// The program is compiled inside a wrapper that stands on a line of its own above it, so lines are
// off by one. Stacks name the harness's frames as well; the agent sees only its own. After a
// TypeScript transform (enums, namespaces) a source map leads back to what was written. What we
// inserted into the program ourselves (program-form.h) takes no columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/runtime.h"

namespace executor::sandbox {

inline constexpr std::string_view kProgramFile = "program.ts";

// What we call the function or value that a program consists of, if it has no name.
inline constexpr std::string_view kMainName = "$main";

// What is not the agent's: `width` UTF-16 units at (line, column), 1-based, and the lines from
// `tail` on, if it is not 0.
struct Insertion {
  std::uint32_t line = 0, column = 0, width = 0, tail = 0;
};

// The mappings of a source map (ECMA-426), one source. Empty: positions are kept as they are.
class SourceMap {
 public:
  SourceMap() = default;
  // `mappings` is the field of the same name; what is malformed ends it early. The first
  // `generatedLines` and `sourceLines` lines are a wrapper's and do not count.
  explicit SourceMap(std::string_view mappings, std::uint32_t generatedLines = 0,
                     std::uint32_t sourceLines = 0);

  // Into the text that the map is of.
  void insert(Insertion insertion) { insertion_ = insertion; }

  bool empty() const { return points_.empty(); }
  // A line that was inserted, of the text that the map is of.
  bool inserted(std::uint32_t line) const { return insertion_.tail > 0 && line >= insertion_.tail; }
  SourcePosition original(SourcePosition generated) const;

 private:
  struct Point {
    std::uint32_t line, column, sourceLine, sourceColumn;
  };
  std::vector<Point> points_;  // by (line, column), 0-based
  Insertion insertion_;
};

struct AgentStack {
  SourcePosition position;  // of the innermost agent frame
  std::string text;         // one frame per line, "at name (line:column)"
};

// `wrapperLines` is how many lines stand above the program, `code` the program as it was compiled:
// the engine counts columns in bytes.
AgentStack agentStack(std::string_view engineStack, std::uint32_t wrapperLines,
                      const SourceMap& map, std::string_view code = {});

}  // namespace executor::sandbox
