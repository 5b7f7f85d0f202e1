// mcp-conformance-server: the production mcp/ and net/ layers with the fixture's features (D36).
// Prints its URL as the first line and serves until its standard input ends.
#include <fmt/core.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "fixture.h"
#include "mcp/endpoint.h"
#include "modern.h"
#include "net/server.h"
#include "open-identity.h"

int main() {
  using namespace executor;
  asio::io_context loop(1);
  conformance::OpenIdentity identity;
  mcp::Features features;
  conformance::addContent(features);
  conformance::addConversation(features);
  mcp::RequestStates states(randomKey(), systemClock());
  conformance::addRounds(features, states);
  conformance::addJobs(features, states);
  features.setInstructions("A server for the conformance suite.");
  mcp::Endpoint endpoint(features, identity, systemClock());
  net::Router router;
  endpoint.addRoutes(router);
  net::HttpServer server(loop, router, {});
  if (auto listening = server.listen(); !listening) {
    fmt::print(stderr, "{}\n", listening.error().message);
    return 1;
  }
  fmt::print("{}/mcp/anonymous\n", server.url());
  std::fflush(stdout);
  asio::posix::stream_descriptor input(loop, ::dup(STDIN_FILENO));
  char byte;
  std::function<void()> read = [&] {
    input.async_read_some(asio::buffer(&byte, 1),
                          [&](boost::system::error_code error, std::size_t) {
                            if (error) return loop.stop();
                            read();
                          });
  };
  read();
  loop.run();
}
