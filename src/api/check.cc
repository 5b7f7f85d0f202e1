// The type check alone: what `execute` would say of a program before running it.
//
// The answer is a verdict and never an error of the program: an editor asks while somebody types.
// `text` is what an agent would read.
#include <fmt/format.h>

#include "api/arguments.h"
#include "api/endpoints.h"
#include "api/json-text.h"
#include "api/views.h"

namespace executor::api {
namespace {

// The bound of `execute`.
Result<std::string> readProgram(const json::object& body) {
  EXECUTOR_CHECK(rejectUnknownMembers(body, "a check", {"code"}));
  EXECUTOR_TRY(auto code, requireString(body, "code"));
  if (code.size() <= sandbox::kMaxCodeBytes) return code;
  return fail(ErrorCode::payload_too_large,
              fmt::format("The program has {} bytes; at most {} are checked.", code.size(),
                          sandbox::kMaxCodeBytes));
}

}  // namespace

Task<Result<net::Response>> checkProgram(Deps deps, Call call) {
  EXECUTOR_CO_TRY(auto code, readProgram(call.body));
  EXECUTOR_CO_TRY(auto catalog, co_await deps->sources.of(call.principal.workspaceId));
  execution::TypeVerdict verdict{.status = "skipped", .reason = "this server checks no types"};
  if (deps->typeCheck != nullptr) {
    verdict = co_await deps->typeCheck->check(std::move(code), std::move(catalog));
  }
  std::string json = typeVerdictJson(verdict);
  const std::string text = execution::findingsText(verdict.findings, verdict.more);
  json.pop_back();
  co_return okJson(json + ",\"text\":" + quoteJson(text) + "}");
}

}  // namespace executor::api
