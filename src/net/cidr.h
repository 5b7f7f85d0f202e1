// Networks of addresses, IPv4 and IPv6 in one notation.
//
// Everything is kept as IPv6, IPv4 mapped into ::ffff:0:0/96, so that one comparison serves both
// and an address cannot pass by being written in the other family.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace executor::net {

// `address` as IPv6, IPv4 mapped.
boost::asio::ip::address_v6 asV6(const boost::asio::ip::address& address);

struct Network {
  boost::asio::ip::address_v6 base;
  unsigned prefix = 128;

  // "10.0.0.0/8", "fd00::/8" or a single address. `invalid_configuration` otherwise.
  static Result<Network> parse(std::string_view text);
  bool contains(const boost::asio::ip::address_v6& address) const;
};

bool containsAny(const std::vector<Network>& networks, const boost::asio::ip::address& address);

}  // namespace executor::net
