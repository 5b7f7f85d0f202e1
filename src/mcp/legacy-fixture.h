// For tests of the older era: a server whose tools talk to their client, and a client that keeps
// streams open while it does other things.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "base/text.h"
#include "mcp/mcp-fixture.h"

namespace executor::mcp {

class LegacyFixture : public McpFixture {
 protected:
  // A request whose answer is read as it comes.
  struct Stream {
    std::string text;
    int status = 0;
    std::string type;
    bool over = false;
    std::shared_ptr<net::ClientCancel> cancel = std::make_shared<net::ClientCancel>();

    // The JSON of all events so far.
    std::vector<json::value> messages() const {
      std::vector<json::value> out;
      for (auto line : splitText(text, '\n')) {
        auto value = parseJson(line.starts_with("data: {") ? line.substr(6) : "");
        if (value) out.push_back(*std::move(value));  // else it has come in part
      }
      return out;
    }
    // The first message of this method, or with this id if it is a number; null if none yet.
    json::value message(std::string_view method) const {
      for (auto& value : messages()) {
        if (findString(value, "method") == method) return value;
      }
      return nullptr;
    }
    std::size_t count(std::string_view method) const {
      std::size_t out = 0;
      for (auto& value : messages()) out += findString(value, "method") == method;
      return out;
    }
    json::value answer(std::int64_t id) const {
      for (auto& value : messages()) {
        if (!find(value, "method") && findInteger(value, "id") == id) return value;
      }
      return nullptr;
    }
    std::string lastId() const {
      auto at = text.rfind("id: ");
      return at == std::string::npos ? "" : text.substr(at + 4, text.find('\n', at) - at - 4);
    }
  };

  LegacyFixture() {
    serve();
    session_ = initialize();
  }

  // The server anew, with the tools of the test besides the product's.
  void serve(std::vector<Tool> tools = {}) {
    server_.reset();
    talking_ = std::make_unique<Features>();
    addExecutorTools(*talking_, {.executions = executions_,
                                 .approvals = approvals_,
                                 .sources = sources_,
                                 .states = states_});
    for (auto& tool : tools) talking_->add(std::move(tool));
    legacyEndpoint_ = std::make_unique<Endpoint>(*talking_, *identity_, clock_);
    router_ = std::make_unique<net::Router>();
    legacyEndpoint_->addRoutes(*router_);
    server_ = std::make_unique<net::HttpServer>(loop_, *router_, net::ServerOptions{});
    EXPECT_TRUE(server_->listen());
  }
  ~LegacyFixture() override {
    legacyEndpoint_->stop();
    for (auto& stream : streams_) stream->cancel->cancel();
    settle();
  }

  std::string initialize(const std::string& capabilities = "{}",
                         const std::string& version = "2025-11-25") {
    auto reply =
        legacy("initialize", R"({"protocolVersion":")" + version + R"(","capabilities":)" +
                                 capabilities + R"(,"clientInfo":{"name":"t","version":"1"}})");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return std::string(reply.headers.get("mcp-session-id"));
  }
  api::Reply inSession(std::string body) {
    return send(std::move(body), {{"mcp-session-id", session_}});
  }
  std::shared_ptr<Stream> open(std::string method, std::string body, Fields more = {}) {
    net::ClientRequest request{.method = std::move(method),
                               .url = server_->url() + "/mcp/anonymous",
                               .body = std::move(body)};
    for (auto& [name, value] : agent()) request.headers.set(name, value);
    request.headers.set("content-type", "application/json");
    request.headers.set("accept", "application/json, text/event-stream");
    request.headers.set("mcp-session-id", session_);
    for (auto& [name, value] : more) request.headers.set(name, value);
    auto stream = std::make_shared<Stream>();
    request.onHead = [stream](const net::ClientResponse& head) -> Status {
      stream->status = head.status;
      stream->type = head.headers.get("content-type");
      return {};
    };
    auto onChunk = [stream](std::string bytes) -> Task<Status> {
      stream->text += bytes;
      co_return Status{};
    };
    streams_.push_back(stream);
    asio::co_spawn(loop_, client_->stream(std::move(request), onChunk, stream->cancel),
                   [stream](const std::exception_ptr&, Result<net::ClientResponse> response) {
                     if (response && stream->text.empty()) stream->text = response->body;
                     stream->over = true;
                   });
    return stream;
  }
  std::shared_ptr<Stream> call(const std::string& tool, const std::string& arguments = "{}",
                               const std::string& more = "", Fields headers = {}) {
    return open("POST",
                R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":")" + tool +
                    R"(","arguments":)" + arguments + more + "}}",
                std::move(headers));
  }
  // `condition` must come true; the test's own timeout is the limit.
  template <class Condition>
  void until(Condition condition) {
    asio::steady_timer wake(loop_);
    while (!condition()) {
      wake.expires_after(std::chrono::milliseconds(5));
      wake.async_wait([](boost::system::error_code) {});
      loop_.run_one();
    }
  }
  void settle() {
    while (loop_.poll() > 0) {
    }
  }

  std::unique_ptr<Features> talking_;
  std::unique_ptr<Endpoint> legacyEndpoint_;
  std::string session_;
  std::vector<std::shared_ptr<Stream>> streams_;
};

}  // namespace executor::mcp
