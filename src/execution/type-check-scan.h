// Where a program calls tools, found by reading its text once, without a parser.
//
// The type checker sees declarations of what is called and nothing else, so somebody has to find
// the calls first. A call counts only as a full static chain: `tools.a.b.c(…)`, with line breaks,
// comments and `?.` wherever the language allows them. Every other use of `tools` (destructured,
// indexed, kept in a variable) is `any`: in the text that is checked its name becomes kAnyTools,
// which is as long, so that no position moves. Words in strings, templates, comments and regular
// expressions are not code; `${…}` in a template is.
//
// Telling a division from a regular expression without a parser is a guess by the token before. A
// wrong guess loses checks and finds nothing that is not there: what blocks is decided by the type
// checker's own word on top (type-verdict.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace executor::execution {

// Stands for `tools` where it is used as a value; declared as `any`.
inline constexpr std::string_view kAnyTools = "tool$";
// Calls of one program that are looked at, and brackets; a program with more is not checked.
inline constexpr std::size_t kMaxScannedCalls = 2'000;
inline constexpr std::size_t kMaxScannedBrackets = 100'000;

// All positions are bytes from the beginning of the program.
struct ToolCall {
  std::string path;               // without `tools.`
  std::size_t begin = 0;          // of `tools`
  std::size_t open = 0;           // its parenthesis
  std::size_t close = 0;          // the matching one, or the end of the text
  bool literal = false;           // the input is written out: `({ … })`
  bool complete = true;           // and all its keys are: no spread, no computed key
  bool plainAnswer = true;        // no options that could ask for another form of answer (D20)
  std::vector<std::string> keys;  // of the literal
};

struct Bracket {
  char kind = 0;      // ( [ { or $ for the hole of a template
  bool body = false;  // a { that holds statements
  std::size_t open = 0, close = 0;
  std::int32_t parent = -1;
  std::int32_t call = -1;  // the parenthesis of a tool call
};

// Where a position is, seen from the tool call around it.
struct Place {
  const ToolCall* call = nullptr;
  bool inName = false;  // in `tools.a.b`, before the parenthesis
  bool direct = false;  // in the arguments, with only literals in between
  unsigned depth = 0;   // literals' braces in between: 1 is a key of the input
};

class ProgramScan {
 public:
  explicit ProgramScan(std::string_view code);

  // False: no `tools` in the code, nothing to check.
  bool usesTools() const { return usesTools_; }
  // False: too large to look at.
  bool complete() const { return complete_; }
  // The program with kAnyTools where it belongs.
  const std::string& text() const { return text_; }
  const std::vector<ToolCall>& calls() const { return calls_; }
  Place placeOf(std::size_t position) const;
  // Makes the use at `call.begin` one of `any`.
  void release(const ToolCall& call);

 private:
  friend class Scanner;

  std::string text_;
  std::vector<ToolCall> calls_;    // by begin
  std::vector<Bracket> brackets_;  // by open
  bool usesTools_ = false;
  bool complete_ = true;
};

}  // namespace executor::execution
