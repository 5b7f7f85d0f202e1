#include "source/request-body.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "source/openapi/compiled-for-test.h"

namespace executor::source {
namespace {

// "type bytes", "none", or the error's code and message.
std::string sent(std::string_view mediaType, std::string_view schema, std::string_view flat) {
  const auto set = openapi::compiledFrame(
      "paths: {/x: {post: {operationId: op, requestBody: {content: {'" + std::string(mediaType) +
      "': {schema: " + std::string(schema) + "}}}}}}");
  const auto body = makeRequestBody(set->tool(0), parseJson(flat).value().get_object());
  if (!body) return std::string(body.error().codeName()) + " " + body.error().message;
  return body->present ? body->contentType + " " + body->bytes : "none";
}

struct Row {
  std::string_view schema, flat, sent;
};

void expectRows(std::string_view mediaType, const std::vector<Row>& rows) {
  for (const auto& row : rows)
    EXPECT_EQ(sent(mediaType, row.schema, row.flat), row.sent) << mediaType << " " << row.flat;
}

constexpr std::string_view kObject = "{type: object, properties: {a: {}, b: {}}}";

TEST(RequestBody, JsonIsSentAsItIs) {
  expectRows("application/json", {{kObject, R"({"a":null})", R"(application/json {"a":null})"},
                                  {kObject, R"({"a":18446744073709551615,"b":0.1})",
                                   R"(application/json {"a":18446744073709551615,"b":0.1})"},
                                  {kObject, R"({"a":"\u0000\u001f é"})",
                                   "application/json {\"a\":\"\\u0000\\u001f é\"}"},
                                  {kObject, "{}", "none"},
                                  {"{}", R"({"body":null})", "application/json null"},
                                  {"{}", "{}", "none"}});
}

TEST(RequestBody, AMediaTypeKeepsItsName) {
  for (const auto type : {"application/json-patch+json", "application/vnd.github.v3+json"})
    EXPECT_EQ(sent(type, kObject, R"({"a":1})"), std::string(type) + R"( {"a":1})");
}

// A range is no type: it cannot stand in a Content-Type header (RFC 9110 section 8.3).
TEST(RequestBody, ARangeIsMadeAType) {
  EXPECT_EQ(sent("*/*", kObject, R"({"a":1})"), R"(application/json {"a":1})");
  EXPECT_EQ(sent("application/*", "{}", R"({"body":"x"})"), "application/octet-stream x");
}

TEST(RequestBody, FormsAreEncodedOnceAndRepeatTheirKeys) {
  expectRows("application/x-www-form-urlencoded",
             {{kObject, R"({"a":"x y&z=1","b":"+é"})",
               "application/x-www-form-urlencoded a=x%20y%26z%3D1&b=%2B%C3%A9"},
              {kObject, R"({"a":[1,true,null],"b":[]})",
               "application/x-www-form-urlencoded a=1&a=true&a=null"},
              {"{type: object, properties: {'k&=': {}}}", R"({"k&=":1})",
               "application/x-www-form-urlencoded k%26%3D=1"},
              {"{}", R"({"body":{"k":"v"}})", "application/x-www-form-urlencoded k=v"}});
}

TEST(RequestBody, WhatAFormCannotHoldIsRefused) {
  const std::string_view nested =
      "unsupported_media_type op takes application/x-www-form-urlencoded; a form with nested "
      "values cannot be sent yet.";
  expectRows("application/x-www-form-urlencoded",
             {{kObject, R"({"a":{"b":1}})", nested},
              {kObject, R"({"a":[[1]]})", nested},
              {"{}", R"({"body":[1]})",
               "unsupported_media_type op takes application/x-www-form-urlencoded; a form that is "
               "no object cannot be sent yet."}});
}

TEST(RequestBody, TextAndBytesAreSentUnchanged) {
  expectRows("text/csv", {{"{type: string}", R"({"body":"a,b\n1,2"})", "text/csv a,b\n1,2"},
                          {"{type: string}", R"({"body":""})", "text/csv "},
                          {"{}", R"({"body":{"base64":"aGk="}})", "text/csv hi"}});
}

TEST(RequestBody, BytesThatAreNoneAreTheCallersMistake) {
  for (const auto flat : {R"({"body":5})", R"({"body":[1]})", R"({"body":{}})",
                          R"({"body":{"base64":5}})", R"({"body":{"base64":"a b!"}})"}) {
    const std::string out = sent("application/octet-stream", "{}", flat);
    EXPECT_TRUE(out.starts_with("invalid_input ")) << flat << " " << out;
    EXPECT_NE(out.find("op"), std::string::npos) << out;
  }
}

// Downloads come as {base64, contentType}; an upload takes them as they came.
TEST(RequestBody, ADownloadCanBeUploadedAsItCame) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  const std::string flat =
      R"({"body":{"base64":")" + base64Encode(bytes) + R"(","contentType":"image/png"}})";
  EXPECT_EQ(sent("application/octet-stream", "{}", flat), "application/octet-stream " + bytes);
}

TEST(RequestBody, MultipartIsRefusedWithWhatToDo) {
  const auto set = openapi::compiledFrame(
      "paths: {/x: {post: {operationId: op, requestBody: {content: {multipart/form-data: {schema: "
      "{type: object, properties: {f: {}}}}}}}}}");
  const auto body = makeRequestBody(set->tool(0), json::object{{"f", "x"}});
  ASSERT_FALSE(body.has_value());
  EXPECT_EQ(body.error().codeName(), "unsupported_media_type");
  EXPECT_NE(body.error().hint.find("JSON"), std::string::npos);
}

}  // namespace
}  // namespace executor::source
