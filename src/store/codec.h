// Structs to JSON and back, by their Boost.Describe description (D24).
//
// One rule per field type, nothing configurable. Writing refuses what another store could not hold
// (text that is no UTF-8, numbers that are not finite); reading refuses what the description does
// not allow and names the position, what was expected and what was found. The codec knows nothing
// of sealing or indexes: those work on the JSON object (seal.h, index-key.h), once for all records.
#pragma once

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cmath>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "store/record.h"

namespace executor::store {

// Why a value was refused. `path` grows outward while the codec returns: "steps[3].input".
struct CodecTrouble {
  std::string path;
  std::string problem;

  bool refuse(std::string text);
  void within(std::string_view member);
  void within(std::size_t index);
};

namespace detail {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool kIsJson =
    std::same_as<T, json::value> || std::same_as<T, json::object> || std::same_as<T, json::array>;
// A missing member reads as empty.
template <class T>
inline constexpr bool kMayBeMissing = kIsOptional<T> || kIsVector<T> || kIsMap<T> || kIsJson<T>;

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && std::is_class_v<T>;

template <class T>
concept KeepsUnknown = requires(T value) {
  { value.unknown } -> std::same_as<json::object&>;
};

bool textToJson(std::string_view text, json::value& out, CodecTrouble& trouble);
bool doubleToJson(double number, json::value& out, CodecTrouble& trouble);
bool expectKind(bool right, std::string_view wanted, const json::value& found,
                CodecTrouble& trouble);

template <class E>
constexpr std::string_view enumName(E value) {
  std::string_view name;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto one) {
    if (one.value == value) name = one.name;
  });
  return name;
}

template <class E>
constexpr std::optional<E> enumOf(std::string_view name) {
  std::optional<E> value;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto one) {
    if (name == one.name) value = one.value;
  });
  return value;
}

template <class T>
bool toJson(const T& value, json::value& out, CodecTrouble& trouble);
template <class T>
bool fromJson(const json::value& value, T& out, CodecTrouble& trouble);

template <Described T>
bool membersToJson(const T& value, json::object& out, CodecTrouble& trouble) {
  bool good = true;
  out.reserve(boost::mp11::mp_size<Members<T>>::value);
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    if (!good) return;
    const auto& field = value.*member.pointer;
    if constexpr (kIsOptional<std::remove_cvref_t<decltype(field)>>) {
      if (!field) return;
    }
    good = toJson(field, out[member.name], trouble);
    if (!good) trouble.within(member.name);
  });
  if constexpr (KeepsUnknown<T>) {
    for (const auto& [name, member] : value.unknown) {
      if (!hasField<T>(std::string_view(name))) out[name] = member;
    }
  }
  return good;
}

template <Described T>
bool membersFromJson(const json::object& object, T& out, CodecTrouble& trouble) {
  bool good = true;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    if (!good) return;
    auto& field = out.*member.pointer;
    const json::value* found = object.if_contains(member.name);
    if (found == nullptr) {
      good = kMayBeMissing<std::remove_cvref_t<decltype(field)>> || trouble.refuse("is missing");
    } else {
      good = fromJson(*found, field, trouble);
    }
    if (!good) trouble.within(member.name);
  });
  if constexpr (KeepsUnknown<T>) {
    for (const auto& [name, member] : object) {
      if (!hasField<T>(std::string_view(name))) out.unknown[name] = member;
    }
  }
  return good;
}

template <class V>
bool listToJson(const V& values, json::value& out, CodecTrouble& trouble) {
  json::array& array = out.emplace_array();
  array.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (toJson(static_cast<const typename V::value_type&>(values[i]), array.emplace_back(nullptr),
               trouble)) {
      continue;
    }
    trouble.within(i);
    return false;
  }
  return true;
}

