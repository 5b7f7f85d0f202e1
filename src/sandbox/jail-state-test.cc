// What the host's /proc says about a jailed child: of its user, descriptors, limits, files and
// namespaces. The probes (jail-test.cc) try from inside; this looks from outside.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "sandbox/jail.h"
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

namespace fs = std::filesystem;

std::optional<Delivery> leaveOpen(const SeenCall&) { return std::nullopt; }

std::string slurp(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A worker in the middle of a run.
class JailState : public testing::Test {
 protected:
  JailState()
      : runtime_(Bench::get().loop, static_cast<ZygoteClient&>(*Bench::get().zygote)),
        run_(runtime_.start(programOf("await tools.a.b({})"), recorder_)) {
    recorder_.run = run_.get();
    Bench::get().until([&] { return !recorder_.turns.empty(); });
    pid_ = runtime_.workerPids().front();
    proc_ = "/proc/" + std::to_string(pid_) + "/";
  }

  bool active(std::string_view name) const {
    return std::ranges::any_of(
        runtime_.jail(), [&](const JailPart& part) { return part.name == name && part.active; });
  }
  std::string status(const std::string& key) const {
    std::istringstream lines(slurp(proc_ + "status"));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(key + ":\t")) return line.substr(key.size() + 2);
    }
    return "(no " + key + ")";
  }
  // Its files in /proc belong to root, since it is not dumpable.
  bool mayLook() const { return access((proc_ + "fd").c_str(), R_OK) == 0; }

  Recorder recorder_{leaveOpen};
  LocalRuntime runtime_;
  std::unique_ptr<sandbox::Run> run_;
  pid_t pid_ = 0;
  std::string proc_;
};

