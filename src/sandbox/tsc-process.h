// The compiler's process, from both sides of its start.
//
// The server executes its own binary once more with `sandbox-tsc`. That launcher opens the
// compiler, reads the library, finds out what the kernel allows (the plan of the workers' jail),
// says so on the socket, and makes the jailed child, which executes the compiler from its
// descriptor: there is no path to it in the jail. Namespaces, empty root, Landlock, capabilities,
// limits are those of a worker; the differences are threads, a filter that a Go program can live
// with (tsc-filter.h), and three empty files by which the compiler finds its own name. The
// environment holds three numbers for Go's memory. When server or launcher dies, the compiler dies.
//
// The launcher's words on the socket are ours: a welcome and the library. All after them is the
// compiler's, and not trusted.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "sandbox/zygote.h"

namespace executor::sandbox {

inline constexpr std::string_view kTscArgument = "sandbox-tsc";
// RLIMIT_DATA of the compiler. Go tries to stay below the soft limit, and ends beyond this one.
inline constexpr std::uint64_t kTscMemoryBytes = 768u << 20;
// CPU of one process in its life; a compromised one cannot burn more. Checks take milliseconds.
inline constexpr std::uint32_t kTscCpuSeconds = 600;
inline constexpr std::uint32_t kTscThreads = 64;
inline constexpr std::uint32_t kTscDescriptors = 16;

// The first frame of a launcher; the texts of the library follow, a frame for each.
struct TscWelcome {
  std::string version;        // of the package; empty if it does not say
  std::size_t libraries = 0;  // at most kMaxLibraryFiles
  std::vector<JailPart> parts;
};
std::string encodeWelcome(const Result<TscWelcome>& welcome);
// The launcher's error comes back as it was.
Result<TscWelcome> decodeWelcome(std::string_view body);

// A compiler as the server holds it: destroying it ends the process.
class TscProcess {
 public:
  TscProcess() = default;
  // `pid` is the launcher's; -1 where a test plays the compiler.
  TscProcess(int socket, pid_t pid) : socket_(socket), pid_(pid) {}
  TscProcess(TscProcess&& other) noexcept { *this = std::move(other); }
  TscProcess& operator=(TscProcess&& other) noexcept;
  ~TscProcess();

  // The caller closes it.
  int releaseSocket() { return std::exchange(socket_, -1); }
  pid_t pid() const { return pid_; }
  // Kills and reaps. "killed by signal 31" if it had ended by itself, else empty.
  std::string end();

 private:
  int socket_ = -1;
  pid_t pid_ = -1;
};

using TscStarter = std::function<Result<TscProcess>()>;

// Executes /proc/self/exe as the launcher of the compiler at `path`. Takes about a millisecond.
Result<TscProcess> startTsc(const std::string& path, JailRequirement require);

// In main(), by runZygoteIfAsked: if argv names the launcher, is it and does not return.
void runTscIfAsked(int argc, char** argv);

}  // namespace executor::sandbox
