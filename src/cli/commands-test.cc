// What each command asks of the server and what it makes of the answer: a server that only writes
// down what reached it stands in for the real one (whose own tests are in api/).
#include <unistd.h>

#include "cli/cli-fixture.h"
#include "cli/remote.h"
#include "net/test-support.h"

namespace executor::cli {
namespace {

class CliCommands : public CliFixture {
 protected:
  CliCommands() {
    for (const char* method : {"GET", "POST", "DELETE"}) {
      router_.add(method, "/**", [this](net::Request request) -> Task<net::Response> {
        const std::string query = request.query.empty() ? "" : "?" + request.query;
        seen_.push_back(request.method + " " + request.path + query +
                        (request.body.empty() ? "" : " " + request.body));
        token_ = request.headers.get("Authorization");
        co_return net::Response::json(status_, answer_);
      });
    }
    EXPECT_TRUE(server_.listen());
    EXPECT_TRUE(writeServerFile(directory_, {server_.url(), server_.url() + "/mcp", ::getpid()}));
    writeSecret("owner-token", "owner-canary-1234");
    writeSecret("agent-key", "agent-canary-5678");
  }

  // As `serve` writes them: a file that others can read is tightened with a warning.
  void writeSecret(std::string_view name, std::string_view content) const {
    write(name, content);
    std::filesystem::permissions(
        path(name), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  // The command, while the server answers `status` with `answer`.
  Ran run(std::vector<std::string> arguments, std::string answer = "{}", int status = 200) {
    seen_.clear();
    answer_ = std::move(answer);
    status_ = status;
    Ran ran;
    net::test::runWhile(loop_, [&] { ran = executor(std::move(arguments)); });
    return ran;
  }

  asio::io_context loop_{1};
  net::Router router_;
  net::HttpServer server_{loop_, router_, {}};
  std::vector<std::string> seen_;
  std::string token_, answer_;
  int status_ = 200;
};

struct Asked {
  std::vector<std::string> arguments;
  std::string request;
};

TEST_F(CliCommands, AskWhatTheySay) {
  const std::vector<Asked> rows = {
      {{"source", "list"}, "GET /api/v1/sources"},
      {{"source", "show", "git hub"}, "GET /api/v1/sources/git hub"},
      {{"source", "remove", "hub"}, "DELETE /api/v1/sources/hub"},
      {{"connection", "list"}, "GET /api/v1/connections"},
      {{"connection", "remove", "conn_1"}, "DELETE /api/v1/connections/conn_1"},
      {{"policy", "list"}, "GET /api/v1/policies"},
      {{"policy", "add", "deny", "a.b"}, R"(POST /api/v1/policies {"effect":"deny","tool":"a.b"})"},
      {{"policy", "remove", "pol_1"}, "DELETE /api/v1/policies/pol_1"},
      {{"execution", "list"}, "GET /api/v1/executions"},
      {{"execution", "list", "--status", "failed"}, "GET /api/v1/executions?state=failed"},
      {{"execution", "list", "--status", "a&b"}, "GET /api/v1/executions?state=a%26b"},
      {{"execution", "show", "task_1"}, "GET /api/v1/executions/task_1"},
      {{"execution", "events", "task_1"}, "GET /api/v1/executions/task_1/events"},
      {{"execution", "cancel", "task_1"}, "POST /api/v1/executions/task_1/cancel"},
      {{"approval", "list"}, "GET /api/v1/approvals?status=pending"},
      {{"approval", "list", "--all"}, "GET /api/v1/approvals"},
      {{"approval", "show", "approval_1"}, "GET /api/v1/approvals/approval_1"},
      {{"approval", "approve", "approval_1"},
       R"(POST /api/v1/approvals/approval_1/decision {"decision":"approve"})"},
      {{"approval", "deny", "approval_1", "--reason", "no \"x\""},
       R"(POST /api/v1/approvals/approval_1/decision {"decision":"deny","reason":"no \"x\""})"},
      {{"key", "list"}, "GET /api/v1/keys"},
      {{"key", "create", "laptop"}, R"(POST /api/v1/keys {"name":"laptop","mayApprove":false})"},
      {{"key", "create", "laptop", "--may-approve"},
       R"(POST /api/v1/keys {"name":"laptop","mayApprove":true})"},
      {{"key", "revoke", "key_1"}, "DELETE /api/v1/keys/key_1"},
      {{"tools", "describe", "a.b"}, "GET /api/v1/tools/a.b"},
      {{"open"}, "POST /api/v1/open-links"}};
  for (const Asked& row : rows) {
    const Ran ran = run(row.arguments, R"({"items":[]})");
    EXPECT_EQ(ran.code, 0) << row.request << " " << ran.err;
    ASSERT_EQ(seen_.size(), 1u) << row.request;
    EXPECT_EQ(seen_[0], row.request);
    EXPECT_EQ(token_, "Bearer owner-canary-1234") << "commands act for the owner (D1)";
  }
}

// A name is one segment of the path, whatever is in it; one that would climb is not sent at all.
TEST_F(CliCommands, ANameCannotReachAnotherRoute) {
  for (const char* name : {"a?state=x", "a#b", "%2e%2e", "a%2Fb", "a b"}) {
    run({"source", "remove", name});
    ASSERT_EQ(seen_.size(), 1u) << name;
    EXPECT_EQ(seen_[0], "DELETE /api/v1/sources/" + std::string(name));
  }
  for (const char* name : {"../keys", "..", "a/../../keys", "a/b"}) {
    EXPECT_NE(run({"source", "remove", name}).code, 0) << name;
    EXPECT_TRUE(seen_.empty()) << seen_.front();
  }
}

struct Refusal {
  int status;
  const char* code;
  int exit;
};

// Exit codes are a contract for scripts: the server's code decides, whatever its text says.
TEST_F(CliCommands, TheServersRefusalIsTheExitCode) {
  const Refusal rows[] = {
      {401, "unauthorized", kExitRefused},     {403, "forbidden", kExitRefused},
      {404, "not_found", kExitNotFound},       {404, "unknown_tool", kExitNotFound},
      {400, "invalid_argument", kExitUsage},   {409, "already_exists", kExitFailed},
      {409, "already_decided", kExitFailed},   {429, "rate_limited", kExitFailed},
      {500, "internal", kExitFailed},          {503, "unavailable", kExitNoServer},
      {500, "a_code_of_tomorrow", kExitFailed}};
  for (const Refusal& row : rows) {
    const std::string body = std::string(R"({"error":{"code":")") + row.code +
                             R"(","message":"It is so.","hint":"Do this."}})";
    const Ran ran = run({"policy", "list"}, body, row.status);
    EXPECT_EQ(ran.code, row.exit) << row.code;
    EXPECT_EQ(ran.out, "") << "a script must not take a refusal for an answer";
    EXPECT_NE(ran.err.find("It is so."), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find("Do this."), std::string::npos) << ran.err;
    const Ran json = run({"policy", "list", "--json"}, body, row.status);
    EXPECT_TRUE(parseJson(json.err)) << json.err;
    EXPECT_EQ(json.code, row.exit);
  }
}