TEST_F(JailState, SecurityOfAWorkerIsWhatThePlanSays) {
  EXPECT_EQ(status("NoNewPrivs"), "1");
  EXPECT_EQ(status("Seccomp"), "2");
  EXPECT_EQ(status("Threads"), "1");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
    EXPECT_EQ(status(set), "0000000000000000") << set;
  }
  EXPECT_EQ(status("Groups").find_first_not_of(" 0123456789"), std::string::npos);
  if (geteuid() == 0 && active("unprivileged user")) {
    EXPECT_EQ(status("Uid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(status("Gid"), "65534\t65534\t65534\t65534");
  }
}

// Name, soft and hard limit as the kernel prints them.
TEST_F(JailState, LimitsAreWhatTheJailSetsAndCannotBeRaised) {
  std::map<std::string, std::string> limits;
  std::istringstream lines(slurp(proc_ + "limits"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream rest(line.substr(std::min<std::size_t>(26, line.size())));
    std::string soft, hard;
    rest >> soft >> hard;
    limits[line.substr(0, line.find("  "))] = soft + "/" + hard;
  }
  EXPECT_EQ(limits["Max core file size"], "0/0");
  EXPECT_EQ(limits["Max file size"], "0/0");
  EXPECT_EQ(limits["Max open files"], "1/1");
  EXPECT_EQ(limits["Max processes"], "0/0");
  EXPECT_EQ(limits["Max locked memory"], "0/0");
  EXPECT_EQ(limits["Max msgqueue size"], "0/0");
  EXPECT_EQ(limits["Max pending signals"], "64/64");
#ifndef EXECUTOR_SANITIZED
  const std::string memory = std::to_string(poolLimits(0).memoryEach);
  EXPECT_EQ(limits["Max data size"], memory + "/" + memory);
#endif
}

TEST_F(JailState, EachNamespaceThatIsActiveIsAnother) {
  if (!mayLook()) GTEST_SKIP() << "only root may look at the namespaces of a process";
  struct Row {
    const char* file;
    const char* part;
  };
  constexpr Row kRows[] = {{"user", "user namespace"},   {"pid", "pid namespace"},
                           {"net", "network namespace"}, {"mnt", "mount namespace"},
                           {"ipc", "ipc namespace"},     {"uts", "uts namespace"}};
  for (const Row& row : kRows) {
    const auto theirs = fs::read_symlink(proc_ + "ns/" + row.file);
    const auto ours = fs::read_symlink(std::string("/proc/self/ns/") + row.file);
    EXPECT_EQ(theirs != ours, active(row.part)) << row.part;
  }
}

TEST_F(JailState, TheSocketIsTheOnlyDescriptor) {
  if (!mayLook()) GTEST_SKIP() << "only root may look at the descriptors of a process";
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(proc_ + "fd")) {
    names.push_back(entry.path().filename().string() + " " +
                    fs::read_symlink(entry.path()).string().substr(0, 7));
  }
#ifndef EXECUTOR_SANITIZED
  EXPECT_EQ(names, std::vector<std::string>{"0 socket:"});
#endif
}

TEST_F(JailState, TheEnvironmentIsEmptyAndTheCommandLineSaysNothing) {
  if (!mayLook()) GTEST_SKIP() << "only root may read the environment of a process";
  EXPECT_EQ(slurp(proc_ + "environ"), "");
  const std::string line = slurp(proc_ + "cmdline");
  EXPECT_EQ(line, std::string("executor\0sandbox-zygote\0", 24));
}

TEST_F(JailState, TheRootIsEmptyAndReadOnly) {
  if (!mayLook() || !active("empty root")) GTEST_SKIP() << "no empty root here, or not to be seen";
  const std::string mounts = slurp(proc_ + "mountinfo");
  EXPECT_EQ(std::ranges::count(mounts, '\n'), 1) << mounts;
  EXPECT_NE(mounts.find(" ro,"), std::string::npos) << mounts;
  EXPECT_NE(mounts.find("tmpfs"), std::string::npos) << mounts;
  EXPECT_TRUE(fs::is_empty(proc_ + "root/"));
  EXPECT_EQ(fs::read_symlink(proc_ + "cwd"), "/");
}

TEST_F(JailState, TheNetworkHasNoInterfaceThatIsUp) {
  if (!active("network namespace")) GTEST_SKIP() << "no network namespace here";
  std::istringstream lines(slurp(proc_ + "net/dev"));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    names.push_back(line.substr(line.find_first_not_of(' '), colon - line.find_first_not_of(' ')));
  }
  EXPECT_EQ(names, std::vector<std::string>{"lo"});
  EXPECT_EQ(slurp(proc_ + "net/route").find("\nlo"), std::string::npos);
}

// Not dumpable: no core file, and nobody but root attaches or reads its memory.
TEST_F(JailState, ItsFilesInProcBelongToRoot) {
  struct stat facts{};
  ASSERT_EQ(stat((proc_ + "mem").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_uid, 0u);
  const pid_t child = fork();
  if (child == 0) {
    // As the very user the worker is outside.
    if (geteuid() == 0 && (syscall(SYS_setresgid, kNobody, kNobody, kNobody) != 0 ||
                           syscall(SYS_setresuid, kNobody, kNobody, kNobody) != 0)) {
      _exit(3);
    }
    const int memory = open((proc_ + "mem").c_str(), O_RDONLY);
    _exit(memory >= 0 ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// Only what the zygote prepared and libraries are mapped; nothing of it writable and executable.
TEST_F(JailState, NoMappingIsWritableAndExecutable) {
  if (!mayLook()) GTEST_SKIP() << "only root may look at the memory of a process";
  std::istringstream lines(slurp(proc_ + "maps"));
  int mappings = 0;
  for (std::string line; std::getline(lines, line); ++mappings) {
    std::istringstream fields(line);
    std::string range, rights;
    fields >> range >> rights;
    EXPECT_FALSE(rights.find('w') != std::string::npos && rights.find('x') != std::string::npos)
        << line;
  }
  EXPECT_GT(mappings, 10);
}

}  // namespace
}  // namespace executor::sandbox
