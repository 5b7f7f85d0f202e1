#include "base/error.h"

#include <array>
#include <cstring>
#include <utility>

namespace executor {
namespace {

// The table of error.h once more, as data; an enumerator is the index of its row.
constexpr std::array kTraits = {
#define X(code, http, rpc, retryable, culprit) \
  ErrorTraits{#code, http, rpc, retryable, Culprit::culprit},
    EXECUTOR_ERROR_CODES(X)
#undef X
};

}  // namespace

const ErrorTraits& traits(ErrorCode code) { return kTraits[static_cast<std::size_t>(code)]; }

// Linear: called only when an error arrives from another process.
bool parseErrorCode(std::string_view name, ErrorCode& out) {
  for (std::size_t i = 0; i < kTraits.size(); ++i) {
    if (kTraits[i].name != name) continue;
    out = static_cast<ErrorCode>(i);
    return true;
  }
  return false;
}

// The words of logs, metrics and documentation: the audience is the operator, for whom `ours` would
// read as the operator's.
std::string_view name(Culprit culprit) {
  switch (culprit) {
    case Culprit::ours: return "executor";
    case Culprit::host: return "operator";
    case Culprit::caller: return "caller";
    case Culprit::guest: return "program";
    case Culprit::upstream: return "upstream";
  }
  std::unreachable();
}

std::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint,
                            std::string detail) {
  return std::unexpected(Error{code, std::move(message), std::move(hint), std::move(detail)});
}

// The cause may name paths, SQL or addresses: none of them is the client's to know.
std::unexpected<Error> failInternal(std::string detail) {
  return fail(ErrorCode::internal, "Executor failed inside; the log has the cause.", {},
              std::move(detail));
}

// glibc's strerror is safe from several threads since 2.32; before, the worst was a garbled text in
// the log.
std::string withErrno(std::string_view what, int error) {
  return std::string(what) + ": " + std::strerror(error);
}

}  // namespace executor
