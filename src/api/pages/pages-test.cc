// What a browser sees, and what a hostile name, input or form cannot do to it.
#include "api/api-fixture.h"

namespace executor::api {
namespace {

class ApiPages : public ApiFixture {
 protected:
  ApiPages() { plant(first_.workspaceId, "mine"); }
};

constexpr const char* kAttack = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'";

bool isInert(const std::string& html) {
  return !html.contains("<script") && !html.contains("<img") && !html.contains("\">'");
}

TEST_F(ApiPages, EveryPageForbidsScriptsFramesAndForeignForms) {
  for (const auto* path : {"/", "/approvals/approval_mine", "/executions/task_mine", "/open/x",
                           "/approvals/unknown"}) {
    const auto reply = page(path);
    const auto policy = reply.headers.get("content-security-policy");
    for (const auto* part : {"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'",
                             "base-uri 'none'", "style-src 'unsafe-inline'"}) {
      EXPECT_TRUE(policy.contains(part)) << path << ": " << policy;
    }
    EXPECT_EQ(reply.headers.get("x-content-type-options"), "nosniff") << path;
    EXPECT_EQ(reply.headers.get("referrer-policy"), "same-origin") << path;
    EXPECT_EQ(reply.headers.get("cache-control"), "no-store") << path;
    EXPECT_FALSE(reply.body.contains("<script")) << path;
  }
}

TEST_F(ApiPages, WithoutASessionAPageSaysHowToGetOne) {
  const auto reply = send("GET", "/approvals/approval_mine");
  EXPECT_EQ(reply.status, 401);
  EXPECT_TRUE(reply.body.contains("executor open"));
  EXPECT_TRUE(reply.body.contains("href=\"/approvals/approval_mine\""));
  EXPECT_FALSE(reply.body.contains("github.issues.create"));
}

TEST_F(ApiPages, ACredentialInAHeaderOpensNoPage) {
  EXPECT_EQ(send("GET", "/", agent()).status, 401);
  EXPECT_EQ(send("GET", "/", person()).status, 401);
}

TEST_F(ApiPages, TheHomePageShowsStateAndHowToConnect) {
  const auto reply = page("/");
  ASSERT_EQ(reply.status, 200);
  for (const auto* part :
       {"github.issues.create", "/approvals/approval_mine", "/executions/task_mine", "Claude Code",
        "Cursor", "VS Code", "Codex", "OpenCode", "Gemini CLI", "/mcp/anonymous"}) {
    EXPECT_TRUE(reply.body.contains(part)) << part;
  }
}

TEST_F(ApiPages, NoPageShowsACredential) {
  const auto cookie = openBrowser();
  const auto reply = send("GET", "/", {{"cookie", cookie}});
  EXPECT_FALSE(reply.body.contains(first_.agentKey));
  EXPECT_FALSE(reply.body.contains(first_.ownerToken));
  EXPECT_FALSE(reply.body.contains(cookie.substr(cookie.find('=') + 1)));
}

TEST_F(ApiPages, AnApprovalShowsExactlyWhatWouldBeSent) {
  auto& approval = approvals_.items.front();
  approval.method = "POST";
  approval.origin = "https://api.github.com";
  approval.inputJson = R"({"title":"Bug","token":"[redacted]"})";
  const auto reply = page("/approvals/approval_mine");
  ASSERT_EQ(reply.status, 200);
  for (const auto* part : {"github.issues.create", "POST", "https://api.github.com",
                           "&quot;title&quot;: &quot;Bug&quot;", "[redacted]", "return 1",
                           "Approve", "Deny", "name=\"csrf\""}) {
    EXPECT_TRUE(reply.body.contains(part)) << part;
  }
}

TEST_F(ApiPages, ADecidedApprovalOffersNoForm) {
  approvals_.items.front().status = "approved";
  const auto reply = page("/approvals/approval_mine");
  EXPECT_FALSE(reply.body.contains("value=\"approve\""));
}

TEST_F(ApiPages, GetNeverDecides) {
  const auto cookie = openBrowser();
  for (const auto* path :
       {"/approvals/approval_mine?decision=approve", "/approvals/approval_mine/decision",
        "/approvals/approval_mine/decision?decision=approve"}) {
    send("GET", path, {{"cookie", cookie}});
  }
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(ApiPages, AFormWithTheSessionsTokenDecides) {
  const auto cookie = openBrowser();
  const auto reply = form("/approvals/approval_mine/decision", cookie,
                          "decision=deny&reason=not+now&csrf=" + csrfOf(cookie));
  EXPECT_EQ(reply.status, 303);
  EXPECT_EQ(reply.location, "/approvals/approval_mine");
  EXPECT_EQ(approvals_.items.front().status, "denied");
  EXPECT_EQ(approvals_.items.front().reason, "not now");
}

TEST_F(ApiPages, AFormWithoutTheSessionsTokenChangesNothing) {
  const auto cookie = openBrowser();
  const auto other = csrfOf(openBrowser());
  const std::string path = "/approvals/approval_mine/decision";
  EXPECT_EQ(form(path, cookie, "decision=approve").status, 403);
  EXPECT_EQ(form(path, cookie, "decision=approve&csrf=wrong").status, 403);
  EXPECT_EQ(form(path, cookie, "decision=approve&csrf=" + other).status, 403);
  // A key in a header beside the cookie is no way around the token.
  auto headers = agent();
  headers.emplace_back("cookie", cookie);
  headers.emplace_back("content-type", "application/x-www-form-urlencoded");
  EXPECT_EQ(send("POST", path, headers, "decision=approve").status, 403);
  EXPECT_EQ(form("/sign-out", cookie, "").status, 403);
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(ApiPages, AFormFromAnotherSiteIsRefused) {
  const auto cookie = openBrowser();
  const auto reply = send("POST", "/approvals/approval_mine/decision",
                          {{"cookie", cookie},
                           {"origin", "https://evil.example"},
                           {"content-type", "application/x-www-form-urlencoded"}},
                          "decision=approve&csrf=" + csrfOf(cookie));
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(ApiPages, ADecisionMustBeApproveOrDeny) {
  const auto cookie = openBrowser();
  EXPECT_EQ(
      form("/approvals/approval_mine/decision", cookie, "decision=maybe&csrf=" + csrfOf(cookie))
          .status,
      400);
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(ApiPages, ForeignThingsAreUnknown) {
  plant("ws_other", "theirs");
  EXPECT_EQ(page("/approvals/approval_theirs").status, 404);
  EXPECT_EQ(page("/executions/task_theirs").status, 404);
  const auto cookie = openBrowser();
  EXPECT_EQ(
      form("/approvals/approval_theirs/decision", cookie, "decision=approve&csrf=" + csrfOf(cookie))
          .status,
      404);
  EXPECT_FALSE(page("/").body.contains("theirs"));
}

TEST_F(ApiPages, HostileTextStaysTextEverywhere) {
  auto& approval = approvals_.items.front();
  approval.toolPath = approval.summary = approval.method = approval.origin = kAttack;
  approval.reason = approval.decidedBy = kAttack;
  approval.inputJson = serializeJson(json::object{{kAttack, kAttack}});
  auto& execution = executions_.items.front();
  execution.code = execution.client = execution.errorMessage = kAttack;
  execution.state = execution::State::completed;
  execution.resultJson = serializeJson(json::value(kAttack));
  execution.approvals.push_back({"approval_mine", kAttack, kAttack});
  executions_.journal.push_back({.seq = 1, .kind = kAttack, .bodyJson = kAttack});
  auto& source = sources_.items.front();
  source.name = source.title = source.state = source.errorMessage = kAttack;
  for (const auto* path : {"/", "/approvals/approval_mine", "/executions/task_mine"}) {
    const auto reply = page(path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_TRUE(isInert(reply.body)) << path << "\n" << reply.body;
    EXPECT_TRUE(reply.body.contains("&lt;script&gt;")) << path;
  }
}

TEST_F(ApiPages, HostilePathsAndLinksStayText) {
  const std::string encoded = "%22%3E%3Cscript%3Ealert(1)";
  for (const auto& path : {"/approvals/" + encoded, "/executions/" + encoded, "/open/" + encoded}) {
    EXPECT_TRUE(isInert(send("GET", path).body)) << path;
    EXPECT_TRUE(isInert(page(path).body)) << path;
  }
}

TEST_F(ApiPages, AnOpenLinkIsUsedByTheButtonAndNotByLooking) {
  const auto path = *run(identity_->makeOpenLink(owner()));
  for (int look = 0; look < 3; ++look) {
    const auto shown = send("GET", path);
    EXPECT_EQ(shown.status, 200);
    EXPECT_TRUE(shown.cookie.empty());
    EXPECT_TRUE(shown.body.contains("method=\"post\" action=\"" + path + "\""));
  }
  const auto opened = send("POST", path);
  EXPECT_EQ(opened.status, 303);
  EXPECT_EQ(opened.location, "/");
  EXPECT_TRUE(opened.cookie.contains("HttpOnly; SameSite=Strict"));
  EXPECT_EQ(send("POST", path).status, 401);
  EXPECT_EQ(send("GET", path).status, 401);
}

TEST_F(ApiPages, SignOutEndsTheSession) {
  const auto cookie = openBrowser();
  const auto reply = form("/sign-out", cookie, "csrf=" + csrfOf(cookie));
  EXPECT_EQ(reply.status, 303);
  EXPECT_TRUE(reply.cookie.contains("Max-Age=0"));
  EXPECT_EQ(send("GET", "/", {{"cookie", cookie}}).status, 401);
}

TEST_F(ApiPages, AnExecutionShowsItsTimelineInOrder) {
  for (std::uint64_t seq = 1; seq <= 2; ++seq) {
    executions_.journal.push_back({.seq = seq,
                                   .kind = seq == 1 ? "created" : "started",
                                   .at = 1'800'000'000'000,
                                   .bodyJson = "{}"});
  }
  const auto reply = page("/executions/task_mine");
  const auto first = reply.body.find("<td>created</td>");
  EXPECT_LT(first, reply.body.find("<td>started</td>"));
  EXPECT_TRUE(reply.body.contains("2027-01-15 08:00:00 UTC"));
}

TEST_F(ApiPages, AnApprovalShowsAPaddedInputWholeAndInItsOrder) {
  auto& approval = approvals_.items.front();
  approval.inputJson = R"({"pad":")" + std::string(90'000, 'x') + "\",\"to\":\"\u202eevil\"}";
  executions_.items.front().code = "return '\u2066' + 1";
  const auto reply = page("/approvals/approval_mine");
  EXPECT_TRUE(reply.body.contains("\\u202eevil")) << reply.body.size();
  EXPECT_TRUE(reply.body.contains("\\u2066"));
  EXPECT_FALSE(reply.body.contains("\u202e") || reply.body.contains("\u2066"));
}

TEST_F(ApiPages, ATimelineSaysThatThereIsMoreOnlyWhenThereIs) {
  for (std::uint64_t seq = 1; seq <= 500; ++seq) {
    executions_.journal.push_back({.seq = seq, .kind = "console", .bodyJson = "{}"});
  }
  EXPECT_FALSE(page("/executions/task_mine").body.contains("Later events are not shown"));
  executions_.journal.push_back({.seq = 501, .kind = "the-last", .bodyJson = "{}"});
  const auto reply = page("/executions/task_mine");
  EXPECT_TRUE(reply.body.contains("Later events are not shown"));
  EXPECT_FALSE(reply.body.contains("the-last"));
}

TEST_F(ApiPages, OnlyAPendingApprovalOffersAForm) {
  for (const auto* status : {"approved", "denied", "expired", "cancelled"}) {
    approvals_.items.front().status = status;
    EXPECT_FALSE(page("/approvals/approval_mine").body.contains("name=\"decision\"")) << status;
  }
}

// Enter in the reason field presses the first button of a form.
TEST_F(ApiPages, TheFirstButtonDenies) {
  const auto html = page("/approvals/approval_mine").body;
  EXPECT_LT(html.find("value=\"deny\""), html.find("value=\"approve\""));
}

}  // namespace
}  // namespace executor::api
