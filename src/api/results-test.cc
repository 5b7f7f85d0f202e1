// Downloads of stored contents: whose they are, in which pieces, and that they cannot act on our
// origin.
#include <fmt/format.h>

#include "api/api-fixture.h"

namespace executor::api {
namespace {

class ApiResults : public ApiFixture {
 protected:
  std::string keep(std::string mimeType, std::string bytes, std::string name = "",
                   std::string workspace = "") {
    auto kept =
        run(results_->keep({.workspaceId = workspace.empty() ? first_.workspaceId : workspace,
                            .executionId = "task_1",
                            .kind = invocation::ResultKind::emitted,
                            .mimeType = std::move(mimeType),
                            .name = std::move(name),
                            .bytes = std::move(bytes)}));
    EXPECT_TRUE(kept) << kept.error().message;
    return kept->id;
  }
  Reply download(const std::string& handle, const std::string& range = "") {
    Fields fields = person();
    if (!range.empty()) fields.emplace_back("range", range);
    return send("GET", "/api/v1/results/" + handle, fields);
  }
  static std::string field(const Reply& reply, std::string_view name) {
    return std::string(reply.headers.get(name));
  }
};

TEST_F(ApiResults, AContentComesBackByteForByte) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * 7);
  const Reply reply = download(keep("image/png", bytes));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, bytes);
  EXPECT_EQ(field(reply, "content-type"), "image/png");
}

TEST_F(ApiResults, ALargeOneGoesOutInPieces) {
  const std::string bytes((3u << 20) + 17, 'x');
  EXPECT_EQ(download(keep("text/plain", bytes)).body, bytes);
}

TEST_F(ApiResults, ARangeIsThatRange) {
  const std::string handle = keep("text/plain", "0123456789");
  const Reply middle = download(handle, "bytes=2-4");
  EXPECT_EQ(middle.status, 206);
  EXPECT_EQ(middle.body, "234");
  EXPECT_EQ(field(middle, "content-range"), "bytes 2-4/10");
  const Reply beyond = download(handle, "bytes=10-");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(field(beyond, "content-range"), "bytes */10");
  EXPECT_EQ(download(handle, "bytes=0-1,4-5").status, 200);
}

// Attack: HTML that a program emitted must not run on our origin, whatever it says it is.
TEST_F(ApiResults, AContentCannotRunOnOurOrigin) {
  const std::string html = "<script>fetch('/api/v1/keys')</script>";
  for (const char* type :
       {"text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml", "image/svg+xml",
        "text/xml", "application/xml", "text/javascript", "application/pdf", "multipart/x-mixed",
        "text/plainx<script>", "application/json", ""}) {
    SCOPED_TRACE(type);
    const Reply reply = download(keep(type, html, "page.html"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_FALSE(field(reply, "content-type").contains("html"));
    EXPECT_FALSE(field(reply, "content-type").contains("xml"));
    EXPECT_FALSE(field(reply, "content-type").contains("javascript"));
    EXPECT_TRUE(field(reply, "content-disposition").starts_with("attachment;"));
    EXPECT_EQ(field(reply, "x-content-type-options"), "nosniff");
    EXPECT_EQ(field(reply, "content-security-policy"), "default-src 'none'; sandbox");
    EXPECT_EQ(field(reply, "cross-origin-resource-policy"), "same-origin");
  }
}

TEST_F(ApiResults, AFileNameCannotLeaveItsHeader) {
  const Reply reply =
      download(keep("text/plain", "x", "a\"; filename=evil.html\r\nX-Evil: 1\r\n\xc3\xa4.txt"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.headers.has("x-evil"));
  EXPECT_TRUE(field(reply, "content-disposition")
                  .starts_with("attachment; filename=\"a___filename_evil.html__X-Evil__1__"));
  EXPECT_TRUE(field(reply, "content-disposition").ends_with("%C3%A4.txt"));
}

// A handle is an id and no credential.
TEST_F(ApiResults, AHandleOfAnotherWorkspaceIsNoHandle) {
  const std::string foreign = keep("text/plain", "canary", "", "ws_other");
  const Reply reply = download(foreign);
  EXPECT_EQ(reply.status, 404);
  EXPECT_FALSE(reply.body.contains("canary"));
  EXPECT_EQ(get("/api/v1/results").parsed().at("items").as_array().size(), 0u);
  EXPECT_EQ(get("/api/v1/results?executionId=task_1").parsed().at("items").as_array().size(), 0u);
  EXPECT_EQ(send("GET", "/api/v1/results/" + foreign).status, 401);
}

TEST_F(ApiResults, NoPathLeadsAnywhereElse) {
  for (const char* id : {"res_none", "..%2f..%2fexecutor.db", "%00", "a%2fb"}) {
    const int status = download(id).status;
    EXPECT_TRUE(status == 404 || status == 400) << id << " " << status;
  }
}

TEST_F(ApiResults, TheListHasNoContents) {
  const std::string first = keep("text/plain", "first " + std::string(5'000, 'x') + "canary");
  const std::string second = keep("image/png", "\xff\xfe");
  const Reply all = get("/api/v1/results");
  EXPECT_FALSE(all.body.contains("canary"));
  const auto items = all.parsed().at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(findString(items[0], "handle"), second) << "newest first";
  EXPECT_EQ(findString(items[1], "preview").substr(0, 6), "first ");
  EXPECT_EQ(findInteger(items[1], "bytes"), 5'012);
  const auto page = get("/api/v1/results?limit=1").parsed();
  EXPECT_TRUE(findBool(page, "more"));
  const auto next =
      get("/api/v1/results?limit=1&cursor=" + std::string(findString(page, "nextCursor"))).parsed();
  EXPECT_EQ(findString(next.at("items").at(0), "handle"), first);
}

TEST_F(ApiResults, ALimitOutOfRangeIsRefused) {
  for (const char* limit : {"0", "101", "-1", "x"}) {
    EXPECT_EQ(get(std::string("/api/v1/results?limit=") + limit).errorCode(), "invalid_argument");
  }
  EXPECT_EQ(get("/api/v1/results?limit=100").status, 200);
}

}  // namespace
}  // namespace executor::api
