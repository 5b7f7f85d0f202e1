// Where a program calls tools, found by reading its text once, without a parser.
//
// The type checker sees declarations of what is called and nothing else, so somebody has to find
// the calls first. A call counts only as a full static chain: `tools.a.b.c(…)`, from `tools` or
// from a name that can only be a part of it (tool-aliases.h). Every other use of `tools` (indexed
// by a value, passed on, kept in a variable that changes) is `any`: in the text that is checked its
// name becomes kAnyTools, which is as long, so that no position moves. Words in strings, templates,
// comments and regular expressions are not code; `${…}` in a template is.
//
// Aliases are found by reading again: a round takes for aliases what the last one saw defined, and
// gives up those that it sees used for anything but calls. Mostly there are none, and one round.
//
// Telling a division from a regular expression without a parser is a guess by the token before. A
// wrong guess loses checks and finds nothing that is not there: what blocks is decided by the type
// checker's own word on top (type-verdict.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "execution/tool-aliases.h"

namespace executor::execution {

// Stands for `tools` where it is used as a value; declared as `any`.
inline constexpr std::string_view kAnyTools = "tool$";
// Calls of one program that are looked at, and brackets; a program with more is not checked.
inline constexpr std::size_t kMaxScannedCalls = 2'000;
inline constexpr std::size_t kMaxScannedBrackets = 100'000;
// Readings of one program; what is not settled by then has no aliases.
inline constexpr int kMaxScanRounds = 8;

// All positions are bytes from the beginning of the program.
struct ToolCall {
  std::string path;               // without `tools.`
  std::size_t begin = 0;          // of `tools`, or of an alias
  std::size_t open = 0;           // its parenthesis
  std::size_t close = 0;          // the matching one, or the end of the text
  bool literal = false;           // the input is written out: `({ … })`
  bool complete = true;           // and all its keys are: no spread, no computed key
  bool plainAnswer = true;        // no options that could ask for another form of answer (D20)
  std::vector<std::string> keys;  // of the literal
  std::vector<TextRange> alias;   // where the alias was made that it is called by; mostly none
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
  bool inName = false;  // in `tools.a.b`, before the parenthesis, or where its alias is made
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

 private:
  friend class Scanner;
  void clear(std::string_view code);

  std::string text_;
  std::vector<ToolCall> calls_;    // by begin
  std::vector<Bracket> brackets_;  // by open
  bool usesTools_ = false;
  bool complete_ = true;
};

}  // namespace executor::execution
