// For tests: a loop to run coroutines on, and a raw socket for what no client would send.
//
// Everything runs on one io_context in the test's own thread, as in the server; RawPeer blocks, so
// it is used from a thread of its own or while the loop is pumped by runWhile().
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "net/client.h"
#include "net/server.h"

namespace executor::net::test {

// Runs the loop until the coroutine has ended and returns its value.
template <class T>
T run(asio::io_context& loop, Task<T> task) {
  std::optional<T> out;
  std::exception_ptr thrown;
  asio::co_spawn(loop, std::move(task), [&](std::exception_ptr error, T value) {
    thrown = error;
    out.emplace(std::move(value));
  });
  loop.restart();
  while (!out && loop.run_one() > 0) {
  }
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(out);
}

inline void run(asio::io_context& loop, Task<void> task) {
  auto wrapped = [](Task<void> inner) -> Task<bool> {
    co_await std::move(inner);
    co_return true;
  };
  run(loop, wrapped(std::move(task)));
}

// Runs `body` on another thread while this one serves the loop.
template <class Body>
void runWhile(asio::io_context& loop, Body body) {
  loop.restart();
  auto guard = asio::make_work_guard(loop);
  std::thread thread([&] {
    body();
    asio::post(loop, [&] { loop.stop(); });
  });
  loop.run();
  thread.join();
}

// A blocking socket that sends exactly what it is told.
class RawPeer {
 public:
  explicit RawPeer(std::uint16_t port) : socket_(loop_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }

  RawPeer& send(std::string_view bytes) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(bytes), ignored);
    return *this;
  }

  // What the kernel takes at once; 0 if its buffers are full.
  std::size_t sendNow(std::string_view bytes) {
    boost::system::error_code ignored;
    socket_.non_blocking(true);
    auto count = socket_.write_some(asio::buffer(bytes), ignored);
    socket_.non_blocking(false);
    return count;
  }

  // Everything until the server closes.
  std::string readAll() {
    boost::system::error_code error;
    asio::read(socket_, asio::dynamic_buffer(in_), error);
    return std::exchange(in_, {});
  }

  std::string readUntil(std::string_view mark) {
    boost::system::error_code error;
    auto size = asio::read_until(socket_, asio::dynamic_buffer(in_), std::string(mark), error);
    auto out = in_.substr(0, size);
    in_.erase(0, size);
    return out;
  }

  // True if the server has closed and sent nothing more.
  bool closed() { return readAll().empty(); }
  void close() { socket_.close(); }
  void halfClose() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }
  // Closes with a reset instead of an orderly end.
  void reset() {
    socket_.set_option(asio::socket_base::linger(true, 0));
    socket_.close();
  }

 private:
  asio::io_context loop_;
  asio::ip::tcp::socket socket_;
  std::string in_;
};

// A listener whose answers are written by hand: one script per accepted connection.
class RawUpstream {
 public:
  using Script = std::function<void(asio::ip::tcp::socket&)>;

  explicit RawUpstream(std::vector<Script> scripts)
      : acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}),
        thread_([this, scripts = std::move(scripts)] { serve(scripts); }) {}
  ~RawUpstream() { thread_.join(); }

  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) +
           std::string(path);
  }

  static std::string readRequest(asio::ip::tcp::socket& socket) {
    std::string in;
    boost::system::error_code ignored;
    asio::read_until(socket, asio::dynamic_buffer(in), "\r\n\r\n", ignored);
    return in;
  }

  // Until that many connections have been served and closed.
  void awaitClosed(int count) const {
    for (int now = closed_; now < count; now = closed_) closed_.wait(now);
  }

  // Reads one request head and answers with these bytes.
  static Script answering(std::string bytes) {
    return [bytes](asio::ip::tcp::socket& socket) {
      readRequest(socket);
      boost::system::error_code ignored;
      asio::write(socket, asio::buffer(bytes), ignored);
    };
  }

 private:
  void serve(const std::vector<Script>& scripts) {
    for (const auto& script : scripts) {
      auto socket = acceptor_.accept();
      script(socket);
      socket.close();
      ++closed_;
      closed_.notify_all();
    }
  }

  asio::io_context loop_;
  asio::ip::tcp::acceptor acceptor_;
  std::atomic<int> closed_ = 0;
  std::thread thread_;
};

}  // namespace executor::net::test
