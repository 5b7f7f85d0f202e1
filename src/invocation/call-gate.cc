// The first step of every call. A worker that an attacker took over can write any frame it likes;
// what it cannot do is guess the token of an execution it does not run, or use a number twice.
#include <fmt/format.h>

#include "base/crypto.h"
#include "base/id.h"
#include "invocation/invoker.h"

namespace executor::invocation {
namespace {

// 256 bits: guessing is not worth a thought, whatever the number of executions.
constexpr std::size_t kTokenBytes = 32;

}  // namespace

// Opening again (a resumed execution) replaces the token: what held the old one is shut out.
std::string CallGate::open(std::string executionId) {
  Entry& entry = entries_[std::move(executionId)];
  entry = Entry{randomToken(kTokenBytes), {}};
  return entry.token;
}

void CallGate::close(std::string_view executionId) {
  const auto found = entries_.find(executionId);
  if (found != entries_.end()) entries_.erase(found);
}

// The same text for every refusal: an attacker learns nothing about other executions.
Status CallGate::refuse(std::string detail) {
  ++refused_;
  return fail(ErrorCode::forbidden, "This call does not belong to a running execution.", {},
              std::move(detail));
}

Status CallGate::admit(std::string_view executionId, std::string_view token, std::uint32_t n) {
  const auto found = entries_.find(executionId);
  if (found == entries_.end()) return refuse("no running execution of that id");
  Entry& entry = found->second;
  if (!equalConstantTime(entry.token, token)) return refuse("wrong token");
  if (n == 0 || n > kMaxCallNumber) return refuse(fmt::format("call number {}", n));
  // Numbers come in program order, but calls run concurrently, so order is not demanded.
  if (entry.seen.size() < n) entry.seen.resize(n);
  if (entry.seen[n - 1]) return refuse(fmt::format("call number {} repeated", n));
  entry.seen[n - 1] = true;
  return {};
}

}  // namespace executor::invocation
