// The server's end of the zygote: starting it, asking it for children, running jobs.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <functional>
#include <map>

#include "sandbox/control.h"
#include "sandbox/zygote.h"

namespace executor::sandbox {

// A jailed child as the server holds it. Destroying it kills the child.
class Child {
 public:
  Child() = default;
  Child(int socket, int pidfd, pid_t pid) : socket_(socket), pidfd_(pidfd), pid_(pid) {}
  Child(Child&& other) noexcept { *this = std::move(other); }
  Child& operator=(Child&& other) noexcept;
  ~Child();

  int socket() const { return socket_; }
  pid_t pid() const { return pid_; }
  // The caller closes it.
  int releaseSocket() { return std::exchange(socket_, -1); }
  void kill();
  // CPU time it used so far; nullopt when it is gone.
  std::optional<std::chrono::nanoseconds> cpu() const;

 private:
  int socket_ = -1;
  int pidfd_ = -1;
  pid_t pid_ = -1;
};

class ZygoteClient final : public Zygote {
 public:
  using SpawnHandler = std::move_only_function<void(Result<Child>)>;

  ZygoteClient(asio::io_context& loop, JailRequirement require);
  ~ZygoteClient() override;

  // Executes the zygote and waits for what it found out.
  Status launch();
  // False for one that makes no jails.
  bool walled() const { return require_ != JailRequirement::none; }

  std::vector<JailPart> jail() const override { return hello_.parts; }
  std::string_view engineBuild() const { return hello_.engineBuild; }
  Task<Result<std::string>> run(std::string job, std::string input, JobLimits limits) override;

  // The handler runs on the loop, later. A dead zygote is started again first, and what is asked
  // until its hello waits for it.
  void spawn(const SpawnRequest& request, SpawnHandler handler);
  // For tests.
  void killForTest();
  pid_t pidForTest() const { return pid_; }
  bool running() const { return pid_ > 0; }
  // "killed by signal 31" once known; the handler runs on the loop, within `kExitWait`.
  void whenExited(pid_t pid, std::move_only_function<void(std::string)> handler);

 private:
  struct Asked {
    SpawnRequest request;
    SpawnHandler handler;
  };

  // Forks and executes; the other end of its socket is control_.
  Status execute();
  Status greet(std::string_view text);
  void relaunch();
  void awaitGreeting();
  void ask(const SpawnRequest& request);
  void listen();
  void receive();
  void take(const ZygoteReport& report, const int (&descriptors)[2]);
  void exited(const ZygoteReport& report);
  void lost(std::string why);
  Result<std::uint32_t> jobIndex(std::string_view name) const;
  Task<Result<std::string>> exchange(Child& child, std::string input, JobLimits limits);

  asio::io_context& loop_;
  JailRequirement require_;
  asio::posix::stream_descriptor control_;
  pid_t pid_ = -1;
  ZygoteHello hello_;
  // In the order of the requests, which is the order of the answers. Sent once greeted_.
  std::deque<Asked> waiting_;
  bool greeted_ = false;
  asio::steady_timer helloTimer_;
  std::map<pid_t, std::move_only_function<void(std::string)>> exitWaiters_;
  std::map<pid_t, int> exits_;  // of children nobody has asked about yet; bounded
  // False once destroyed; handlers on the loop may come later.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace executor::sandbox
