// Where a kernel or a container forbids parts of the jail, the compiler still works in what is
// left, and the status names what is missing. Each case is a process that is forbidden something
// and then starts the compiler as a server would.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/type-checker-fixture.h"

namespace executor::sandbox {
namespace {

struct Forbidden {
  int call, error;
  // Of the first argument; 0 for any.
  unsigned long flag = 0;
};

bool forbid(std::initializer_list<Forbidden> calls) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  bool ok = filter != nullptr;
  for (const Forbidden& f : calls) {
    const scmp_arg_cmp flag{0, SCMP_CMP_MASKED_EQ, f.flag, f.flag};
    ok = ok && seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(static_cast<unsigned>(f.error)),
                                      f.call, f.flag == 0 ? 0 : 1, &flag) == 0;
  }
  ok = ok && seccomp_load(filter) == 0;
  seccomp_release(filter);
  return ok;
}

// What the checker's status says after one check in such a process, "no check: …" if it failed.
std::string statusWhere(std::initializer_list<Forbidden> calls,
                        JailRequirement require = JailRequirement::best) {
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    std::string text = "not forbidden";
    if (forbid(calls)) {
      asio::io_context loop;
      const auto checker =
          makeTypeChecker({.deadline = kPatience, .coldDeadline = kPatience, .require = require},
                          loop.get_executor());
      const auto found = checkOn(loop, *checker, "const n: number = 'one';");
      const bool works = found && found->size() == 1;
      text = (works ? "" : "no check: ") + checker->status();
    }
    _exit(write(pipe[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(pipe[1]);
  std::string text(4096, '\0');
  const ssize_t size = read(pipe[0], text.data(), text.size());
  close(pipe[0]);
  waitpid(child, nullptr, 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

void expectLacking(const std::string& status, std::string_view part) {
  EXPECT_TRUE(status.starts_with("typescript 7.0.2, idle; its jail lacks: ")) << status;
  EXPECT_NE(status.find(part), std::string::npos) << status;
}

// Its real root is in sight then, by names: Landlock and the filter still let it read nothing.
TEST(TscWeakJail, WorksWithoutAnEmptyRoot) {
  expectLacking(statusWhere({{SCMP_SYS(pivot_root), EPERM}}), "empty root");
  expectLacking(statusWhere({{SCMP_SYS(mount), EPERM}}), "empty root");
}

TEST(TscWeakJail, WorksWithoutUserNamespaces) {
  expectLacking(statusWhere({{SCMP_SYS(clone), EPERM, CLONE_NEWUSER}}), "user namespace");
}

TEST(TscWeakJail, WorksWithoutAnyNamespace) {
  const std::string status = statusWhere({{SCMP_SYS(clone), EPERM, CLONE_NEWUSER},
                                          {SCMP_SYS(clone), EPERM, CLONE_NEWPID},
                                          {SCMP_SYS(clone), EPERM, CLONE_NEWNET},
                                          {SCMP_SYS(clone), EPERM, CLONE_NEWNS},
                                          {SCMP_SYS(clone), EPERM, CLONE_NEWIPC},
                                          {SCMP_SYS(clone), EPERM, CLONE_NEWUTS}});
  for (const char* part : {"user namespace", "pid namespace", "network namespace",
                           "mount namespace", "ipc namespace", "uts namespace", "empty root"}) {
    expectLacking(status, part);
  }
}

TEST(TscWeakJail, WorksWithoutLandlock) {
  expectLacking(statusWhere({{SCMP_SYS(landlock_create_ruleset), EOPNOTSUPP}}), "landlock");
}

TEST(TscWeakJail, FullMeansNoCheckRatherThanAWeakJail) {
  const std::string status =
      statusWhere({{SCMP_SYS(landlock_create_ruleset), EOPNOTSUPP}}, JailRequirement::full);
  EXPECT_TRUE(status.starts_with("no check: typescript, in trouble: ")) << status;
  EXPECT_NE(status.find("landlock"), std::string::npos) << status;
}

// Without seccomp there is no wall, so there is no process.
TEST(TscWeakJail, WithoutSeccompThereIsNoCheck) {
  const std::string status = statusWhere({{SCMP_SYS(seccomp), ENOSYS}});
  EXPECT_TRUE(status.starts_with("no check: ")) << status;
}

}  // namespace
}  // namespace executor::sandbox
