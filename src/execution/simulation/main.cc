// execution-simulation: runs histories (world.h) and prints what they came by.
//
//   execution-simulation --count 100000 [--from 1]     histories with these seeds; 1 if a rule
//   broke execution-simulation --seed 42 --verbose           one of them, told step by step
//   execution-simulation --survey --count 10000        goes on after violations and sorts them
//   execution-simulation --fault retry_unsafe --count 1000
//                        only where deliberate faults are compiled in (base/fault.h): succeeds if
//                        the fault is noticed within so many seeds
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <map>

#include "base/fault.h"
#include "execution/simulation/world.h"

namespace executor::execution::simulation {
namespace {

struct Options {
  std::uint64_t from = 1, count = 1'000;
  bool verbose = false, survey = false, wrong = false;
  std::string fault;
};

std::uint64_t numberOf(const char* text, bool& wrong) {
  std::uint64_t number = 0;
  const char* end = text + std::strlen(text);
  wrong |= std::from_chars(text, end, number).ptr != end || text == end;
  return number;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--verbose") {
      options.verbose = true;
    } else if (word == "--survey") {
      options.survey = true;
    } else if (i + 1 == argc) {
      options.wrong = true;
    } else if (word == "--fault") {
      options.fault = argv[++i];
    } else if (word == "--from") {
      options.from = numberOf(argv[++i], options.wrong);
    } else if (word == "--count") {
      options.count = numberOf(argv[++i], options.wrong);
    } else if (word == "--seed") {
      options.from = numberOf(argv[++i], options.wrong);
      options.count = 1;
    } else {
      options.wrong = true;
    }
  }
  return options;
}

// False if this build has no such fault.
bool putInForce(const std::string& name) {
  if (name.empty()) return true;
#ifdef EXECUTOR_FAULTS
  for (const auto& [fault, known] : kFaultNames) {
    if (known == name) return faultInForce = fault, true;
  }
#endif
  fmt::print("This build has no fault \"{}\".\n", name);
  return false;
}

void printCoverage(const Coverage& seen, double seconds) {
  fmt::print(
      "{} histories in {:.1f} s ({:.0f} us each): {} executions, {} ended, {} requests, "
      "{} decisions, {} commits\n",
      seen.histories, seconds, seconds / seen.histories * 1e6, seen.executions, seen.finished,
      seen.sends, seen.decisions, seen.commits);
  fmt::print("troubles: {} crashes, {} refused commits, {} suspensions, {} lost workers\n",
             seen.crashes, seen.refusals, seen.freezes, seen.losses);
  std::size_t reached = 0;
  for (const CrashPoint point : allCrashPoints()) {
    const auto i = static_cast<std::size_t>(point);
    reached += seen.crashed[i] != 0;
    fmt::print("  {:<18} passed {:>9}  crashed {:>7}\n", name(point), seen.passed[i],
               seen.crashed[i]);
  }
  fmt::print("crash points: crashed at {} of {}\n", reached, kCrashPoints);
}

// The logs of the code under test belong to a history that is told, and to no other.
void silenceLogs() {
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, STDERR_FILENO);
  ::close(nowhere);
}

// The same rule broken by two executions is one line: ids and numbers are left out.
std::string patternOf(std::string_view rule) {
  std::string pattern;
  for (const char c : rule.substr(0, rule.find_first_of(":("))) {
    const bool inNumber = !pattern.empty() && pattern.back() == '#' && c != ' ';
    if (c >= '0' && c <= '9' ? !inNumber : false) pattern += '#';
    if ((c < '0' || c > '9') && !inNumber) pattern += c;
  }
  return pattern;
}

int survey(const Options& options) {
  silenceLogs();
  Coverage coverage;
  std::map<std::string, std::vector<std::uint64_t>> seeds;
  for (std::uint64_t seed = options.from; seed < options.from + options.count; ++seed) {
    const auto found = World(seed, coverage, false).run();
    if (found) seeds[patternOf(found->rule)].push_back(seed);
  }
  for (const auto& [pattern, of] : seeds) {
    fmt::print("{:>6} of {} (seed {}, {}): {}\n", of.size(), options.count, of.front(), of.back(),
               pattern);
  }
  return seeds.empty() ? 0 : 1;
}

int run(const Options& options) {
  if (options.survey) return survey(options);

  if (!options.verbose) silenceLogs();
  Coverage coverage;
  const auto start = std::chrono::steady_clock::now();
  std::optional<Violation> found;
  std::uint64_t seed = options.from;
  for (; seed < options.from + options.count && !found; ++seed) {
    found = World(seed, coverage, options.verbose).run();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (found) fmt::print("seed {}, step {}: {}\n", seed - 1, found->step, found->rule);
  if (!options.fault.empty()) {
    if (!found) fmt::print("{} was not noticed in {} seeds\n", options.fault, options.count);
    return found ? 0 : 1;
  }
  printCoverage(coverage, took.count());
  if (found) fmt::print("again: execution-simulation --seed {} --verbose\n", seed - 1);
  return found ? 1 : 0;
}

}  // namespace
}  // namespace executor::execution::simulation

int main(int argc, char** argv) {
  namespace simulation = executor::execution::simulation;
  const simulation::Options options = simulation::parse(argc, argv);
  if (options.wrong) {
    fmt::print("execution-simulation [--seed N | --from N --count N] [--verbose] [--fault NAME]\n");
    return 2;
  }
  if (!simulation::putInForce(options.fault)) return 2;
  return simulation::run(options);
}
