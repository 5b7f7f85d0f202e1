// `execute` and `resume` over the production registry. What methods do with tools is in
// dispatcher-test.cc.
#include "mcp/executor-tools.h"

#include "mcp/mcp-fixture.h"

namespace executor::mcp {
namespace {

class ExecutorToolsTest : public McpFixture {
 protected:
  Call call(Era era) {
    Call out;
    out.era = era;
    out.principal = owner();
    out.principal.kind = CredentialKind::agent;
    return out;
  }
  // Starts a program whose withdrawal is heard as the execution's cancellation, before it ends.
  json::object executeAnd(Call call, const std::function<void()>& meanwhile) {
    executions_.startState = execution::State::waiting;
    executions_.onWait = meanwhile;
    auto answer = run(features_.tool("execute")->call(call, {{"code", "return 42"}}));
    return parseJson(resultText(call.era, *answer))->as_object();
  }
};

TEST_F(ExecutorToolsTest, AModernClientThatHangsUpCancelsItsExecution) {
  auto mine = call(Era::modern);
  mine.disconnected = std::make_shared<net::Disconnect>();
  executeAnd(mine, [&] { mine.disconnected->fire(); });
  loop_.poll();
  EXPECT_EQ(executions_.lastReason, "The client closed its request.");
}

TEST_F(ExecutorToolsTest, AHangUpAfterTheAnswerCancelsNothing) {
  auto mine = call(Era::modern);
  mine.disconnected = std::make_shared<net::Disconnect>();
  executeAnd(mine, [] {});
  mine.disconnected->fire();
  loop_.poll();
  EXPECT_EQ(executions_.lastReason, "") << "it was handed over by the answer (D17)";
}

TEST_F(ExecutorToolsTest, ALegacyClientCancelsByNotificationAlone) {
  auto mine = call(Era::legacy);
  mine.disconnected = std::make_shared<net::Disconnect>();
  mine.cancel = std::make_shared<RequestCancel>();
  executeAnd(mine, [&] { mine.disconnected->fire(); });
  loop_.poll();
  EXPECT_EQ(executions_.lastReason, "");
  executeAnd(mine, [&] { mine.cancel->fire("enough"); });
  loop_.poll();
  EXPECT_EQ(executions_.lastReason, "enough");
}

TEST_F(ExecutorToolsTest, TheListOfToolsChangesWithTheCatalogue) {
  EXPECT_EQ(*run(features_.toolsVersion()(call(Era::modern))), 1u);
  EXPECT_NE(features_.instructions().find("execute"), std::string::npos);
  EXPECT_NE(features_.unknownToolHint().find("inside a"), std::string::npos);
}

}  // namespace
}  // namespace executor::mcp
