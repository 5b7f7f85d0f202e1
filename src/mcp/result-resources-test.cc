// Stored results over MCP, from the link in an answer to the content.
#include "mcp/result-resources.h"

#include "base/text.h"
#include "mcp/mcp-fixture.h"

namespace executor::mcp {
namespace {

class McpResultResources : public McpFixture {
 protected:
  std::string keep(std::string mimeType, std::string bytes, std::string workspace = "") {
    auto kept =
        run(results_->keep({.workspaceId = workspace.empty() ? first_.workspaceId : workspace,
                            .executionId = "task_1",
                            .mimeType = std::move(mimeType),
                            .name = "report.txt",
                            .bytes = std::move(bytes)}));
    EXPECT_TRUE(kept);
    return resultUri(kept->id);
  }
  json::object read(const std::string& uri) {
    const auto result = resultOf(legacy("resources/read", R"({"uri":")" + uri + R"("})"));
    const auto* contents = findArray(result, "contents");
    return contents ? contents->front().as_object() : json::object{};
  }
};

TEST_F(McpResultResources, TextIsReadAsTextAndBytesAsBase64) {
  const std::string text = keep("text/plain; charset=utf-8", "a \xc3\xa4 \"b\"");
  EXPECT_EQ(findString(read(text), "text"), "a \xc3\xa4 \"b\"");
  EXPECT_EQ(findString(read(text), "uri"), text);
  const auto picture = read(keep("image/png", "\xff\x00"));
  EXPECT_EQ(findString(picture, "blob"), base64Encode(std::string_view("\xff", 1)));
  EXPECT_EQ(findString(picture, "mimeType"), "image/png");
  EXPECT_FALSE(findString(read(keep("text/plain", "\xff")), "blob").empty()) << "no text after all";
}

TEST_F(McpResultResources, BothErasListAndReadThem) {
  const std::string uri = keep("text/plain", "hello");
  const auto old = resultOf(legacy("resources/list"));
  ASSERT_EQ(findArray(old, "resources")->size(), 1u);
  EXPECT_EQ(findString(findArray(old, "resources")->front(), "uri"), uri);
  EXPECT_EQ(findString(findArray(old, "resources")->front(), "name"), "report.txt");
  EXPECT_EQ(findInteger(findArray(old, "resources")->front(), "size"), 5);
  const auto now = resultOf(modern("resources/list"));
  EXPECT_EQ(findArray(now, "resources")->size(), 1u);
  EXPECT_EQ(findString(now, "cacheScope"), "private");
  const auto content =
      resultOf(modern("resources/read", R"(,"uri":")" + uri + R"(")", {{"mcp-name", uri}}));
  EXPECT_EQ(findString(findArray(content, "contents")->front(), "text"), "hello");
}

TEST_F(McpResultResources, PagesGoThroughAll) {
  for (std::size_t i = 0; i < kResourcesPerPage + 5; ++i) keep("text/plain", std::to_string(i));
  const auto first = resultOf(legacy("resources/list"));
  EXPECT_EQ(findArray(first, "resources")->size(), kResourcesPerPage);
  const auto rest = resultOf(legacy(
      "resources/list", R"({"cursor":")" + std::string(findString(first, "nextCursor")) + R"("})"));
  EXPECT_EQ(findArray(rest, "resources")->size(), 5u);
  EXPECT_FALSE(rest.contains("nextCursor"));
}

// A handle is an id: who is of another workspace learns nothing by it.
TEST_F(McpResultResources, AForeignOneIsNoResource) {
  const std::string uri = keep("text/plain", "canary", "ws_other");
  const auto reply = legacy("resources/read", R"({"uri":")" + uri + R"("})");
  EXPECT_FALSE(reply.body.contains("canary"));
  EXPECT_TRUE(reply.parsed().as_object().contains("error")) << reply.body;
  EXPECT_EQ(findArray(resultOf(legacy("resources/list")), "resources")->size(), 0u);
  for (const char* odd : {"executor://results/", "executor://results/../keys", "file:///etc/passwd",
                          "executor://results/res_1%00"}) {
    EXPECT_TRUE(legacy("resources/read", R"({"uri":")" + std::string(odd) + R"("})")
                    .parsed()
                    .as_object()
                    .contains("error"))
        << odd;
  }
}

TEST_F(McpResultResources, AContentTooBigSaysHowToReadIt) {
  const std::string uri = keep("text/plain", std::string(kMaxResourceBytes + 1, 'x'));
  const auto reply = legacy("resources/read", R"({"uri":")" + uri + R"("})");
  EXPECT_LT(reply.body.size(), 2'000u);
  EXPECT_TRUE(reply.body.contains("tools.results.get")) << reply.body;
  EXPECT_EQ(
      findString(read(keep("text/plain", std::string(kMaxResourceBytes, 'x'))), "text").size(),
      kMaxResourceBytes);
}

TEST_F(McpResultResources, ABigResultIsLinkedWhereTheClientKnowsLinks) {
  executions_.resultJson = "";
  executions_.resultHandle = "res_1";
  const auto call = R"({"name":"execute","arguments":{"code":"return 1"}})";
  const auto linkIn = [](const json::object& result) {
    for (const auto& item : *findArray(result, "content")) {
      if (findString(item, "type") == "resource_link") return std::string(findString(item, "uri"));
    }
    return std::string();
  };
  EXPECT_EQ(linkIn(resultOf(legacy("tools/call", call))), "executor://results/res_1");
  const std::string old = openSession("2025-03-26");
  EXPECT_EQ(linkIn(resultOf(legacy("tools/call", call, {{"mcp-session-id", old}}))), "");
}

}  // namespace
}  // namespace executor::mcp
