// All addresses are compared as IPv6, IPv4 in its mapped form: one comparison, and no way for an
// address to slip past a rule by being written in the other family.
#include "net/cidr.h"

#include <charconv>
#include <string>

namespace executor::net {
namespace ip = boost::asio::ip;

ip::address_v6 asV6(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

// Host bits may be set (10.1.2.3/8 is 10.0.0.0/8): people write what they have at hand.
Result<Network> Network::parse(std::string_view text) {
  auto slash = text.find('/');
  boost::system::error_code error;
  auto address = ip::make_address(std::string(text.substr(0, slash)), error);
  unsigned width = !error && address.is_v4() ? 32 : 128;
  unsigned prefix = width;
  if (slash != std::string_view::npos) {
    auto digits = text.substr(slash + 1);
    auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (bad != std::errc() || end != digits.data() + digits.size()) prefix = width + 1;
  }
  if (error || prefix > width) {
    return fail(ErrorCode::invalid_configuration, "Not a network: " + std::string(text) + ".",
                "Write networks as 10.0.0.0/8 or fd00::/8, separated by commas.");
  }
  return Network{asV6(address), prefix + (128 - width)};
}

// Whole bytes first, then the rest of the prefix inside the next one.
bool Network::contains(const ip::address_v6& address) const {
  auto a = base.to_bytes();
  auto b = address.to_bytes();
  unsigned whole = prefix / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  unsigned rest = prefix % 8;
  if (rest == 0) return true;
  auto mask = static_cast<unsigned char>(0xff << (8 - rest));
  return (a[whole] & mask) == (b[whole] & mask);
}

bool containsAny(const std::vector<Network>& networks, const ip::address& address) {
  auto v6 = asV6(address);
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Network& network) { return network.contains(v6); });
}

}  // namespace executor::net
