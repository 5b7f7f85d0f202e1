// Which addresses may be dialled (D30). Tables of networks with the word that an error uses, and
// the forms in which an IPv4 address hides in an IPv6 one. Names are never judged here: only what a
// name resolved to at the moment of dialling.
#include "net/egress.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include "base/text.h"

namespace executor::net {
namespace ip = boost::asio::ip;
namespace {

struct Reserved {
  std::string_view network;
  std::string_view what;
};

// Refused unless a CIDR list names them. The metadata addresses lie in ranges that are otherwise
// legitimate private space: Alibaba, Oracle, Azure, AWS and Google over IPv6.
constexpr Reserved kAlwaysRefused[] = {
    {"0.0.0.0/8", "an unspecified address"},
    {"169.254.0.0/16", "a link-local or cloud metadata address"},
    {"100.100.100.200/32", "a cloud metadata address"},
    {"192.0.0.192/32", "a cloud metadata address"},
    {"168.63.129.16/32", "a cloud metadata address"},
    {"224.0.0.0/4", "a multicast address"},
    {"240.0.0.0/4", "a reserved address"},
    {"::/128", "an unspecified address"},
    {"fe80::/10", "a link-local address"},
    {"fec0::/10", "a site-local address"},
    {"fd00:ec2::254/128", "a cloud metadata address"},
    {"fd20:ce::254/128", "a cloud metadata address"},
    {"ff00::/8", "a multicast address"},
};

// IANA special-purpose registries, what is not globally reachable. IPv6 outside 2000::/3 is refused
// by its own test.
constexpr Reserved kNotPublic[] = {
    {"10.0.0.0/8", "a private address"},           {"100.64.0.0/10", "a carrier-grade NAT address"},
    {"127.0.0.0/8", "a loopback address"},         {"172.16.0.0/12", "a private address"},
    {"192.0.0.0/24", "a special-purpose address"}, {"192.0.2.0/24", "a documentation address"},
    {"192.88.99.0/24", "a relay address"},         {"192.168.0.0/16", "a private address"},
    {"198.18.0.0/15", "a benchmarking address"},   {"198.51.100.0/24", "a documentation address"},
    {"203.0.113.0/24", "a documentation address"}, {"2001::/23", "a special-purpose address"},
    {"2001:db8::/32", "a documentation address"},  {"3fff::/20", "a documentation address"},
};

struct NamedNetwork {
  Network network;
  std::string_view what;
};

// Tables are parsed once; they are ours, so a mistake in them fails the first test that runs.
template <std::size_t N>
std::vector<NamedNetwork> load(const Reserved (&table)[N]) {
  std::vector<NamedNetwork> out;
  for (const auto& row : table) out.push_back({*Network::parse(row.network), row.what});
  return out;
}

std::string_view findReserved(const std::vector<NamedNetwork>& table, const ip::address_v6& v6) {
  for (const auto& row : table) {
    if (row.network.contains(v6)) return row.what;
  }
  return {};
}

std::string_view whyNever(const ip::address_v6& v6) {
  static const auto kTable = load(kAlwaysRefused);
  return findReserved(kTable, v6);
}

std::string_view whyNotPublic(const ip::address& address) {
  static const auto kTable = load(kNotPublic);
  static const Network kGlobalUnicast = *Network::parse("2000::/3");
  auto v6 = asV6(address);
  if (auto what = findReserved(kTable, v6); !what.empty()) return what;
  if (address.is_v6() && !kGlobalUnicast.contains(v6)) return "not a global unicast address";
  return {};
}

// The address as it was given, so that a person finds it in their own configuration.
std::unexpected<Error> deny(const ip::address& address, std::string_view why) {
  return fail(ErrorCode::egress_denied,
              "Refused to connect to " + address.to_string() + ": " + std::string(why) + ".",
              "EXECUTOR_EGRESS names what may be reached: public, private or a list of networks.");
}

// As they are now: an address that is added later is not covered, but loopback always is.
std::vector<ip::address> localAddresses() {
  std::vector<ip::address> out;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return out;
  for (auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    if (entry->ifa_addr->sa_family == AF_INET) {
      auto* v4 = reinterpret_cast<sockaddr_in*>(entry->ifa_addr);
      out.emplace_back(ip::address_v4(ntohl(v4->sin_addr.s_addr)));
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      auto* v6 = reinterpret_cast<sockaddr_in6*>(entry->ifa_addr);
      ip::address_v6::bytes_type bytes;
      std::copy_n(v6->sin6_addr.s6_addr, bytes.size(), bytes.begin());
      out.emplace_back(ip::address_v6(bytes));
    }
  }
  freeifaddrs(list);
  return out;
}

// The IPv4 address in four bytes of an IPv6 one.
ip::address v4At(const ip::address_v6& v6, std::size_t offset) {
  auto bytes = v6.to_bytes();
  return ip::address_v4({bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]});
}

}  // namespace