struct Ended {
  const char* status;
  int exit;
};

TEST_F(CliCommands, AnExecutionsEndIsTheExitCode) {
  const Ended rows[] = {{"completed", kExitOk},     {"failed", kExitFailed},
                        {"timed_out", kExitFailed}, {"denied", kExitFailed},
                        {"cancelled", kExitFailed}, {"waiting", kExitWaiting}};
  write("program.ts", "return 1");
  for (const Ended& row : rows) {
    const std::string body = std::string(R"({"taskId":"task_1","status":")") + row.status +
                             R"(","result":{"n":1},"error":"It broke.","approvals":)" +
                             R"([{"id":"approval_1","tool":"a.b","url":"http://h/a"}]})";
    const Ran ran = run({"execute", path("program.ts"), "--no-wait"}, body);
    EXPECT_EQ(ran.code, row.exit) << row.status << ran.err;
    const bool done = row.exit == kExitOk;
    EXPECT_EQ(ran.out.find("\"n\"") != std::string::npos, done) << row.status;
    const bool waits = row.exit == kExitWaiting;
    EXPECT_EQ(ran.err.find("executor approval approve approval_1") != std::string::npos, waits);
  }
}

TEST_F(CliCommands, AProgramIsSentWholeWithWhatWasAsked) {
  write("program.ts", "return \"é\" // \\ \n");
  run({"execute", path("program.ts"), "--no-wait", "--timeout-ms", "1500", "--type-check", "warn"},
      R"({"taskId":"task_1","status":"completed","result":1})");
  ASSERT_EQ(seen_.size(), 1u);
  const auto body = parseJson(std::string_view(seen_[0]).substr(seen_[0].find('{')));
  ASSERT_TRUE(body) << seen_[0];
  EXPECT_EQ(findString(*body, "code"), "return \"é\" // \\ \n");
  EXPECT_EQ(findInteger(*body, "timeoutMs"), 1500);
  EXPECT_EQ(findString(*body, "typeCheck"), "warn");
}

// D22: an integer beyond 2^53 must arrive as it was typed.
TEST_F(CliCommands, AnInputsNumbersAreSentExactly) {
  run({"call", "a.b", R"({"id":18446744073709551615,"x":0.1})", "--no-wait"},
      R"({"taskId":"t","status":"completed","result":null})");
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_NE(seen_[0].find(R"("input":{"id":18446744073709551615,"x":0.1})"), std::string::npos)
      << seen_[0];
}

