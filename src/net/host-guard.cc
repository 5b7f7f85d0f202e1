#include "net/host-guard.h"

#include "base/text.h"
#include "net/server.h"
#include "net/url.h"

namespace executor::net {
namespace ip = boost::asio::ip;
namespace {

// host[:port] without the port; brackets of IPv6 go too.
std::string_view nameOf(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.rfind(':'));
}

// A list or anything with a path is no Host, whatever a lenient proxy makes of it.
bool isHostText(std::string_view host) {
  return !host.empty() && host.find_first_of("/?#@\\ \t,") == std::string_view::npos;
}

// "https://h/" in a configuration means the origin "https://h".
std::string withoutSlash(std::string_view origin) {
  if (origin.ends_with('/')) origin.remove_suffix(1);
  return toLowerAscii(origin);
}

ip::address addressOr(std::string_view text, ip::address fallback) {
  boost::system::error_code error;
  auto address = ip::make_address(std::string(text), error);
  return error ? fallback : address;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

// A public URL that cannot be parsed adds nothing: its host is then refused, the safe side.
HostGuard::HostGuard(const ServerOptions& options)
    : listen_(addressOr(options.address, ip::address_v4::loopback())) {
  for (const auto& host : options.allowedHosts) hosts_.push_back(toLowerAscii(host));
  for (const auto& origin : options.corsOrigins) corsOrigins_.push_back(withoutSlash(origin));
  if (auto url = parseUrl(options.publicUrl)) {
    publicOrigin_ = url->origin();
    hosts_.push_back(url->host);
  }
}

// An address in Host cannot be rebound by DNS, only names can.
bool HostGuard::isListenHost(std::string_view name, const ip::address& local) const {
  bool loopback = listen_.is_loopback() || listen_.is_unspecified();
  if (name == "localhost") return loopback;
  boost::system::error_code error;
  auto address = ip::make_address(std::string(name), error);
  if (error) return false;
  if (address == listen_ || (loopback && address.is_loopback())) return true;
  return listen_.is_unspecified() && address == local;
}

Status HostGuard::checkHost(std::string_view host, const ip::address& local) const {
  if (!isHostText(host)) return fail(ErrorCode::invalid_request, "The Host header is not a host.");
  auto lower = toLowerAscii(host);
  auto name = nameOf(lower);
  if (isListenHost(name, local) || contains(hosts_, name) || contains(hosts_, lower)) return {};
  return fail(ErrorCode::host_not_allowed,
              "Host " + std::string(host.substr(0, 100)) + " is not served here.",
              "Set EXECUTOR_ALLOWED_HOSTS if clients reach this server by that name.");
}

Status HostGuard::checkOrigin(std::string_view origin, std::string_view own) const {
  auto lower = toLowerAscii(origin);
  if (lower == toLowerAscii(own) || (!publicOrigin_.empty() && lower == publicOrigin_) ||
      contains(corsOrigins_, lower)) {
    return {};
  }
  return fail(ErrorCode::origin_not_allowed,
              "Requests from pages of " + std::string(origin.substr(0, 100)) + " are not allowed.",
              "Set EXECUTOR_CORS_ORIGINS if that site may use this server.");
}

bool HostGuard::isCorsOrigin(std::string_view origin) const {
  return contains(corsOrigins_, toLowerAscii(origin));
}

}  // namespace executor::net