// Mapped, translated, NAT64 and 6to4 forms all reach the IPv4 address inside, so that is what is
// judged.
ip::address unwrapAddress(const ip::address& address) {
  if (address.is_v4()) return address;
  static const Network kSixToFour = *Network::parse("2002::/16");
  static const std::vector<Network> kLastFour = {
      {asV6(ip::make_address("::ffff:0:0")), 96},    // mapped, RFC 4291
      {asV6(ip::make_address("::ffff:0:0:0")), 96},  // translated, RFC 2765
      {asV6(ip::make_address("64:ff9b::")), 96},     // NAT64, RFC 6052
  };
  auto v6 = address.to_v6();
  // A scope may not change what the address is.
  v6.scope_id(0);
  if (kSixToFour.contains(v6)) return v4At(v6, 2);
  if (containsAny(kLastFour, v6)) return v4At(v6, 12);
  return v6;
}

// An empty part is an error: a trailing comma may be a network that got lost.
Result<EgressPolicy> EgressPolicy::parse(std::string_view text) {
  EgressPolicy policy;
  text = trimText(text);
  if (text == "private") return policy;
  if (text == "public") {
    policy.mode_ = Mode::publicOnly;
    return policy;
  }
  policy.mode_ = Mode::list;
  for (auto part : splitText(text, ',')) {
    EXECUTOR_TRY(auto network, Network::parse(trimText(part)));
    policy.networks_.push_back(network);
  }
  return policy;
}

// A listener on all interfaces is reached by every address of this machine.
void EgressPolicy::refuseOwn(ip::address address, std::uint16_t port) {
  if (!address.is_unspecified()) {
    own_.emplace_back(unwrapAddress(address), port);
    return;
  }
  own_.emplace_back(address, port);
  for (auto& local : localAddresses()) own_.emplace_back(unwrapAddress(local), port);
}

bool EgressPolicy::isOwn(const ip::address& address, std::uint16_t port) const {
  return std::any_of(own_.begin(), own_.end(), [&](const auto& own) {
    if (own.second != port) return false;
    // Bound to everything: all of 127.0.0.0/8 reaches us, whatever the interfaces say.
    bool everywhere = own.first.is_unspecified();
    return own.first == address || (everywhere && address.is_loopback());
  });
}

// Our own listener first: no policy, not even an explicit list, may open the way to ourselves.
Status EgressPolicy::check(const ip::address& given, std::uint16_t port) const {
  auto address = unwrapAddress(given);
  if (isOwn(address, port)) return deny(given, "Executor's own listener");
  if (mode_ == Mode::list) {
    if (containsAny(networks_, address)) return {};
    return deny(given, "not in the configured networks");
  }
  if (auto why = whyNever(asV6(address)); !why.empty()) return deny(given, why);
  if (mode_ == Mode::privateToo) return {};
  if (auto why = whyNotPublic(address); !why.empty()) return deny(given, why);
  return {};
}

}  // namespace executor::net