TEST_F(CliCommands, WhatCannotBeReadOrParsedIsNeverSent) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"execute", path("none.ts")},
           {"call", "a.b", "{oops"},
           {"call", "a.b", "[1,"},
           {"source", "add", path("none.yaml"), "--name", "x"},
           {"source", "add", "http://h/x"},
           {"connection", "add", "hub", "--from-file", path("none")},
           {"policy", "add", "allow"},
           {"approval", "approve"},
           {"key", "create"}}) {
    const Ran ran = run(arguments);
    EXPECT_NE(ran.code, 0) << arguments[0] << " " << arguments.back();
    EXPECT_TRUE(seen_.empty()) << seen_.front();
    EXPECT_NE(ran.err, "");
  }
}

// D32, and that it is shown nowhere on its way.
TEST_F(CliCommands, ASecretGoesToTheServerAndNowhereElse) {
  write("secret", "canary-secret-9999\n");
  const Ran ran = run({"connection", "add", "hub", "--kind", "apiKey", "--in", "query",
                       "--parameter", "key", "--from-file", path("secret")},
                      "{}", 201);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(seen_, std::vector<std::string>{
                       R"(POST /api/v1/connections {"source":"hub","kind":"apiKey","secret":)"
                       R"("canary-secret-9999","in":"query","parameter":"key"})"});
  EXPECT_EQ((ran.out + ran.err).find("canary"), std::string::npos);
}

TEST_F(CliCommands, NoCommandPrintsTheOwnersToken) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"source", "list"},
                                             {"source", "list", "--json"},
                                             {"open"},
                                             {"key", "list", "--json"},
                                             {"execution", "show", "t"}}) {
    for (const int status : {200, 401, 500}) {
      const Ran ran = run(arguments, "{}", status);
      EXPECT_EQ((ran.out + ran.err).find("owner-canary"), std::string::npos) << arguments[0];
    }
  }
}

// With --json standard output is one document and nothing else, also for what people see as text.
TEST_F(CliCommands, JsonIsOneDocumentOnStandardOutput) {
  const std::string answer = R"({"items":[{"name":"a","big":18446744073709551615}],"more":false})";
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"source", "list"},
                                             {"policy", "list"},
                                             {"execution", "show", "t"},
                                             {"approval", "show", "a"},
                                             {"key", "create", "n"},
                                             {"source", "remove", "x"},
                                             {"tools", "describe", "a.b"}}) {
    std::vector<std::string> withJson = arguments;
    withJson.push_back("--json");
    const Ran ran = run(withJson, answer);
    EXPECT_EQ(ran.code, 0) << ran.err;
    const auto parsed = parseJson(ran.out);
    ASSERT_TRUE(parsed) << arguments[0] << ran.out;
    EXPECT_EQ(serializeJson(*parsed), answer) << "nothing is lost or rounded";
    EXPECT_EQ(ran.err, "");
  }
}

TEST_F(CliCommands, TextsOfTheServerCannotDriveTheTerminal) {
  const Ran ran =
      run({"source", "list"},
          R"({"items":[{"name":"a\u001b[2J\nb","title":"\u0007\u009b1m","toolCount":1}]})");
  EXPECT_EQ(ran.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(ran.out.find('\x07'), std::string::npos);
  EXPECT_EQ(ran.out.find("\xc2\x9b"), std::string::npos) << "ESC [ in one character";
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 2);
}

TEST_F(CliCommands, AnAnswerOfAnotherFormIsNoCrash) {
  for (const char* answer :
       {"[]", "5", "null", "\"text\"", R"({"items":5})", R"({"items":[1,null]})",
        R"({"items":[{"name":{}}]})", "not json", ""}) {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"source", "list"},
                                               {"execution", "show", "t"},
                                               {"execution", "events", "t"},
                                               {"approval", "show", "a"},
                                               {"tools", "describe", "a.b"},
                                               {"open"}}) {
      const Ran ran = run(arguments, answer);
      EXPECT_GE(ran.code, 0) << answer;
      EXPECT_LE(ran.code, kExitWaiting) << answer;
    }
  }
}

TEST_F(CliCommands, WithoutItsTokenNothingIsAsked) {
  std::filesystem::remove(path("owner-token"));
  const Ran ran = run({"source", "list"});
  EXPECT_EQ(ran.code, kExitRefused);
  EXPECT_TRUE(seen_.empty());
  EXPECT_NE(ran.err.find("owner-token"), std::string::npos) << ran.err;
}

// The agent's key is for agents: `connect` hands it out, no command acts with it.
TEST_F(CliCommands, ConnectGivesTheAgentsKeyAndNotTheOwners) {
  const Ran ran = run({"connect", "--json"}, R"({"workspaceId":"ws_1"})");
  EXPECT_NE(ran.out.find("agent-canary-5678"), std::string::npos) << ran.out << ran.err;
  EXPECT_EQ(ran.out.find("owner-canary"), std::string::npos);
  EXPECT_EQ(run({"connect", "no-such-client"}).code, kExitUsage);
}

}  // namespace
}  // namespace executor::cli
