// What a handler answers, and the JSON-RPC response it becomes.
//
// Results are built as text, because results and inputs of programs are passed on as the text they
// came in (D22). A handler gives the members of its result; the era decides what stands beside them
// (`resultType`, `_meta`, caching hints). An Answer is not always a result: MCP has errors that
// carry data of their own, for which the table of base/error.h has no place: -32021 says which
// capability the client lacks, an unknown resource names its URI.
#pragma once

#include <string>

#include "base/error.h"
#include "base/json.h"
#include "mcp/protocol.h"

namespace executor::mcp {

inline constexpr std::int64_t kListTtlMs = 60'000;
inline constexpr int kMissingCapability = -32021;

struct Answer {
  enum class Kind : std::uint8_t {
    complete,
    input_required,  // modern only: inputRequests and requestState
    task,            // modern only, for clients that declared the extension
    refused,         // an error with data of its own: `members` are those of the error object
  };
  std::string members;  // JSON text without the outer braces; may be empty
  Kind kind = Kind::complete;
  bool cacheable = false;   // lists, discovery and resources carry caching hints
  int refusedStatus = 200;  // HTTP status of `refused` in the modern era
};

// -32021 with the members of requiredCapabilities, for example R"("sampling":{})".
Answer missingCapability(std::string_view required);
// The refusal of a request whose client did not declare the tasks extension.
Answer tasksNotDeclared();
// Invalid params with the URI as data; -32002 before 2026-07-28.
Answer resourceNotFound(Era era, std::string_view uri);

// The result object as JSON text. Every list here may depend on the caller, so what is cacheable is
// private (D18), and short-lived although subscriptions tell of changes, because most clients do
// not subscribe.
std::string resultText(Era era, const Answer& answer);

// The whole response, result or error.
std::string responseText(Era era, const json::value& id, const Result<Answer>& answer);

// The HTTP status of a modern response: errors of the protocol itself have one of their own
// (Streamable HTTP, protocol version header), errors of a method's arguments travel with 200.
int modernStatus(const Result<Answer>& answer);

// {"name":"executor","title":…,"version":…}: told by legacy once, by modern with every result.
std::string serverInfo();

}  // namespace executor::mcp
