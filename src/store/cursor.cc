#include "store/cursor.h"

#include "base/crypto.h"
#include "base/text.h"

namespace executor::store {
namespace {

constexpr std::size_t kTagBytes = 4;

std::string tagOf(const RecordType& type, const Range& range) {
  std::string name(type.table);
  name += '/';
  if (range.index != nullptr) name += range.index->name;
  return sha256(name).substr(0, kTagBytes);
}

std::unexpected<Error> foreignCursor() {
  return fail(ErrorCode::invalid_argument, "The cursor does not belong to this list.",
              "Pass the cursor of the page before with the same filters, or none.");
}

}  // namespace

std::string cursorAfter(const RecordType& type, const Range& range, const Row& last) {
  return base64UrlEncode(tagOf(type, range) + (range.index != nullptr ? last.entry : last.key));
}

Status continueAfter(const RecordType& type, std::string_view cursor, Range& range) {
  if (cursor.empty()) return {};
  std::string bytes;
  if (!base64UrlDecode(cursor, bytes) || !bytes.starts_with(tagOf(type, range))) {
    return foreignCursor();
  }
  std::string place = bytes.substr(kTagBytes);
  if (place < range.from || (!range.to.empty() && place >= range.to)) return foreignCursor();
  if (range.descending) {
    range.to = std::move(place);
  } else {
    range.from = std::move(place) + '\0';
  }
  return {};
}

}  // namespace executor::store
