#include "sandbox/control.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace executor::sandbox {
namespace {

// No name or reason holds these: they are ours, or come from strerror.
constexpr char kLine = '\n';
constexpr char kCell = '\t';

}  // namespace

// Lines: ok or problem, engine build, jobs, then one line per part.
std::string encodeHello(const ZygoteHello& hello) {
  std::string text = hello.ok ? "ok" : "no " + hello.problem;
  text += kLine + hello.engineBuild + kLine;
  for (const std::string& job : hello.jobs) text += job + kCell;
  for (const JailPart& part : hello.parts) {
    text += kLine + part.name + kCell + (part.active ? "1" : "0") + kCell + part.reason;
  }
  return text;
}

// Garbage gives a hello that is not ok, which is what a server makes of it.
ZygoteHello decodeHello(std::string_view text) {
  ZygoteHello hello;
  const auto lines = splitText(text, kLine);
  if (lines.size() < 3) return hello;
  hello.ok = lines[0] == "ok";
  if (!hello.ok) hello.problem = lines[0].substr(std::min<std::size_t>(3, lines[0].size()));
  hello.engineBuild = lines[1];
  for (const std::string_view job : splitText(lines[2], kCell)) {
    if (!job.empty()) hello.jobs.emplace_back(job);
  }
  for (std::size_t i = 3; i < lines.size(); ++i) {
    const auto cells = splitText(lines[i], kCell);
    if (cells.size() != 3) continue;
    hello.parts.push_back({std::string(cells[0]), cells[1] == "1", std::string(cells[2])});
  }
  return hello;
}

// SCM_RIGHTS duplicates the descriptors; the sender still owns and closes its own.
bool sendReport(int socket, const ZygoteReport& report, const int* descriptors, int count) {
  iovec part{const_cast<ZygoteReport*>(&report), sizeof report};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))]{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (count > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(static_cast<std::size_t>(count) * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(static_cast<std::size_t>(count) * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors, static_cast<std::size_t>(count) * sizeof(int));
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL) == sizeof report;
}

// MSG_DONTWAIT: called from the loop until nothing is left.
bool receiveReport(int socket, ZygoteReport& report, int (&descriptors)[2]) {
  descriptors[0] = descriptors[1] = -1;
  iovec part{&report, sizeof report};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))]{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (size == 0) errno = ECONNRESET;
  if (size != sizeof report) return false;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return true;
  const std::size_t bytes =
      std::min<std::size_t>(header->cmsg_len - CMSG_LEN(0), sizeof descriptors);
  std::memcpy(descriptors, CMSG_DATA(header), bytes);
  return true;
}

}  // namespace executor::sandbox
