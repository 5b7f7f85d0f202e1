#include "sandbox/tsc-messages.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace executor::sandbox {
namespace {

// Deeper than a chain of messages with its places.
constexpr JsonLimits kJsonLimits{.maxDepth = 64};
// Of an identifier the compiler makes for its questions ("api17").
constexpr std::size_t kMaxIdBytes = 64;
// ts.DiagnosticCategory: 0 warning, 1 error, 2 suggestion, 3 message.
constexpr std::int64_t kErrorCategory = 1;
constexpr std::int64_t kMaxCode = 1'000'000;

std::unexpected<Error> nonsense(std::string_view what) {
  return fail(ErrorCode::upstream_invalid, "The type checker answered nonsense.", {},
              "tsc message: " + std::string(what));
}

// Its own identifiers come back as they were; nothing else may stand there.
std::optional<std::string> idText(const json::value& id) {
  if (id.is_int64() || id.is_uint64()) return serializeJson(id);
  if (!id.is_string() || id.get_string().size() > kMaxIdBytes) return std::nullopt;
  return serializeJson(id);
}

// Params are a path, or an array whose first element is one.
std::optional<std::string> pathOf(const json::object& message) {
  const json::value* params = find(message, "params");
  if (params != nullptr && params->is_array() && !params->get_array().empty()) {
    params = &params->get_array().front();
  }
  if (params == nullptr || !params->is_string()) return std::nullopt;
  return std::string(params->get_string());
}

// Which methods there are is for the file system to know (tsc-files.h).
Result<TscMessage> readQuestion(const json::object& message, const json::value& id) {
  auto text = idText(id);
  auto path = pathOf(message);
  if (!text || !path) return nonsense("a question without id or path");
  return TscQuestion{*std::move(text), std::string(findString(message, "method")),
                     *std::move(path)};
}

// Our own ids are integers. An error is kept as text for the log; its code says nothing to us.
Result<TscMessage> readAnswer(const json::object& message, const json::value& id) {
  if (!id.is_int64()) return nonsense("an answer to nothing");
  TscAnswer answer{.id = id.get_int64()};
  if (const json::object* error = findObject(message, "error")) {
    answer.problem = truncateText(findString(*error, "message", "no reason"), kMaxTypeMessageBytes);
    return answer;
  }
  const json::value* result = find(message, "result");
  if (result == nullptr) return nonsense("an answer without result");
  answer.result = *result;
  return answer;
}

// The first link and what follows from it, deeper links indented, as the compiler prints them.
void appendChain(const json::object& link, int depth, std::string& text) {
  if (depth >= kMaxChainLinks || text.size() > kMaxTypeMessageBytes) return;
  if (depth > 0) text += '\n' + std::string(2 * static_cast<std::size_t>(depth), ' ');
  text += findString(link, "text");
  const json::array* next = findArray(link, "messageChain");
  if (next == nullptr) return;
  for (const json::value& below : *next) {
    if (below.is_object()) appendChain(below.get_object(), depth + 1, text);
  }
}

// Cut to the text that was checked.
std::uint32_t clampPlace(std::int64_t place, std::uint32_t low, std::uint32_t high) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(place, low, high));
}

// The code is what callers decide by, so that one without is refused; a place or text that is
// missing is merely an empty one.
Result<TypeDiagnostic> readDiagnostic(const json::object& from, std::uint32_t units) {
  const std::int64_t code = findInteger(from, "code", -1);
  if (code < 0 || code > kMaxCode) return nonsense("a diagnostic without code");
  TypeDiagnostic made{.code = static_cast<int>(code)};
  made.error = findInteger(from, "category", kErrorCategory) == kErrorCategory;
  made.start = clampPlace(findInteger(from, "pos", 0), 0, units);
  made.length = clampPlace(findInteger(from, "end", 0), made.start, units) - made.start;
  appendChain(from, 0, made.message);
  made.message = truncateText(made.message, kMaxTypeMessageBytes);
  return made;
}

}  // namespace

std::string libraryFile(std::size_t n) { return fmt::format("{}{}.d.ts", kTscLibraryFile, n); }

// The library is among the files: with noLib the compiler looks for none of its own.
std::string projectText(std::size_t libraries) {
  std::string files;
  for (std::size_t n = 0; n < libraries; ++n) files += quoteJson(libraryFile(n)) + ",";
  files += quoteJson(kTscGlobalsFile) + "," + quoteJson(kTscProgramFile);
  return R"({"compilerOptions":{"strict":false,"noLib":true,"types":[],"noEmit":true,)"
         R"("skipLibCheck":true,"target":"esnext","module":"esnext","moduleDetection":"force"},)"
         R"("files":[)" +
         files + "]}";
}

std::string rpcRequest(std::int64_t id, const TscRequest& request) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, request.method,
                     request.params);
}

std::string rpcAnswer(std::string_view id, std::string_view result) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, result);
}

// Both kinds have an id; only questions have a method. Notifications do not exist in this protocol.
Result<TscMessage> readTscMessage(std::string_view body) {
  auto parsed = parseJson(body, kJsonLimits);
  if (!parsed) return nonsense(parsed.error().message);
  if (!parsed->is_object()) return nonsense("no object");
  const json::object& message = parsed->get_object();
  const json::value* id = find(message, "id");
  if (id == nullptr) return nonsense("no id");
  if (find(message, "method") != nullptr) return readQuestion(message, *id);
  return readAnswer(message, *id);
}

Result<std::int64_t> readSnapshot(const json::value& result) {
  const std::int64_t snapshot = findInteger(result, "snapshot", -1);
  if (snapshot < 0) return nonsense("no snapshot");
  return snapshot;
}

// Diagnostics of other files are ours to mend, not the program's.
Status readDiagnostics(const json::value& result, std::uint32_t units,
                       std::vector<TypeDiagnostic>& out) {
  if (!result.is_array()) return nonsense("diagnostics that are no array");
  for (const json::value& entry : result.get_array()) {
    if (out.size() >= kMaxTypeDiagnostics) return {};
    if (!entry.is_object()) return nonsense("a diagnostic that is no object");
    const json::object& from = entry.get_object();
    if (findString(from, "fileName") != kTscProgramFile) continue;
    EXECUTOR_TRY(auto diagnostic, readDiagnostic(from, units));
    out.push_back(std::move(diagnostic));
  }
  return {};
}

}  // namespace executor::sandbox
