#include "execution/journal.h"

#include "execution/ownership.h"

#include <fmt/format.h>

#include "base/crash-point.h"
#include "base/fault.h"
#include "base/text.h"

namespace executor::execution {
namespace {

constexpr std::size_t kInlineEventBytes = 48u << 10;
// What an event whose body went to a blob still says by itself.
constexpr std::string_view kBriefMembers[] = {
    "n",    "id",       "turn",  "hash",   "tool",   "path",      "status",
    "code", "timer",    "clock", "safe",   "method", "retryable", "approval",
    "kind", "mimeType", "name",  "handle", "bytes"};

// Of an `emitted`: a text has no type of its own.
std::string contentTypeOf(const Event& event) {
  const std::string_view type = textOf(event.body, "mimeType");
  return std::string(type.empty() ? "text/plain; charset=utf-8" : type);
}

// Final for this process: the epoch in the store never goes back.
std::unexpected<Error> takenOver(std::string_view id) {
  return fail(ErrorCode::conflict,
              fmt::format("Execution {} is run by another server process.", id),
              "Look at it there; this process has stopped working on it.");
}

// Strings are nearly all of an event; what is over the inline size goes to a blob anyway.
std::size_t sizeEstimate(const Event& event) {
  std::size_t bytes = 200;
  for (const auto& [name, member] : event.body) {
    if (member.is_string()) bytes += member.get_string().size();
  }
  return std::min(bytes, kInlineEventBytes);
}

JournalPage emptyPage(const ExecutionRecord& record, std::uint64_t firstSeq) {
  return {pageKey(record.id, firstSeq), record.id, record.workspaceId, firstSeq, 0, "["};
}

bool holdsOutcome(const std::vector<Event>& events) {
  return std::ranges::any_of(events, [](const Event& event) {
    return event.kind == EventKind::delivered || event.kind == EventKind::call_ended;
  });
}

}  // namespace

Journal::Journal(store::Store& store, ExecutionRecord record, bool stored)
    : store_(store),
      record_(std::move(record)),
      durableSeq_(record_.nextSeq),
      stored_(stored),
      marked_(stored) {}

const Event& Journal::append(EventKind kind, EpochMs at, json::object body) {
  touch();
  return pending_.emplace_back(Event{record_.nextSeq++, kind, at, std::move(body)});
}

void Journal::addResult(invocation::ResultRecord result) {
  touch();
  results_.push_back(std::move(result));
}

// A waiter is done when everything before its call is durable, and gives up when a batch fails that
// was written meanwhile: it cannot know whether its events were in it.
Task<Status> Journal::flush() {
  const std::uint64_t target = version_;
  const std::uint64_t failures = failures_;
  while (durable_ < target) {
    if (failures_ != failures) co_return std::unexpected(lastError_);
    if (writing_) {
      co_await written_.wait(Deadline::max());
    } else if (Status status = co_await writeBatch(); !status) {
      co_return status;
    }
  }
  co_return Status();
}

// One at a time; whoever waits meanwhile learns of a failure.
Task<Status> Journal::writeBatch() {
  writing_ = true;
  Status status = uncertain_ ? co_await resync() : Status();
  if (status && !clean()) status = co_await writePending();
  if (!status) {
    ++failures_;
    lastError_ = status.error();
  }
  writing_ = false;
  written_.notify();
  co_return status;
}

// After an error of the store nobody knows whether its answer was all that was lost. What is there
// under our own epoch is ours and is not written again.
Task<Status> Journal::resync() {
  auto read = [id = record_.id](store::Txn& txn) { return txn.get<ExecutionRecord>(id); };
  EXECUTOR_CO_TRY(std::optional<ExecutionRecord> now, co_await store_.read(std::move(read)));
  uncertain_ = false;
  if (!now || now->epoch < record_.epoch) co_return Status();
  if (now->epoch > record_.epoch || now->nodeId != record_.nodeId) co_return takenOver(record_.id);
  std::erase_if(pending_, [&](const Event& event) { return event.seq < now->nextSeq; });
  durableSeq_ = now->nextSeq;
  stored_ = true;
  marked_ = !isFinal(now->state);
  if (isFinal(now->state)) durable_ = version_;
  co_return Status();
}

// Only a whole batch may carry a final state: what is final has all its events.
Task<Status> Journal::writePending() {
  const std::uint64_t version = version_;
  auto events = std::make_shared<std::vector<Event>>(takeSome());
  const bool whole = pending_.empty();
  Batch batch{record_, {}, {}, {}, durableSeq_, !stored_, marked_};
  if (!whole && !EXECUTOR_FAULT(final_before_journal)) {
    batch.record.nextSeq = events->back().seq + 1;
    if (isFinal(record_.state)) batch.record.state = State::running;
  }
  Status status = co_await store(std::move(batch), events);
  if (!status) {
    putBack(*events, status.error());
  } else if (whole) {
    durable_ = version;
  }
  co_return status;
}

// A store's transaction has a size; what does not fit waits for the next one.
std::vector<Event> Journal::takeSome() {
  std::size_t bytes = 0;
  auto end = pending_.begin();
  const std::size_t most = EXECUTOR_FAULT(final_before_journal) ? 1 : kBatchBytes;
  while (end != pending_.end() && bytes < most) bytes += sizeEstimate(*end++);
  std::vector<Event> taken(std::make_move_iterator(pending_.begin()), std::make_move_iterator(end));
  pending_.erase(pending_.begin(), end);
  return taken;
}

bool Journal::fitsItsRecord(const Batch& batch) {
  return batch.create && isFinal(batch.record.state) && batch.record.ending &&
         batch.pages.size() == 1 && batch.pages.front().events.size() <= kInlineJournalBytes;
}

// What changed in memory while the batch was being written belongs to the next one; the copies made
// before are what is stored.
Task<Status> Journal::store(Batch batch, Events events) {
  EXECUTOR_CO_TRY(batch.pages, co_await makePages(events));
  batch.results = results_;
  if (fitsItsRecord(batch)) {
    batch.record.ending->events = std::move(batch.pages.front().events);
    batch.pages.clear();
  }
  if (batch.create) {
    EXECUTOR_CO_TRY(batch.created, store_.prepare(batch.record));
  }
  const bool open = !isFinal(batch.record.state);
  const bool create = batch.create;
  const std::uint64_t nextSeq = batch.record.nextSeq;
  if (create) crashPoint(CrashPoint::before_create);
  const std::vector<invocation::ResultRecord> results = batch.results;
  EXECUTOR_CO_CHECK(co_await store_.write(
      [batch = std::move(batch)](store::Txn& txn) -> Status { return apply(txn, batch); }));
  if (create) crashPoint(CrashPoint::after_create);
  if (holdsOutcome(*events)) crashPoint(CrashPoint::after_outcome);
  stored_ = true;
  marked_ = open;
  durableSeq_ = nextSeq;
  dropStored(results);
  co_return Status();
}

// Others may have been added while the batch was being written.
void Journal::dropStored(const std::vector<invocation::ResultRecord>& stored) {
  results_.erase(results_.begin(), results_.begin() + static_cast<std::ptrdiff_t>(stored.size()));
}

// In front of what was appended since: order is the journal's meaning. An error of our own function
// says that nothing was committed.
void Journal::putBack(std::vector<Event>& events, const Error& error) {
  std::ranges::move(pending_, std::back_inserter(events));
  pending_ = std::move(events);
  uncertain_ = error.code != ErrorCode::conflict && error.code != ErrorCode::already_exists;
}

// Static and by value: it runs on the store's thread, and perhaps twice.
Status Journal::apply(store::Txn& txn, const Batch& batch) {
  const ExecutionRecord& record = batch.record;
  if (batch.create) {
    EXECUTOR_CHECK(txn.insert(batch.created));
    if (record.claim) EXECUTOR_CHECK(txn.insert(ExecutionClaim{*record.claim, record.id}));
  } else {
    EXECUTOR_TRY(std::optional<ExecutionRecord> now, txn.get<ExecutionRecord>(record.id));
    const bool owned = now && now->epoch == record.epoch && now->nodeId == record.nodeId;
    const bool ours = owned && now->nextSeq == batch.expectedSeq;
    if (!ours && !EXECUTOR_FAULT(epoch_ignored)) return takenOver(record.id);
    EXECUTOR_CHECK(txn.replace(record));
  }
  for (const JournalPage& page : batch.pages) EXECUTOR_CHECK(txn.insert(page));
  for (const auto& result : batch.results) EXECUTOR_CHECK(invocation::insertResult(txn, result));
  const bool open = !isFinal(record.state);
  if (open && !batch.openMarker) {
    EXECUTOR_CHECK(txn.put(OpenExecution{record.id, record.workspaceId, record.nodeId}));
  } else if (!open && batch.openMarker) {
    EXECUTOR_CHECK(txn.remove<OpenExecution>(record.id));
  }
  txn.touch("executions/" + record.workspaceId);
  // What began and ended in one commit nobody can have waited for elsewhere.
  if (open || !batch.create) txn.touch(executionTopic(record.id));
  return {};
}

// What is too big for a page goes to a blob; the event keeps its number and status.
Task<Result<std::string>> Journal::encode(Events events, std::size_t index) {
  const Event& event = (*events)[index];
  std::string text = encodeEvent(event);
  if (text.size() <= kInlineEventBytes) co_return text;
  Event brief{event.seq, event.kind, event.at, {}};
  for (std::string_view key : kBriefMembers) {
    if (const json::value* member = event.body.if_contains(key)) brief.body[key] = *member;
  }
  if (brief.body.contains("handle")) {
    EXECUTOR_CO_CHECK(co_await moveContent(event));
    co_return encodeEvent(brief);
  }
  EXECUTOR_CO_TRY(std::string hash,
                  co_await store_.blobs().put({.bytes = serializeJson(event.body),
                                               .owner = record_.id,
                                               .workspaceId = record_.workspaceId}));
  brief.body["blob"] = hash;
  co_return encodeEvent(brief);
}

// Of an `emitted` with a handle: its contents as bytes under that name. A batch that failed comes
// here again.
Task<Status> Journal::moveContent(const Event& event) {
  const std::string handle(textOf(event.body, "handle"));
  const auto moved = std::ranges::find(results_, handle, &invocation::ResultRecord::id);
  if (moved != results_.end()) co_return Status();
  std::string bytes(textOf(event.body, "text"));
  if (const auto data = textOf(event.body, "data"); !data.empty() && !base64Decode(data, bytes)) {
    co_return failInternal("an emitted content is no base64");
  }
  invocation::ResultStore results(store_, systemClock());
  EXECUTOR_CO_TRY(invocation::ResultRecord kept,
                  co_await results.prepare({.id = handle,
                                            .workspaceId = record_.workspaceId,
                                            .executionId = record_.id,
                                            .kind = invocation::ResultKind::emitted,
                                            .mimeType = contentTypeOf(event),
                                            .name = std::string(textOf(event.body, "name")),
                                            .bytes = std::move(bytes)}));
  kept.createdAt = event.at;
  results_.push_back(std::move(kept));
  co_return Status();
}

Task<Result<std::vector<JournalPage>>> Journal::makePages(Events events) {
  std::vector<JournalPage> pages;
  for (std::size_t i = 0; i < events->size(); ++i) {
    EXECUTOR_CO_TRY(std::string text, co_await encode(events, i));
    const bool full = !pages.empty() && pages.back().events.size() + text.size() > kPageBytes;
    if (pages.empty() || full) pages.push_back(emptyPage(record_, (*events)[i].seq));
    JournalPage& page = pages.back();
    if (page.count++ != 0) page.events += ',';
    page.events += text;
  }
  for (JournalPage& page : pages) page.events += ']';
  co_return pages;
}

namespace {

using PageList = store::Page<JournalPage>;

// The page that holds the event after `after`, as a key to begin at.
Result<std::string> firstKey(store::Txn& txn, const EventQuery& query) {
  std::string begin = pageKey(query.executionId, 0);
  if (query.after == 0) return begin;
  EXECUTOR_TRY(PageList last,
               txn.scan<JournalPage>({.from = begin,
                                      .to = pageKey(query.executionId, query.after + 2),
                                      .order = store::Order::descending,
                                      .limit = 1}));
  return last.items.empty() ? begin : last.items.front().id;
}

bool isFull(const std::vector<Event>& events, const EventQuery& query) {
  return query.limit != 0 && events.size() >= query.limit;
}

Status addDecoded(std::string_view text, std::uint64_t firstSeq, const EventQuery& query,
                  std::vector<Event>& events) {
  EXECUTOR_TRY(std::vector<Event> decoded, decodeEvents(text, firstSeq));
  for (Event& event : decoded) {
    if (isFull(events, query)) break;
    if (event.seq > query.after) events.push_back(std::move(event));
  }
  return {};
}

// "0" is the character after "/": the range is exactly this execution's pages.
Result<std::vector<Event>> scanEvents(store::Txn& txn, const EventQuery& query) {
  EXECUTOR_TRY(std::string begin, firstKey(txn, query));
  std::vector<Event> events;
  std::string after;
  do {
    EXECUTOR_TRY(PageList page,
                 txn.scan<JournalPage>(
                     {.from = begin, .to = query.executionId + "0", .limit = 16, .after = after}));
    for (const JournalPage& one : page.items) {
      EXECUTOR_CHECK(addDecoded(one.events, one.firstSeq, query, events));
    }
    after = page.nextCursor;
  } while (!after.empty() && !isFull(events, query));
  return events;
}

Result<std::vector<Event>> loadEvents(store::Txn& txn, const EventQuery& query) {
  EXECUTOR_TRY(auto record, txn.get<ExecutionRecord>(query.executionId));
  if (!record || !record->ending || !record->ending->events) return scanEvents(txn, query);
  std::vector<Event> events;
  EXECUTOR_CHECK(addDecoded(*record->ending->events, 1, query, events));
  return events;
}

Task<Status> loadBody(store::Store& store, Event& event, std::string workspaceId) {
  EXECUTOR_CO_TRY(std::string text, co_await store.blobs().get(std::string(blobOf(event)), {},
                                                               std::move(workspaceId)));
  EXECUTOR_CO_TRY(json::value body, parseJson(text));
  if (!body.is_object()) co_return fail(ErrorCode::store_corrupt, "An event's body is no object.");
  event.body = std::move(body.get_object());
  co_return Status();
}

}  // namespace

Task<Result<std::vector<Event>>> readEvents(store::Store& store, EventQuery query) {
  auto found = co_await store.read([query](store::Txn& t) { return loadEvents(t, query); });
  if (!found || !(query.loadBlobs || query.loadEmissions)) co_return found;
  for (Event& event : *found) {
    if (blobOf(event).empty()) continue;
    if (!query.loadBlobs && event.kind != EventKind::emitted) continue;
    EXECUTOR_CO_CHECK(co_await loadBody(store, event, query.workspaceId));
  }
  co_return found;
}

}  // namespace executor::execution
