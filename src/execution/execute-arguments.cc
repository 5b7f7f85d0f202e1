#include <fmt/format.h>

#include "base/text.h"
#include "execution/executions.h"

namespace executor::execution {
namespace {

std::unexpected<Error> badArgument(std::string_view name, std::string_view expected,
                                   const json::value& found) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} must be {}, not {}.", name, expected, jsonTypeName(found)));
}

Status readText(const json::value& value, std::string_view name, std::string& out) {
  const json::string* text = value.if_string();
  if (text == nullptr) return badArgument(name, "a string", value);
  out.assign(text->data(), text->size());
  return {};
}

// An empty program would complete with null and look like success.
Status readCode(const json::value& value, ExecuteRequest& request) {
  EXECUTOR_CHECK(readText(value, "code", request.code));
  if (!trimText(request.code).empty()) return {};
  return fail(ErrorCode::invalid_argument, "code is empty.",
              "Send the body of an async function in TypeScript, with a return.");
}

// Out of range is refused, not clamped: the agent believes what it asked for.
Status readTimeout(const json::value& value, ExecuteRequest& request) {
  const std::int64_t* number = value.if_int64();
  if (number == nullptr || *number < 1 || *number > kMaxTimeoutMs) {
    return badArgument("timeoutMs", fmt::format("an integer from 1 to {}", kMaxTimeoutMs), value);
  }
  request.timeoutMs = static_cast<std::uint32_t>(*number);
  return {};
}

// Kept as it came and never interpreted; bounded, because it is shown with every view.
Status readMetadata(const json::value& value, ExecuteRequest& request) {
  if (!value.is_object()) return badArgument("metadata", "an object", value);
  request.metadataJson = serializeJson(value);
  if (request.metadataJson.size() <= kMaxMetadataBytes) return {};
  return fail(ErrorCode::payload_too_large,
              fmt::format("metadata has {} bytes; at most {} are kept.",
                          request.metadataJson.size(), kMaxMetadataBytes));
}

// What a program is not told of by its author is the server's default.
Status readTypeCheck(const json::value& value, ExecuteRequest& request) {
  const json::string* text = value.if_string();
  TypeCheckMode mode{};
  if (text != nullptr && parseTypeCheckMode({text->data(), text->size()}, mode)) {
    request.typeCheck = mode;
    return {};
  }
  return badArgument("typeCheck", "\"off\", \"warn\" or \"error\"", value);
}

Status readIdempotencyKey(const json::value& value, ExecuteRequest& request) {
  EXECUTOR_CHECK(readText(value, "idempotencyKey", request.idempotencyKey));
  const std::size_t size = request.idempotencyKey.size();
  if (size >= 1 && size <= kMaxIdempotencyKeyBytes) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("idempotencyKey must have 1 to {} bytes.", kMaxIdempotencyKeyBytes));
}

Status readArgument(std::string_view name, const json::value& value, ExecuteRequest& request) {
  if (name == "code") return readCode(value, request);
  if (name == "timeoutMs") return readTimeout(value, request);
  if (name == "runtimeId") return readText(value, "runtimeId", request.runtimeId);
  if (name == "metadata") return readMetadata(value, request);
  if (name == "typeCheck") return readTypeCheck(value, request);
  return readIdempotencyKey(value, request);
}

}  // namespace

Result<ExecuteRequest> parseExecuteArguments(const json::object& arguments) {
  EXECUTOR_CHECK(rejectUnknownMembers(
      arguments, "the arguments of execute",
      {"code", "timeoutMs", "runtimeId", "metadata", "typeCheck", "idempotencyKey"}));
  ExecuteRequest request;
  for (const auto& [name, value] : arguments) {
    EXECUTOR_CHECK(readArgument(name, value, request));
  }
  if (arguments.contains("code")) return request;
  return fail(ErrorCode::invalid_argument, "code is missing.",
              "Send {\"code\": \"return 1 + 1\"}.");
}

}  // namespace executor::execution
