// Settings over the API: their shape, and that a refused change changes nothing.
#include "api/api-fixture.h"

namespace executor::api {
namespace {

class ApiSettings : public ApiFixture {
 protected:
  Reply patch(std::string body) {
    return send("PATCH", "/api/v1/settings", json(person()), std::move(body));
  }
  // One of the list.
  json::value setting(std::string_view name) {
    const auto list = get("/api/v1/settings").parsed();
    for (const auto& item : *findArray(list, "items")) {
      if (findString(item, "name") == name) return item;
    }
    return nullptr;
  }
};

TEST_F(ApiSettings, EachSaysWhatItIsAndWhatItMayBe) {
  const auto calls = setting("calls");
  EXPECT_EQ(findInteger(calls, "value"), 1'000);
  EXPECT_EQ(findInteger(calls, "default"), 1'000);
  EXPECT_EQ(findInteger(calls, "minimum", -1), 0);
  EXPECT_EQ(findInteger(calls, "maximum"), 1'000);
  EXPECT_FALSE(findBool(calls, "set", true));
  EXPECT_FALSE(findString(calls, "meaning").empty());
  const auto check = setting("typeCheck");
  EXPECT_EQ(findString(check, "value"), "error");
  EXPECT_EQ(serializeJson(*find(check, "values")), R"(["off","warn","error"])");
  EXPECT_EQ(find(check, "maximum"), nullptr);
}

TEST_F(ApiSettings, AChangeAnswersWithWhatIsInForce) {
  const auto reply = patch(R"({"calls":5,"typeCheck":"off"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(findString(reply.parsed(), "changedBy"), first_.accountId);
  EXPECT_EQ(findInteger(reply.parsed(), "changedAt"), clock_.now());
  EXPECT_EQ(findInteger(setting("calls"), "value"), 5);
  EXPECT_TRUE(findBool(setting("calls"), "set"));
  EXPECT_EQ(patch(R"({"calls":null})").status, 200);
  EXPECT_FALSE(findBool(setting("calls"), "set", true));
  EXPECT_EQ(findString(setting("typeCheck"), "value"), "off");
}

TEST_F(ApiSettings, ARefusedChangeNamesTheMemberAndChangesNothing) {
  for (const auto& [body, code, names] : std::vector<std::array<std::string, 3>>{
           {R"({"cpuMs":100,"cals":1})", "unknown_argument", "calls"},
           {R"({"cpuMs":100,"calls":1001})", "invalid_argument", "1000"},
           {R"({"cpuMs":100,"calls":"5"})", "invalid_argument", "calls"},
           {R"({"cpuMs":100,"calls":5.5})", "invalid_argument", "calls"},
           {R"({"cpuMs":100,"typeCheck":"strict"})", "invalid_argument", "off, warn, error"},
           {R"({"cpuMs":100,"running":100000})", "invalid_argument", "EXECUTOR_WORKSPACE_RUNNING"},
           {R"({"maxTimeoutMs":10,"timeoutMs":11})", "invalid_argument", "maxTimeoutMs"},
           {R"({})", "invalid_argument", "No setting"}}) {
    const auto reply = patch(body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_EQ(reply.errorCode(), code) << reply.body;
    EXPECT_TRUE(reply.body.contains(names)) << reply.body;
  }
  EXPECT_EQ(findInteger(setting("cpuMs"), "value"), 10'000);
}

TEST_F(ApiSettings, AnAgentLooksAndAStrangerDoesNot) {
  EXPECT_EQ(send("GET", "/api/v1/settings", agent()).status, 200);
  EXPECT_EQ(send("PATCH", "/api/v1/settings", json(agent()), R"({"calls":1})").status, 403);
  EXPECT_EQ(send("GET", "/api/v1/settings").status, 401);
  EXPECT_EQ(findInteger(setting("calls"), "value"), 1'000);
}

}  // namespace
}  // namespace executor::api
