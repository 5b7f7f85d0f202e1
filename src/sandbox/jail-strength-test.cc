// The jail says truthfully how strong it is, where a kernel or a container forbids a part (issue 3,
// Shows 2).
//
// Each place is made in a child: another user, a filter like the container runtimes' in front of
// the calls that make namespaces, a chroot. There a zygote is started; it reports its parts and
// runs a program. From outside the worker's namespaces are compared with ours: a part that is
// reported as active and is not would be the worst kind of bug.
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/text.h"
#include "sandbox/jail.h"
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

namespace fs = std::filesystem;

// Makes the place, in the child. False when this machine cannot be made into one.
using Place = bool (*)();

bool become(unsigned id) {
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  const bool changed = syscall(SYS_setgroups, 0, nullptr) == 0 &&
                       syscall(SYS_setresgid, id, id, id) == 0 &&
                       syscall(SYS_setresuid, id, id, id) == 0;
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // a change of user clears it
  return changed;
}

// Calls that fail with an errno, as the filter of a container runtime makes them. Inherited by all
// that is started later.
struct Forbidden {
  int call;
  int error;
  std::uint64_t flags = 0;  // in the first argument; 0: whatever they are
};
bool forbid(std::initializer_list<Forbidden> calls) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  bool ok = filter != nullptr;
  for (const Forbidden& f : calls) {
    const auto action = SCMP_ACT_ERRNO(static_cast<unsigned>(f.error));
    const scmp_arg_cmp flags{0, SCMP_CMP_MASKED_EQ, f.flags, f.flags};
    ok = ok && seccomp_rule_add_array(filter, action, f.call, f.flags == 0 ? 0 : 1, &flags) == 0;
  }
  ok = ok && seccomp_load(filter) == 0;
  seccomp_release(filter);
  return ok;
}

bool noUserNamespaces() {
  return forbid({{SCMP_SYS(clone), EPERM, CLONE_NEWUSER}, {SCMP_SYS(unshare), EPERM}});
}
bool noNamespaces() {
  return forbid({{SCMP_SYS(clone), EPERM, CLONE_NEWUSER},
                 {SCMP_SYS(clone), EPERM, CLONE_NEWPID},
                 {SCMP_SYS(clone), EPERM, CLONE_NEWNET},
                 {SCMP_SYS(clone), EPERM, CLONE_NEWNS},
                 {SCMP_SYS(clone), EPERM, CLONE_NEWIPC},
                 {SCMP_SYS(clone), EPERM, CLONE_NEWUTS},
                 {SCMP_SYS(unshare), EPERM}});
}

// A root directory of its own with what a dynamic binary needs, gone with the mount namespace.
bool enterChroot() {
  char point[] = "/tmp/jail-strength-XXXXXX";
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mkdtemp(point) == nullptr || mount("none", point, "tmpfs", 0, "mode=755") != 0) {
    return false;
  }
  for (const char* name : {"usr", "lib", "lib64", "proc", "etc", "dev", "tmp"}) {
    const std::string from = std::string("/") + name, to = point + from;
    if (!fs::exists(from)) continue;
    mkdir(to.c_str(), 0755);
    if (std::string_view(name) == "tmp") continue;
    if (mount(from.c_str(), to.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) return false;
  }
  return chroot(point) == 0 && chdir("/") == 0;
}

// What a place told, over one pipe.
struct Told {
  bool made = false;     // the place could be made
  bool started = false;  // the zygote
  std::string problem;   // of the start, or of `full`
  bool fullStarted = false;
  std::string fullProblem;
  bool ran = false;   // a program in it
  bool open = false;  // a program in local-vm
  pid_t worker = 0;
  std::vector<JailPart> parts;
};

// One fact a line; parts as the zygote's own hello writes them.
void tell(int to, std::string_view key, std::string value) {
  std::ranges::replace(value, '\n', ' ');
  const std::string line = std::string(key) + "\t" + value + "\n";
  if (write(to, line.data(), line.size()) < 0) _exit(4);
}

void tellParts(int to, const std::vector<JailPart>& parts) {
  for (const JailPart& part : parts) {
    tell(to, part.active ? "active" : "missing", part.name + "\t" + part.reason);
  }
}

bool runsIn(asio::io_context& loop, Zygote& zygote) {
  const auto runtime = makeLocalRuntime(loop, zygote);
  Recorder recorder;
  const auto run = runtime->start(programOf("return 42"), recorder);
  while (!recorder.end) loop.run_one();
  return recorder.end->resultJson == "42";
}

// The runtime is kept until the parent has looked.
void live(int to, int until) {
  asio::io_context loop;
  const auto full = Zygote::start(loop, JailRequirement::full);
  tell(to, full ? "full" : "full problem", full ? "" : full.error().message);
  auto open = Zygote::start(loop, JailRequirement::none);
  if (open && runsIn(loop, **open)) tell(to, "open", "");
  auto zygote = Zygote::start(loop, JailRequirement::best);
  if (!zygote) return tell(to, "problem", zygote.error().message + " " + zygote.error().detail);
  tellParts(to, (*zygote)->jail());
  LocalRuntime runtime(loop, static_cast<ZygoteClient&>(**zygote));
  Recorder recorder;
  const auto run = runtime.start(programOf("return (await tools.a.b({x: 42})).x"), recorder);
  recorder.run = run.get();
  while (!recorder.end) loop.run_one();
  tell(to, "ran", recorder.end->resultJson);
  tell(to, "worker", std::to_string(runtime.workerPids().front()));
  tell(to, "done", "");
  char byte = 0;
  (void)!read(until, &byte, 1);
}

