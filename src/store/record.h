// A record type is a struct described once; the description is its JSON form, columns and indexes
// (D24).
//
//   enum class SourceState { loading, ready, failed };
//   BOOST_DESCRIBE_ENUM(SourceState, loading, ready, failed)
//
//   struct Source {
//     std::string id;
//     std::string workspaceId;
//     std::string name;
//     SourceState state = SourceState::loading;
//     std::optional<std::string> url;
//     std::string secret;
//     EpochMs createdAt = 0;
//   };
//   RECORD(Source, "source", FIELDS(id, workspaceId, name, state, url, secret, createdAt),
//          KEY(id), WORKSPACE(workspaceId), INDEX(byWorkspace, workspaceId, createdAt),
//          UNIQUE(byName, workspaceId, name), SEALED(secret));
//
// The macro stands in the namespace of the struct, after it. Wrong names do not compile. Field
// types: std::string (UTF-8), bool, integers, double, described enums (stored by name),
// std::optional, std::vector, std::map<std::string, …>, other described structs
// (BOOST_DESCRIBE_STRUCT), and json::value, json::object, json::array as they are. Index columns:
// string, integer, bool, enum, or an optional of these. An absent optional in a UNIQUE index
// conflicts with nothing.
//
// Rolling upgrades: a field added later must be std::optional (missing reads as none) or a
// container (missing reads as empty); any other missing field is `store_corrupt`. Members this
// program does not know are kept: replace and put take them over from the stored record, and a
// struct that has a member `json::object unknown` (not among FIELDS) can see them.
//
// SEALED fields are AES-256-GCM under a key of the workspace, which the WORKSPACE field names;
// moved to another workspace, record or field they do not open. A key, workspace or index column
// cannot be sealed: look a secret up by its hash in a field of its own.
#pragma once

#include <array>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace executor::store {

inline constexpr std::size_t kMaxIndexColumns = 4;

// One clause of a RECORD: its fields are still the text between the parentheses.
struct Clause {
  enum class Kind { key, workspace, index, unique, sealed };
  Kind kind;
  std::string_view name;
  std::string_view fields;
};

template <std::size_t N>
struct RecordClauses {
  std::string_view table;
  std::array<Clause, N> clauses;
};

template <class... C>
constexpr RecordClauses<sizeof...(C)> recordClauses(std::string_view table, C... clauses) {
  return {table, {clauses...}};
}

// The description as the engines see it, free of the struct.
struct IndexType {
  std::string_view name;
  std::vector<std::string_view> fields;
  bool unique;
};

struct RecordType {
  std::string_view table;
  std::string_view keyField;
  std::string_view workspaceField;  // empty: sealed fields use the installation's own key
  std::vector<IndexType> indexes;
  std::vector<std::string_view> sealed;
  bool binary = false;  // the body is bytes, not JSON; only blob chunks
  // Copies the members of `stored` that this program does not know into `fresh`.
  void (*keepUnknown)(const json::object& stored, json::object& fresh) = nullptr;

  // nullptr if there is none of that name.
  const IndexType* index(std::string_view name) const;
  bool isSealed(std::string_view field) const;
};

// The record types of a program, listed where it is put together: each layer offers
// `Schema::of<…>()` of its own and main adds them up.
struct Schema {
  std::vector<const RecordType*> types;

  template <class... R>
  static Schema of();
  Schema& operator+=(const Schema& other);
};

namespace detail {

// Calls visit(field text) for each of "a, b, c".
template <class Visit>
constexpr void eachField(std::string_view fields, Visit visit) {
  while (!fields.empty()) {
    const std::size_t comma = fields.find(',');
    std::string_view one = fields.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    visit(one);
    fields = comma == std::string_view::npos ? std::string_view() : fields.substr(comma + 1);
  }
}

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public>;

template <class T>
constexpr bool hasField(std::string_view name) {
  bool found = false;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) { found |= name == member.name; });
  return found;
}

template <class R>
inline constexpr auto kClauses = executorRecordClauses(static_cast<const R*>(nullptr));

