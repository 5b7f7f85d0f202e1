// The compiler's JSON-RPC: what is asked of it, and what its messages are believed to say.
//
// Writing is ours and plain. Reading takes JSON of a process that is not trusted: every member is
// looked up by name and type, numbers are checked for range, texts for length, and what is missing
// makes the message nonsense rather than a default that means something. Diagnostics are cut to the
// checked text, so that a caller may index with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "sandbox/type-checker.h"

namespace executor::sandbox {

// The one project and its files, as the compiler names them.
inline constexpr std::string_view kTscRoot = "/v";
inline constexpr std::string_view kTscProject = "/v/tsconfig.json";
inline constexpr std::string_view kTscLibraryFile = "/v/library";  // and `<n>.d.ts`
inline constexpr std::string_view kTscGlobalsFile = "/v/globals.d.ts";
inline constexpr std::string_view kTscProgramFile = "/v/program.ts";

// Links of one message's chain; a deeper one says nothing to anybody.
inline constexpr int kMaxChainLinks = 8;

std::string libraryFile(std::size_t n);
// The text of kTscProject, with so many library files.
std::string projectText(std::size_t libraries);

struct TscRequest {
  std::string method;
  std::string params;  // JSON text
};
std::string rpcRequest(std::int64_t id, const TscRequest& request);
std::string rpcAnswer(std::string_view id, std::string_view result);

// What it wants to know of the file system while it works on a request.
struct TscQuestion {
  std::string id;  // JSON text, given back as it came
  std::string method;
  std::string path;
};
struct TscAnswer {
  std::int64_t id = 0;
  json::value result;   // of a request that succeeded
  std::string problem;  // of one that did not; may not be shown to a client
};
using TscMessage = std::variant<TscQuestion, TscAnswer>;

// upstream_invalid for anything that is neither.
Result<TscMessage> readTscMessage(std::string_view body);

// From the result of updateSnapshot.
Result<std::int64_t> readSnapshot(const json::value& result);

// From the result of a diagnostics request for the program, whose length is `units` UTF-16 units.
// Appends what belongs to the program, up to kMaxTypeDiagnostics in all.
Status readDiagnostics(const json::value& result, std::uint32_t units,
                       std::vector<TypeDiagnostic>& out);

}  // namespace executor::sandbox
