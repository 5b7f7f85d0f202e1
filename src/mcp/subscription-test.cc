// What a subscription says, in which order, and what it never says.
#include "mcp/subscription.h"

#include "mcp/mcp-fixture.h"

namespace executor::mcp {
namespace {

// Keeps what was written; `after` runs with each write.
class KeptSink : public net::Sink {
 public:
  Task<Status> write(std::string bytes) override {
    if (gone) co_return fail(ErrorCode::cancelled, "gone");
    text += bytes;
    ++writes;
    if (after) after();
    co_return Status{};
  }
  // The JSON of each event.
  std::vector<json::object> messages() const {
    std::vector<json::object> out;
    for (std::size_t at = 0; (at = text.find("data: ", at)) != std::string::npos;) {
      auto end = text.find('\n', at);
      out.push_back(parseJson(text.substr(at + 6, end - at - 6))->as_object());
      at = end;
    }
    return out;
  }
  std::string text;
  int writes = 0;
  bool gone = false;
  std::function<void()> after;
};

class McpSubscription : public McpFixture {
 protected:
  McpSubscription() {
    features_.setToolsVersion(
        [this](Call) -> Task<Result<std::uint64_t>> { co_return toolsVersion_; });
    features_.setResourceVersion([this](Call, std::string uri) -> Task<Result<std::uint64_t>> {
      if (uri != "a:1") co_return fail(ErrorCode::not_found, "none");
      co_return resourceVersion_;
    });
  }
  // Listens until `stopAfter` writes; `onWrite` makes changes in between.
  std::vector<json::object> listen(const std::string& filter, int stopAfter,
                                   std::function<void(int)> onWrite = {}) {
    auto sink = std::make_shared<KeptSink>();
    sink->after = [&, raw = sink.get()] {
      if (onWrite) onWrite(raw->writes);
    };
    run(listening(filter, sink, [&, raw = sink.get()] { return raw->writes >= stopAfter; }));
    return sink->messages();
  }
  Task<bool> listening(std::string filter, std::shared_ptr<net::Sink> sink,
                       std::function<bool()> stopped) {
    Call call;
    call.era = Era::modern;
    call.principal = owner();
    call.id = "sub";
    call.params = {{"notifications", *parseJson(filter)}};
    auto opened = co_await Subscription::open(features_, std::move(call));
    EXPECT_TRUE(opened);
    auto subscription = std::make_shared<Subscription>(*std::move(opened));
    co_await Subscription::run(subscription, std::move(sink), std::move(stopped));
    co_return true;
  }
  static std::string methodOf(const json::object& message) {
    return std::string(findString(message, "method"));
  }

  std::uint64_t toolsVersion_ = 1, resourceVersion_ = 1;
};

TEST_F(McpSubscription, TheAcknowledgementIsFirstAndTheResultLast) {
  auto messages = listen(R"({"toolsListChanged":true})", 1);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(methodOf(messages[0]), "notifications/subscriptions/acknowledged");
  EXPECT_EQ(findString(messages[1], "id"), "sub");
  EXPECT_EQ(findString(*findObject(messages[1], "result"), "resultType"), "complete");
}

TEST_F(McpSubscription, EveryMessageNamesTheSubscription) {
  auto messages = listen(R"({"toolsListChanged":true})", 2, [&](int) { ++toolsVersion_; });
  ASSERT_EQ(messages.size(), 3u);
  for (const auto& message : messages) {
    const auto* inside = findObject(message, "params");
    if (!inside) inside = findObject(message, "result");
    EXPECT_EQ(findString(*findObject(*inside, "_meta"), meta::kSubscription), "sub");
  }
}

TEST_F(McpSubscription, AChangedListIsToldOfAndAnUnchangedOneIsNot) {
  auto messages = listen(R"({"toolsListChanged":true,"resourceSubscriptions":["a:1"]})", 2,
                         [&](int) { ++toolsVersion_; });
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(methodOf(messages[1]), "notifications/tools/list_changed");
}

TEST_F(McpSubscription, OnlyWhatWasAskedForIsToldOf) {
  auto messages = listen(R"({"resourceSubscriptions":["a:1"]})", 2, [&](int) {
    ++toolsVersion_;
    ++resourceVersion_;
  });
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(methodOf(messages[1]), "notifications/resources/updated");
  EXPECT_EQ(findString(*findObject(messages[1], "params"), "uri"), "a:1");
}

TEST_F(McpSubscription, WhatIsUnknownOrNotOfferedIsLeftOutOfTheAcknowledgement) {
  plant("ws_other", "theirs");
  auto messages = listen(R"({"promptsListChanged":true,"resourceSubscriptions":["a:1","b:1",7],)"
                         R"("taskIds":["task_none","task_theirs"]})",
                         1);
  EXPECT_EQ(serializeJson(*findObject(*findObject(messages[0], "params"), "notifications")),
            R"({"resourceSubscriptions":["a:1"]})");
}

TEST_F(McpSubscription, ATaskIsToldOfAsItIsAndWhenItChangesAndNoMoreWhenItIsOver) {
  plant(first_.workspaceId, "mine");
  approvals_.items.clear();
  executions_.items.back().state = execution::State::running;
  auto messages = listen(R"({"taskIds":["task_mine"]})", 3, [&](int writes) {
    if (writes == 2) executions_.items.back().state = execution::State::completed;
  });
  ASSERT_EQ(messages.size(), 4u);
  for (int i : {1, 2}) {
    EXPECT_EQ(methodOf(messages[i]), "notifications/tasks");
    EXPECT_EQ(findString(*findObject(messages[i], "params"), "taskId"), "task_mine");
  }
  EXPECT_EQ(findString(*findObject(messages[1], "params"), "status"), "working");
  const auto& over = *findObject(messages[2], "params");
  EXPECT_EQ(findString(over, "status"), "completed");
  EXPECT_TRUE(findObject(over, "result")) << "as tasks/get would have said it";
}

TEST_F(McpSubscription, WhatIsWatchedIsBounded) {
  std::string list;
  for (std::size_t i = 0; i <= kMaxWatchedResources; ++i) {
    list += (i == 0 ? "" : ",") + quoteJson("a:" + std::to_string(i));
  }
  features_.setResourceVersion(
      [](Call, std::string) -> Task<Result<std::uint64_t>> { co_return 1; });
  auto messages = listen(R"({"resourceSubscriptions":[)" + list + "]}", 1);
  const auto& agreed = *findObject(*findObject(messages[0], "params"), "notifications");
  EXPECT_EQ(findArray(agreed, "resourceSubscriptions")->size(), kMaxWatchedResources);
}

TEST_F(McpSubscription, AClientThatIsGoneEndsIt) {
  auto sink = std::make_shared<KeptSink>();
  sink->after = [raw = sink.get()] { raw->gone = true; };
  run(listening(R"({"toolsListChanged":true})", sink, [&] {
    ++toolsVersion_;
    return false;
  }));
  EXPECT_EQ(sink->writes, 1);
}

TEST_F(McpSubscription, TasksAreForClientsThatDeclaredThem) {
  auto reply = modern("subscriptions/listen", R"(,"notifications":{"taskIds":["task_mine"]})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(rpcCode(reply), -32021);
}

}  // namespace
}  // namespace executor::mcp
