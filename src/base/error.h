// What went wrong, whose fault it is, and what to do about it.
//
// Every path that input, network or disk can reach returns Result<T>. An Error speaks to two
// audiences: `message` and `hint` may be shown to the client, `detail` goes to the log only.
// Neither may ever hold a secret (invariant 1). The stable `code` is the contract: programs,
// scripts and tests match on it, texts may change. One table below maps a code to its HTTP status,
// its JSON-RPC code and whether trying again can help; nothing else in the tree may decide these.
//
// The enumerators are spelled in snake_case on purpose: the name is the string on the wire.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace executor {

// Whose fault an error is. `guest` is the agent's program.
enum class Culprit : std::uint8_t { ours, host, caller, guest, upstream };

// X(code, HTTP status, JSON-RPC code, may succeed when retried, default culprit)
#define EXECUTOR_ERROR_CODES(X)                         \
  X(internal, 500, -32603, false, ours)                 \
  X(unavailable, 503, -32603, true, ours)               \
  X(overloaded, 503, -32603, true, ours)                \
  X(shutting_down, 503, -32603, true, ours)             \
  X(invalid_json, 400, -32700, false, caller)           \
  X(invalid_request, 400, -32600, false, caller)        \
  X(invalid_argument, 400, -32602, false, caller)       \
  X(unknown_argument, 400, -32602, false, caller)       \
  X(method_not_found, 404, -32601, false, caller)       \
  X(unsupported_media_type, 415, -32600, false, caller) \
  X(not_acceptable, 406, -32600, false, caller)         \
  X(unsupported_version, 400, -32022, false, caller)    \
  X(header_mismatch, 400, -32020, false, caller)        \
  X(payload_too_large, 413, -32600, false, caller)      \
  X(headers_too_large, 431, -32600, false, caller)      \
  X(uri_too_long, 414, -32600, false, caller)           \
  X(request_timeout, 408, -32600, true, caller)         \
  X(method_not_allowed, 405, -32600, false, caller)     \
  X(not_found, 404, -32602, false, caller)              \
  X(session_not_found, 404, -32001, false, caller)      \
  X(unauthorized, 401, -32001, false, caller)           \
  X(forbidden, 403, -32001, false, caller)              \
  X(host_not_allowed, 403, -32001, false, caller)       \
  X(origin_not_allowed, 403, -32001, false, caller)     \
  X(conflict, 409, -32602, false, caller)               \
  X(already_exists, 409, -32602, false, caller)         \
  X(already_decided, 409, -32602, false, caller)        \
  X(limit_exceeded, 429, -32602, true, caller)          \
  X(not_configured, 503, -32603, false, host)           \
  X(invalid_configuration, 500, -32603, false, host)    \
  X(data_dir_locked, 500, -32603, false, host)          \
  X(address_in_use, 500, -32603, false, host)           \
  X(store_corrupt, 500, -32603, false, host)            \
  X(store_full, 507, -32603, true, host)                \
  X(store_conflict, 409, -32603, true, ours)            \
  X(store_too_new, 500, -32603, false, host)            \
  X(sandbox_unavailable, 503, -32603, true, host)       \
  X(syntax_error, 422, -32602, false, guest)            \
  X(type_error, 422, -32602, false, guest)              \
  X(unsupported_syntax, 422, -32602, false, guest)      \
  X(program_error, 422, -32602, false, guest)           \
  X(result_not_serializable, 422, -32602, false, guest) \
  X(result_too_large, 422, -32602, false, guest)        \
  X(timed_out, 408, -32603, false, guest)               \
  X(cpu_limit, 422, -32603, false, guest)               \
  X(memory_limit, 422, -32603, false, guest)            \
  X(stack_overflow, 422, -32603, false, guest)          \
  X(call_limit, 422, -32602, false, guest)              \
  X(deadlock, 422, -32602, false, guest)                \
  X(worker_crashed, 500, -32603, true, ours)            \
  X(replay_diverged, 500, -32603, false, ours)          \
  X(cancelled, 499, -32603, false, caller)              \
  X(unknown_tool, 404, -32602, false, caller)           \
  X(invalid_input, 422, -32602, false, caller)          \
  X(missing_input, 422, -32602, false, caller)          \
  X(unknown_option, 422, -32602, false, caller)         \
  X(policy_denied, 403, -32602, false, caller)          \
  X(approval_denied, 403, -32602, false, caller)        \
  X(approval_expired, 403, -32602, false, caller)       \
  X(authority_changed, 403, -32602, false, caller)      \
  X(credential_missing, 424, -32602, false, caller)     \
  X(outcome_unknown, 502, -32603, false, ours)          \
  X(egress_denied, 403, -32602, false, caller)          \
  X(upstream_error, 502, -32603, false, upstream)       \
  X(upstream_unreachable, 502, -32603, true, upstream)  \
  X(upstream_timeout, 504, -32603, true, upstream)      \
  X(upstream_invalid, 502, -32603, false, upstream)     \
  X(upstream_too_large, 502, -32603, false, upstream)   \
  X(invalid_document, 422, -32602, false, caller)       \
  X(unsupported_document, 422, -32602, false, caller)   \
  X(document_too_large, 413, -32602, false, caller)     \
  X(document_too_complex, 422, -32602, false, caller)   \
  X(source_not_ready, 409, -32602, true, caller)        \
  X(reserved_name, 422, -32602, false, caller)          \
  X(transaction_too_large, 413, -32602, false, caller)

