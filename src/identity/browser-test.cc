#include "identity/identity-fixture.h"

namespace executor::identity {
namespace {

class BrowserTest : public IdentityFixture {
 protected:
  BrowserTest() { identity_ = started(); }

  std::string link() { return run(identity_->makeOpenLink(owner()))->substr(6); }
  std::string cookie() { return *run(identity_->redeemOpenLink(link())); }
  std::optional<Session> session(const std::string& cookie) {
    return *run(identity_->sessionFromRequest(withCookie(cookie)));
  }

  std::unique_ptr<Identity> identity_;
};

TEST_F(BrowserTest, TradesALinkForAPersonsSession) {
  const auto path = run(identity_->makeOpenLink(owner()));
  ASSERT_TRUE(path->starts_with("/open/")) << *path;
  const auto known = session(cookie());
  ASSERT_TRUE(known);
  EXPECT_EQ(known->principal.kind, CredentialKind::person);
  EXPECT_EQ(known->principal.workspaceId, first_.workspaceId);
  EXPECT_TRUE(isId(known->principal.sessionId, idPrefix::kSession));
  EXPECT_FALSE(known->csrf.empty());
}

TEST_F(BrowserTest, UsesALinkOnce) {
  const auto token = link();
  EXPECT_TRUE(run(identity_->redeemOpenLink(token)));
  EXPECT_EQ(run(identity_->redeemOpenLink(token)).error().code, ErrorCode::unauthorized);
  EXPECT_FALSE(run(identity_->openLinkValid(token)));
}

TEST_F(BrowserTest, LooksAtALinkWithoutUsingIt) {
  const auto token = link();
  EXPECT_TRUE(run(identity_->openLinkValid(token)));
  EXPECT_TRUE(run(identity_->openLinkValid(token)));
  EXPECT_FALSE(run(identity_->openLinkValid("unknown")));
  EXPECT_TRUE(run(identity_->redeemOpenLink(token)));
}

TEST_F(BrowserTest, LetsALinkExpire) {
  const auto token = link();
  clock_.advance(std::chrono::milliseconds(kOpenLinkTtl).count());
  EXPECT_FALSE(run(identity_->openLinkValid(token)));
  EXPECT_EQ(run(identity_->redeemOpenLink(token)).error().code, ErrorCode::unauthorized);
}

TEST_F(BrowserTest, MakesNoLinkForAnAgent) {
  EXPECT_EQ(run(identity_->makeOpenLink(agent())).error().code, ErrorCode::forbidden);
}

TEST_F(BrowserTest, MarksTheCookieForThisSiteAndHttpOnly) {
  const auto set = cookie();
  EXPECT_TRUE(set.starts_with("executor_session="));
  for (const auto* part : {"; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age=604800"}) {
    EXPECT_TRUE(set.contains(part)) << set;
  }
  EXPECT_FALSE(set.contains("Secure"));
  EXPECT_TRUE(expiredSessionCookie().contains("Max-Age=0"));
}

TEST_F(BrowserTest, MarksTheCookieSecureBehindHttps) {
  identity_ = started({.publicUrl = "https://executor.example"});
  EXPECT_TRUE(cookie().ends_with("; Secure"));
}

TEST_F(BrowserTest, EndsASessionAtSignOutAndOnlyThatOne) {
  const auto one = cookie();
  const auto two = cookie();
  ASSERT_TRUE(run(identity_->endSession(session(one)->principal)));
  EXPECT_FALSE(session(one));
  EXPECT_TRUE(session(two));
  EXPECT_TRUE(run(identity_->endSession(owner())));  // no session: nothing to end
}

TEST_F(BrowserTest, LetsASessionExpireAndSweepsIt) {
  const auto old = cookie();
  clock_.advance(std::chrono::milliseconds(kSessionTtl).count());
  EXPECT_FALSE(session(old));
  cookie();
  change([](store::Txn& txn) -> Status {
    const auto left = txn.scan<BrowserSession>("byExpiry", {.limit = 10});
    EXPECT_EQ(left->items.size(), 1u);
    return {};
  });
}

TEST_F(BrowserTest, TakesNoUnknownCookie) {
  EXPECT_FALSE(session("executor_session=unknown; Path=/"));
  EXPECT_FALSE(session("other=1"));
}

TEST_F(BrowserTest, StoresNeitherLinkNorCookieInClear) {
  const auto token = link();
  const auto set = cookie();
  const auto value = set.substr(17, set.find(';') - 17);
  EXPECT_FALSE(databaseBytes().contains(token));
  EXPECT_FALSE(databaseBytes().contains(value));
}

TEST_F(BrowserTest, LetsASessionReadWithoutAFormToken) {
  EXPECT_TRUE(run(identity_->principalFromRequest(withCookie(cookie()))));
}

TEST_F(BrowserTest, RefusesAWriteWithoutTheSessionsOwnFormToken) {
  const auto mine = cookie();
  const auto foreign = session(cookie())->csrf;
  for (const auto& token : {std::string(), std::string("x"), foreign}) {
    auto post = withCookie(mine, "POST");
    if (!token.empty()) post.headers.set("x-csrf-token", token);
    EXPECT_EQ(run(identity_->principalFromRequest(post)).error().code, ErrorCode::forbidden);
  }
  EXPECT_EQ(run(identity_->principalFromRequest(withCookie(mine, "DELETE"))).error().code,
            ErrorCode::forbidden);
}

TEST_F(BrowserTest, TakesTheFormTokenFromHeaderOrForm) {
  const auto mine = cookie();
  const auto csrf = session(mine)->csrf;
  auto byHeader = withCookie(mine, "POST");
  byHeader.headers.set("x-csrf-token", csrf);
  EXPECT_TRUE(run(identity_->principalFromRequest(byHeader)));
  auto byForm = withCookie(mine, "POST");
  byForm.headers.set("content-type", "application/x-www-form-urlencoded; charset=utf-8");
  byForm.body = "reason=a+b&csrf=" + csrf;
  EXPECT_TRUE(run(identity_->principalFromRequest(byForm)));
  byForm.headers.set("content-type", "text/plain");
  EXPECT_FALSE(run(identity_->principalFromRequest(byForm)));
}

TEST_F(BrowserTest, OpensNoMcpEndpoint) {
  EXPECT_FALSE(run(identity_->agentFromRequest(withCookie(cookie()))));
}

TEST_F(BrowserTest, OfTwoClicksOnALinkOneOpensASession) {
  const auto token = link();
  int opened = 0;
  int refused = 0;
  for (int click = 0; click < 2; ++click) {
    asio::co_spawn(loop_, identity_->redeemOpenLink(token),
                   [&](const std::exception_ptr&, const Result<std::string>& cookie) {
                     ++(cookie ? opened : refused);
                   });
  }
  while (opened + refused < 2) loop_.run_one();
  EXPECT_EQ(opened, 1);
}

TEST_F(BrowserTest, KeepsALinkUntilTheLastMoment) {
  const auto token = link();
  clock_.advance(std::chrono::milliseconds(kOpenLinkTtl).count() - 1);
  EXPECT_TRUE(run(identity_->openLinkValid(token)));
  EXPECT_TRUE(run(identity_->redeemOpenLink(token)));
}

TEST_F(BrowserTest, KeepsASessionOverARestartWithTheSameFormToken) {
  const auto mine = cookie();
  const auto csrf = session(mine)->csrf;
  identity_ = started();
  ASSERT_TRUE(session(mine));
  EXPECT_EQ(session(mine)->csrf, csrf);
}

TEST_F(BrowserTest, EndsTheSessionsOfWhoIsNoLongerAMember) {
  const auto mine = cookie();
  change([first = first_](store::Txn& txn) {
    return txn.remove<Member>(memberId(first.organizationId, first.accountId));
  });
  EXPECT_EQ(run(identity_->sessionFromRequest(withCookie(mine))).error().code,
            ErrorCode::forbidden);
}

TEST_F(BrowserTest, NeverTakesTheFormTokenFromTheQuery) {
  const auto mine = cookie();
  auto post = withCookie(mine, "POST");
  post.query = "csrf=" + session(mine)->csrf;
  EXPECT_EQ(run(identity_->principalFromRequest(post)).error().code, ErrorCode::forbidden);
}

TEST_F(BrowserTest, DoesNotFallBackToTheCookieBesideAWrongToken) {
  auto both = withCookie(cookie());
  both.headers.set("authorization", "Bearer wrong");
  EXPECT_EQ(run(identity_->principalFromRequest(both)).error().code, ErrorCode::unauthorized);
}

// A long absence must not make one sign-in slow.
TEST_F(BrowserTest, SweepsABoundedNumberOfSessionsPerSignIn) {
  change([](store::Txn& txn) -> Status {
    for (std::size_t i = 0; i < kSweepLimit / 2 + 5; ++i) {
      const auto name = std::to_string(i);
      EXECUTOR_CHECK(txn.insert(BrowserSession{.tokenHash = name, .id = name, .expiresAt = 1}));
    }
    return {};
  });
  const auto left = [&] {
    std::size_t size = 0;
    change([&size](store::Txn& txn) -> Status {
      size = txn.scan<BrowserSession>("byExpiry", {.limit = 500})->items.size();
      return {};
    });
    return size;
  };
  cookie();
  EXPECT_EQ(left(), 5u + 1u);
  cookie();
  EXPECT_EQ(left(), 2u);
}

}  // namespace
}  // namespace executor::identity
