#include "cli/remote.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/cli-fixture.h"
#include "net/test-support.h"

namespace executor::cli {
namespace {

class CliRemote : public CliFixture {
 protected:
  // Serves `handler` at GET, POST and DELETE /x while `body` uses a Remote of it.
  void withServer(net::Handler handler, const std::function<void(Remote&)>& body) {
    net::Router router;
    for (const char* method : {"GET", "POST", "DELETE"}) router.add(method, "/x", handler);
    net::HttpServer server(loop_, router, {});
    ASSERT_TRUE(server.listen());
    net::test::runWhile(loop_, [&] {
      Remote remote(server.url(), "owner-secret");
      body(remote);
    });
  }
  static net::Handler always(net::Response response) {
    return [response](net::Request) -> Task<net::Response> { co_return response; };
  }

  asio::io_context loop_{1};
};

TEST_F(CliRemote, AServerIsFoundByItsFile) {
  ASSERT_TRUE(
      writeServerFile(directory_, {"http://127.0.0.1:1", "http://127.0.0.1:1/mcp", ::getpid()}));
  auto found = findServer(directory_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->url, "http://127.0.0.1:1");
  EXPECT_EQ(found->mcpUrl, "http://127.0.0.1:1/mcp");
  EXPECT_EQ(found->pid, ::getpid());
  removeServerFile(directory_);
  EXPECT_FALSE(findServer(directory_));
}

TEST_F(CliRemote, TheServersFileIsForItsOwnerOnly) {
  ASSERT_TRUE(writeServerFile(directory_, {"http://h", "http://h/mcp", 1}));
  struct stat status{};
  ASSERT_EQ(::stat(serverFilePath(directory_).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(CliRemote, AFileOfADeadProcessIsNoServer) {
  pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(writeServerFile(directory_, {"http://127.0.0.1:1", "x", child}));
  auto found = findServer(directory_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
}

TEST_F(CliRemote, AFileThatIsGarbageIsNoServer) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"url":"x"})", R"({"pid":1})", R"({"url":"http://h","pid":-1})"}) {
    write("server.json", text);
    auto found = findServer(directory_);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().code, ErrorCode::unavailable) << text;
  }
}

TEST_F(CliRemote, ACredentialIsReadTrimmedAndItsAbsenceIsExplained) {
  write("owner-token", "  token\n");
  EXPECT_EQ(*readCredential(directory_, "owner-token"), "token");
  auto missing = readCredential(directory_, "agent-key");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unauthorized);
  EXPECT_NE(missing.error().hint.find("as the user"), std::string::npos);
}

TEST_F(CliRemote, TheDataDirectoryComesFromFlagEnvironmentOrHome) {
  EXPECT_EQ(*dataDirectory(context()), directory_);
  Context none;
  ::setenv("EXECUTOR_DATA_DIR", "/somewhere", 1);
  EXPECT_EQ(*dataDirectory(none), "/somewhere");
  ::unsetenv("EXECUTOR_DATA_DIR");
  const char* home = std::getenv("HOME");
  const std::string saved = home ? home : "";
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(*dataDirectory(none), "/home/me/.executor");
  ::unsetenv("HOME");
  auto nowhere = dataDirectory(none);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::invalid_configuration);
  if (home) ::setenv("HOME", saved.c_str(), 1);
}

TEST_F(CliRemote, SendsTheOwnersTokenAndAJsonBody) {
  net::Request seen;
  auto handler = [&](net::Request request) -> Task<net::Response> {
    seen = request;
    co_return net::Response::json(201, R"({"id":1})");
  };
  withServer(handler, [](Remote& remote) {
    auto answer = remote.post("/x", json::object{{"a", 1}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(findInteger(*answer, "id"), 1);
  });
  EXPECT_EQ(seen.headers.get("authorization"), "Bearer owner-secret");
  EXPECT_EQ(seen.headers.get("content-type"), "application/json");
  EXPECT_EQ(seen.body, R"({"a":1})");
}

TEST_F(CliRemote, AnEmptyAnswerIsNull) {
  withServer(always({.status = 204}), [](Remote& remote) {
    auto answer = remote.remove("/x");
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->is_null());
  });
}

TEST_F(CliRemote, TheServersErrorIsTheCommandsError) {
  auto body = net::Response::json(
      404, R"({"error":{"code":"not_found","message":"No such.","hint":"Look.","requestId":"r"}})");
  withServer(always(body), [](Remote& remote) {
    auto answer = remote.get("/x");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::not_found);
    EXPECT_EQ(answer.error().message, "No such.");
    EXPECT_EQ(answer.error().hint, "Look.");
  });
}

