#include "execution/listing.h"

#include <fmt/format.h>

#include "base/text.h"
#include "execution/execution-record.h"

namespace executor::execution {
namespace {

// Of one scan; what is read beyond the page is thrown away.
constexpr std::size_t kScanStep = 200;

using Records = store::Page<ExecutionRecord>;

bool hasFilter(const ListQuery& query) {
  return !query.tool.empty() || !query.client.empty() || !query.text.empty() || query.since != 0 ||
         query.until != 0;
}

bool containsText(std::string_view where, std::string_view lowered) {
  return toLowerAscii(where).contains(lowered);
}

bool usesTool(const ExecutionRecord& record, std::string_view wanted) {
  return isBelow(record.tool, wanted) ||
         std::ranges::any_of(record.tools, [&](const auto& tool) { return isBelow(tool, wanted); });
}

// The program last: it is the longest.
bool mentions(const ExecutionRecord& record, std::string_view lowered) {
  if (record.id.contains(lowered) || containsText(record.tool, lowered)) return true;
  for (const std::string& tool : record.tools) {
    if (containsText(tool, lowered)) return true;
  }
  if (containsText(record.errorCode, lowered)) return true;
  if (record.ending && containsText(record.ending->errorMessage, lowered)) return true;
  return containsText(record.submission.code.text, lowered);
}

// One walk through an index, from the query's cursor on.
class Walk {
 public:
  Walk(store::Txn& txn, const std::string& workspaceId, const ListQuery& query)
      : txn_(txn),
        workspaceId_(workspaceId),
        query_(query),
        lowered_(toLowerAscii(query.text)),
        step_(hasFilter(query) ? kScanStep : query.limit) {}

  Result<Executions::Page> run() {
    std::string cursor = query_.cursor;
    do {
      EXECUTOR_TRY(Records records, scan(cursor, step_));
      EXECUTOR_TRY(const bool done, take(records, cursor));
      if (done) return std::move(page_);
      cursor = records.nextCursor;
    } while (!cursor.empty() && examined_ < kMaxExaminedExecutions);
    page_.nextCursor = cursor;
    page_.partial = !cursor.empty() && page_.items.size() < query_.limit;
    return std::move(page_);
  }

 private:
  Result<Records> scan(const std::string& cursor, std::size_t limit) {
    store::ScanOptions options{.prefix = {workspaceId_},
                               .order = store::Order::descending,
                               .limit = limit,
                               .after = cursor};
    if (query_.state.empty()) return txn_.scan<ExecutionRecord>("byWorkspace", options);
    options.prefix.emplace_back(query_.state);
    return txn_.scan<ExecutionRecord>("byState", options);
  }

  // True when the page is complete; its cursor is set then.
  Result<bool> take(const Records& records, const std::string& cursor) {
    for (std::size_t i = 0; i < records.items.size(); ++i) {
      const ExecutionRecord& record = records.items[i];
      if (query_.since != 0 && record.createdAt + kClockSlackMs < query_.since) return true;
      ++examined_;
      if (!matches(record)) continue;
      page_.items.push_back(toView(record));
      if (page_.items.size() < query_.limit) continue;
      EXECUTOR_TRY(page_.nextCursor, cursorBehind(records, i, cursor));
      return true;
    }
    return false;
  }

  // A cursor stands behind the last row of a scan: the same rows again up to this one.
  Result<std::string> cursorBehind(const Records& records, std::size_t i,
                                   const std::string& cursor) {
    if (i + 1 == records.items.size()) return records.nextCursor;
    EXECUTOR_TRY(const Records again, scan(cursor, i + 1));
    return again.nextCursor;
  }

  bool matches(const ExecutionRecord& record) const {
    if (query_.since != 0 && record.createdAt < query_.since) return false;
    if (query_.until != 0 && record.createdAt >= query_.until) return false;
    if (!query_.client.empty() && record.client != query_.client) return false;
    if (!query_.tool.empty() && !usesTool(record, query_.tool)) return false;
    return lowered_.empty() || mentions(record, lowered_);
  }

  store::Txn& txn_;
  const std::string& workspaceId_;
  const ListQuery& query_;
  std::string lowered_;
  std::size_t step_;
  std::size_t examined_ = 0;
  Executions::Page page_;
};

}  // namespace

bool isBelow(std::string_view toolPath, std::string_view wanted) {
  if (!toolPath.starts_with(wanted)) return false;
  return toolPath.size() == wanted.size() || toolPath[wanted.size()] == '.';
}

Status checkQuery(const ListQuery& query) {
  if (!query.state.empty() && !store::detail::enumOf<State>(query.state)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("\"{}\" is no state of an execution.", truncateText(query.state, 40)),
                "Use queued, running, waiting, completed, failed, timed_out, denied or "
                "cancelled.");
  }
  if (query.limit < 1 || query.limit > kMaxListed) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("limit must be from 1 to {}.", kMaxListed));
  }
  if (query.text.size() > kMaxListTextBytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("The text to search for may have {} bytes.", kMaxListTextBytes));
  }
  if (query.until == 0 || query.since < query.until) return {};
  return fail(ErrorCode::invalid_argument, "`until` must be later than `since`.");
}

Result<Executions::Page> listExecutions(store::Txn& txn, const std::string& workspaceId,
                                        const ListQuery& query) {
  return Walk(txn, workspaceId, query).run();
}

}  // namespace executor::execution