[[noreturn]] void childMain(Place place, int to, int until) {
  if (place()) {
    tell(to, "made", "");
    live(to, until);
  }
  tell(to, "done", "");
  _exit(0);
}

void take(Told& told, std::string_view line) {
  const auto cells = splitText(line, '\t');
  if (cells.size() < 2) return;
  const std::string value(cells[1]);
  if (cells[0] == "made") told.made = true;
  if (cells[0] == "full") told.fullStarted = true;
  if (cells[0] == "full problem") told.fullProblem = value;
  if (cells[0] == "problem") told.problem = value;
  if (cells[0] == "open") told.open = true;
  if (cells[0] == "ran") told.ran = value == "42";
  if (cells[0] == "worker") told.worker = std::stoi(value);
  if (cells.size() == 3) told.parts.push_back({value, cells[0] == "active", std::string(cells[2])});
  told.started |= cells.size() == 3;
}

// Reads until "done"; the child then waits until the second pipe is closed.
Told listen(int from) {
  Told told;
  std::string text;
  char bytes[4096];
  while (!text.ends_with("done\t\n")) {
    const ssize_t count = read(from, bytes, sizeof bytes);
    if (count <= 0) break;
    text.append(bytes, static_cast<std::size_t>(count));
  }
  for (const std::string_view line : splitText(text, '\n')) take(told, line);
  return told;
}

