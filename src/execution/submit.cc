#include "execution/submit.h"

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/id.h"
#include "base/text.h"
#include "execution/type-check.h"

namespace executor::execution {
namespace {

// The same bounds as the sandbox's, but told to the caller before anything is stored.
Status checkProgram(const ExecuteRequest& request) {
  if (request.code.empty() == request.tool.empty()) {
    return fail(ErrorCode::invalid_argument, "An execution has either a program or one tool call.");
  }
  if (request.code.size() > sandbox::kMaxCodeBytes) {
    return fail(ErrorCode::payload_too_large,
                fmt::format("The program has {} bytes; at most {} are run.", request.code.size(),
                            sandbox::kMaxCodeBytes),
                "Move data out of the program.");
  }
  if (request.inputJson.size() > sandbox::kMaxCallInputBytes) {
    return fail(ErrorCode::payload_too_large,
                fmt::format("The input has {} bytes; at most {} are sent.",
                            request.inputJson.size(), sandbox::kMaxCallInputBytes));
  }
  if (!isValidUtf8(request.code)) {
    return fail(ErrorCode::invalid_argument, "The program is not valid UTF-8.");
  }
  return {};
}

// Refused and not cut: who asks for ten minutes has to know that he gets one.
Status checkTimeout(const ExecuteRequest& request, const WorkspaceSettings& settings) {
  if (!request.timeoutMs) return {};
  if (*request.timeoutMs >= 1 && *request.timeoutMs <= settings.maxTimeoutMs) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("timeoutMs must be from 1 to {}.", settings.maxTimeoutMs),
              settings.maxTimeoutMs == kMaxTimeoutMs
                  ? ""
                  : "It is the setting maxTimeoutMs of this workspace.");
}

// What runs without a jail is never chosen for somebody who did not ask for it.
Status checkDefault(const sandbox::Runtime& runtime) {
  if (!runtime.onlyByName()) return {};
  return fail(
      ErrorCode::sandbox_unavailable,
      "The jail that programs run in cannot be made on this server.",
      fmt::format("executor doctor says why. runtimeId \"{}\" runs without it.", runtime.id()));
}

// Reference TASK-011: the text names the runtime, the hint those there are.
Status checkRuntime(const ExecuteRequest& request, const ExecutionDeps& deps) {
  if (deps.runtimes.empty()) {
    return fail(ErrorCode::sandbox_unavailable, "This server has no runtime for programs.",
                "executor doctor says why.");
  }
  if (request.runtimeId.empty()) return checkDefault(*deps.runtimes.front());
  std::string known;
  for (const sandbox::Runtime* runtime : deps.runtimes) {
    if (runtime->id() == request.runtimeId) return {};
    known += fmt::format("{}{}", known.empty() ? "" : ", ", runtime->id());
  }
  const bool forbidden = request.runtimeId == sandbox::kLocalVm;
  return fail(ErrorCode::invalid_argument,
              fmt::format("Unsupported runtime: {}", truncateText(request.runtimeId, 60)),
              fmt::format("This server has: {}.{}", known,
                          forbidden ? " Only its operator can add local-vm, by setting "
                                      "DANGEROUSLY_ALLOW_LOCAL_VM=1."
                                    : ""));
}

// The same key of another account or API key is another key.
std::string claimOf(const ExecuteRequest& request) {
  const Principal& who = request.principal;
  return sha256Hex(fmt::format("{}\n{}\n{}\n{}", who.workspaceId, who.accountId, who.keyId,
                               request.idempotencyKey));
}

// Everything but the texts, which may have to go to blobs.
ExecutionRecord plainRecord(const ExecuteRequest& request, const ExecutionDeps& deps,
                            const WorkspaceSettings& settings) {
  ExecutionRecord record;
  record.id = newId(idPrefix::kExecution);
  record.workspaceId = request.principal.workspaceId;
  record.organizationId = request.principal.organizationId;
  record.accountId = request.principal.accountId;
  record.keyId = request.principal.keyId;
  record.mayApprove = request.principal.mayApprove;
  record.client = request.client;
  record.tool = request.tool;
  record.timeoutMs = request.timeoutMs.value_or(static_cast<std::uint32_t>(settings.timeoutMs));
  if (const ExecutionLimits limits = settings.limits(); limits != ExecutionLimits()) {
    record.limits = limits;
  }
  record.runtimeId =
      request.runtimeId.empty() ? std::string(deps.runtimes.front()->id()) : request.runtimeId;
  if (!request.idempotencyKey.empty()) record.claim = claimOf(request);
  if (!request.rerunOf.empty()) record.rerunOf = request.rerunOf;
  record.createdAt = deps.clock.now();
  record.nodeId = deps.nodeId;
  return record;
}

// None where nobody wants to know, or the program does not so much as name `tools`.
Task<std::optional<TypeVerdict>> checkTypes(const ExecuteRequest& request,
                                            const ExecutionDeps& deps, TypeCheckMode usual,
                                            std::shared_ptr<const catalog::Catalog> catalog) {
  if (deps.typeCheck == nullptr || request.code.find("tools") == std::string::npos) {
    co_return std::nullopt;
  }
  const TypeCheckMode mode = request.typeCheck.value_or(usual);
  if (mode == TypeCheckMode::off) co_return std::nullopt;
  TypeVerdict verdict = co_await deps.typeCheck->check(request.code, std::move(catalog));
  const bool found = verdict.failed() || !verdict.findings.empty();
  if (mode == TypeCheckMode::warn && found) verdict.status = "warned";
  co_return verdict;
}

}  // namespace

Task<Result<WorkspaceSettings>> settingsOf(const ExecutionDeps& deps, std::string workspaceId) {
  if (deps.settings != nullptr) co_return co_await deps.settings->of(std::move(workspaceId));
  WorkspaceSettings server;
  if (deps.typeCheck != nullptr) {
    server.typeCheck = static_cast<std::int64_t>(deps.typeCheck->standard());
  }
  server.running = static_cast<std::int64_t>(deps.limits.running);
  server.waiting = static_cast<std::int64_t>(deps.limits.waiting);
  server.queued = static_cast<std::int64_t>(deps.limits.queued);
  co_return server;
}

Status checkRequest(const ExecuteRequest& request, const ExecutionDeps& deps,
                    const WorkspaceSettings& settings) {
  EXECUTOR_CHECK(checkProgram(request));
  EXECUTOR_CHECK(checkTimeout(request, settings));
  return checkRuntime(request, deps);
}

Task<Result<Submitted>> makeRecord(ExecuteRequest request, const ExecutionDeps& deps,
                                   WorkspaceSettings settings,
                                   std::shared_ptr<const catalog::Catalog> catalog) {
  store::Store& store = deps.store;
  Submitted made{plainRecord(request, deps, settings), request.code, std::move(request.inputJson)};
  ExecutionRecord& record = made.record;
  if (made.input.empty()) made.input = "{}";
  record.submission.typeCheck =
      co_await checkTypes(request, deps, settings.typeCheckMode(), std::move(catalog));
  EXECUTOR_CO_TRY(record.submission.code,
                  co_await keepText(store, std::move(request.code), record.id, record.workspaceId));
  if (!request.tool.empty()) {
    EXECUTOR_CO_TRY(record.submission.input,
                    co_await keepText(store, made.input, record.id, record.workspaceId));
  }
  if (request.typeCheck) record.submission.typeCheckMode = name(*request.typeCheck);
  record.submission.optionsJson = std::move(request.optionsJson);
  record.submission.metadataJson = std::move(request.metadataJson);
  co_return made;
}

}  // namespace executor::execution
