// X-Forwarded-* counts only from peers the operator named (EXECUTOR_TRUSTED_PROXIES, D31): from
// anyone else it is text that a client wrote about itself.
#include "net/forwarded.h"

#include "base/text.h"

namespace executor::net {
namespace ip = boost::asio::ip;

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies proxies;
  for (const auto& text : networks) {
    EXECUTOR_TRY(auto network, Network::parse(trimText(text)));
    proxies.networks_.push_back(network);
  }
  return proxies;
}

bool TrustedProxies::trusts(const ip::address& peer) const {
  return !networks_.empty() && containsAny(networks_, peer);
}

// From the right, as each proxy appends the peer it saw.
std::string TrustedProxies::client(const Headers& headers, const ip::address& peer) const {
  if (!trusts(peer)) return peer.to_string();
  ip::address client = peer;
  auto hops = splitText(headers.get("X-Forwarded-For"), ',');
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    boost::system::error_code error;
    auto address = ip::make_address(std::string(trimText(*hop)), error);
    if (error) break;
    client = address;
    if (!trusts(address)) break;
  }
  return client.to_string();
}

// Our own listener speaks plain HTTP; only a proxy can know that the client used TLS.
std::string_view TrustedProxies::scheme(const Headers& headers, const ip::address& peer) const {
  if (!trusts(peer)) return "http";
  return equalsIgnoreCase(headers.get("X-Forwarded-Proto"), "https") ? "https" : "http";
}

}  // namespace executor::net
