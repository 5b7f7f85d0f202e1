#include "store/record.h"

#include <algorithm>

namespace executor::store {

const IndexType* RecordType::index(std::string_view name) const {
  const auto found = std::ranges::find(indexes, name, &IndexType::name);
  return found == indexes.end() ? nullptr : &*found;
}

bool RecordType::isSealed(std::string_view field) const {
  return std::ranges::find(sealed, field) != sealed.end();
}

Schema& Schema::operator+=(const Schema& other) {
  types.insert(types.end(), other.types.begin(), other.types.end());
  return *this;
}

namespace detail {
namespace {

std::vector<std::string_view> fieldList(std::string_view fields) {
  std::vector<std::string_view> names;
  eachField(fields, [&](std::string_view field) { names.push_back(field); });
  return names;
}

void addClause(RecordType& type, const Clause& clause) {
  switch (clause.kind) {
    case Clause::Kind::key: type.keyField = clause.fields; break;
    case Clause::Kind::workspace: type.workspaceField = clause.fields; break;
    case Clause::Kind::sealed: type.sealed = fieldList(clause.fields); break;
    case Clause::Kind::index:
    case Clause::Kind::unique:
      type.indexes.push_back(
          {clause.name, fieldList(clause.fields), clause.kind == Clause::Kind::unique});
  }
}

}  // namespace

RecordType makeRecordType(std::string_view table, const Clause* clauses, std::size_t count) {
  RecordType type;
  type.table = table;
  for (std::size_t i = 0; i < count; ++i) addClause(type, clauses[i]);
  return type;
}

}  // namespace detail
}  // namespace executor::store
