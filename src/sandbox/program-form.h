// What an agent means by its program.
//
// The contract is the body of an async function that returns its result. Models also send what
// they would write elsewhere: the body in a code fence, a module with `export default`, one
// function that nobody calls, or a last line that is just the value. Those mean the same thing to
// everyone who reads them, so they work here:
//
// - Before types are stripped, asBody() blanks fences (and whatever stands around them) and turns
//   `export default` into something a body may hold. Both keep every line and column.
// - After that, findEnding() looks for a last statement that is an expression or a function, in a
//   program that returns nothing. The engine has to agree twice: that the program really has no
//   `return` of its own, and that what completeBody() makes of it compiles. A program with a
//   `return` is never changed, nor is one where either answer is no.
//
// What is inserted is marked by a vertical tab, which nobody types, so that its place can be found
// again in the text that a journal kept, and columns on that line stay the agent's own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sandbox/positions.h"

namespace executor::sandbox {

// The agent's text as the body of a function, still with its types. Same lines, same columns, same
// bytes up to its end; what is added stands on a line of its own below the last.
std::string asBody(std::string_view code);
// A body that is one function without a name, which is no statement, with a name before it and the
// call below; others as they are.
std::string nameLoneFunction(std::string body);

// How a body without types ends.
struct BodyEnding {
  enum class Kind : std::uint8_t {
    none,      // nothing to do, or nothing that could be told
    value,     // an expression: its value is the result
    function,  // a function expression: called, its result is the result
    declared   // nothing but function declarations: `name` is called
  };
  Kind kind = Kind::none;
  std::size_t at = 0;  // where the last statement begins
  std::string_view name;
  // There is a `return` in some block: whether it is the body's own, only a parser can say.
  bool mayReturn = false;
};
BodyEnding findEnding(std::string_view code);

// The body with a `return` for what it ends with.
std::string completeBody(std::string_view code, const BodyEnding& ending);

// True if completeBody() made the last expression the result: nobody said `return`.
bool returnsImplicitly(std::string_view code);
// Where completeBody() inserted something; width 0 if it did not.
Insertion findInsertion(std::string_view code);

}  // namespace executor::sandbox
