// Restores copy only what was written, and the memory equals the image afterwards all the same.
#include "sandbox/cold-pages.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <vector>

#include "sandbox/linear-memory.h"

namespace executor::sandbox {
namespace {

constexpr std::size_t kPages = 64;
constexpr std::size_t kFirst = 4 * kHostPage;  // what a restore leaves alone

int faults = 0;

void onFault(int, siginfo_t* fault, void*) {
  ++faults;
  if (!admitWrite(fault->si_addr)) _exit(9);
}

// What is learned and the handler belong to a process, so each test has one of its own.
template <class Body>
int inChild(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    struct sigaction action{};
    action.sa_sigaction = onFault;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, nullptr);
    enableColdPages();
    faults = 0;
    body();
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class Memory {
 public:
  Memory() { wasm_rt_allocate_memory(&raw_, kPages * kHostPage / kWasmPage, 65536); }
  ~Memory() { releaseMemory(raw_); }
  std::uint8_t* data() { return raw_.data; }
  ColdPages& cold() { return bookkeeping(raw_).cold; }
  void restore(const std::vector<std::uint8_t>& image) {
    restorePages(raw_.data, cold(), image, kFirst);
  }
  bool equals(const std::vector<std::uint8_t>& image) {
    return std::memcmp(raw_.data + kFirst, image.data() + kFirst, image.size() - kFirst) == 0;
  }

 private:
  wasm_rt_memory_t raw_{};
};

std::vector<std::uint8_t> makeImage(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> image(kPages * kHostPage);
  for (std::uint8_t& byte : image) byte = static_cast<std::uint8_t>(random());
  return image;
}

TEST(ColdPages, EveryByteIsTheImagesAfterRandomWrites) {
  EXPECT_EQ(inChild([] {
              Memory memory;
              const auto image = makeImage(1);
              std::mt19937 random(2);
              for (int run = 0; run < 200; ++run) {
                memory.restore(image);
                ASSERT_TRUE(memory.equals(image)) << run;
                for (int i = 0; i < 20; ++i) {
                  memory.data()[kFirst + random() % (image.size() - kFirst)] ^= 0xff;
                }
              }
            }),
            0);
}

TEST(ColdPages, AnUntouchedPageIsProtectedAndStillReads) {
  EXPECT_EQ(inChild([] {
              Memory memory;
              const auto image = makeImage(1);
              memory.restore(image);
              EXPECT_TRUE(memory.cold().has(10));
              EXPECT_EQ(memory.data()[10 * kHostPage], image[10 * kHostPage]);
              EXPECT_EQ(faults, 0);
              memory.data()[10 * kHostPage] = 1;
              EXPECT_EQ(faults, 1);
              EXPECT_FALSE(memory.cold().has(10));
            }),
            0);
}

TEST(ColdPages, APageThatRunsKeepWritingStaysWritable) {
  EXPECT_EQ(inChild([] {
              Memory memory;
              const auto image = makeImage(1);
              for (int run = 0; run < kWritesToBeHot + 3; ++run) {
                memory.restore(image);
                memory.data()[20 * kHostPage + 5] ^= 1;
              }
              EXPECT_EQ(faults, kWritesToBeHot);
              memory.restore(image);
              EXPECT_TRUE(memory.equals(image));
            }),
            0);
}

TEST(ColdPages, NeighboursAreAdmittedTogetherButNotLearned) {
  EXPECT_EQ(inChild([] {
              Memory memory;
              const auto image = makeImage(1);
              for (int run = 0; run < 5; ++run) {
                memory.restore(image);
                memory.data()[20 * kHostPage] ^= 1;
                memory.data()[(20 + kAdmittedTogether - 1) * kHostPage] ^= 1;
              }
              // Twice for the first page; then the neighbour is asked for by itself.
              EXPECT_EQ(faults, 2 * kWritesToBeHot);
            }),
            0);
}

TEST(ColdPages, AnotherImageIsCopiedWhole) {
  EXPECT_EQ(inChild([] {
              Memory memory;
              const auto first = makeImage(1), second = makeImage(2);
              memory.restore(first);
              memory.restore(second);
              EXPECT_TRUE(memory.equals(second));
              memory.restore(first);
              EXPECT_TRUE(memory.equals(first));
            }),
            0);
}

TEST(ColdPages, MemoriesAreToldApart) {
  EXPECT_EQ(inChild([] {
              Memory one, two;
              const auto image = makeImage(1);
              one.restore(image);
              two.restore(image);
              two.data()[30 * kHostPage] ^= 1;
              EXPECT_TRUE(one.cold().has(30));
              EXPECT_FALSE(two.cold().has(30));
              EXPECT_TRUE(one.equals(image));
            }),
            0);
}

TEST(ColdPages, AWriteElsewhereIsNotAdmitted) {
  EXPECT_EQ(inChild([] {
              Memory memory;
              memory.restore(makeImage(1));
              memory.data()[kPages * kHostPage + kWasmPage] = 1;  // behind the committed part
            }),
            9);
}

TEST(ColdPages, WithoutTheHandlerNothingIsProtected) {
  Memory memory;
  const auto image = makeImage(1);
  memory.restore(image);
  EXPECT_FALSE(memory.cold().has(10));
  memory.data()[10 * kHostPage] ^= 1;
  memory.restore(image);
  EXPECT_TRUE(memory.equals(image));
}

}  // namespace
}  // namespace executor::sandbox
