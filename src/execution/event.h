// The events of an execution, in order: its audit log, its timeline and its means of recovery (D8).
//
//   created             {client, runtime, timeoutMs, tool?}
//   started             {seed, clock, engine, code?}        code only if stripping changed it
//   call                {n, id, turn, path, hash}           the program called; hash of raw input
//   call_requested      {n, tool, source, toolSet, method, safe, retryable, hash, input}
//   approval_requested  {n, approval, tool, summary, toolSet, hash}
//   decided             {n, approval, verdict, by, reason, scope?, grantedBy?}
//   delivered           {n | timer, clock, status, value | code, message, hint, httpStatus, body}
//   call_ended          as delivered; the program had ended before
//   console             {level, text}
//   emitted             {kind, mimeType?, name?, text | data | handle, bytes?}
//   resumed             {epoch, why?}                      why: worker_lost, computes, rested;
//                                                         none: claimed, see ownership.h
//   finished            {state, code?}
//
// A turn begins with `started` or `delivered`; the records after it up to the next `delivered` were
// made in that turn. Values are kept as text, so that replay gives the program the very bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "execution/executions.h"
#include "sandbox/runtime.h"

namespace executor::execution {

enum class EventKind : std::uint8_t {
  created,
  started,
  call,
  call_requested,
  approval_requested,
  decided,
  delivered,
  call_ended,
  console,
  resumed,
  finished,
  emitted
};
std::string_view name(EventKind kind);

struct Event {
  std::uint64_t seq = 0;
  EventKind kind = EventKind::created;
  EpochMs at = 0;
  json::object body;
};

// One event as JSON text, without its sequence: a page knows its first one.
std::string encodeEvent(const Event& event);
// The events of a page; `store_corrupt` when it is not one.
Result<std::vector<Event>> decodeEvents(std::string_view page, std::uint64_t firstSeq);

// An event whose body was put into a blob: {"blob": hash, "n": …}.
std::string_view blobOf(const Event& event);

// The outcome of a call as the body of delivered and call_ended, and back.
json::object outcomeBody(std::uint32_t n, const invocation::CallOutcome& outcome);
sandbox::Delivery deliveryOf(const json::object& body);
invocation::CallOutcome outcomeFrom(const json::object& body);

// An output of emit(value), and back. One over kMaxInlineEmittedBytes gets a handle here; the
// journal moves its contents to the store of results.
json::object emissionBody(sandbox::Emission emission);
Emitted emissionFrom(const json::object& body);

// For a client: inputs redacted, values only by size.
EventView toEventView(const Event& event);

std::string_view textOf(const json::object& body, std::string_view key);
std::int64_t numberOf(const json::object& body, std::string_view key);

}  // namespace executor::execution
