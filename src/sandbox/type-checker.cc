// Finding the compiler, and the object that the other layers hold.
#include "sandbox/type-checker.h"

#include <array>
#include <filesystem>
#include <system_error>

#include "sandbox/tsc-host.h"

namespace executor::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPackaged = "lib/executor/tsc";
constexpr const char* kInModules = "node_modules/@typescript/typescript-linux-x64/lib/tsc";
// From a program in a checkout's build directory up to the checkout.
constexpr int kMaxParents = 5;

// The file itself, or `tsc` in the directory, symbolic links resolved so that the library is found
// beside it.
std::string binaryAt(const fs::path& place) {
  std::error_code error;
  for (const fs::path& candidate : {place, place / "tsc"}) {
    if (!fs::is_regular_file(candidate, error)) continue;
    const fs::path real = fs::canonical(candidate, error);
    if (!error) return real;
  }
  return {};
}

// Never the working directory: an agent's client may start us inside a hostile checkout (D29).
std::string besideThisProgram() {
  std::error_code error;
  fs::path directory = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  if (auto found = binaryAt(directory.parent_path() / kPackaged); !found.empty()) return found;
  for (int i = 0; i < kMaxParents && directory.has_relative_path(); ++i) {
    if (auto found = binaryAt(directory / kInModules); !found.empty()) return found;
    directory = directory.parent_path();
  }
  return {};
}

// Destroying it ends the process and the checks under way; their coroutines keep the host.
class HostedTypeChecker final : public TypeChecker {
 public:
  explicit HostedTypeChecker(std::shared_ptr<TscHost> host) : host_(std::move(host)) {}
  ~HostedTypeChecker() override { host_->stop(); }

  Task<Result<std::vector<TypeDiagnostic>>> check(std::string source) override {
    return TscHost::check(host_, std::move(source));
  }
  std::string status() const override { return host_->status(); }

 private:
  std::shared_ptr<TscHost> host_;
};

// Where there is no compiler: says so each time.
class AbsentTypeChecker final : public TypeChecker {
 public:
  explicit AbsentTypeChecker(Error why) : why_(std::move(why)) {}

  Task<Result<std::vector<TypeDiagnostic>>> check(std::string) override {
    co_return fail(ErrorCode::unavailable, why_.message, why_.hint);
  }
  std::string status() const override { return why_.message + " " + why_.hint; }

 private:
  Error why_;
};

}  // namespace

// A configured place that does not hold one is an error, and no reason to look elsewhere: the
// operator meant that one.
Result<std::string> findTypeChecker(std::string_view configured) {
  std::string found =
      configured.empty() ? besideThisProgram() : binaryAt(fs::path(std::string(configured)));
  if (!found.empty()) return found;
  if (!configured.empty()) {
    return fail(ErrorCode::not_configured,
                "There is no TypeScript compiler at " + std::string(configured) + ".",
                "EXECUTOR_TSC names the binary `tsc` of npm `typescript` 7, or its directory.");
  }
  return fail(ErrorCode::not_configured, "There is no TypeScript compiler.",
              "Run `npm install` in the checkout, or set EXECUTOR_TSC.");
}

std::unique_ptr<TypeChecker> makeTypeCheckerWith(TypeCheckerOptions options,
                                                 asio::any_io_executor loop, TscStarter start) {
  return std::make_unique<HostedTypeChecker>(
      std::make_shared<TscHost>(std::move(options), std::move(loop), std::move(start)));
}

// Looked for once, at the start: a compiler that is installed later is found by the next start.
std::unique_ptr<TypeChecker> makeTypeChecker(TypeCheckerOptions options,
                                             asio::any_io_executor loop) {
  auto path = findTypeChecker(options.tscPath);
  if (!path) return std::make_unique<AbsentTypeChecker>(path.error());
  const JailRequirement require = options.require;
  return makeTypeCheckerWith(
      std::move(options), std::move(loop),
      [path = *std::move(path), require] { return startTsc(path, require); });
}

}  // namespace executor::sandbox
