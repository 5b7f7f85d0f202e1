#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/client.h"
#include "net/test-support.h"

namespace executor::net {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Two servers: ports differ, so they are two origins.
class RedirectTest : public ::testing::Test {
 protected:
  RedirectTest() {
    for (auto* router : {&router_, &otherRouter_}) {
      for (auto method : {"GET", "POST", "PUT"}) router->add(method, "/seen", seen());
    }
    for (auto method : {"GET", "POST", "PUT"}) {
      router_.add(method, "/to/*", [this](Request request) -> Task<Response> {
        Response response{.status = std::stoi(request.pathParameters[0])};
        response.headers.set("Location", location_);
        co_return response;
      });
    }
    EXPECT_TRUE(server_.listen().has_value());
    EXPECT_TRUE(other_.listen().has_value());
  }

  // What arrived, for the test to read.
  static Handler seen() {
    return [](Request request) -> Task<Response> {
      std::string text = request.method + " body=" + request.body;
      for (auto name : {"Authorization", "X-Api-Key", "Cookie", "X-Plain", "Content-Type"}) {
        if (request.headers.has(name)) text += std::string(" ") + name;
      }
      co_return Response::text(200, text);
    };
  }

  Result<ClientResponse> send(ClientRequest request) {
    return test::run(loop_, client_.send(std::move(request)));
  }

  ClientRequest post(int status) {
    ClientRequest request{.method = "POST",
                          .url = server_.url() + "/to/" + std::to_string(status),
                          .sensitive = {"X-Api-Key"},
                          .body = "b"};
    for (auto name : {"Authorization", "X-Api-Key", "Cookie", "X-Plain", "Content-Type"}) {
      request.headers.set(name, "v");
    }
    return request;
  }

  asio::io_context loop_{1};
  Router router_;
  Router otherRouter_;
  HttpServer server_{loop_, router_, {}};
  HttpServer other_{loop_, otherRouter_, {}};
  HttpClient client_{loop_, {}};
  std::string location_ = "/seen";
};

TEST_F(RedirectTest, SeeOtherBecomesGetWithoutBody) {
  for (int status : {301, 302, 303}) {
    EXPECT_EQ(send(post(status))->body, "GET body= Authorization X-Api-Key Cookie X-Plain")
        << status;
  }
}

TEST_F(RedirectTest, TemporaryAndPermanentKeepMethodAndBody) {
  for (int status : {307, 308}) {
    EXPECT_THAT(send(post(status))->body, StartsWith("POST body=b Authorization")) << status;
  }
}

TEST_F(RedirectTest, PutKeepsItsMethodExceptAfter303) {
  auto request = post(302);
  request.method = "PUT";
  EXPECT_THAT(send(request)->body, StartsWith("PUT body=b"));
  request.url = server_.url() + "/to/303";
  EXPECT_THAT(send(request)->body, StartsWith("GET body="));
}

TEST_F(RedirectTest, CredentialsNeverGoToAnotherOrigin) {
  location_ = other_.url() + "/seen";
  for (int status : {301, 302, 303, 307, 308}) {
    auto response = send(post(status));
    ASSERT_TRUE(response);
    EXPECT_THAT(response->body, HasSubstr("X-Plain"));
    for (auto name : {"Authorization", "X-Api-Key", "Cookie"}) {
      EXPECT_EQ(response->body.find(name), std::string::npos) << status << " " << name;
    }
    EXPECT_EQ(response->url, location_);
  }
}

TEST_F(RedirectTest, ComingBackDoesNotRestoreCredentials) {
  otherRouter_.add("GET", "/back", [this](Request) -> Task<Response> {
    co_return Response::redirect(server_.url() + "/seen");
  });
  location_ = other_.url() + "/back";
  EXPECT_EQ(send(post(303))->body, "GET body= X-Plain");
}

TEST_F(RedirectTest, ZeroRedirectsReturnsTheAnswerItself) {
  auto request = post(302);
  request.maxRedirects = 0;
  auto response = send(request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 302);
}

TEST_F(RedirectTest, LoopsEndAtTheLimit) {
  location_ = "/to/302";
  auto response = send(post(302));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::upstream_invalid);
  EXPECT_THAT(response.error().detail, StartsWith("sent"));
}

TEST_F(RedirectTest, ARedirectWithoutLocationIsTheAnswer) {
  router_.add("GET", "/bare", [](Request) -> Task<Response> { co_return Response{.status = 302}; });
  EXPECT_EQ(send({.url = server_.url() + "/bare"})->status, 302);
}

TEST_F(RedirectTest, EachHopPassesTheGuard) {
  location_ = "http://169.254.169.254/latest/meta-data/";
  auto response = send(post(302));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::egress_denied);
  EXPECT_THAT(response.error().detail, StartsWith("sent"));
}

TEST_F(RedirectTest, UnusableLocationsAreInvalid) {
  for (auto location :
       {"file:///etc/passwd", "http://user@127.0.0.1/", "javascript:x", "http://"}) {
    location_ = location;
    auto response = send(post(302));
    ASSERT_FALSE(response) << location;
    EXPECT_EQ(response.error().code, ErrorCode::upstream_invalid) << location;
  }
}

TEST_F(RedirectTest, OnRedirectSeesEachUrlAndMayRefuse) {
  std::vector<std::string> urls;
  auto request = post(302);
  request.onRedirect = [&](std::string_view url) -> Status {
    urls.emplace_back(url);
    return fail(ErrorCode::egress_denied, "Not this way.");
  };
  EXPECT_EQ(send(request).error().message, "Not this way.");
  EXPECT_EQ(urls, std::vector<std::string>{server_.url() + "/seen"});
}

}  // namespace
}  // namespace executor::net
