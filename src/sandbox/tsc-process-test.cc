#include "sandbox/tsc-process.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "sandbox/tsc-library.h"

namespace executor::sandbox {
namespace {

TEST(TscWelcome, ComesBackAsItWas) {
  const TscWelcome sent{.version = "7.0.2",
                        .libraries = 2,
                        .parts = {{"seccomp", true, ""}, {"empty root", false, "not \"here\""}}};
  const auto got = decodeWelcome(encodeWelcome(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->version, "7.0.2");
  EXPECT_EQ(got->libraries, 2u);
  ASSERT_EQ(got->parts.size(), 2u);
  EXPECT_TRUE(got->parts[0].active);
  EXPECT_EQ(got->parts[1].name, "empty root");
  EXPECT_FALSE(got->parts[1].active);
  EXPECT_EQ(got->parts[1].reason, "not \"here\"");
}

TEST(TscWelcome, AnErrorComesBackAsItWas) {
  const auto got = decodeWelcome(
      encodeWelcome(fail(ErrorCode::not_configured, "Not there.", "Put it there.", "errno 2")));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::not_configured);
  EXPECT_EQ(got.error().message, "Not there.");
  EXPECT_EQ(got.error().hint, "Put it there.");
  EXPECT_EQ(got.error().detail, "errno 2");
}

TEST(TscWelcome, AnythingElseIsRefused) {
  for (const char* body : {"", "{", "null", "[]", "{}", R"({"parts":[]})", R"({"libraries":1})",
                           R"({"libraries":-1,"parts":[]})", R"({"libraries":"1","parts":[]})",
                           R"({"code":"no such code"})", R"({"libraries":1,"parts":{}})"}) {
    EXPECT_FALSE(decodeWelcome(body)) << body;
  }
}

TEST(TscWelcome, MoreLibrariesThanThereMayBeAreRefused) {
  const auto body = [](std::size_t libraries) {
    return encodeWelcome(TscWelcome{.version = "", .libraries = libraries, .parts = {}});
  };
  EXPECT_TRUE(decodeWelcome(body(kMaxLibraryFiles)));
  EXPECT_FALSE(decodeWelcome(body(kMaxLibraryFiles + 1)));
}

// A part that is not what it should be is a part that is not active.
TEST(TscWelcome, APartWithoutItsMembersIsMissing) {
  const auto got = decodeWelcome(R"({"libraries":0,"parts":[1,{"active":"yes"},{}]})");
  ASSERT_TRUE(got);
  for (const JailPart& part : got->parts) EXPECT_FALSE(part.active);
}

// Its own end of a pair tells whether the other is still open.
struct Pair {
  Pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0); }
  ~Pair() { close(ends[0]); }
  bool otherIsOpen() const {
    char byte;
    return recv(ends[0], &byte, 1, MSG_DONTWAIT) < 0;
  }
  int ends[2];
};

TEST(TscProcess, ClosesItsSocketAtTheEnd) {
  const Pair pair;
  {
    const TscProcess process(pair.ends[1], -1);
    EXPECT_TRUE(pair.otherIsOpen());
  }
  EXPECT_FALSE(pair.otherIsOpen());
}

TEST(TscProcess, AReleasedSocketIsTheCallers) {
  const Pair pair;
  int released = -1;
  {
    TscProcess process(pair.ends[1], -1);
    released = process.releaseSocket();
  }
  EXPECT_TRUE(pair.otherIsOpen());
  close(released);
  EXPECT_FALSE(pair.otherIsOpen());
}

TEST(TscProcess, WhatIsMovedIsClosedOnce) {
  const Pair pair;
  TscProcess first(pair.ends[1], -1);
  {
    const TscProcess second(std::move(first));
    EXPECT_TRUE(pair.otherIsOpen());
  }
  EXPECT_FALSE(pair.otherIsOpen());
  EXPECT_EQ(first.end(), "");
}

// A child that is waited for here and nowhere else.
pid_t exiting(void (*how)()) {
  const pid_t child = fork();
  if (child == 0) {
    how();
    _exit(0);
  }
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  return child;
}

TEST(TscProcess, SaysHowItEndedByItself) {
  EXPECT_EQ(TscProcess(-1, exiting([] { _exit(2); })).end(), "exited with 2");
  EXPECT_EQ(TscProcess(-1, exiting([] { _exit(128 + SIGSYS); })).end(), "killed by signal 31");
  EXPECT_EQ(TscProcess(-1, exiting([] {
              signal(SIGTERM, SIG_DFL);
              raise(SIGTERM);
            })).end(),
            "killed by signal 15");
}

TEST(TscProcess, SaysNothingWhereItWasKilled) {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  TscProcess process(-1, child);
  EXPECT_EQ(process.end(), "");
  EXPECT_EQ(kill(child, 0), -1);  // reaped
  EXPECT_EQ(process.end(), "");
}

}  // namespace
}  // namespace executor::sandbox