class JailStrength : public testing::Test {
 protected:
  // What the zygote of that place said. The worker lives until the test ends.
  Told in(Place place) {
    int told[2], until[2];
    if (pipe2(told, O_CLOEXEC) != 0 || pipe2(until, O_CLOEXEC) != 0) return {};
    child_ = fork();
    if (child_ == 0) {
      close(until[1]);
      childMain(place, told[1], until[0]);
    }
    close(told[1]);
    close(until[0]);
    until_ = until[1];
    Told result = listen(told[0]);
    close(told[0]);
    return result;
  }
  ~JailStrength() override {
    if (until_ >= 0) close(until_);
    if (child_ > 0) waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_ = -1;
  int until_ = -1;
};

using Names = std::set<std::string>;

Names missingOf(const Told& told) {
  Names names;
  for (const JailPart& part : told.parts) {
    if (!part.active) names.insert(part.name);
  }
  return names;
}

// What nothing but seccomp takes away.
constexpr const char* kRemains[] = {"seccomp",         "no new privileges",  "capabilities",
                                    "resource limits", "descriptors closed", "environment cleared"};

// The report against the worker itself, as root sees it.
void expectTrue(const Told& told) {
  struct Row {
    const char* file;
    const char* part;
  };
  constexpr Row kRows[] = {{"user", "user namespace"},   {"pid", "pid namespace"},
                           {"net", "network namespace"}, {"mnt", "mount namespace"},
                           {"ipc", "ipc namespace"},     {"uts", "uts namespace"}};
  const std::string proc = "/proc/" + std::to_string(told.worker) + "/";
  const Names missing = missingOf(told);
  for (const Row& row : kRows) {
    const auto theirs = fs::read_symlink(proc + "ns/" + row.file);
    // The chroot's own mount namespace is not ours; it is not the jail's doing either way.
    const auto ours = fs::read_symlink(std::string("/proc/self/ns/") + row.file);
    if (!missing.contains(row.part)) EXPECT_NE(theirs, ours) << row.part << " is only said";
    if (missing.contains(row.part) && std::string_view(row.file) != "mnt") {
      EXPECT_EQ(theirs, ours) << row.part;
    }
  }
  if (!missing.contains("empty root")) EXPECT_TRUE(fs::is_empty(proc + "root/"));
  std::ifstream status(proc + "status");
  const std::string text((std::istreambuf_iterator<char>(status)), {});
  EXPECT_NE(text.find("Seccomp:\t2"), std::string::npos);
  EXPECT_NE(text.find("NoNewPrivs:\t1"), std::string::npos);
  if (!missing.contains("unprivileged user")) EXPECT_EQ(text.find("Uid:\t0"), std::string::npos);
}

// Whatever is missing: programs run, `full` refuses and names exactly that, the rest is there.
void expectTruthful(const Told& told, const Names& missing) {
  ASSERT_TRUE(told.started) << told.problem;
  EXPECT_EQ(missingOf(told), missing);
  EXPECT_TRUE(told.ran);
  for (const JailPart& part : told.parts) {
    EXPECT_EQ(part.active, part.reason.empty()) << part.name;
    const bool named = told.fullProblem.find(part.name + ": " + part.reason) != std::string::npos;
    EXPECT_EQ(named && !part.active, !part.active) << part.name << " in " << told.fullProblem;
  }
  EXPECT_EQ(told.fullStarted, missing.empty()) << told.fullProblem;
  for (const char* name : kRemains) EXPECT_FALSE(missingOf(told).contains(name)) << name;
  expectTrue(told);
}

#define NEEDS_ROOT \
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else or make a chroot"

// This machine's own kernel decides what is to be had at all.
TEST_F(JailStrength, AsRootNothingIsMissing) {
  NEEDS_ROOT;
  const Told told = in([] { return true; });
  expectTruthful(told, missingOf(told));
}

TEST_F(JailStrength, AsAnOrdinaryUserNothingMoreIsMissing) {
  NEEDS_ROOT;
  const Told told = in([] { return become(1000); });
  ASSERT_TRUE(told.made);
  expectTruthful(told, missingOf(told));
}

TEST_F(JailStrength, AsNobodyNothingMoreIsMissing) {
  NEEDS_ROOT;
  const Told told = in([] { return become(kNobody); });
  ASSERT_TRUE(told.made);
  expectTruthful(told, missingOf(told));
}

// Root keeps the other namespaces; its children give up the user themselves.
TEST_F(JailStrength, AsRootWithoutUserNamespacesOnlyThatIsMissing) {
  NEEDS_ROOT;
  const Told told = in(noUserNamespaces);
  ASSERT_TRUE(told.made);
  expectTruthful(told, {"user namespace"});
}

// An ordinary user has no other way to any namespace.
TEST_F(JailStrength, AsAUserWithoutUserNamespacesAllNamespacesAreMissing) {
  NEEDS_ROOT;
  const Told told = in([] { return become(1000) && noUserNamespaces(); });
  ASSERT_TRUE(told.made);
  expectTruthful(told, {"user namespace", "pid namespace", "network namespace", "mount namespace",
                        "ipc namespace", "uts namespace", "empty root"});
}

TEST_F(JailStrength, InAContainerWithoutNamespacesTheRestRemains) {
  NEEDS_ROOT;
  const Told told = in(noNamespaces);
  ASSERT_TRUE(told.made);
  expectTruthful(told, {"user namespace", "pid namespace", "network namespace", "mount namespace",
                        "ipc namespace", "uts namespace", "empty root"});
}

// The kernel refuses user namespaces to whoever lives in a chroot.
TEST_F(JailStrength, InAChrootTheUserNamespaceIsMissing) {
  NEEDS_ROOT;
  const Told told = in(enterChroot);
  if (!told.made) GTEST_SKIP() << "this root may not mount";
  expectTruthful(told, {"user namespace"});
}

TEST_F(JailStrength, InAChrootAsAUserNoNamespaceIsLeft) {
  NEEDS_ROOT;
  const Told told = in([] { return enterChroot() && become(1000); });
  if (!told.made) GTEST_SKIP() << "this root may not mount";
  expectTruthful(told, {"user namespace", "pid namespace", "network namespace", "mount namespace",
                        "ipc namespace", "uts namespace", "empty root"});
}

TEST_F(JailStrength, WhereMountsAreForbiddenTheEmptyRootIsMissing) {
  NEEDS_ROOT;
  const Told told = in([] { return forbid({{SCMP_SYS(pivot_root), EPERM}}); });
  ASSERT_TRUE(told.made);
  Names missing = missingOf(told);
  EXPECT_TRUE(missing.contains("empty root"));
  expectTruthful(told, missing);
}

TEST_F(JailStrength, WithoutLandlockItIsMissing) {
  NEEDS_ROOT;
  const Told told = in([] { return forbid({{SCMP_SYS(landlock_create_ruleset), EOPNOTSUPP}}); });
  ASSERT_TRUE(told.made);
  Names missing = missingOf(told);
  EXPECT_TRUE(missing.contains("landlock"));
  expectTruthful(told, missing);
}

// There is no second wall without seccomp, and no mode without the second wall.
TEST_F(JailStrength, WithoutSeccompNothingStarts) {
  NEEDS_ROOT;
  const Told told = in([] { return forbid({{SCMP_SYS(seccomp), ENOSYS}}); });
  ASSERT_TRUE(told.made);
  EXPECT_FALSE(told.started);
  EXPECT_FALSE(told.fullStarted);
  EXPECT_NE(told.problem.find("seccomp"), std::string::npos) << told.problem;
}

// What local-vm is for (product.md section 2).
TEST_F(JailStrength, WhereNoJailCanBeMadeLocalVmRuns) {
  NEEDS_ROOT;
  const Told told = in([] {
    return forbid({{SCMP_SYS(seccomp), ENOSYS},
                   {SCMP_SYS(landlock_create_ruleset), ENOSYS},
                   {SCMP_SYS(unshare), EPERM}});
  });
  ASSERT_TRUE(told.made);
  EXPECT_FALSE(told.started);
  EXPECT_TRUE(told.open);
}

}  // namespace
}  // namespace executor::sandbox
