// What `check` asks of the server, what it shows, and how it ends.
#include <unistd.h>

#include "cli/cli-fixture.h"
#include "cli/remote.h"
#include "net/test-support.h"

namespace executor::cli {
namespace {

class CliCheck : public CliFixture {
 protected:
  CliCheck() {
    router_.add("POST", "/api/v1/check", [this](net::Request request) -> Task<net::Response> {
      seen_ = request.body;
      co_return net::Response::json(status_, answer_);
    });
    EXPECT_TRUE(server_.listen());
    EXPECT_TRUE(writeServerFile(directory_, {server_.url(), server_.url() + "/mcp", ::getpid()}));
    write("owner-token", "owner-canary-1234");
    write("program.ts", "return await tools.a({ b: \"\u00e9\" })");
  }

  Ran run(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"check", path("program.ts")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Ran ran;
    net::test::runWhile(loop_, [&] { ran = executor(std::move(arguments)); });
    return ran;
  }

  asio::io_context loop_{1};
  net::Router router_;
  net::HttpServer server_{loop_, router_, {}};
  std::string seen_, answer_;
  int status_ = 200;
};

TEST_F(CliCheck, AProgramThatPassesEndsWithNought) {
  answer_ = R"({"status":"passed","diagnostics":[],"text":""})";
  const Ran ran = run();
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_EQ(ran.out, "passed\n");
  EXPECT_EQ(findString(*parseJson(seen_), "code"), "return await tools.a({ b: \"\u00e9\" })");
}

TEST_F(CliCheck, AProgramThatWouldNotBeRunEndsWithOne) {
  answer_ = R"({"status":"failed","diagnostics":[{}],"text":"line 1, column 2: no.\n"})";
  const Ran ran = run();
  EXPECT_EQ(ran.code, kExitFailed);
  EXPECT_EQ(ran.out, "failed\n\nline 1, column 2: no.\n");
}

TEST_F(CliCheck, SkippedSaysWhyAndIsNoFailure) {
  answer_ = R"({"status":"skipped","reason":"it uses no tools","diagnostics":[],"text":""})";
  const Ran ran = run();
  EXPECT_EQ(ran.code, kExitOk);
  EXPECT_EQ(ran.out, "skipped: it uses no tools\n");
}

TEST_F(CliCheck, JsonIsTheServersAnswer) {
  answer_ = R"({"status":"failed","diagnostics":[],"text":""})";
  const Ran ran = run({"--json"});
  EXPECT_EQ(ran.code, kExitFailed);
  EXPECT_EQ(findString(*parseJson(ran.out), "status"), "failed");
}

TEST_F(CliCheck, ARefusalIsNoVerdict) {
  status_ = 413;
  answer_ = R"({"error":{"code":"payload_too_large","message":"Too long."}})";
  const Ran ran = run();
  EXPECT_NE(ran.code, kExitOk);
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find("Too long."), std::string::npos);
}

}  // namespace
}  // namespace executor::cli
