#include "store/seal.h"

#include "base/text.h"

namespace executor::store {
namespace {

// Derived keys are 32 bytes; past this many workspaces the cache starts anew.
constexpr std::size_t kMaxCachedKeys = 4'096;

// Every part with its length in front: no two lists of parts give the same text.
std::string associated(std::initializer_list<std::string_view> parts) {
  std::string text;
  text.reserve(160);
  for (const std::string_view part : parts) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  return text;
}

std::string_view textOf(const json::object& record, std::string_view field) {
  const json::value* value = field.empty() ? nullptr : record.if_contains(field);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

std::unexpected<Error> doesNotOpen(const RecordType& type, std::string_view key,
                                   std::string_view field) {
  return fail(ErrorCode::store_corrupt,
              "A secret in the store does not open with this server's encryption key.",
              "Start with the key the store was written with (EXECUTOR_ENCRYPTION_KEY or the key "
              "file in the data directory), or enter the secret again.",
              std::string(type.table) + " " + std::string(key) + ", field " + std::string(field));
}

}  // namespace

Key256 Sealer::workspaceKey(std::string_view workspaceId) const {
  const std::lock_guard lock(mutex_);
  const auto known = keys_.find(std::string(workspaceId));
  if (known != keys_.end()) return known->second;
  if (keys_.size() >= kMaxCachedKeys) keys_.clear();
  const Key256 key = deriveKey(masterKey_, "store/workspace/" + std::string(workspaceId));
  keys_.emplace(workspaceId, key);
  return key;
}

Status Sealer::sealFields(const RecordType& type, std::string_view key,
                          json::object& record) const {
  if (type.sealed.empty()) return {};
  const std::string workspace(textOf(record, type.workspaceField));
  const Key256 secret = workspaceKey(workspace);
  for (const std::string_view field : type.sealed) {
    json::value* value = record.if_contains(field);
    if (value == nullptr || value->is_null()) continue;
    *value = base64Encode(
        seal(secret, serializeJson(*value), associated({workspace, type.table, key, field})));
  }
  return {};
}

Status Sealer::openFields(const RecordType& type, std::string_view key,
                          json::object& record) const {
  if (type.sealed.empty()) return {};
  const std::string workspace(textOf(record, type.workspaceField));
  const Key256 secret = workspaceKey(workspace);
  for (const std::string_view field : type.sealed) {
    json::value* value = record.if_contains(field);
    if (value == nullptr || value->is_null()) continue;
    std::string bytes;
    if (!value->is_string() || !base64Decode(value->get_string(), bytes)) {
      return doesNotOpen(type, key, field);
    }
    const Result<std::string> plain =
        open(secret, bytes, associated({workspace, type.table, key, field}));
    if (!plain) return doesNotOpen(type, key, field);
    EXECUTOR_TRY(*value, parseJson(*plain, kBodyLimits));
  }
  return {};
}

std::string Sealer::sealBytes(std::string_view workspaceId, std::string_view about,
                              std::string_view bytes) const {
  return seal(workspaceKey(workspaceId), bytes, associated({workspaceId, "blob", about}));
}

Result<std::string> Sealer::openBytes(std::string_view workspaceId, std::string_view about,
                                      std::string_view sealed) const {
  return open(workspaceKey(workspaceId), sealed, associated({workspaceId, "blob", about}));
}

std::string Sealer::keyedHash(std::string_view workspaceId, std::string_view bytes) const {
  const Key256 key = deriveKey(workspaceKey(workspaceId), "blob-name");
  const std::string_view raw(reinterpret_cast<const char*>(key.data()), key.size());
  return hexEncode(hmacSha256(raw, bytes));
}

}  // namespace executor::store