TEST_F(CliRemote, AnErrorWithoutOurFormIsShownByItsStatus) {
  withServer(always(net::Response::text(502, "<html>")), [](Remote& remote) {
    auto answer = remote.get("/x");
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().message.find("502"), std::string::npos);
  });
}

TEST_F(CliRemote, ARedirectIsNotFollowedWithTheToken) {
  withServer(always(net::Response::redirect("http://127.0.0.1:1/")), [](Remote& remote) {
    auto answer = remote.get("/x");
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().message.find("303"), std::string::npos);
  });
}

TEST_F(CliRemote, AServerThatDoesNotAnswerIsUnavailable) {
  Remote remote("http://127.0.0.1:1", "t");
  auto answer = remote.get("/x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

TEST_F(CliRemote, ProgressIsHandedOverAndTheLastEventIsTheAnswer) {
  net::Response stream;
  stream.headers.set("Content-Type", "text/event-stream");
  stream.stream = [](std::shared_ptr<net::Sink> sink) -> Task<void> {
    auto event = net::formatSse(R"({"step":"compiling"})", "progress");
    // In two pieces: an event may arrive in parts.
    (void)co_await sink->write(event.substr(0, 9));
    (void)co_await sink->write(event.substr(9));
    (void)co_await sink->write(net::formatSse(R"({"name":"a"})", "done"));
  };
  withServer(always(stream), [](Remote& remote) {
    std::vector<std::string> steps;
    auto answer = remote.postEvents("/x", json::object{}, [&](auto event, const json::value& data) {
      if (event == "progress") steps.emplace_back(findString(data, "step"));
    });
    ASSERT_TRUE(answer);
    EXPECT_EQ(findString(*answer, "name"), "a");
    EXPECT_EQ(steps, std::vector<std::string>{"compiling"});
  });
}

TEST_F(CliRemote, AnErrorEventIsTheCommandsError) {
  net::Response stream;
  stream.headers.set("Content-Type", "text/event-stream");
  stream.stream = [](std::shared_ptr<net::Sink> sink) -> Task<void> {
    (void)co_await sink->write(net::formatSse(
        R"({"error":{"code":"invalid_document","message":"No OpenAPI."}})", "error"));
  };
  withServer(always(stream), [](Remote& remote) {
    auto answer = remote.postEvents("/x", json::object{}, [](auto, const json::value&) {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::invalid_document);
  });
}

TEST_F(CliRemote, AnErrorBeforeTheStreamIsTheCommandsError) {
  auto refused =
      net::Response::json(409, R"({"error":{"code":"already_exists","message":"It is."}})");
  withServer(always(refused), [](Remote& remote) {
    auto answer = remote.postEvents("/x", json::object{}, [](auto, const json::value&) {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::already_exists);
    EXPECT_EQ(answer.error().message, "It is.");
  });
}

TEST_F(CliRemote, AStreamThatBreaksOffIsAnError) {
  net::Response stream;
  stream.headers.set("Content-Type", "text/event-stream");
  stream.stream = [](std::shared_ptr<net::Sink> sink) -> Task<void> {
    (void)co_await sink->write(net::formatSse(R"({"step":"compiling"})", "progress"));
  };
  withServer(always(stream), [](Remote& remote) {
    EXPECT_FALSE(remote.postEvents("/x", json::object{}, [](auto, const json::value&) {}));
  });
}

}  // namespace
}  // namespace executor::cli
