// Identifiers: a prefix that names the kind, then a UUIDv7 in canonical form (D33).
//
// `src_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a41`. Sorting ids of one kind by bytes sorts them by time
// of creation to the millisecond. Ids are names, never credentials (invariant 5).
#pragma once

#include <string>
#include <string_view>

namespace executor {

// Prefixes of product.md section 1 and D33.
namespace idPrefix {
inline constexpr std::string_view kAccount = "acct";
inline constexpr std::string_view kOrganization = "org";
inline constexpr std::string_view kWorkspace = "ws";
inline constexpr std::string_view kSource = "src";
inline constexpr std::string_view kConnection = "conn";
inline constexpr std::string_view kPolicy = "pol";
inline constexpr std::string_view kExecution = "task";
inline constexpr std::string_view kCall = "call";
inline constexpr std::string_view kApproval = "approval";
inline constexpr std::string_view kKey = "key";
inline constexpr std::string_view kSession = "sess";
inline constexpr std::string_view kNode = "node";
inline constexpr std::string_view kRequest = "req";
}  // namespace idPrefix

// A fresh id; safe from any thread. RFC 9562 section 5.7.
// `prefix` is one of idPrefix, without the underscore.
std::string newId(std::string_view prefix);

// True if `text` is `<prefix>_` and a UUIDv7.
// Strict: lower case, version 7, the RFC's variant.
bool isId(std::string_view text, std::string_view prefix);

// `bytes` random bytes from the kernel as base64url: for tokens and keys.
std::string randomToken(std::size_t bytes);

}  // namespace executor
