// The wrapper around the agent's code, and what proves that the code stayed inside it.
//
// The code is the body of an async function. The wrapper stands on the code's first line so that
// lines agree. Before stripping it is `async()=>{ {` code `\n}}`; compiled it is a labelled block
// whose label is random and needed at the end, so a body that closes more braces than it opens
// ("}); evil(); (async()=>{") does not parse, whatever it opens afterwards. Both prefixes have the
// same length: positions in errors of stripper and engine agree.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/positions.h"

namespace executor::sandbox {

inline constexpr std::size_t kWrapperPrefix = 30;
inline constexpr std::string_view kWrapperSuffix = "\n}}";

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
// True if the engine's complaint about `code` is at or about the wrapper: the braces do not balance.
bool complainsOfWrapper(std::string_view message, std::uint32_t line, std::string_view code);

}  // namespace executor::sandbox
