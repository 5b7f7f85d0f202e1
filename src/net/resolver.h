// Names to addresses, off the loop, each name looked up once at a time.
//
// getaddrinfo blocks for as long as a name server likes, so it runs on a few threads that are
// started at the first need. Answers are kept for kDnsTtl, failures for kDnsFailureTtl, at most
// kMaxDnsEntries of them. `localhost` and names below it are loopback without a look-up (RFC 6761
// section 6.3). The cache never decides what may be reached: the egress policy sees each address
// when it is dialled.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/thread-pool.h"
#include "net/client.h"
#include "net/flight.h"

namespace executor::net {

inline constexpr std::size_t kMaxDnsEntries = 1024;
inline constexpr std::size_t kDnsThreads = 4;

class Resolver {
 public:
  Resolver(asio::io_context& loop, Lookup lookup);
  ~Resolver();

  // `upstream_unreachable` if the name has no address.
  Task<Result<std::vector<asio::ip::address>>> resolve(std::string host,
                                                       std::shared_ptr<Flight> flight);

  // The threads, for other blocking work of the client.
  ThreadPool& threads();

 private:
  struct State;

  asio::io_context& loop_;
  std::shared_ptr<State> state_;
  std::unique_ptr<ThreadPool> threads_;
};

}  // namespace executor::net
