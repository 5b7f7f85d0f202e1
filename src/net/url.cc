#include "net/url.h"

#include <charconv>
#include <vector>

#include "base/text.h"

namespace executor::net {
namespace {

// The URL goes to the log only, and shortened: its query or user name may be a secret.
std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(ErrorCode::invalid_argument, "Not a usable URL: " + std::string(why) + ".",
              "Give an absolute http or https URL without user name or password.",
              "url: " + std::string(text.substr(0, 200)));
}

// The WHATWG parser would strip or encode these; refusing them leaves nothing to disagree about.
bool isControlOrSpace(unsigned char c) { return c <= 0x20 || c == 0x7f; }

// A number of the IPv4 parser: 0x hexadecimal, leading 0 octal, else decimal.
std::optional<std::uint64_t> parseIpv4Number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  if (text.empty()) return base == 16 ? std::optional<std::uint64_t>(0) : std::nullopt;
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  // Out of range is still a number, only one that no address holds.
  if (error == std::errc::result_out_of_range) return UINT64_MAX;
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Decides, as browsers do, whether the last label makes the host an IPv4 address.
bool allDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// All parts but the last are one byte; the last fills what is left (127.1 is 127.0.0.1).
std::optional<boost::asio::ip::address_v4> assemble(const std::vector<std::string_view>& parts,
                                                    std::string_view& problem) {
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto number = parseIpv4Number(parts[i]);
    bool last = i + 1 == parts.size();
    std::uint64_t limit = last ? std::uint64_t{1} << (8 * (5 - parts.size())) : 256;
    if (!number || *number >= limit) {
      problem = "the host looks like an IPv4 address but is none";
      return std::nullopt;
    }
    address |= last ? *number : *number << (8 * (3 - i));
  }
  return boost::asio::ip::address_v4(static_cast<std::uint32_t>(address));
}

// Lower case only: the host has been lowered.
bool isNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// Underscores are no host names by RFC 1123 but resolve in practice (container names).
bool isName(std::string_view host) {
  return !host.empty() && host.size() <= 253 && host.front() != '.' &&
         host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), isNameChar);
}

// A zone names an interface of this machine, which a URL has no business to choose.
Result<void> readIpv6(std::string_view text, std::string_view host, Url& url) {
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address_v6(host, error);
  if (error || host.find('%') != std::string_view::npos) {
    return refuse(text, "the host in brackets is no IPv6 address");
  }
  url.address = address;
  url.host = address.to_string();
  return {};
}

// Decided by the last label, as in browsers: "1.2.3.0x4" is an address and never a name, or the
// guard and the resolver could mean two different hosts.
Result<void> readHost(std::string_view text, std::string_view host, Url& url) {
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return refuse(text, "the host in brackets is no IPv6 address");
    return readIpv6(text, host.substr(1, host.size() - 2), url);
  }
  url.host = toLowerAscii(host);
  std::string_view problem;
  if (auto address = parseIpv4Spelling(url.host, problem)) {
    url.address = *address;
    url.host = address->to_string();
    return {};
  }
  if (!problem.empty()) return refuse(text, problem);
  if (!isName(url.host)) return refuse(text, "the host is not a name of ASCII letters and digits");
  return {};
}

// An empty port ("h:") is the default one (RFC 3986 section 3.2.3); 0 can be dialled by nobody.
Result<void> readPort(std::string_view text, std::string_view port, Url& url) {
  url.port = url.secure() ? 443 : 80;
  if (port.empty()) return {};
  unsigned value = 0;
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
  bool whole = error == std::errc() && end == port.data() + port.size();
  if (!whole || value == 0 || value > 65535) return refuse(text, "the port is not 1 to 65535");
  url.port = static_cast<std::uint16_t>(value);
  return {};
}

// host[:port]; the colon of an IPv6 address does not count.
Result<void> readAuthority(std::string_view text, std::string_view authority, Url& url) {
  if (authority.find('@') != std::string_view::npos) {
    return refuse(text, "it holds a user name or password");
  }
  auto colon = authority.rfind(':');
  auto bracket = authority.rfind(']');
  if (bracket != std::string_view::npos && colon != std::string_view::npos && colon < bracket) {
    colon = std::string_view::npos;
  }
  std::string_view port;
  if (colon != std::string_view::npos) port = authority.substr(colon + 1);
  EXECUTOR_CHECK(readHost(text, authority.substr(0, colon), url));
  return readPort(text, port, url);
}

// Encodes what may not stand in a request target; existing escapes stay.
std::string encodeTarget(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (unsigned char c : text) {
    bool encode = c >= 0x80 || std::string_view("\"<>^`{|}").find(c) != std::string_view::npos;
    if (!encode) {
      out += static_cast<char>(c);
      continue;
    }
    out += '%';
    out += kHex[c >> 4];
    out += kHex[c & 15];
  }
  return out;
}

// 1 for ".", 2 for "..", with any dot escaped; 0 for everything else.
int dotSegment(std::string_view segment) {
  int dots = 0;
  while (!segment.empty()) {
    bool escaped =
        segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] | 0x20) == 'e';
    if (segment[0] != '.' && !escaped) return 0;
    segment.remove_prefix(escaped ? 3 : 1);
    if (++dots > 2) return 0;
  }
  return dots;
}

