// The codes are the contract of the product: clients, scripts and other tests match on them. The
// table in error.h is easy to change by accident and costly to change in secret, so what it says is
// written down here a second time, by hand; a change of it must change both.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/error.h"

namespace executor {
namespace {

struct Promise {
  ErrorCode code;
  std::string_view name;
  int http;
  int rpc;
  bool retryable;
  Culprit culprit;
};

using enum Culprit;
constexpr bool kOnce = false, kRetry = true;

// In the order of the enumerators.
constexpr Promise kPromises[] = {
    {ErrorCode::internal, "internal", 500, -32603, kOnce, ours},
    {ErrorCode::unavailable, "unavailable", 503, -32603, kRetry, ours},
    {ErrorCode::overloaded, "overloaded", 503, -32603, kRetry, ours},
    {ErrorCode::shutting_down, "shutting_down", 503, -32603, kRetry, ours},
    {ErrorCode::invalid_json, "invalid_json", 400, -32700, kOnce, caller},
    {ErrorCode::invalid_request, "invalid_request", 400, -32600, kOnce, caller},
    {ErrorCode::invalid_argument, "invalid_argument", 400, -32602, kOnce, caller},
    {ErrorCode::unknown_argument, "unknown_argument", 400, -32602, kOnce, caller},
    {ErrorCode::method_not_found, "method_not_found", 404, -32601, kOnce, caller},
    {ErrorCode::unsupported_media_type, "unsupported_media_type", 415, -32600, kOnce, caller},
    {ErrorCode::not_acceptable, "not_acceptable", 406, -32600, kOnce, caller},
    {ErrorCode::unsupported_version, "unsupported_version", 400, -32022, kOnce, caller},
    {ErrorCode::header_mismatch, "header_mismatch", 400, -32020, kOnce, caller},
    {ErrorCode::payload_too_large, "payload_too_large", 413, -32600, kOnce, caller},
    {ErrorCode::headers_too_large, "headers_too_large", 431, -32600, kOnce, caller},
    {ErrorCode::uri_too_long, "uri_too_long", 414, -32600, kOnce, caller},
    {ErrorCode::request_timeout, "request_timeout", 408, -32600, kRetry, caller},
    {ErrorCode::method_not_allowed, "method_not_allowed", 405, -32600, kOnce, caller},
    {ErrorCode::not_found, "not_found", 404, -32602, kOnce, caller},
    {ErrorCode::session_not_found, "session_not_found", 404, -32001, kOnce, caller},
    {ErrorCode::unauthorized, "unauthorized", 401, -32001, kOnce, caller},
    {ErrorCode::forbidden, "forbidden", 403, -32001, kOnce, caller},
    {ErrorCode::host_not_allowed, "host_not_allowed", 403, -32001, kOnce, caller},
    {ErrorCode::origin_not_allowed, "origin_not_allowed", 403, -32001, kOnce, caller},
    {ErrorCode::conflict, "conflict", 409, -32602, kOnce, caller},
    {ErrorCode::already_exists, "already_exists", 409, -32602, kOnce, caller},
    {ErrorCode::already_decided, "already_decided", 409, -32602, kOnce, caller},
    {ErrorCode::limit_exceeded, "limit_exceeded", 429, -32602, kRetry, caller},
    {ErrorCode::not_configured, "not_configured", 503, -32603, kOnce, host},
    {ErrorCode::invalid_configuration, "invalid_configuration", 500, -32603, kOnce, host},
    {ErrorCode::data_dir_locked, "data_dir_locked", 500, -32603, kOnce, host},
    {ErrorCode::address_in_use, "address_in_use", 500, -32603, kOnce, host},
    {ErrorCode::store_corrupt, "store_corrupt", 500, -32603, kOnce, host},
    {ErrorCode::store_full, "store_full", 507, -32603, kRetry, host},
    {ErrorCode::store_conflict, "store_conflict", 409, -32603, kRetry, ours},
    {ErrorCode::store_too_new, "store_too_new", 500, -32603, kOnce, host},
    {ErrorCode::sandbox_unavailable, "sandbox_unavailable", 503, -32603, kRetry, host},
    {ErrorCode::syntax_error, "syntax_error", 422, -32602, kOnce, guest},
    {ErrorCode::type_error, "type_error", 422, -32602, kOnce, guest},
    {ErrorCode::unsupported_syntax, "unsupported_syntax", 422, -32602, kOnce, guest},
    {ErrorCode::program_error, "program_error", 422, -32602, kOnce, guest},
    {ErrorCode::result_not_serializable, "result_not_serializable", 422, -32602, kOnce, guest},
    {ErrorCode::result_too_large, "result_too_large", 422, -32602, kOnce, guest},
    {ErrorCode::timed_out, "timed_out", 408, -32603, kOnce, guest},
    {ErrorCode::cpu_limit, "cpu_limit", 422, -32603, kOnce, guest},
    {ErrorCode::memory_limit, "memory_limit", 422, -32603, kOnce, guest},
    {ErrorCode::stack_overflow, "stack_overflow", 422, -32603, kOnce, guest},
    {ErrorCode::call_limit, "call_limit", 422, -32602, kOnce, guest},
    {ErrorCode::deadlock, "deadlock", 422, -32602, kOnce, guest},
    {ErrorCode::worker_crashed, "worker_crashed", 500, -32603, kRetry, ours},
    {ErrorCode::replay_diverged, "replay_diverged", 500, -32603, kOnce, ours},
    {ErrorCode::cancelled, "cancelled", 499, -32603, kOnce, caller},
    {ErrorCode::unknown_tool, "unknown_tool", 404, -32602, kOnce, caller},
    {ErrorCode::invalid_input, "invalid_input", 422, -32602, kOnce, caller},
    {ErrorCode::missing_input, "missing_input", 422, -32602, kOnce, caller},
    {ErrorCode::unknown_option, "unknown_option", 422, -32602, kOnce, caller},
    {ErrorCode::policy_denied, "policy_denied", 403, -32602, kOnce, caller},
    {ErrorCode::approval_denied, "approval_denied", 403, -32602, kOnce, caller},
    {ErrorCode::approval_expired, "approval_expired", 403, -32602, kOnce, caller},
    {ErrorCode::authority_changed, "authority_changed", 403, -32602, kOnce, caller},
    {ErrorCode::credential_missing, "credential_missing", 424, -32602, kOnce, caller},
    {ErrorCode::outcome_unknown, "outcome_unknown", 502, -32603, kOnce, ours},
    {ErrorCode::egress_denied, "egress_denied", 403, -32602, kOnce, caller},
    {ErrorCode::upstream_error, "upstream_error", 502, -32603, kOnce, upstream},
    {ErrorCode::upstream_unreachable, "upstream_unreachable", 502, -32603, kRetry, upstream},
    {ErrorCode::upstream_timeout, "upstream_timeout", 504, -32603, kRetry, upstream},
    {ErrorCode::upstream_invalid, "upstream_invalid", 502, -32603, kOnce, upstream},
    {ErrorCode::upstream_too_large, "upstream_too_large", 502, -32603, kOnce, upstream},
    {ErrorCode::invalid_document, "invalid_document", 422, -32602, kOnce, caller},
    {ErrorCode::unsupported_document, "unsupported_document", 422, -32602, kOnce, caller},
    {ErrorCode::document_too_large, "document_too_large", 413, -32602, kOnce, caller},
    {ErrorCode::document_too_complex, "document_too_complex", 422, -32602, kOnce, caller},
    {ErrorCode::source_not_ready, "source_not_ready", 409, -32602, kRetry, caller},
    {ErrorCode::reserved_name, "reserved_name", 422, -32602, kOnce, caller},
    {ErrorCode::transaction_too_large, "transaction_too_large", 413, -32602, kOnce, caller},
};

TEST(ErrorContract, EveryCodeKeepsItsMeaning) {
  for (const Promise& promise : kPromises) {
    const ErrorTraits& row = traits(promise.code);
    EXPECT_EQ(row.name, promise.name);
    EXPECT_EQ(row.httpStatus, promise.http) << promise.name;
    EXPECT_EQ(row.rpcCode, promise.rpc) << promise.name;
    EXPECT_EQ(row.retryable, promise.retryable) << promise.name;
    EXPECT_EQ(row.culprit, promise.culprit) << promise.name;
  }
}

// A code added to error.h and not here shows: rows are counted from the last enumerator.
TEST(ErrorContract, NoCodeIsWithoutAPromise) {
  const auto last = static_cast<std::size_t>(std::end(kPromises)[-1].code);
  EXPECT_EQ(last + 1, std::size(kPromises));
  for (std::size_t i = 0; i < std::size(kPromises); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kPromises[i].code), i) << kPromises[i].name;
  }
}