template <class V>
bool listFromJson(const json::value& value, V& out, CodecTrouble& trouble) {
  if (!expectKind(value.is_array(), "array", value, trouble)) return false;
  const json::array& array = value.get_array();
  out.clear();
  out.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    typename V::value_type item{};
    if (!fromJson(array[i], item, trouble)) {
      trouble.within(i);
      return false;
    }
    out.push_back(std::move(item));
  }
  return true;
}

template <class M>
bool mapToJson(const M& values, json::value& out, CodecTrouble& trouble) {
  json::object& object = out.emplace_object();
  for (const auto& [name, item] : values) {
    json::value checked;
    if (textToJson(name, checked, trouble) && toJson(item, object[name], trouble)) continue;
    trouble.within(name);
    return false;
  }
  return true;
}

template <class M>
bool mapFromJson(const json::value& value, M& out, CodecTrouble& trouble) {
  if (!expectKind(value.is_object(), "object", value, trouble)) return false;
  out.clear();
  for (const auto& [name, item] : value.get_object()) {
    if (fromJson(item, out[std::string(name)], trouble)) continue;
    trouble.within(std::string_view(name));
    return false;
  }
  return true;
}

template <class T>
bool integerFromJson(const json::value& value, T& out, CodecTrouble& trouble) {
  if (!expectKind(value.is_int64() || value.is_uint64(), "integer", value, trouble)) return false;
  const bool fits =
      value.is_int64() ? std::in_range<T>(value.get_int64()) : std::in_range<T>(value.get_uint64());
  if (!fits) return trouble.refuse("is an integer out of range");
  out = static_cast<T>(value.is_int64() ? static_cast<std::uint64_t>(value.get_int64())
                                        : value.get_uint64());
  return true;
}

template <class T>
bool enumFromJson(const json::value& value, T& out, CodecTrouble& trouble) {
  if (!expectKind(value.is_string(), "string", value, trouble)) return false;
  const std::string_view name(value.get_string());
  const auto known = enumOf<T>(name);
  if (!known) return trouble.refuse("has the unknown value " + quoteJson(name));
  out = *known;
  return true;
}

template <class T>
bool toJson(const T& value, json::value& out, CodecTrouble& trouble) {
  if constexpr (std::same_as<T, std::string>) {
    return textToJson(value, out, trouble);
  } else if constexpr (std::same_as<T, bool> || kIsJson<T>) {
    out = value;
  } else if constexpr (std::is_enum_v<T>) {
    const std::string_view name = enumName(value);
    if (name.empty()) return trouble.refuse("is an enumerator without a name");
    out = name;
  } else if constexpr (std::signed_integral<T>) {
    out = static_cast<std::int64_t>(value);
  } else if constexpr (std::unsigned_integral<T>) {
    out = static_cast<std::uint64_t>(value);
  } else if constexpr (std::floating_point<T>) {
    return doubleToJson(value, out, trouble);
  } else if constexpr (kIsOptional<T>) {
    out = nullptr;
    return !value || toJson(*value, out, trouble);
  } else if constexpr (kIsVector<T>) {
    return listToJson(value, out, trouble);
  } else if constexpr (kIsMap<T>) {
    return mapToJson(value, out, trouble);
  } else {
    static_assert(Described<T>, "a record field of a type the codec does not know");
    return membersToJson(value, out.emplace_object(), trouble);
  }
  return true;
}

template <class T>
bool jsonFromJson(const json::value& value, T& out, CodecTrouble& trouble) {
  if constexpr (std::same_as<T, json::object>) {
    if (!expectKind(value.is_object(), "object", value, trouble)) return false;
    out = value.get_object();
  } else if constexpr (std::same_as<T, json::array>) {
    if (!expectKind(value.is_array(), "array", value, trouble)) return false;
    out = value.get_array();
  } else {
    out = value;
  }
  return true;
}

template <class T>
bool optionalFromJson(const json::value& value, T& out, CodecTrouble& trouble) {
  out.reset();
  // An optional json::value that is present and null stays present.
  if (value.is_null() && !std::same_as<typename T::value_type, json::value>) return true;
  return fromJson(value, out.emplace(), trouble);
}

