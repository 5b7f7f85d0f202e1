// Any JSON object that decodes as a record encodes again, and then decodes to the same.
#include <cstdlib>

#include "store/codec.h"

namespace executor::store {
namespace {

enum class Kind { one, two };
BOOST_DESCRIBE_ENUM(Kind, one, two)

struct Part {
  std::string name;
  std::optional<std::int32_t> size;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, size))

struct Whole {
  std::string id;
  Kind kind = Kind::one;
  std::uint64_t number = 0;
  double ratio = 0;
  std::vector<Part> parts;
  std::map<std::string, bool> flags;
  json::value any;
};
RECORD(Whole, "whole", FIELDS(id, kind, number, ratio, parts, flags, any), KEY(id));

void roundTrip(const json::object& object) {
  const Result<Whole> record = decodeRecord<Whole>(object);
  if (!record) return;
  const Result<json::object> encoded = encodeRecord(*record);
  // Refused only for what JSON can hold and records cannot, such as text that is no UTF-8.
  if (!encoded) return;
  const Result<Whole> again = decodeRecord<Whole>(*encoded);
  if (!again || encodeRecord(*again).value() != *encoded) std::abort();
}

}  // namespace
}  // namespace executor::store

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = executor::parseJson(text);
  if (value && value->is_object()) executor::store::roundTrip(value->get_object());
  return 0;
}
