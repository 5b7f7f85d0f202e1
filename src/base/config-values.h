// The grammars of configuration values, and their readers. Part of config-table.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace executor::config {

struct HostAndPort {
  std::string host;  // an IP address, without brackets
  std::uint16_t port = 0;
};

// "127.0.0.1:4788", "[::1]:0"; `localhost` is 127.0.0.1.
std::optional<HostAndPort> readListen(std::string_view text);
// 1 true yes on / 0 false no off, in any case.
std::optional<bool> readFlag(std::string_view text);
// Positive and below 2^31.
std::optional<std::int64_t> readCount(std::string_view text);
// A whole number from `least` to `most`, both above -1 and below 2^31.
bool isNumberWithin(std::string_view text, std::int64_t least, std::int64_t most);
// Separated by commas, trimmed, without empty items.
std::vector<std::string> readList(std::string_view text);

// The grammars of the table (config-table.cc), by what they take. Each takes the whole text, with
// no blanks around it, and none looks anything up: no name is resolved, no file is opened.
bool isAny(std::string_view text);
bool isListen(std::string_view text);
bool isFlag(std::string_view text);
bool isCount(std::string_view text);
bool isMode(std::string_view text);
// scheme://host[:port], http or https, without user, path, query or fragment.
bool isOrigin(std::string_view text);
bool isOriginList(std::string_view text);
// Names or addresses with or without port, as in a Host header; networks as CIDR or address.
bool isHostList(std::string_view text);
bool isNetworkList(std::string_view text);
bool isEgress(std::string_view text);
bool isUrl(std::string_view text);
bool isStoreUrl(std::string_view text);
bool isPath(std::string_view text);
// 32 bytes in strict base64; at least 16 characters; a PEM block.
bool isKey256(std::string_view text);
bool isToken(std::string_view text);
bool isPem(std::string_view text);
bool isLogLevel(std::string_view text);
bool isLogFormat(std::string_view text);
bool isJailRequirement(std::string_view text);
bool isTypeCheck(std::string_view text);
bool isRateLimit(std::string_view text);
// EXECUTOR_WORKSPACE_RUNNING and EXECUTOR_WORKSPACE_QUEUED; execution/admission.h says why.
inline constexpr std::int64_t kMostRunning = 1'024;
inline constexpr std::int64_t kMostQueued = 10'000;
bool isRunningLimit(std::string_view text);
bool isQueueLimit(std::string_view text);
// EXECUTOR_SUSPEND_AFTER_MS; execution/live-suspend.cc says what it does.
inline constexpr std::int64_t kLongestSuspendGraceMs = 3'600'000;
bool isSuspendGrace(std::string_view text);
bool isStorageProvider(std::string_view text);

// The password in a URL's authority, as written there; empty if there is none.
std::string_view urlPassword(std::string_view url);
// The URL with "***" for that password.
std::string maskUrl(std::string_view url);

}  // namespace executor::config
