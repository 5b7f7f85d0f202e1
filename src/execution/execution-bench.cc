// What one execution costs here: start, program, one durable commit, the view. Prints microseconds.
//
// Only what this layer adds to the sandbox and the store; HTTP and MCP are measured by bench/.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "execution/testing/bench-server.h"

namespace executor::execution {
namespace {

using Server = testing::BenchServer;

Task<void> runMany(Server& server, std::string code, int count, std::vector<double>& micros) {
  Principal who;
  who.workspaceId = "ws_1";
  for (int i = 0; i < count; ++i) {
    const SteadyTime begun = std::chrono::steady_clock::now();
    auto id = co_await server.executions->start({.principal = who, .code = code});
    auto view = co_await server.executions->wait(who, *id, Deadline::max(), kWaitingGrace);
    if (!view || view->state != State::completed) std::abort();
    const std::chrono::duration<double, std::micro> span = std::chrono::steady_clock::now() - begun;
    micros.push_back(span.count());
  }
}

void measure(Server& server, std::string name, std::string code, int clients, int each) {
  std::vector<double> micros;
  int running = clients;
  const SteadyTime begun = std::chrono::steady_clock::now();
  for (int i = 0; i < clients; ++i) {
    asio::co_spawn(server.loop, runMany(server, code, each, micros),
                   [&](std::exception_ptr) { --running; });
  }
  server.loop.restart();
  while (running > 0) server.loop.run_one();
  const std::chrono::duration<double> span = std::chrono::steady_clock::now() - begun;
  std::ranges::sort(micros);
  fmt::print("{:36} {:3} clients: p50 {:7.0f} us  p99 {:7.0f} us  {:7.0f}/s\n", name, clients,
             micros[micros.size() / 2], micros[micros.size() * 99 / 100],
             micros.size() / span.count());
}

}  // namespace
}  // namespace executor::execution

int main(int argc, char** argv) {
  using namespace executor;
  sandbox::runZygoteIfAsked(argc, argv, {});
  const auto directory = std::filesystem::temp_directory_path() / newId("bench");
  std::filesystem::create_directories(directory);
  {
    execution::Server server(directory);
    const std::string tools = "for (let i = 0; i < 10; i++) await tools.catalog.namespaces({})";
    execution::measure(server, "warm up", "return 1 + 1", 1, 200);
    execution::measure(server, "return 1 + 1", "return 1 + 1", 1, 2'000);
    execution::measure(server, "return 1 + 1", "return 1 + 1", 16, 500);
    execution::measure(server, "one built-in call", "await tools.catalog.namespaces({})", 16, 500);
    execution::measure(server, "one built-in call", "await tools.catalog.namespaces({})", 64, 200);
    execution::measure(server, "ten built-in calls in turn", tools, 1, 300);
    execution::measure(server, "ten built-in calls in turn", tools, 16, 50);
  }
  std::filesystem::remove_all(directory);
}
