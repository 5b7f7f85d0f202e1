// The route of the type check: who may ask, with what, and what comes back.
#include "api/api-fixture.h"
#include "sandbox/runtime.h"

namespace executor::api {
namespace {

using ApiCheck = ApiFixture;

std::string checking(const std::string& code) { return R"({"code":)" + quoteJson(code) + "}"; }

TEST_F(ApiCheck, WithoutACheckerEverythingIsSkipped) {
  const auto reply = post("/api/v1/check", checking("return await tools.a.b({})"));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(findString(reply.parsed(), "status"), "skipped");
  EXPECT_FALSE(findString(reply.parsed(), "reason").empty());
  EXPECT_TRUE(findArray(reply.parsed(), "diagnostics")->empty());
  EXPECT_EQ(findString(reply.parsed(), "text"), "");
}

TEST_F(ApiCheck, AnAgentMayAsk) {
  EXPECT_EQ(send("POST", "/api/v1/check", json(agent()), checking("return 1")).status, 200);
  EXPECT_EQ(send("POST", "/api/v1/check", json({}), checking("return 1")).status, 401);
}

TEST_F(ApiCheck, StartsNothing) {
  EXPECT_EQ(post("/api/v1/check", checking("return await tools.a.b({})")).status, 200);
  EXPECT_TRUE(executions_.started.empty());
}

TEST_F(ApiCheck, TakesOneProgramOfTheSizeThatRuns) {
  EXPECT_EQ(post("/api/v1/check", "{}").errorCode(), "invalid_argument");
  EXPECT_EQ(post("/api/v1/check", R"({"code":5})").errorCode(), "invalid_argument");
  EXPECT_EQ(post("/api/v1/check", R"({"code":""})").errorCode(), "invalid_argument");
  const std::string most(sandbox::kMaxCodeBytes, 'x');
  EXPECT_EQ(post("/api/v1/check", checking(most)).status, 200);
  EXPECT_EQ(post("/api/v1/check", checking(most + "x")).errorCode(), "payload_too_large");
}

}  // namespace
}  // namespace executor::api
