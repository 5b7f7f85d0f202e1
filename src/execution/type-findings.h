// What the type check says of a program: kept with its execution and shown with it.
//
// A finding has everything that somebody needs who sees neither the program nor the tools: the
// place, the line with a mark under it, what is wrong, what to write instead, the tool's signature.
// There are few of them, short, the blocking ones first: the reader is mostly a model that will
// write the program again.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace executor::execution {

// D19: not looked at; looked at and run all the same; not run when it cannot work.
enum class TypeCheckMode : std::uint8_t { off, warn, error };
std::string_view name(TypeCheckMode mode);
// False if `text` is none of them.
bool parseTypeCheckMode(std::string_view text, TypeCheckMode& out);

// Told of one program; the blocking ones first.
inline constexpr std::size_t kMaxFindings = 5;
inline constexpr std::size_t kMaxFindingBytes = 400;

struct TypeFinding {
  std::int32_t code = 0;  // TypeScript's
  bool blocks = false;
  std::uint32_t line = 0, column = 0;  // from 1; columns in UTF-16 units
  std::string message, hint;
  std::string source;     // the line
  std::string caret;      // blanks and a ^ under the place
  std::string signature;  // of the tool, if the finding is about one
};
BOOST_DESCRIBE_STRUCT(TypeFinding, (),
                      (code, blocks, line, column, message, hint, source, caret, signature))

// Checked programs are `passed` (with or without warnings), `failed` (not run) or, where findings
// were only asked to be told, `warned`. `skipped` says why: there was nothing to check, or nobody
// to do it.
struct TypeVerdict {
  std::string status;
  std::string reason;  // of skipped
  std::vector<TypeFinding> findings;
  std::uint32_t more = 0;  // findings that are not told

  bool failed() const { return status == "failed"; }
};
BOOST_DESCRIBE_STRUCT(TypeVerdict, (), (status, reason, findings, more))

// The findings as text, one paragraph each, as an agent and a terminal show them.
std::string findingsText(std::span<const TypeFinding> findings, std::uint32_t more);

}  // namespace executor::execution
