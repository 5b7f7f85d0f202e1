#include "identity/form.h"

#include <gtest/gtest.h>

namespace executor::identity {
namespace {

net::Request posted(std::string contentType, std::string body) {
  net::Request request;
  request.method = "POST";
  if (!contentType.empty()) request.headers.set("content-type", std::move(contentType));
  request.body = std::move(body);
  return request;
}

constexpr const char* kForm = "application/x-www-form-urlencoded";

TEST(FormField, ReadsTheFieldAsTheBrowserMeantIt) {
  const std::pair<const char*, const char*> cases[] = {
      {"csrf=abc", "abc"},
      {"reason=x&csrf=abc", "abc"},
      {"csrf=abc&reason=x", "abc"},
      {"csrf=a+b", "a b"},
      {"csrf=a%2Bb%26c%3Dd", "a+b&c=d"},
      {"csrf=%C3%A9", "é"},
      {"csrf=a=b", "a=b"},
      {"csrf=first&csrf=second", "first"},
      {"csrf=", ""},
      {"csrf", ""},
      {"", ""},
      {"csrfx=abc", ""},
      {"xcsrf=abc", ""},
      {"CSRF=abc", ""},
  };
  for (const auto& [body, value] : cases) {
    EXPECT_EQ(formField(posted(kForm, body), "csrf"), value) << body;
  }
}

// A body of another type can be sent by another site's script without asking (CORS), and JSON that
// looks like a form is none.
TEST(FormField, IsEmptyUnlessTheBodyIsAForm) {
  for (const auto* type : {"", "text/plain", "multipart/form-data", "application/json",
                           "application/x-www-form-urlencodedx", "text/plain; a=b"}) {
    EXPECT_EQ(formField(posted(type, "csrf=abc"), "csrf"), "") << type;
    EXPECT_FALSE(isForm(posted(type, ""))) << type;
  }
  for (const auto* type : {kForm, "Application/X-WWW-Form-URLEncoded",
                           "application/x-www-form-urlencoded; charset=utf-8",
                           " application/x-www-form-urlencoded ;charset=utf-8"}) {
    EXPECT_EQ(formField(posted(type, "csrf=abc"), "csrf"), "abc") << type;
  }
}

TEST(FormField, IsNotReadFromTheQuery) {
  auto request = posted(kForm, "reason=x");
  request.query = "csrf=abc";
  EXPECT_EQ(formField(request, "csrf"), "");
}

}  // namespace
}  // namespace executor::identity
