#include "sandbox/probe-jobs.h"

namespace executor::sandbox {
namespace {

Result<std::string> upper(std::string_view input) {
  std::string out(input);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

constexpr Job kJobs[] = {{"upper", upper}};

}  // namespace

std::span<const Job> probeJobs() { return kJobs; }

}  // namespace executor::sandbox