TEST(ErrorContract, EveryNameParsesBackAndNoOtherSpellingDoes) {
  for (const Promise& promise : kPromises) {
    ErrorCode code{};
    ASSERT_TRUE(parseErrorCode(promise.name, code)) << promise.name;
    EXPECT_EQ(code, promise.code);
    const std::string name(promise.name);
    for (const std::string& near : {name + " ", " " + name, name + std::string(1, '\0'),
                                    name.substr(1), name.substr(0, name.size() - 1)}) {
      ErrorCode untouched = promise.code;
      ErrorCode exact{};
      const bool isACodeItself = parseErrorCode(near, exact) && traits(exact).name == near;
      EXPECT_TRUE(!parseErrorCode(near, untouched) || isACodeItself) << near;
    }
  }
}

TEST(ErrorContract, AnUnknownNameLeavesTheCodeAlone) {
  ErrorCode code = ErrorCode::store_full;
  for (const std::string_view name : {"", "INTERNAL", "Internal", "no_such_code", "500"}) {
    EXPECT_FALSE(parseErrorCode(name, code)) << name;
    EXPECT_EQ(code, ErrorCode::store_full);
  }
}

TEST(ErrorContract, NamesAreSnakeCaseAndUnique) {
  std::set<std::string_view> names;
  for (const Promise& promise : kPromises) {
    EXPECT_TRUE(names.insert(promise.name).second) << promise.name;
    EXPECT_EQ(promise.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos);
  }
}

