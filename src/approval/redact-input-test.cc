// What a reviewer sees of an input, and what nobody sees.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "approval/approval.h"
#include "base/json.h"

namespace executor::approval {
namespace {

struct Redacted {
  std::string_view input, shown;
};

// Reference MCP-082. A false alarm costs a reviewer one field, a miss shows a password.
TEST(RedactInput, NamesAreReadAsPeopleReadThem) {
  const Redacted rows[] = {
      {R"({"APIKEY":1})", R"({"APIKEY":"[redacted]"})"},
      {R"({"api.key":1})", R"({"api.key":"[redacted]"})"},
      {R"({"Proxy-Authorization":1})", R"({"Proxy-Authorization":"[redacted]"})"},
      {R"({"client_secret":[1,2]})", R"({"client_secret":"[redacted]"})"},
      {R"({"nextPageToken":"x"})", R"({"nextPageToken":"[redacted]"})"},
      {R"({"secretary":"Ann"})", R"({"secretary":"[redacted]"})"},
      {R"({"key":"a","note":"my password is x"})", R"({"key":"a","note":"my password is x"})"},
      {R"({"tok en":1})", R"({"tok en":"[redacted]"})"},
      {R"([{"a":[[{"password":null}]]}])", R"([{"a":[[{"password":"[redacted]"}]]}])"},
      {R"({"password":{"token":1}})", R"({"password":"[redacted]"})"},
      {R"({"":1})", R"({"":1})"},
      {"5", "5"},
      {R"("token")", R"("token")"},
      {"", "\"[not readable]\""}};
  for (const Redacted& row : rows) EXPECT_EQ(redactInput(row.input), row.shown) << row.input;
}

// D22: what a person is shown is what will be sent, to the last digit.
TEST(RedactInput, NumbersStayExact) {
  EXPECT_EQ(redactInput(R"({"id":18446744073709551615,"x":0.1,"y":-9223372036854775808})"),
            R"({"id":18446744073709551615,"x":0.1,"y":-9223372036854775808})");
}

TEST(RedactInput, HidesMembersThatNameSecretsAtAnyDepth) {
  EXPECT_EQ(redactInput(R"({"a":[{"X-Api-Key":"1"},{"user_password":{"x":1}}],"b":"token"})"),
            R"({"a":[{"X-Api-Key":"[redacted]"},{"user_password":"[redacted]"}],"b":"token"})");
  EXPECT_EQ(redactInput(R"({"Authorization":1,"api key":2,"setCookie":3,"credentials":4})"),
            R"({"Authorization":"[redacted]","api key":"[redacted]","setCookie":"[redacted]",)"
            R"("credentials":"[redacted]"})");
  EXPECT_EQ(redactInput("{"), "\"[not readable]\"");
}

// A list of headers is as good a place for a key as an object of them.
TEST(RedactInput, TheValueOfAPairThatNamesASecretIsHidden) {
  const Redacted rows[] = {
      {R"({"headers":[{"name":"Authorization","value":"x"},{"name":"Accept","value":"y"}]})",
       R"({"headers":[{"name":"Authorization","value":"[redacted]"},)"
       R"({"name":"Accept","value":"y"}]})"},
      {R"({"key":"X-Api-Key","value":["a"]})", R"({"key":"X-Api-Key","value":"[redacted]"})"},
      {R"({"header":"Cookie","values":["a=1"]})", R"({"header":"Cookie","values":"[redacted]"})"},
      {R"({"name":"api_token","Value":{"a":1},"note":"n"})",
       R"({"name":"api_token","Value":"[redacted]","note":"n"})"},
      {R"({"name":"color","value":"red"})", R"({"name":"color","value":"red"})"},
      {R"({"name":5,"value":"red"})", R"({"name":5,"value":"red"})"}};
  for (const Redacted& row : rows) EXPECT_EQ(redactInput(row.input), row.shown) << row.input;
}

TEST(RedactInput, CredentialsInUrlsAreHiddenAndTheRestIsNot) {
  const Redacted rows[] = {
      {R"("https://ann:pw@host.example/p?q=1")", R"("https://[redacted]@host.example/p?q=1")"},
      {R"("https://host/p?access_token=abc&q=1#id_token=d&x=2")",
       R"("https://host/p?access_token=[redacted]&q=1#id_token=[redacted]&x=2")"},
      {R"("https://host?api%5Fkey=abc")", R"("https://host?api%5Fkey=[redacted]")"},
      {R"("postgres://u:p@db:5432/x")", R"("postgres://[redacted]@db:5432/x")"},
      {R"("see https://a:b@c/ and http://d?token=e, then f@g.example")",
       R"("see https://[redacted]@c/ and http://d?token=[redacted] then f@g.example")"},
      {R"("https://host/p@q")", R"("https://host/p@q")"},
      {R"("https://host/?mail=a@b")", R"("https://host/?mail=a@b")"},
      {R"("https://host/?token")", R"("https://host/?token")"},
      {R"("https://host/?%zz=1")", R"("https://host/?%zz=1")"},
      {R"("ann@host.example?token=x")", R"("ann@host.example?token=x")"},
      {R"("https://a/?next=https://u:p@b/")", R"("https://a/?next=https://[redacted]@b/")"},
      {R"("://")", R"("://")"},
      {R"({"url":["a://b@c"]})", R"({"url":["a://[redacted]@c"]})"}};
  for (const Redacted& row : rows) EXPECT_EQ(redactInput(row.input), row.shown) << row.input;
}

TEST(RedactInput, ACredentialWithItsSchemeIsHiddenUnderAnyName) {
  const Redacted rows[] = {
      {R"({"x":"Bearer abcdefgh"})", R"({"x":"Bearer [redacted]"})"},
      {R"({"x":"basic YTpiOmM9"})", R"({"x":"basic [redacted]"})"},
      {R"({"x":"Bearer of bad news"})", R"({"x":"Bearer of bad news"})"},
      {R"({"x":"Basic things first, please"})", R"({"x":"Basic things first, please"})"},
      {R"({"x":"Bearer "})", R"({"x":"Bearer "})"}};
  for (const Redacted& row : rows) EXPECT_EQ(redactInput(row.input), row.shown) << row.input;
}

TEST(RedactInput, LongTextsAreCutWhereAskedAndSaySo) {
  const std::string input = R"({"a":")" + std::string(50, 'x') + R"(","b":["short"]})";
  EXPECT_EQ(redactInput(input), input) << "whoever decides sees all of it";
  EXPECT_EQ(redactInput(input, 50), input);
  const std::string cut = redactInput(input, 49);
  EXPECT_NE(cut.find("1 bytes more"), std::string::npos) << cut;
  EXPECT_NE(cut.find("short"), std::string::npos);
}

// Every place that hides something, in every other: objects, arrays, pairs, URLs.
TEST(RedactInput, NoCanarySurvivesAtAnyDepth) {
  std::vector<std::string> places = {
      R"({"password":"canary"})", R"({"name":"Cookie","value":["canary"]})",
      R"("https://canary:canary@host/?session_token=canary")", R"("Bearer canary-canary")"};
  for (int depth = 0; depth < 4; ++depth) {
    std::vector<std::string> deeper;
    for (const std::string& inner : places) {
      deeper.push_back("[1," + inner + ",null]");
      deeper.push_back(R"({"a":)" + inner + R"(,"b":"kept"})");
    }
    for (const std::string& input : deeper) {
      EXPECT_EQ(redactInput(input).find("canary"), std::string::npos) << input;
    }
    places = std::move(deeper);
  }
}

// Hostile shapes give an answer that is JSON, whatever is in it.
TEST(RedactInput, WhateverIsGivenTheAnswerIsJson) {
  for (const std::string& input :
       {std::string(R"("\ud800://\ud800@x?token=\ud800")"), std::string(R"("a://b?=&&##?=")"),
        std::string(R"({"name":"token","value":{"name":"token","value":1}})"),
        "\"" + std::string(50'000, ':') + "//@\"",
        "[" + std::string(200, '[') + std::string(201, ']'),
        std::string("\"Bearer \\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\"")}) {
    EXPECT_TRUE(parseJson(redactInput(input))) << input.substr(0, 60);
  }
}

}  // namespace
}  // namespace executor::approval