template <class T>
bool fromJson(const json::value& value, T& out, CodecTrouble& trouble) {
  if constexpr (std::same_as<T, std::string>) {
    if (!expectKind(value.is_string(), "string", value, trouble)) return false;
    out.assign(value.get_string().data(), value.get_string().size());
    return true;
  } else if constexpr (std::same_as<T, bool>) {
    if (!expectKind(value.is_bool(), "boolean", value, trouble)) return false;
    out = value.get_bool();
    return true;
  } else if constexpr (std::is_enum_v<T>) {
    return enumFromJson(value, out, trouble);
  } else if constexpr (std::integral<T>) {
    return integerFromJson(value, out, trouble);
  } else if constexpr (std::floating_point<T>) {
    if (!expectKind(value.is_number(), "number", value, trouble)) return false;
    out = value.to_number<T>();
    return true;
  } else if constexpr (kIsJson<T>) {
    return jsonFromJson(value, out, trouble);
  } else if constexpr (kIsOptional<T>) {
    return optionalFromJson(value, out, trouble);
  } else if constexpr (kIsVector<T>) {
    return listFromJson(value, out, trouble);
  } else if constexpr (kIsMap<T>) {
    return mapFromJson(value, out, trouble);
  } else {
    static_assert(Described<T>, "a record field of a type the codec does not know");
    if (!expectKind(value.is_object(), "object", value, trouble)) return false;
    return membersFromJson(value.get_object(), out, trouble);
  }
}

template <class T>
void keepUnknown(const json::object& stored, json::object& fresh);

template <class T>
void keepUnknownWithin(const json::value& stored, json::value& fresh) {
  if constexpr (kIsOptional<T>) {
    keepUnknownWithin<typename T::value_type>(stored, fresh);
  } else if constexpr (Described<T>) {
    if (stored.is_object() && fresh.is_object()) {
      keepUnknown<T>(stored.get_object(), fresh.get_object());
    }
  }
}

// A struct that shows its unknown members decides about them itself.
template <class T>
void keepUnknown(const json::object& stored, json::object& fresh) {
  if constexpr (!KeepsUnknown<T>) {
    for (const auto& [name, member] : stored) {
      if (!hasField<T>(std::string_view(name))) fresh[name] = member;
    }
  }
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
    const json::value* before = stored.if_contains(member.name);
    json::value* after = fresh.if_contains(member.name);
    if (before != nullptr && after != nullptr) keepUnknownWithin<Field>(*before, *after);
  });
}

Error refusedOnWrite(std::string_view table, const CodecTrouble& trouble);
Error refusedOnRead(std::string_view table, const CodecTrouble& trouble);

}  // namespace detail

// The description of R, made once.
template <Record R>
const RecordType& recordType() {
  static const RecordType type = [] {
    constexpr auto& described = detail::kClauses<R>;
    RecordType made =
        detail::makeRecordType(described.table, described.clauses.data(), described.clauses.size());
    made.keepUnknown = &detail::keepUnknown<R>;
    return made;
  }();
  return type;
}

template <class... R>
Schema Schema::of() {
  return Schema{{&recordType<R>()...}};
}

// `invalid_argument` naming the field if a value cannot be stored. The object is made in `storage`.
template <Record R>
Result<json::object> encodeRecord(const R& record, json::storage_ptr storage = {}) {
  json::object out(std::move(storage));
  CodecTrouble trouble;
  if (detail::membersToJson(record, out, trouble)) return out;
  return std::unexpected(detail::refusedOnWrite(recordType<R>().table, trouble));
}

// `store_corrupt` naming the field, what was expected and what was found.
template <Record R>
Result<R> decodeRecord(const json::object& object) {
  R record{};
  CodecTrouble trouble;
  if (detail::membersFromJson(object, record, trouble)) return record;
  return std::unexpected(detail::refusedOnRead(recordType<R>().table, trouble));
}

}  // namespace executor::store
