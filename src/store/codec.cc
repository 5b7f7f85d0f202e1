#include "store/codec.h"

#include "base/text.h"

namespace executor::store {

bool CodecTrouble::refuse(std::string text) {
  problem = std::move(text);
  return false;
}

void CodecTrouble::within(std::string_view member) {
  const bool joined = path.empty() || path.front() == '[';
  path = std::string(member) + (joined ? "" : ".") + path;
}

void CodecTrouble::within(std::size_t index) {
  const bool joined = path.empty() || path.front() == '[';
  path = "[" + std::to_string(index) + "]" + (joined ? "" : ".") + path;
}

namespace detail {

bool textToJson(std::string_view text, json::value& out, CodecTrouble& trouble) {
  if (!isValidUtf8(text)) return trouble.refuse("is not valid UTF-8");
  out = text;
  return true;
}

bool doubleToJson(double number, json::value& out, CodecTrouble& trouble) {
  if (!std::isfinite(number)) return trouble.refuse("is not a finite number");
  out = number;
  return true;
}

bool expectKind(bool right, std::string_view wanted, const json::value& found,
                CodecTrouble& trouble) {
  if (right) return true;
  return trouble.refuse("must be of type " + std::string(wanted) + " but is of type " +
                        std::string(jsonTypeName(found)));
}

Error refusedOnWrite(std::string_view table, const CodecTrouble& trouble) {
  return {
      ErrorCode::invalid_argument,
      "The field " + trouble.path + " of this " + std::string(table) + " " + trouble.problem + ".",
      "Correct the value and try again.",
      {}};
}

Error refusedOnRead(std::string_view table, const CodecTrouble& trouble) {
  return {ErrorCode::store_corrupt, "A stored " + std::string(table) + " record cannot be read.",
          "It may have been written by a newer version of Executor: upgrade this one.",
          "field " + trouble.path + " " + trouble.problem};
}

}  // namespace detail
}  // namespace executor::store
