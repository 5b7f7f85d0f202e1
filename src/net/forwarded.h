// Who the client is when a reverse proxy stands in front (EXECUTOR_TRUSTED_PROXIES).
//
// X-Forwarded-For and X-Forwarded-Proto are believed only from a peer in the configured networks.
// Of the list the rightmost address that is no trusted proxy counts: what stands left of it was
// written by the client itself. Nothing is ever authorised by the result (D2); it is for logs and
// rate limits.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <vector>

#include "net/cidr.h"
#include "net/http.h"

namespace executor::net {

class TrustedProxies {
 public:
  // `invalid_configuration` names the entry that is no network.
  static Result<TrustedProxies> parse(const std::vector<std::string>& networks);

  bool trusts(const boost::asio::ip::address& peer) const;
  std::string client(const Headers& headers, const boost::asio::ip::address& peer) const;
  // "https" only if a trusted proxy says so.
  std::string_view scheme(const Headers& headers, const boost::asio::ip::address& peer) const;

 private:
  std::vector<Network> networks_;
};

}  // namespace executor::net
