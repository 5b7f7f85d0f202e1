#include "base/config-values.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <initializer_list>

#include "base/text.h"

namespace executor::config {
namespace {

namespace ip = boost::asio::ip;

// AES-256 (crypto.h).
constexpr std::size_t kKeyBytes = 32;
// Sixteen characters of base64 are 96 bits: the least that nobody tries through.
constexpr std::size_t kLeastTokenLength = 16;

// Words are compared as they stand; grammars that allow any case lower the text first.
bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

// The whole text must be the number: from_chars alone would take "80x".
template <class Number>
std::optional<Number> readDigits(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = code == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

// IPv4 in four decimal parts or IPv6; Asio refuses the octal and short forms that inet_aton takes,
// in which 0127.1 is an address nobody expects.
bool isAddress(std::string_view text) {
  boost::system::error_code error;
  ip::make_address(std::string(text), error);
  return !error;
}

// "10.0.0.0/8", "fd00::/8", or one address.
bool isNetwork(std::string_view text) {
  boost::system::error_code error4, error6;
  ip::make_network_v4(std::string(text), error4);
  ip::make_network_v6(std::string(text), error6);
  return !error4 || !error6 || isAddress(text);
}

// An empty list is no list: a variable that is set to commas only is a mistake, and for allow-lists
// it would mean "nobody".
template <class Test>
bool allOf(std::string_view list, Test test) {
  const auto items = readList(list);
  return !items.empty() && std::ranges::all_of(items, test);
}

// Without a host, "http:///x" would mean whatever the reader likes.
bool isHttp(const boost::urls::url_view& url) {
  return (url.scheme() == "http" || url.scheme() == "https") && !url.host().empty();
}

// A name, an IPv4 address or an IPv6 address in brackets, with or without port.
bool isHost(std::string_view text) {
  const auto parsed = boost::urls::parse_authority(boost::urls::string_view(text));
  return parsed && !parsed->has_userinfo() && !parsed->host().empty();
}

}  // namespace

// Names are not resolved: what a listener binds to must not depend on DNS. An IPv6 address needs
// its brackets, or its last group could be taken for the port.
std::optional<HostAndPort> readListen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = readDigits<std::uint16_t>(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const bool six = host.find(':') != std::string_view::npos;
  if (!port || six != bracketed || !isAddress(host)) return std::nullopt;
  return HostAndPort{std::string(host), *port};
}

std::optional<bool> readFlag(std::string_view text) {
  const std::string lower = toLowerAscii(text);
  if (isOneOf(lower, {"1", "true", "yes", "on"})) return true;
  if (isOneOf(lower, {"0", "false", "no", "off"})) return false;
  return std::nullopt;
}

// Within int32, so that milliseconds and seconds may be multiplied without thought.
std::optional<std::int64_t> readCount(std::string_view text) {
  const auto number = readDigits<std::int32_t>(text);
  return number && *number > 0 ? std::optional<std::int64_t>(*number) : std::nullopt;
}

// Blanks around items are a person's habit; an empty item is a comma too many, and harmless.
std::vector<std::string> readList(std::string_view text) {
  std::vector<std::string> items;
  for (const std::string_view part : splitText(text, ',')) {
    const std::string_view item = trimText(part);
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

// For texts whose form only their service knows, such as a price id.
bool isAny(std::string_view) { return true; }
bool isListen(std::string_view text) { return readListen(text).has_value(); }
bool isFlag(std::string_view text) { return readFlag(text).has_value(); }
bool isCount(std::string_view text) { return readCount(text).has_value(); }

bool isNumberWithin(std::string_view text, std::int64_t least, std::int64_t most) {
  const auto number = text == "0" ? std::optional<std::int64_t>(0) : readCount(text);
  return number && *number >= least && *number <= most;
}

// A queue may have no place: what finds none is then refused at once.
bool isRunningLimit(std::string_view text) { return isNumberWithin(text, 1, kMostRunning); }
bool isQueueLimit(std::string_view text) { return isNumberWithin(text, 0, kMostQueued); }
bool isSuspendGrace(std::string_view text) {
  return isNumberWithin(text, 0, kLongestSuspendGraceMs);
}

// Reference MODE-1.
bool isMode(std::string_view text) {
  return isOneOf(toLowerAscii(text), {"self-hosted", "self_hosted", "selfhosted", "cloud", "hosted",
                                      "production", "prod"});
}

// RFC 6454: scheme, host and port. A path would be dropped silently by everyone who compares
// origins, and credentials in an origin would end up in links.
bool isOrigin(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text));
  if (!parsed || !isHttp(*parsed) || parsed->has_userinfo()) return false;
  const bool noPath = parsed->encoded_path().empty() || parsed->encoded_path() == "/";
  return noPath && !parsed->has_query() && !parsed->has_fragment();
}

bool isOriginList(std::string_view text) { return allOf(text, isOrigin); }
bool isHostList(std::string_view text) { return allOf(text, isHost); }
bool isNetworkList(std::string_view text) { return allOf(text, isNetwork); }

// D30.
bool isEgress(std::string_view text) {
  return isOneOf(text, {"public", "private"}) || isNetworkList(text);
}

// An http or https URL with a host. Whether it may be reached is for egress to say (D30), and
// whether it may have credentials for whoever uses it.
bool isUrl(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text));
  return parsed && isHttp(*parsed);
}

