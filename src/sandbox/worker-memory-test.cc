#include "sandbox/worker-memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "sandbox/placement.h"

namespace executor::sandbox {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

TEST(WorkerMemory, PlacesAreAsManyAsFitAndShareEqually) {
  struct Row {
    const char* what;
    std::uint64_t sum;
    std::size_t workers;
    std::uint64_t each;
  };
  const Row rows[] = {
      {"nothing to speak of", 0, kMinWorkers, kMinWorkerMemoryBytes},
      {"less than two need", kGiB / 2, kMinWorkers, kMinWorkerMemoryBytes},
      {"a small machine's half", 2 * kGiB, 4, kGiB / 2},
      {"what is left over is shared", 2 * kGiB + kGiB / 4, 4, (2 * kGiB + kGiB / 4) / 4},
      {"the first with all places", 8 * kGiB, kMaxWorkers, kGiB / 2},
      {"more memory, no more places", 12 * kGiB, kMaxWorkers, kGiB * 3 / 4},
      {"all that can be used", 48 * kGiB, kMaxWorkers, kWorkerMemoryBytes},
      {"and nothing beyond", 1024 * kGiB, kMaxWorkers, kWorkerMemoryBytes},
  };
  for (const Row& row : rows) {
    const WorkerMemory shared = shareWorkerMemory(row.sum);
    EXPECT_EQ(shared.workers, row.workers) << row.what;
    EXPECT_EQ(shared.bytesEach, row.each) << row.what;
  }
}

// Whatever the machine, the sum is kept, unless it is below what two workers need.
TEST(WorkerMemory, TheSumIsKept) {
  for (std::uint64_t sum = kGiB; sum < 64 * kGiB; sum += 37 * (kGiB / 64)) {
    const WorkerMemory shared = shareWorkerMemory(sum);
    EXPECT_LE(shared.workers * shared.bytesEach, sum);
    EXPECT_GE(shared.bytesEach, kMinWorkerMemoryBytes);
  }
}

class ControlGroups : public testing::Test {
 protected:
  ControlGroups() { std::filesystem::create_directories(folder_ + "/memory"); }
  ~ControlGroups() override { std::filesystem::remove_all(folder_); }

  std::uint64_t with(const std::string& file, const std::string& text) {
    std::ofstream(folder_ + "/" + file) << text;
    return machineMemoryBytes(folder_);
  }

  const std::string folder_ =
      testing::TempDir() + "control-groups-" + std::to_string(std::random_device{}());
  const std::uint64_t machine_ = machineMemoryBytes(folder_);
};

TEST_F(ControlGroups, WithoutALimitTheMachineCounts) {
  EXPECT_GT(machine_, kGiB / 4);
  for (const char* text : {"max\n", "", "0\n", "-1\n", "9223372036854771712\n"}) {
    EXPECT_EQ(with("memory.max", text), machine_) << text;
    EXPECT_EQ(with("memory/memory.limit_in_bytes", text), machine_) << text;
  }
}

TEST_F(ControlGroups, ALimitBelowTheMachineCounts) {
  EXPECT_EQ(with("memory.max", "104857600\n"), 104'857'600u);
  EXPECT_EQ(with("memory/memory.limit_in_bytes", "52428800\n"), 52'428'800u);
}

}  // namespace
}  // namespace executor::sandbox
