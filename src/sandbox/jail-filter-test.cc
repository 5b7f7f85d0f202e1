// The allow-list, judged as the kernel judges it: the compiled program is run here, by an
// interpreter of its own, over every system call number of every calling convention (issue 3,
// Holds).
//
// The list below is written a second time on purpose. A call that is added to jail-filter.cc fails
// here until somebody has thought about it twice.
#include "sandbox/jail-filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <random>
#include <set>

namespace executor::sandbox {
namespace {

constexpr std::uint32_t kX32Bit = 0x40000000;
// Far beyond the last call there is (under 600 in 2026).
constexpr std::uint32_t kNumbers = 8'192;
// A verdict must not cost a call more than this many instructions.
constexpr int kMaxSteps = 64;

std::vector<sock_filter> compiled() {
  const auto bytes = compileJailFilter();
  EXPECT_TRUE(bytes);
  std::vector<sock_filter> program(bytes->size() / sizeof(sock_filter));
  std::memcpy(program.data(), bytes->data(), bytes->size());
  return program;
}

// Classic BPF as far as seccomp allows it. Nullopt where the program does what it must not: an
// unknown instruction, a load outside of seccomp_data, a jump out of the program, no end.
class Interpreter {
 public:
  explicit Interpreter(const std::vector<sock_filter>& program) : program_(program) {}

  std::optional<std::uint32_t> run(const seccomp_data& call) {
    accumulator_ = index_ = 0;
    for (at_ = 0, steps = 0; at_ < program_.size(); ++steps) {
      const sock_filter& i = program_[at_++];
      if (BPF_CLASS(i.code) == BPF_RET) {
        return BPF_RVAL(i.code) == BPF_A ? accumulator_ : i.k;
      }
      if (!step(i, call)) return std::nullopt;
    }
    return std::nullopt;
  }
  int steps = 0;

 private:
  bool step(const sock_filter& i, const seccomp_data& call) {
    switch (BPF_CLASS(i.code)) {
      case BPF_LD: return load(i, call);
      case BPF_ALU: return compute(i);
      case BPF_JMP: return jump(i);
      case BPF_MISC:
        (BPF_MISCOP(i.code) == BPF_TAX ? index_ : accumulator_) =
            BPF_MISCOP(i.code) == BPF_TAX ? accumulator_ : index_;
        return true;
      default: return false;
    }
  }

  bool load(const sock_filter& i, const seccomp_data& call) {
    if (i.code == (BPF_LD | BPF_IMM)) {
      accumulator_ = i.k;
      return true;
    }
    if (i.code != (BPF_LD | BPF_W | BPF_ABS) || i.k % 4 != 0 || i.k + 4 > sizeof call) return false;
    std::memcpy(&accumulator_, reinterpret_cast<const char*>(&call) + i.k, 4);
    return true;
  }

  bool compute(const sock_filter& i) {
    if (BPF_OP(i.code) != BPF_AND) return false;
    accumulator_ &= BPF_SRC(i.code) == BPF_X ? index_ : i.k;
    return true;
  }

  bool jump(const sock_filter& i) {
    if (BPF_OP(i.code) == BPF_JA) {
      at_ += i.k;
      return true;
    }
    const std::uint32_t other = BPF_SRC(i.code) == BPF_X ? index_ : i.k;
    at_ += holds(BPF_OP(i.code), other) ? i.jt : i.jf;
    return true;
  }

  bool holds(int operation, std::uint32_t other) const {
    if (operation == BPF_JEQ) return accumulator_ == other;
    if (operation == BPF_JGT) return accumulator_ > other;
    if (operation == BPF_JGE) return accumulator_ >= other;
    return (accumulator_ & other) != 0;
  }

  const std::vector<sock_filter>& program_;
  std::uint32_t accumulator_ = 0, index_ = 0;
  std::size_t at_ = 0;
};

using Arguments = std::array<std::uint64_t, 6>;

class JailFilter : public testing::Test {
 protected:
  std::uint32_t verdict(std::uint32_t arch, std::uint32_t number, const Arguments& arguments = {}) {
    seccomp_data call{
        .nr = static_cast<int>(number), .arch = arch, .instruction_pointer = 0, .args = {}};
    std::copy(arguments.begin(), arguments.end(), call.args);
    const auto result = interpreter_.run(call);
    EXPECT_TRUE(result) << "the program is not one the kernel takes, at call " << number;
    EXPECT_LE(interpreter_.steps, kMaxSteps);
    return result.value_or(SECCOMP_RET_ALLOW);
  }
  bool allowed(std::uint32_t number, const Arguments& arguments = {}) {
    return verdict(AUDIT_ARCH_X86_64, number, arguments) == SECCOMP_RET_ALLOW;
  }
  bool killed(std::uint32_t arch, std::uint32_t number, const Arguments& arguments = {}) {
    return verdict(arch, number, arguments) == SECCOMP_RET_KILL_PROCESS;
  }

