#include "store/txn.h"

#include "base/text.h"
#include "store/cursor.h"

namespace executor::store {
namespace {

std::unexpected<Error> notFound(const RecordType& type, std::string_view key) {
  return fail(ErrorCode::not_found,
              "There is no " + std::string(type.table) + " " + truncateText(key, 80) + ".");
}

Status checkLimit(std::size_t limit) {
  if (limit >= 1 && limit <= kMaxScan) return {};
  return fail(
      ErrorCode::invalid_argument,
      "A page has 1 to " + std::to_string(kMaxScan) + " items, not " + std::to_string(limit) + ".",
      "Ask for fewer and follow the cursor.");
}

// The bounds of a scan by key.
Result<Range> keyRange(const ScanOptions& options) {
  Range range;
  if (!options.prefix.empty()) return failInternal("a scan by key takes no prefix");
  if (options.from) {
    EXECUTOR_TRY(range.from, options.from->asText());
  }
  if (options.to) {
    EXECUTOR_TRY(range.to, options.to->asText());
  }
  return range;
}

// The bounds of a scan over an index: all entries that start with the prefix, cut by from and to.
Result<Range> entryRange(const IndexType& index, const ScanOptions& options) {
  const bool bounded = options.from || options.to;
  if (options.prefix.size() + (bounded ? 1 : 0) > index.fields.size()) {
    return failInternal("a scan names more columns than index " + std::string(index.name) + " has");
  }
  std::string prefix;
  for (const IndexValue& value : options.prefix) value.appendTo(prefix);
  Range range{.index = &index, .from = prefix, .to = afterPrefix(prefix)};
  if (options.from) options.from->appendTo(range.from);
  if (options.to) {
    range.to = prefix;
    options.to->appendTo(range.to);
  }
  return range;
}

}  // namespace

Status TxnCore::admitWrite(std::size_t bytes) {
  if (!writable_) return failInternal("a read transaction tried to write");
  if (writes_ + 1 > kMaxWritesPerTransaction || bytes_ + bytes > kMaxTransactionBytes) {
    return fail(ErrorCode::transaction_too_large,
                "One step would write more than " + std::to_string(kMaxWritesPerTransaction) +
                    " records or " + std::to_string(kMaxTransactionBytes >> 10) + " KiB.",
                "Split the request into smaller ones.");
  }
  ++writes_;
  bytes_ += bytes;
  return {};
}

Result<json::object> TxnCore::decode(const RecordType& type, const Row& row) {
  Result<json::value> body = parseJson(row.body, kBodyLimits);
  if (!body || !body->is_object()) {
    return fail(
        ErrorCode::store_corrupt, "A stored " + std::string(type.table) + " record cannot be read.",
        "Restore the database from a backup.", "key " + row.key + ": body is no JSON object");
  }
  json::object object = std::move(body->get_object());
  EXECUTOR_CHECK(sealer_.openFields(type, row.key, object));
  return object;
}

Result<std::optional<json::object>> TxnCore::getJson(const RecordType& type, std::string_view key) {
  EXECUTOR_TRY(std::optional<Row> row, engine_.get(type, key));
  if (!row) return std::nullopt;
  EXECUTOR_TRY(json::object object, decode(type, *row));
  return object;
}

Status TxnCore::insert(const Prepared& prepared) {
  EXECUTOR_CHECK(admitWrite(prepared.body.size()));
  return engine_.insert(*prepared.type, prepared.image());
}

Status TxnCore::insertJson(const RecordType& type, json::object record) {
  EXECUTOR_TRY(const Prepared prepared, prepareRecord(sealer_, type, std::move(record)));
  return insert(prepared);
}

// Sealed members of the stored body stay sealed here: only members unknown to the type are taken.
Status TxnCore::replaceRow(const RecordType& type, json::object record, const Row& stored) {
  const Result<json::value> body = parseJson(stored.body, kBodyLimits);
  if (body && body->is_object()) type.keepUnknown(body->get_object(), record);
  EXECUTOR_TRY(const Prepared prepared, prepareRecord(sealer_, type, std::move(record)));
  EXECUTOR_CHECK(admitWrite(prepared.body.size()));
  return engine_.replace(type, prepared.image());
}

Status TxnCore::replaceJson(const RecordType& type, json::object record) {
  const std::string key = keyOf(type, record);
  EXECUTOR_TRY(std::optional<Row> stored, engine_.get(type, key));
  if (!stored) return notFound(type, key);
  return replaceRow(type, std::move(record), *stored);
}

Status TxnCore::putJson(const RecordType& type, json::object record) {
  EXECUTOR_TRY(std::optional<Row> stored, engine_.get(type, keyOf(type, record)));
  if (!stored) return insertJson(type, std::move(record));
  return replaceRow(type, std::move(record), *stored);
}

Status TxnCore::removeKey(const RecordType& type, std::string_view key) {
  EXECUTOR_CHECK(admitWrite(key.size()));
  return engine_.remove(type, key);
}

Result<Range> TxnCore::rangeOf(const RecordType& type, const IndexType* index,
                               const ScanOptions& options) const {
  EXECUTOR_CHECK(checkLimit(options.limit));
  EXECUTOR_TRY(Range range, index == nullptr ? keyRange(options) : entryRange(*index, options));
  range.descending = options.order == Order::descending;
  range.limit = options.limit;
  EXECUTOR_CHECK(continueAfter(type, options.after, range));
  return range;
}

Result<Page<json::object>> TxnCore::scanJson(const RecordType& type, std::string_view index,
                                             const ScanOptions& options) {
  const IndexType* chosen = index.empty() ? nullptr : type.index(index);
  EXECUTOR_TRY(const Range range, rangeOf(type, chosen, options));
  EXECUTOR_TRY(Rows found, engine_.range(type, range));
  Page<json::object> page;
  page.more = found.more;
  if (found.more) page.nextCursor = cursorAfter(type, range, found.rows.back());
  page.items.reserve(found.rows.size());
  for (const Row& row : found.rows) {
    EXECUTOR_TRY(json::object object, decode(type, row));
    page.items.push_back(std::move(object));
  }
  return page;
}

void TxnCore::touch(std::string topic) { topics_.push_back(std::move(topic)); }

}  // namespace executor::store
