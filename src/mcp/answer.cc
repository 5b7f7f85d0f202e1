// From a handler's members to a message.
#include "mcp/answer.h"

namespace executor::mcp {
namespace {

std::string_view resultType(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::input_required: return "input_required";
    case Answer::Kind::task: return "task";
    default: return "complete";
  }
}

// MCP 2026-07-28, MissingRequiredClientCapabilityError.
std::string capabilityError(const json::value& id, std::string_view required) {
  return R"({"jsonrpc":"2.0","id":)" + serializeJson(id) + R"(,"error":{"code":)" +
         std::to_string(kMissingCapability) +
         R"(,"message":"Missing required client capability","data":{"requiredCapabilities":{)" +
         std::string(required) + "}}}}";
}

}  // namespace

std::string serverInfo() {
  return R"({"name":"executor","title":"Executor","version":")" EXECUTOR_VERSION R"("})";
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
  if (answer->kind == Answer::Kind::capability_missing) return capabilityError(id, answer->members);
  return resultMessage(id, resultText(era, *answer));
}

int modernStatus(const Result<Answer>& answer) {
  if (answer) return answer->kind == Answer::Kind::capability_missing ? 400 : 200;
  switch (answer.error().code) {
    case ErrorCode::method_not_found: return 404;
    case ErrorCode::header_mismatch:
    case ErrorCode::unsupported_version:
    case ErrorCode::invalid_request: return 400;
    default: return 200;
  }
}

}  // namespace executor::mcp