// Whether the database is there is for the store to find out; here only the form is judged.
bool isStoreUrl(std::string_view text) {
  if (text == "convex") return true;
  if (text.starts_with("sqlite:///")) return text.size() > std::string_view("sqlite:///").size();
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text));
  return parsed && (parsed->scheme() == "postgres" || parsed->scheme() == "postgresql") &&
         parsed->has_authority();
}

// Relative paths would depend on where the process was started (D29).
bool isPath(std::string_view text) { return text.starts_with('/') || text.starts_with("~/"); }

// Strict base64 (text.h), so that one key has one spelling and a truncated paste shows.
bool isKey256(std::string_view text) {
  std::string bytes;
  return base64Decode(text, bytes) && bytes.size() == kKeyBytes;
}

// Shorter ones can be guessed; cloud mode asks for more (config-deployment.cc).
bool isToken(std::string_view text) { return text.size() >= kLeastTokenLength; }

// The block is parsed where it is used; here only a path given in place of the content is caught,
// which is the mistake that people make.
bool isPem(std::string_view text) {
  return trimText(text).starts_with("-----BEGIN ") && trimText(text).ends_with("-----");
}

// Lower case only, as the log writes them: what is configured is what can be searched for.
bool isLogLevel(std::string_view text) { return isOneOf(text, {"debug", "info", "warn", "error"}); }
bool isLogFormat(std::string_view text) { return isOneOf(text, {"text", "json"}); }
bool isJailRequirement(std::string_view text) { return isOneOf(text, {"best", "full"}); }
bool isTypeCheck(std::string_view text) { return isOneOf(text, {"off", "warn", "error"}); }

// `off`, or requests per time: 600/minute.
bool isRateLimit(std::string_view text) {
  const auto parts = splitText(text, '/');
  return text == "off" || (parts.size() == 2 && readCount(parts[0]) &&
                           isOneOf(parts[1], {"second", "minute", "hour"}));
}

// `cloudflare` is what the original product called agentfs-cloudflare.
bool isStorageProvider(std::string_view text) {
  return isOneOf(text, {"agentfs-local", "agentfs-cloudflare", "cloudflare"});
}

// By hand, since a password with a stray character makes the whole URL invalid but no less secret.
std::string_view urlPassword(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@'), colon = authority.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) return {};
  return authority.substr(colon + 1, at - colon - 1);
}

// Everything else stays: host and database are what a person compares in `doctor`.
std::string maskUrl(std::string_view url) {
  const std::string_view password = urlPassword(url);
  std::string masked(url);
  if (!password.empty()) masked.replace(password.data() - url.data(), password.size(), "***");
  return masked;
}

}  // namespace executor::config
