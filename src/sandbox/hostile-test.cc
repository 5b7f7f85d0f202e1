// Every program of tests/hostile ends as its header says, and nothing else is hurt (issue 3,
// Shows 1).
//
// A program's header states the outcome, the limits it runs under and the calls the server may see;
// tests/hostile/README.md has the grammar. Programs of a folder run eight at a time beside programs
// of the same and of another tenant, which all have to complete. No process is lost on the way,
// and the memory that was taken comes back. How long any of it takes is bench-hostile's matter.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

namespace fs = std::filesystem;

// At once; more than the machine has cores, fewer than there are places for workers.
constexpr std::size_t kAtOnce = 8;
// What a worker may weigh more than a fresh one when its programs are over: its hot machines and
// buffers. A single program of the library takes more than this.
constexpr long kKeptKiB = 12 << 10;

struct HostileProgram {
  std::string name, code;
  std::vector<std::string> expected;  // any of them
  std::vector<std::string> sees;      // the calls, in order; empty: not looked at
  std::optional<std::size_t> calls;
  std::string tools = "echo";
  std::uint32_t cpuMs = 1'000;
  std::size_t memoryMiB = kMaxMemoryBytes >> 20;
};

// "a | b" as its parts. JSON in an outcome holds no such separator.
std::vector<std::string> alternatives(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at != std::string_view::npos;) {
    const std::size_t bar = text.find(" | ", at);
    all.emplace_back(text.substr(at, bar - at));
    at = bar == std::string_view::npos ? bar : bar + 3;
  }
  return all;
}

void readHeader(HostileProgram& program, std::string_view key, const std::string& value) {
  if (key == "expect") program.expected = alternatives(value);
  if (key == "sees") program.sees.push_back(value);
  if (key == "calls") program.calls = std::stoul(value);
  if (key == "tools") program.tools = value;
  if (key == "cpu") program.cpuMs = static_cast<std::uint32_t>(std::stoul(value));
  if (key == "memory") program.memoryMiB = std::stoul(value);
}

// The code is the whole file: what an agent would send, comments included.
HostileProgram readProgram(const fs::path& file) {
  std::ifstream in(file);
  HostileProgram program{.name = file.parent_path().filename() / file.stem(),
                         .code = std::string(std::istreambuf_iterator<char>(in), {})};
  for (const std::string_view line : splitText(program.code, '\n')) {
    if (!line.starts_with("// ")) break;
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    readHeader(program, line.substr(3, colon - 3), std::string(line.substr(colon + 2)));
  }
  return program;
}

std::vector<HostileProgram> library(const std::string& folder) {
  std::vector<HostileProgram> all;
  const fs::path root = fs::path(EXECUTOR_SOURCE_DIR) / "tests/hostile" / folder;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.path().extension() == ".js") all.push_back(readProgram(entry.path()));
  }
  std::ranges::sort(all, {}, &HostileProgram::name);
  return all;
}

RunRequest requestOf(const HostileProgram& program) {
  RunRequest request = programOf(program.code);
  request.tenant = "hostile";
  request.limits.cpuMs = program.cpuMs;
  request.limits.memoryBytes = program.memoryMiB << 20;
  return request;
}

Answer answerOf(const HostileProgram& program) {
  if (program.tools == "open") return [](const SeenCall&) { return std::nullopt; };
  if (program.tools == "deny") {
    return [](const SeenCall& call) { return failCall(call, "approval_denied", "No."); };
  }
  return echo;
}

// The outcome in the words of the headers.
std::string outcomeOf(const RunEnd& end) {
  if (end.ok) return "completed " + end.resultJson;
  std::string text(end.error.codeName());
  if (!end.errorName.empty()) text += " " + end.errorName;
  return text;
}

// "program_error" stands for every name of an error.
bool matches(const std::string& outcome, const std::string& expected) {
  return outcome == expected || outcome.starts_with(expected + " ");
}

void expectAsListed(const HostileProgram& program, const Recorder& recorder) {
  ASSERT_TRUE(recorder.end) << program.name << " did not end";
  const std::string outcome = outcomeOf(*recorder.end);
  EXPECT_TRUE(
      std::ranges::any_of(program.expected, [&](const auto& e) { return matches(outcome, e); }))
      << program.name << ": " << outcome.substr(0, 300) << "\n"
      << recorder.end->error.message.substr(0, 300) << " " << recorder.end->error.detail;
  if (program.calls) EXPECT_EQ(recorder.calls.size(), *program.calls) << program.name;
  if (program.sees.empty()) return;
  std::vector<std::string> seen;
  for (const SeenCall& call : recorder.calls) seen.push_back(call.path + " " + call.input);
  EXPECT_EQ(seen, program.sees) << program.name;
}

// What errors of hostile programs may show: no place, no name of ours, within their limits.
void expectHarmless(const HostileProgram& program, const Recorder& recorder) {
  if (!recorder.end || recorder.end->ok) return;
  const RunEnd& end = *recorder.end;
  EXPECT_LE(end.error.message.size(), std::size_t{16} << 10) << program.name;
  for (const std::string& text : {end.error.message, end.stack, end.error.hint}) {
    EXPECT_EQ(text.find("executor:harness"), std::string::npos) << program.name << text;
    EXPECT_EQ(text.find(".inc"), std::string::npos) << program.name << text;
  }
}

