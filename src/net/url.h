// http and https URLs, read as a browser reads them but refusing what has ever been used to
// mislead.
//
// The egress guard and the pool decide by what this parser says, so it may not be dodged: the host
// is lower case, every spelling of an IPv4 address that the WHATWG standard knows (0x7f.1,
// 2130706433, 017700000001, 127.1.) becomes dotted decimal, IPv6 its canonical form. Refused with
// `invalid_argument`: user information, control characters, spaces, backslashes, percent signs or
// non-ASCII in the host (an international name is given as xn--), dot segments in the path, port 0.
// A dot segment is refused instead of resolved because the value of a path parameter must not climb
// to another operation. The fragment is dropped. Missing on purpose: every scheme but http and
// https.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace executor::net {

inline constexpr std::size_t kMaxUrlBytes = 64u << 10;

struct Url {
  std::string scheme;      // "http" or "https"
  std::string host;        // without brackets
  std::uint16_t port = 0;  // always set
  std::string path;        // begins with '/', percent-encoded
  std::string query;       // without '?'
  bool hasQuery = false;
  std::optional<boost::asio::ip::address> address;  // when the host is a literal

  bool secure() const { return scheme == "https"; }
  std::string authority() const;  // host[:port], default port dropped, IPv6 in brackets
  std::string origin() const { return scheme + "://" + authority(); }
  std::string target() const { return hasQuery ? path + "?" + query : path; }
  std::string text() const { return origin() + target(); }
};

Result<Url> parseUrl(std::string_view text);

// A Location header or a relative server URL against `base` (RFC 3986 section 5.2): here dot
// segments are resolved, as they are the upstream's and not a caller's.
Result<Url> resolveUrl(const Url& base, std::string_view reference);

// The IPv4 address in any spelling of the WHATWG URL standard, "host parsing"; none if the last
// label is no number. An error text in `problem` if it is one but not a valid address.
std::optional<boost::asio::ip::address_v4> parseIpv4Spelling(std::string_view host,
                                                             std::string_view& problem);

}  // namespace executor::net
