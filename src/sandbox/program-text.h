// The wrapper around the agent's code, and what proves that the code stayed inside it.
//
// The code is the body of an async function and begins on the wrapper's second line, so lines are
// one off and columns are right. Before stripping the wrapper is `async()=>{{`, code, `}}`;
// compiled it is a labelled block whose label is random and needed at the end, so a body that
// closes more braces than it opens ("}); evil(); (async()=>{") does not parse, whatever it opens
// afterwards.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/positions.h"

namespace executor::sandbox {

inline constexpr std::uint32_t kWrapperLines = 1;

struct ProgramText {
  std::string code;  // the body, JavaScript
  SourceMap map;
};

// For the type stripper.
std::string wrapForStripping(std::string_view code);
// The body out of a stripped wrapper; false if the wrapper is not where it was.
bool unwrap(std::string_view wrapped, std::string& code);

// For the engine. `nonce` makes the label.
std::string wrapForEngine(std::string_view code, std::uint64_t nonce);
// True if the engine's complaint about `code` is at or about the wrapper: the braces do not
// balance.
bool complainsOfWrapper(std::string_view message, std::uint32_t line, std::string_view code);

}  // namespace executor::sandbox
