// getaddrinfo on a few threads, with a short memory. The memory saves look-ups, not safety: every
// address is checked again when it is dialled, so a name that changes its mind gains nothing.
#include "net/resolver.h"

#include <netdb.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstring>

#include "base/signal.h"

namespace executor::net {
namespace ip = boost::asio::ip;
namespace {

using Addresses = std::vector<ip::address>;

// Through endpoint, which keeps the scope of link-local IPv6 addresses.
void addAddress(Addresses& out, const sockaddr* from) {
  ip::tcp::endpoint endpoint;
  std::size_t size = from->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  std::memcpy(endpoint.data(), from, size);
  endpoint.resize(size);
  out.push_back(endpoint.address());
}

// Without AI_ADDRCONFIG: in a container without a network it would hide localhost.
Result<Addresses> systemLookup(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  int code = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (code != 0) {
    return fail(ErrorCode::upstream_unreachable, "The host " + host + " could not be resolved.",
                "Check the name and this machine's DNS.", gai_strerror(code));
  }
  Addresses out;
  for (auto* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6) {
      addAddress(out, entry->ai_addr);
    }
  }
  freeaddrinfo(list);
  return out;
}

// RFC 6761 section 6.3: never asked of DNS, which could answer otherwise.
bool isLocalhost(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace

// Shared with the look-ups under way, which may end after the resolver did.
struct Resolver::State {
  struct Entry {
    Result<Addresses> answer;
    SteadyTime expires = SteadyTime::max();
    bool pending = true;
    Signal answered;
  };

  Lookup lookup;
  std::map<std::string, std::shared_ptr<Entry>> entries;

  // An entry that is being looked up never expires, so everybody who asks meanwhile joins it.
  std::shared_ptr<Entry> fresh(const std::string& host) {
    auto found = entries.find(host);
    if (found == entries.end()) return nullptr;
    if (std::chrono::steady_clock::now() < found->second->expires) return found->second;
    entries.erase(found);
    return nullptr;
  }

  // Any old entry makes room: what is asked for often comes back at once.
  std::shared_ptr<Entry> insert(const std::string& host) {
    if (entries.size() >= kMaxDnsEntries) {
      std::erase_if(entries, [](const auto& entry) { return !entry.second->pending; });
    }
    return entries[host] = std::make_shared<Entry>();
  }

  // Runs on after the asker gave up: the answer is for the next one.
  static Task<void> run(ThreadPool& threads, Lookup lookup, std::string host,
                        std::shared_ptr<Entry> entry) {
    entry->answer = co_await threads.run([lookup, host] { return lookup(host); });
    entry->pending = false;
    bool good = entry->answer && !entry->answer->empty();
    entry->expires = deadlineAfter(good ? kDnsTtl : kDnsFailureTtl);
    entry->answered.notify();
  }
};

Resolver::Resolver(asio::io_context& loop, Lookup lookup)
    : loop_(loop), state_(std::make_shared<State>()) {
  state_->lookup = lookup ? std::move(lookup) : Lookup(systemLookup);
}

Resolver::~Resolver() = default;

// Started at the first name; a server that only calls addresses has no such threads.
ThreadPool& Resolver::threads() {
  if (!threads_) threads_ = std::make_unique<ThreadPool>(kDnsThreads);
  return *threads_;
}

// Looping over the condition, because a cancel of one asker wakes them all.
Task<Result<Addresses>> Resolver::resolve(std::string host, std::shared_ptr<Flight> flight) {
  if (isLocalhost(host)) {
    co_return Addresses{ip::address_v4::loopback(), ip::address_v6::loopback()};
  }
  auto entry = state_->fresh(host);
  if (!entry) {
    entry = state_->insert(host);
    asio::co_spawn(loop_, State::run(threads(), state_->lookup, host, entry), asio::detached);
  }
  AbortScope scope(*flight, [entry] { entry->answered.notify(); });
  while (entry->pending && !flight->stopped) {
    if (!co_await entry->answered.wait(Deadline::max())) break;
  }
  if (flight->stopped) co_return flight->failure(ErrorCode::cancelled, {}, "resolving " + host);
  if (!entry->answer) co_return flight->failure(entry->answer.error());
  if (!entry->answer->empty()) co_return *entry->answer;
  co_return flight->failure(ErrorCode::upstream_unreachable,
                            "The host " + host + " has no address.");
}

}  // namespace executor::net