// Escaped dots count: servers decode them before they resolve the path.
bool hasDotSegment(std::string_view path) {
  auto segments = splitText(path, '/');
  return std::any_of(segments.begin(), segments.end(), dotSegment);
}

// RFC 3986 section 5.2.4, with the escaped spellings of the WHATWG standard.
std::string removeDotSegments(std::string_view path) {
  auto segments = splitText(path.substr(1), '/');
  std::vector<std::string_view> kept;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    int dots = dotSegment(segments[i]);
    if (dots == 2 && !kept.empty()) kept.pop_back();
    if (dots == 0)
      kept.push_back(segments[i]);
    else if (i + 1 == segments.size())
      kept.push_back({});
  }
  std::string out;
  for (auto segment : kept) out.append("/").append(segment);
  return out.empty() ? "/" : out;
}

// The fragment never leaves the client.
void readTarget(std::string_view target, Url& url) {
  target = target.substr(0, target.find('#'));
  auto question = target.find('?');
  url.hasQuery = question != std::string_view::npos;
  url.query = url.hasQuery ? encodeTarget(target.substr(question + 1)) : std::string();
  url.path = encodeTarget(target.substr(0, question));
  if (url.path.empty()) url.path = "/";
}

// Scheme and what follows "://"; empty scheme if it is another.
std::pair<std::string_view, std::string_view> splitScheme(std::string_view text) {
  for (std::string_view scheme : {"http", "https"}) {
    if (text.size() < scheme.size() + 3 || text.substr(scheme.size(), 3) != "://") continue;
    if (equalsIgnoreCase(text.substr(0, scheme.size()), scheme)) {
      return {scheme, text.substr(scheme.size() + 3)};
    }
  }
  return {};
}

// A backslash is refused before the query only: there browsers read it as a slash.
Result<void> checkCharacters(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return refuse(text, "it is longer than 64 KiB");
  if (std::any_of(text.begin(), text.end(), isControlOrSpace)) {
    return refuse(text, "it holds a space or control character");
  }
  auto beforeQuery = text.substr(0, text.find_first_of("?#"));
  if (beforeQuery.find('\\') != std::string_view::npos) return refuse(text, "it holds a backslash");
  return {};
}

// A colon before the first slash makes a scheme, whatever it is; parseAbsolute then judges it.
bool hasScheme(std::string_view reference) {
  auto end = reference.find_first_of(":/?#");
  return end != std::string_view::npos && end > 0 && reference[end] == ':';
}

// Characters first, so that nothing below can meet a line break or a space.
Result<Url> parseAbsolute(std::string_view text) {
  EXECUTOR_CHECK(checkCharacters(text));
  auto [scheme, rest] = splitScheme(text);
  if (scheme.empty()) return refuse(text, "it does not begin with http:// or https://");
  auto end = std::min(rest.find_first_of("/?#"), rest.size());
  Url url{.scheme = std::string(scheme)};
  EXECUTOR_CHECK(readAuthority(text, rest.substr(0, end), url));
  readTarget(rest.substr(end), url);
  return url;
}

// A reference without scheme and authority: only path and query change.
Result<Url> mergePath(const Url& base, std::string_view reference) {
  EXECUTOR_CHECK(checkCharacters(reference));
  Url url = base;
  if (reference.empty() || reference.front() == '#') return url;
  if (reference.front() == '?') {
    readTarget(url.path + std::string(reference), url);
  } else if (reference.front() == '/') {
    readTarget(reference, url);
  } else {
    readTarget(url.path.substr(0, url.path.rfind('/') + 1) + std::string(reference), url);
  }
  return url;
}

}  // namespace

std::string Url::authority() const {
  std::string out = address && address->is_v6() ? "[" + host + "]" : host;
  if (port != (secure() ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::optional<boost::asio::ip::address_v4> parseIpv4Spelling(std::string_view host,
                                                             std::string_view& problem) {
  problem = {};
  auto parts = splitText(host, '.');
  if (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  std::string_view last = parts.back();
  if (!allDigits(last) && !(last.starts_with("0x") && parseIpv4Number(last))) return std::nullopt;
  if (parts.size() > 4) {
    problem = "the host looks like an IPv4 address but has more than four parts";
    return std::nullopt;
  }
  return assemble(parts, problem);
}

Result<Url> parseUrl(std::string_view text) {
  EXECUTOR_TRY(Url url, parseAbsolute(text));
  if (hasDotSegment(url.path)) return refuse(text, "its path holds a dot segment");
  return url;
}

Result<Url> resolveUrl(const Url& base, std::string_view reference) {
  bool absolute = hasScheme(reference);
  bool sameScheme = reference.starts_with("//");
  auto merged = sameScheme ? parseAbsolute(base.scheme + ":" + std::string(reference))
                : absolute ? parseAbsolute(reference)
                           : mergePath(base, reference);
  EXECUTOR_TRY(Url url, std::move(merged));
  url.path = removeDotSegments(url.path);
  return url;
}

}  // namespace executor::net