// A program as most are: computes little, calls, waits for a timer.
struct Bystander {
  explicit Bystander(LocalRuntime& runtime, const std::string& tenant) {
    RunRequest request = programOf(
        "let n = 0; for (let i = 0; i < 3; i++) n += (await tools.a.b({i})).i;"
        "await new Promise((r) => setTimeout(r, 1)); return n");
    request.tenant = tenant;
    run = runtime.start(std::move(request), recorder);
    recorder.run = run.get();
  }
  Recorder recorder;
  std::unique_ptr<sandbox::Run> run;
};

long residentKiB(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  }
  return 0;
}

class Arena {
 public:
  Arena() : runtime_(Bench::get().loop, client()) {
    Bystander first(runtime_, "hostile");
    until([&] { return first.recorder.end.has_value(); });
    for (const pid_t pid : runtime_.workerPids()) fresh_ = std::max(fresh_, residentKiB(pid));
    zygote_ = client().pidForTest();
  }

  void runFolder(const std::string& folder) {
    const auto programs = library(folder);
    ASSERT_FALSE(programs.empty()) << folder;
    for (std::size_t i = 0; i < programs.size(); i += kAtOnce) {
      runTogether(std::span(programs).subspan(i, std::min(kAtOnce, programs.size() - i)));
    }
    expectNothingLost();
  }

 private:
  static ZygoteClient& client() { return static_cast<ZygoteClient&>(*Bench::get().zygote); }
  static bool until(const std::function<bool()>& done) { return Bench::get().until(done); }

  void runTogether(std::span<const HostileProgram> programs) {
    std::vector<std::unique_ptr<Recorder>> recorders;
    std::vector<std::unique_ptr<sandbox::Run>> runs;
    for (const HostileProgram& program : programs) {
      recorders.push_back(std::make_unique<Recorder>(answerOf(program)));
      runs.push_back(runtime_.start(requestOf(program), *recorders.back()));
      recorders.back()->run = runs.back().get();
    }
    Bystander same(runtime_, "hostile"), other(runtime_, "other");
    const auto ended = [](const auto& r) { return r->end.has_value(); };
    until([&] {
      return same.recorder.end && other.recorder.end && std::ranges::all_of(recorders, ended);
    });
    for (std::size_t i = 0; i < programs.size(); ++i) {
      expectAsListed(programs[i], *recorders[i]);
      expectHarmless(programs[i], *recorders[i]);
    }
    for (const Bystander* bystander : {&same, &other}) {
      ASSERT_TRUE(bystander->recorder.end) << "a bystander hangs beside " << programs[0].name;
      EXPECT_EQ(bystander->recorder.end->resultJson, "3") << "beside " << programs[0].name;
    }
  }

  // Workers may have been replaced, the zygote not; and nobody keeps what the programs took.
  void expectNothingLost() {
    EXPECT_EQ(client().pidForTest(), zygote_);
    EXPECT_LE(runtime_.workerPids().size(), kMaxWorkers);
#ifndef EXECUTOR_SANITIZED
    EXPECT_TRUE(until([&] {
      return std::ranges::all_of(runtime_.workerPids(),
                                 [&](pid_t pid) { return residentKiB(pid) <= fresh_ + kKeptKiB; });
    })) << heaviest()
        << " KiB in a worker, fresh " << fresh_;
#endif
  }

  long heaviest() const {
    long most = 0;
    for (const pid_t pid : runtime_.workerPids()) most = std::max(most, residentKiB(pid));
    return most;
  }

  LocalRuntime runtime_;
  long fresh_ = 0;
  pid_t zygote_ = -1;
};

constexpr const char* kFolders[] = {"loops", "microtasks", "memory", "recursion", "regexp",
                                    "tools", "forgery",    "text",   "escapes",   "engine"};

TEST(Hostile, EveryProgramOfTheLibraryStatesItsOutcome) {
  std::size_t programs = 0, folders = 0;
  for (const char* folder : kFolders) {
    for (const HostileProgram& program : library(folder)) {
      ++programs;
      EXPECT_FALSE(program.expected.empty()) << program.name;
      EXPECT_TRUE(program.code.starts_with("// ")) << program.name;
    }
  }
  for (const auto& entry :
       fs::directory_iterator(fs::path(EXECUTOR_SOURCE_DIR) / "tests/hostile")) {
    folders += entry.is_directory() ? 1 : 0;
  }
  EXPECT_EQ(folders, std::size(kFolders)) << "a folder that no test runs";
  EXPECT_GE(programs, 120u);
}

TEST(Hostile, LoopsEndAsListed) { Arena().runFolder("loops"); }
TEST(Hostile, MicrotasksEndAsListed) { Arena().runFolder("microtasks"); }
TEST(Hostile, MemoryBombsEndAsListed) { Arena().runFolder("memory"); }
TEST(Hostile, RecursionEndsAsListed) { Arena().runFolder("recursion"); }
TEST(Hostile, RegularExpressionsEndAsListed) { Arena().runFolder("regexp"); }
TEST(Hostile, TricksOnToolsEndAsListed) { Arena().runFolder("tools"); }
TEST(Hostile, ForgeriesEndAsListed) { Arena().runFolder("forgery"); }
TEST(Hostile, TextsEndAsListed) { Arena().runFolder("text"); }
TEST(Hostile, PublishedEscapesEndAsListed) { Arena().runFolder("escapes"); }
TEST(Hostile, AttacksOnTheEngineEndAsListed) { Arena().runFolder("engine"); }

}  // namespace
}  // namespace executor::sandbox