enum class ErrorCode : std::uint8_t {
#define X(code, ...) code,
  EXECUTOR_ERROR_CODES(X)
#undef X
};

// The row of the table above for one code.
struct ErrorTraits {
  // The enumerator as it is spelled, which is the string on the wire.
  std::string_view name;
  // Of a response that reports just this error; 499 is nginx's "client closed the request".
  int httpStatus;
  // JSON-RPC 2.0 section 5.1, and the codes that MCP adds to it.
  int rpcCode;
  // Whether the same request may succeed later without anybody changing anything.
  bool retryable;
  Culprit culprit;
};

// Valid for every enumerator, for the life of the process.
const ErrorTraits& traits(ErrorCode code);

// The code of that name, or nullopt: used where an error crosses a process boundary.
bool parseErrorCode(std::string_view name, ErrorCode& out);

// "executor", "operator", "caller", "program" or "upstream", as logs and metrics have it.
std::string_view name(Culprit culprit);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  // for the client: what happened, in one sentence
  std::string hint;     // for the client: what to do; may be empty
  std::string detail;   // for the log: cause, position, errno; may be empty

  std::string_view codeName() const { return traits(code).name; }
  Culprit culprit() const { return traits(code).culprit; }
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// The one way to leave a failing path: `return fail(ErrorCode::not_found, "No such source.");`
std::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {},
                            std::string detail = {});

// `internal` with the cause in the log and nothing of it in the client's text.
std::unexpected<Error> failInternal(std::string detail);

// Appends the system's text for errno to what was tried, for `detail`.
std::string withErrno(std::string_view what, int error);

}  // namespace executor

// Propagates the error of a Result, or binds its value. The macro is for functions and coroutines
// alike: EXECUTOR_TRY returns, EXECUTOR_CO_TRY co_returns.
#define EXECUTOR_CONCAT_(a, b) a##b
#define EXECUTOR_CONCAT(a, b) EXECUTOR_CONCAT_(a, b)
#define EXECUTOR_TRY_(leave, tmp, decl, expr)              \
  auto tmp = (expr);                                       \
  if (!tmp) leave std::unexpected(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define EXECUTOR_TRY(decl, expr) EXECUTOR_TRY_(return, EXECUTOR_CONCAT(try_, __LINE__), decl, expr)
#define EXECUTOR_CO_TRY(decl, expr) \
  EXECUTOR_TRY_(co_return, EXECUTOR_CONCAT(try_, __LINE__), decl, expr)
#define EXECUTOR_CHECK(expr) \
  if (auto check = (expr); !check) return std::unexpected(std::move(check).error())
#define EXECUTOR_CO_CHECK(expr) \
  if (auto check = (expr); !check) co_return std::unexpected(std::move(check).error())
