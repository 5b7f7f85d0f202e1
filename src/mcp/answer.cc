// From a handler's members to a message.
#include "mcp/answer.h"

#include "base/text.h"
#include "mcp/client-capabilities.h"

namespace executor::mcp {
namespace {

constexpr int kInvalidParams = -32602;
constexpr int kLegacyResourceNotFound = -32002;  // MCP 2025-11-25, resources, error handling
constexpr std::size_t kMaxUriInError = 2'000;

std::string_view resultType(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::input_required: return "input_required";
    case Answer::Kind::task: return "task";
    default: return "complete";
  }
}

std::string refusal(const json::value& id, std::string_view members) {
  return R"({"jsonrpc":"2.0","id":)" + serializeJson(id) + R"(,"error":{)" + std::string(members) +
         "}}";
}

}  // namespace

std::string serverInfo() {
  return R"({"name":"executor","title":"Executor","version":")" EXECUTOR_VERSION R"("})";
}

// MCP 2026-07-28, MissingRequiredClientCapabilityError: the status MUST be 400.
Answer missingCapability(std::string_view required) {
  return {.members = R"("code":)" + std::to_string(kMissingCapability) +
                     R"(,"message":"Missing required client capability",)"
                     R"("data":{"requiredCapabilities":{)" +
                     std::string(required) + "}}",
          .kind = Answer::Kind::refused,
          .refusedStatus = 400};
}

Answer tasksNotDeclared() {
  return missingCapability(R"("extensions":{")" + std::string(kTasksExtension) + R"(":{}})");
}

Answer resourceNotFound(Era era, std::string_view uri) {
  int code = era == Era::modern ? kInvalidParams : kLegacyResourceNotFound;
  return {.members = R"("code":)" + std::to_string(code) +
                     R"(,"message":"Resource not found","data":{"uri":)" +
                     quoteJson(truncateText(uri, kMaxUriInError)) + "}",
          .kind = Answer::Kind::refused};
}

std::string resultText(Era era, const Answer& answer) {
  if (era == Era::legacy) return '{' + answer.members + '}';
  std::string out = R"({"resultType":")" + std::string(resultType(answer.kind)) + '"';
  if (!answer.members.empty()) out += ',' + answer.members;
  if (answer.cacheable && answer.kind == Answer::Kind::complete) {
    out += R"(,"ttlMs":)" + std::to_string(kListTtlMs) + R"(,"cacheScope":"private")";
  }
  return out + R"(,"_meta":{")" + std::string(meta::kServerInfo) + "\":" + serverInfo() + "}}";
}

std::string responseText(Era era, const json::value& id, const Result<Answer>& answer) {
  if (!answer) return errorMessage(id, answer.error());
  if (answer->kind == Answer::Kind::refused) return refusal(id, answer->members);
  return resultMessage(id, resultText(era, *answer));
}

int modernStatus(const Result<Answer>& answer) {
  if (answer) return answer->refusedStatus;
  switch (answer.error().code) {
    case ErrorCode::method_not_found: return 404;
    case ErrorCode::header_mismatch:
    case ErrorCode::unsupported_version:
    case ErrorCode::invalid_request: return 400;
    default: return 200;
  }
}

}  // namespace executor::mcp
