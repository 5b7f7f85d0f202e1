// Cursors come from clients: whatever they hold, the range never grows.
#include <cstdlib>

#include "base/text.h"
#include "store/cursor.h"

using executor::store::Range;
using executor::store::RecordType;

namespace {

const RecordType& type() {
  static const RecordType made{
      .table = "item", .keyField = "id", .indexes = {{"byName", {"name"}, false}}};
  return made;
}

void tryCursor(std::string_view cursor, bool descending) {
  Range range{
      .index = &type().indexes[0], .from = "b", .to = "d", .descending = descending, .limit = 1};
  (void)continueAfter(type(), cursor, range);
  if (range.from < "b" || range.to > "d" || range.to.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Also behind the right tag, which a fuzzer does not guess.
  const Range range{.index = &type().indexes[0]};
  const std::string genuine =
      executor::store::cursorAfter(type(), range, {.entry = std::string(bytes)});
  for (const bool descending : {false, true}) {
    tryCursor(bytes, descending);
    tryCursor(executor::base64UrlEncode(bytes), descending);
    tryCursor(genuine, descending);
  }
  return 0;
}
