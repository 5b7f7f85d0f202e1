// Which Host and Origin a request may carry (D31): the defence against DNS rebinding and foreign
// pages.
//
// A browser sends the name it looked up as Host, and the page's site as Origin. A page of an
// attacker whose name resolves to us therefore shows itself in Host, and a page that posts to us in
// Origin. Host must be the listen address, a loopback name when we are bound to loopback (or to
// everything), the address the connection came in on when bound to everything, the public URL's
// host or an allowed host; the port does not count, as it may be mapped. Origin, if present, must
// be the same origin, the public URL's or a configured CORS origin; `null` is foreign. Addresses
// never authenticate (D2): this guard only refuses.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace executor::net {

struct ServerOptions;

class HostGuard {
 public:
  explicit HostGuard(const ServerOptions& options);

  // `host_not_allowed`, or `invalid_request` if it is no host. `local` is the address the
  // connection was accepted on.
  Status checkHost(std::string_view host, const boost::asio::ip::address& local) const;

  // `origin_not_allowed`. `own` is the origin the request itself went to.
  Status checkOrigin(std::string_view origin, std::string_view own) const;

  // Whether responses to this origin carry CORS headers.
  bool isCorsOrigin(std::string_view origin) const;

  const std::string& publicOrigin() const { return publicOrigin_; }

 private:
  bool isListenHost(std::string_view name, const boost::asio::ip::address& local) const;

  boost::asio::ip::address listen_;
  std::vector<std::string> hosts_;  // lower case, as allowed: name or name:port
  std::vector<std::string> corsOrigins_;
  std::string publicOrigin_;
};

}  // namespace executor::net