// Retrying what the caller wrote wrong cannot help; each exception says that time may change it.
TEST(ErrorContract, ACallersErrorIsRetryableOnlyWhereTimeHeals) {
  const std::set<std::string_view> healing = {"request_timeout", "limit_exceeded",
                                              "source_not_ready"};
  for (const Promise& promise : kPromises) {
    if (promise.culprit != caller) continue;
    EXPECT_EQ(promise.retryable, healing.contains(promise.name)) << promise.name;
  }
}

// The agent's own program fails the same way each time it runs.
TEST(ErrorContract, AProgramsErrorIsNeverRetryable) {
  for (const Promise& promise : kPromises) {
    if (promise.culprit == guest) EXPECT_FALSE(promise.retryable) << promise.name;
  }
}

// A 5xx makes proxies and clients blame the server: what callers and programs do is 4xx.
TEST(ErrorContract, OnlyFaultsBehindTheDoorAreServerErrors) {
  for (const Promise& promise : kPromises) {
    if (promise.culprit == caller || promise.culprit == guest) {
      EXPECT_LT(promise.http, 500) << promise.name;
    }
  }
}

// JSON-RPC 2.0 section 5.1 reserves -32768 to -32000; the MCP codes lie within.
TEST(ErrorContract, RpcCodesAreOfTheReservedRange) {
  for (const Promise& promise : kPromises) {
    EXPECT_GE(promise.rpc, -32768) << promise.name;
    EXPECT_LE(promise.rpc, -32000) << promise.name;
  }
}

TEST(ErrorContract, CulpritsHaveOneWordEach) {
  EXPECT_EQ(name(ours), "executor");
  EXPECT_EQ(name(host), "operator");
  EXPECT_EQ(name(caller), "caller");
  EXPECT_EQ(name(guest), "program");
  EXPECT_EQ(name(upstream), "upstream");
}

TEST(ErrorContract, FailKeepsItsFourPartsApart) {
  const Status status = fail(ErrorCode::conflict, "message", "hint", "detail");
  EXPECT_EQ(status.error().code, ErrorCode::conflict);
  EXPECT_EQ(status.error().message, "message");
  EXPECT_EQ(status.error().hint, "hint");
  EXPECT_EQ(status.error().detail, "detail");
  EXPECT_EQ(status.error().codeName(), "conflict");
  EXPECT_EQ(status.error().culprit(), caller);
}

}  // namespace
}  // namespace executor
