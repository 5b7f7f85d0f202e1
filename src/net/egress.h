// The egress guard: which addresses an outbound request may reach (D30, invariant 6).
//
// The policy is asked with the resolved address at dial time, for each redirect again, so a name
// that resolves differently later cannot pass. Self-hosted default `private`: loopback and private
// ranges allowed; link-local, cloud metadata addresses, unspecified, multicast and reserved
// addresses and our own listener refused. `public`: global unicast only. A CIDR list allows exactly
// those networks. IPv4 inside IPv6 (mapped, translated, 6to4, NAT64) is judged as IPv4. Our own
// listener is refused on every policy, also through another spelling or interface of this host.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/cidr.h"

namespace executor::net {

class EgressPolicy {
 public:
  // `public`, `private` or a comma-separated CIDR list. `invalid_configuration` otherwise.
  static Result<EgressPolicy> parse(std::string_view text);

  // Our own listener: refused on every policy. An unspecified address (0.0.0.0, ::) stands for
  // every address this host has now.
  void refuseOwn(boost::asio::ip::address address, std::uint16_t port);

  // `egress_denied` with the address and the reason.
  Status check(const boost::asio::ip::address& address, std::uint16_t port) const;

 private:
  enum class Mode : std::uint8_t { publicOnly, privateToo, list };

  bool isOwn(const boost::asio::ip::address& address, std::uint16_t port) const;

  Mode mode_ = Mode::privateToo;
  std::vector<Network> networks_;
  std::vector<std::pair<boost::asio::ip::address, std::uint16_t>> own_;
};

// The IPv4 address that `address` stands for, if it embeds one; else `address` itself.
boost::asio::ip::address unwrapAddress(const boost::asio::ip::address& address);

}  // namespace executor::net