template <class R>
constexpr std::size_t countOf(Clause::Kind kind) {
  std::size_t count = 0;
  for (const Clause& clause : kClauses<R>.clauses) count += clause.kind == kind ? 1 : 0;
  return count;
}

template <class R>
constexpr bool namesOnlyFields() {
  bool good = true;
  for (const Clause& clause : kClauses<R>.clauses) {
    eachField(clause.fields, [&](std::string_view field) { good &= hasField<R>(field); });
  }
  return good;
}

constexpr bool lists(std::string_view fields, std::string_view wanted) {
  bool found = false;
  eachField(fields, [&](std::string_view field) { found |= field == wanted; });
  return found;
}

template <class R>
constexpr bool sealsOnlyPlainFields() {
  bool good = true;
  for (const Clause& sealed : kClauses<R>.clauses) {
    if (sealed.kind != Clause::Kind::sealed) continue;
    for (const Clause& other : kClauses<R>.clauses) {
      if (other.kind == Clause::Kind::sealed) continue;
      eachField(sealed.fields,
                [&](std::string_view field) { good &= !lists(other.fields, field); });
    }
  }
  return good;
}

template <class R>
constexpr bool indexesAreNarrow() {
  for (const Clause& clause : kClauses<R>.clauses) {
    std::size_t columns = 0;
    eachField(clause.fields, [&](std::string_view) { ++columns; });
    const bool index = clause.kind == Clause::Kind::index || clause.kind == Clause::Kind::unique;
    if (index && (columns == 0 || columns > kMaxIndexColumns)) return false;
  }
  return true;
}

template <class R>
constexpr bool hasIndex(std::string_view name) {
  for (const Clause& clause : kClauses<R>.clauses) {
    const bool index = clause.kind == Clause::Kind::index || clause.kind == Clause::Kind::unique;
    if (index && clause.name == name) return true;
  }
  return false;
}

// The clauses as data; the field names point into string literals.
RecordType makeRecordType(std::string_view table, const Clause* clauses, std::size_t count);

}  // namespace detail

template <class R>
concept Record = requires { detail::kClauses<R>; };

}  // namespace executor::store

// Clauses of RECORD; see the head of this file.
#define FIELDS(...) (__VA_ARGS__)
#define KEY(field) \
  ::executor::store::Clause { ::executor::store::Clause::Kind::key, {}, #field }
#define WORKSPACE(field) \
  ::executor::store::Clause { ::executor::store::Clause::Kind::workspace, {}, #field }
#define INDEX(name, ...) \
  ::executor::store::Clause { ::executor::store::Clause::Kind::index, #name, #__VA_ARGS__ }
#define UNIQUE(name, ...) \
  ::executor::store::Clause { ::executor::store::Clause::Kind::unique, #name, #__VA_ARGS__ }
#define SEALED(...) \
  ::executor::store::Clause { ::executor::store::Clause::Kind::sealed, {}, #__VA_ARGS__ }

#define RECORD(Type, table, fields, ...)                                                         \
  BOOST_DESCRIBE_STRUCT(Type, (), fields)                                                        \
  [[maybe_unused]] constexpr auto executorRecordClauses(const Type*) {                           \
    return ::executor::store::recordClauses(table, __VA_ARGS__);                                 \
  }                                                                                              \
  static_assert(                                                                                 \
      ::executor::store::detail::countOf<Type>(::executor::store::Clause::Kind::key) == 1,       \
      "RECORD needs exactly one KEY(field)");                                                    \
  static_assert(                                                                                 \
      ::executor::store::detail::countOf<Type>(::executor::store::Clause::Kind::workspace) <= 1, \
      "RECORD takes at most one WORKSPACE(field)");                                              \
  static_assert(::executor::store::detail::namesOnlyFields<Type>(),                              \
                "a clause of RECORD names a field that FIELDS does not");                        \
  static_assert(::executor::store::detail::indexesAreNarrow<Type>(),                             \
                "an index of RECORD has one to kMaxIndexColumns columns");                       \
  static_assert(::executor::store::detail::sealsOnlyPlainFields<Type>(),                         \
                "a key, workspace or index column cannot be SEALED")
