// The egress guard: which addresses an outbound request may reach (D30, invariant 6).
//
// The policy is asked with the resolved address at dial time, for each redirect again, so a name that
// resolves differently later cannot pass. Self-hosted default `private`: loopback and private ranges
// allowed; link-local, cloud metadata addresses and our own listener refused. `public`: global unicast
// only. A CIDR list allows exactly those networks. IPv4 inside IPv6 (mapped, 6to4, NAT64) is judged
// as IPv4.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace executor::net {

class EgressPolicy {
 public:
  // `public`, `private` or a comma-separated CIDR list. `invalid_configuration` otherwise.
  static Result<EgressPolicy> parse(std::string_view text);

  // Our own listener: refused on every policy.
  void refuseOwn(boost::asio::ip::address address, std::uint16_t port);

  // `egress_denied` with the address and the reason.
  Status check(const boost::asio::ip::address& address, std::uint16_t port) const;

 private:
  struct Network {
    boost::asio::ip::address_v6 base;
    unsigned prefix;
  };
  enum class Mode : std::uint8_t { publicOnly, privateToo, list } mode_ = Mode::privateToo;
  std::vector<Network> networks_;
  std::vector<std::pair<boost::asio::ip::address, std::uint16_t>> own_;
};

}  // namespace executor::net