  const std::vector<sock_filter> program_ = compiled();
  Interpreter interpreter_{program_};
};

// Whatever their arguments are.
const std::set<std::uint32_t> kAlways = {
    SYS_read,
    SYS_write,
    SYS_recvfrom,
    SYS_sendto,
    SYS_poll,
    SYS_exit_group,
    SYS_exit,
    SYS_rt_sigreturn,
    SYS_rt_sigprocmask,
    SYS_futex,
    SYS_madvise,
    SYS_munmap,
    SYS_mremap,
    SYS_brk,
    SYS_clock_gettime,
    SYS_restart_syscall,
#ifdef EXECUTOR_SANITIZED
    SYS_sigaltstack,
    SYS_sched_yield,
    SYS_gettid,
    SYS_getpid,
    SYS_sched_getaffinity,
    SYS_prlimit64,
    SYS_ioctl,
#endif
};
// Decided by their arguments.
const std::set<std::uint32_t> kSometimes = {SYS_mmap, SYS_mprotect, SYS_setpriority};

// No argument, every bit of every argument, and some of each.
std::vector<Arguments> manyArguments() {
  std::vector<Arguments> all = {Arguments{}};
  all.emplace_back().fill(~std::uint64_t{0});
  std::mt19937_64 random(1);
  for (int i = 0; i < 16; ++i) {
    for (std::uint64_t& argument : all.emplace_back()) argument = random();
  }
  return all;
}

TEST_F(JailFilter, IsAProgramTheKernelTakes) {
  ASSERT_FALSE(program_.empty());
  EXPECT_LE(program_.size(), static_cast<std::size_t>(BPF_MAXINSNS));
  EXPECT_EQ(BPF_CLASS(program_.back().code), BPF_RET);
}

TEST_F(JailFilter, EveryNumberIsAllowedOnlyIfListed) {
  const auto arguments = manyArguments();
  for (std::uint32_t number = 0; number < kNumbers; ++number) {
    if (kSometimes.contains(number)) continue;
    for (const Arguments& a : arguments) {
      EXPECT_EQ(allowed(number, a), kAlways.contains(number)) << "call " << number;
      EXPECT_EQ(killed(AUDIT_ARCH_X86_64, number, a), !kAlways.contains(number)) << number;
    }
  }
}

TEST_F(JailFilter, NumbersAtTheEdgesOfTheirTypeAreKilled) {
  std::vector<std::uint32_t> numbers = {0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, kX32Bit - 1};
  // A number whose low half is one that is allowed.
  for (const std::uint32_t number : kAlways) {
    for (const int bit : {16, 17, 24, 29, 31}) numbers.push_back(number | (1u << bit));
  }
  for (const std::uint32_t number : numbers) {
    EXPECT_TRUE(killed(AUDIT_ARCH_X86_64, number)) << number;
  }
}

// The second table of the same kernel: same architecture, a bit in the number.
TEST_F(JailFilter, EveryX32NumberIsKilled) {
  for (std::uint32_t number = 0; number < kNumbers; ++number) {
    EXPECT_TRUE(killed(AUDIT_ARCH_X86_64, kX32Bit | number)) << number;
  }
}

// `int 0x80` reaches the 32-bit table, where 11 is execve and 5 is open.
TEST_F(JailFilter, EveryNumberOfAnotherArchitectureIsKilled) {
  for (const std::uint32_t arch : {std::uint32_t{AUDIT_ARCH_I386}, std::uint32_t{AUDIT_ARCH_ARM},
                                   std::uint32_t{AUDIT_ARCH_AARCH64}, 0u, ~0u}) {
    for (std::uint32_t number = 0; number < kNumbers; ++number) {
      EXPECT_TRUE(killed(arch, number)) << arch << "/" << number;
    }
  }
}

TEST_F(JailFilter, MemoryIsNeverExecutable) {
  constexpr std::uint64_t kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  for (std::uint64_t low = 0; low < 256; ++low) {
    for (const std::uint64_t high : {0ull, 1ull << 24, 1ull << 31, 1ull << 32, 1ull << 63}) {
      const std::uint64_t protection = low | high;
      const bool executable = (protection & PROT_EXEC) != 0;
      EXPECT_EQ(allowed(SYS_mmap, {0, 4096, protection, kAnonymous, ~0ull, 0}), !executable);
      EXPECT_EQ(allowed(SYS_mprotect, {4096, 4096, protection, 0, 0, 0}), !executable);
    }
  }
}

TEST_F(JailFilter, MemoryIsNeverAFiles) {
  for (std::uint64_t flags = 0; flags < 0x100; ++flags) {
    for (const std::uint64_t more : {0ull, 1ull << 17, 1ull << 18, 1ull << 32}) {
      EXPECT_EQ(allowed(SYS_mmap, {0, 4096, PROT_READ, flags | more, 0, 0}),
                (flags & MAP_ANONYMOUS) != 0)
          << flags;
    }
  }
}

TEST_F(JailFilter, TheOnlyPriorityIsALowOneAndOnesOwn) {
  EXPECT_TRUE(allowed(SYS_setpriority, {PRIO_PROCESS, 0, kGivingWay}));
  for (std::uint64_t which = 0; which < 4; ++which) {
    for (const std::uint64_t who : {0ull, 1ull, 2ull, 1ull << 32, ~0ull}) {
      for (std::uint64_t nice = 0; nice <= 40; ++nice) {
        const bool own = which == PRIO_PROCESS && who == 0 && nice == kGivingWay;
        EXPECT_EQ(allowed(SYS_setpriority, {which, who, nice}), own);
        EXPECT_TRUE(killed(AUDIT_ARCH_X86_64, SYS_setpriority, {which, who, ~nice}));
      }
    }
  }
}

// The calls an attacker asks for first, by name.
TEST_F(JailFilter, WhatLeadsOutIsKilledByName) {
  struct Row {
    const char* name;
    std::uint32_t number;
  };
  constexpr Row kRows[] = {
      {"open", SYS_open},
      {"openat", SYS_openat},
      {"openat2", SYS_openat2},
      {"execve", SYS_execve},
      {"execveat", SYS_execveat},
      {"fork", SYS_fork},
      {"vfork", SYS_vfork},
      {"clone", SYS_clone},
      {"clone3", SYS_clone3},
      {"socket", SYS_socket},
      {"connect", SYS_connect},
      {"sendmsg", SYS_sendmsg},
      {"recvmsg", SYS_recvmsg},
      {"ptrace", SYS_ptrace},
      {"process_vm_readv", 310},
      {"prctl", SYS_prctl},
      {"seccomp", SYS_seccomp},
      {"bpf", SYS_bpf},
      {"io_uring_setup", 425},
      {"io_uring_enter", 426},
      {"userfaultfd", SYS_userfaultfd},
      {"perf_event_open", 298},
      {"keyctl", SYS_keyctl},
      {"mount", SYS_mount},
      {"unshare", SYS_unshare},
      {"setns", SYS_setns},
      {"chroot", SYS_chroot},
      {"kill", SYS_kill},
      {"tgkill", SYS_tgkill},
      {"pidfd_open", 434},
      {"pidfd_getfd", 438},
      {"memfd_create", 319},
      {"memfd_secret", 447},
      {"pkey_mprotect", 329},
      {"remap_file_pages", 216},
      {"personality", SYS_personality},
      {"arch_prctl", SYS_arch_prctl},
      {"modify_ldt", 154},
      {"rt_sigaction", SYS_rt_sigaction},
      {"setrlimit", SYS_setrlimit},
#ifndef EXECUTOR_SANITIZED  // whose warnings ask whether they go to a terminal
      {"ioctl", SYS_ioctl},
#endif
      {"fcntl", SYS_fcntl},
      {"dup", SYS_dup},
      {"close", SYS_close},
      {"shmget", SYS_shmget},
      {"process_madvise", 440},
      {"mseal", 462},
      {"landlock_restrict_self", 446},
  };
  for (const Row& row : kRows) EXPECT_TRUE(killed(AUDIT_ARCH_X86_64, row.number)) << row.name;
}

TEST_F(JailFilter, IsTheSameEachTime) {
  EXPECT_EQ(compileJailFilter().value(), compileJailFilter().value());
}

}  // namespace
}  // namespace executor::sandbox
