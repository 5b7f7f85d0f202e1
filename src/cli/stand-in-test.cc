#include "cli/stand-in.h"

#include <gtest/gtest.h>

#include "net/client.h"
#include "net/test-support.h"
#include "source/openapi/compiler.h"

namespace executor::cli {
namespace {

std::shared_ptr<const source::ToolSet> compiled(std::string_view paths) {
  auto bytes = source::openapi::compileOpenApi(
      "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://api.test'}]\n" +
      std::string(paths));
  EXPECT_TRUE(bytes) << bytes.error().message;
  return *source::ToolSet::fromBytes(*std::move(bytes));
}

// A sample of one schema, given as YAML.
json::value sample(std::string_view schema, const json::object& echo = {}) {
  auto set = compiled(
      "paths: {/a: {get: {responses: {'200': {description: x, content: "
      "{application/json: {schema: " +
      std::string(schema) + "}}}}}}}");
  return sampleOf(*set, set->tool(0).outputSchema, echo);
}

TEST(StandInSample, HasTheTypeOfTheSchema) {
  EXPECT_TRUE(sample("{type: integer}").is_number());
  EXPECT_TRUE(sample("{type: number}").is_number());
  EXPECT_TRUE(sample("{type: boolean}").is_bool());
  EXPECT_TRUE(sample("{type: string}").is_string());
  EXPECT_TRUE(sample("{type: array, items: {type: string}}").is_array());
  EXPECT_TRUE(sample("{type: object, properties: {a: {type: string}}}").is_object());
  EXPECT_TRUE(sample("{}").is_null());
}

TEST(StandInSample, TakesWhatTheDocumentGives) {
  EXPECT_EQ(sample("{const: fixed}"), json::value("fixed"));
  EXPECT_EQ(sample("{type: integer, default: 7}"), json::value(7));
  EXPECT_EQ(sample("{type: string, enum: [open, closed]}"), json::value("open"));
}

TEST(StandInSample, AStringFollowsItsFormat) {
  EXPECT_EQ(sample("{type: string, format: date-time}"), json::value("2026-01-02T03:04:05Z"));
  EXPECT_EQ(sample("{type: string, format: uri}"), json::value("https://example.com/"));
}

TEST(StandInSample, AnObjectHasItsPropertiesAndWhatWasSent) {
  auto value = sample(
      "{type: object, required: [title], properties: {id: {type: integer}, "
      "title: {type: string}}}",
      {{"title", "sent"}});
  EXPECT_EQ(findString(value, "title"), "sent");
  EXPECT_EQ(findInteger(value, "id"), 1);
}

TEST(StandInSample, AllOfIsOneObject) {
  auto value = sample(
      "{allOf: [{type: object, properties: {a: {type: integer}}}, "
      "{type: object, properties: {b: {type: boolean}}}]}");
  EXPECT_TRUE(find(value, "a"));
  EXPECT_TRUE(find(value, "b"));
}

TEST(StandInSample, OneOfIsItsFirst) {
  EXPECT_TRUE(sample("{oneOf: [{type: string}, {type: integer}]}").is_string());
}

TEST(StandInSample, ACircularSchemaEnds) {
  auto set = compiled(
      "components: {schemas: {N: {type: object, required: [next], "
      "properties: {next: {$ref: '#/components/schemas/N'}}}, "
      "L: {type: array, items: {$ref: '#/components/schemas/L'}}}}\n"
      "paths: {/n: {get: {responses: {'200': {description: x, content: {application/json: "
      "{schema: {$ref: '#/components/schemas/N'}}}}}}}, /l: {get: {responses: {'200': "
      "{description: x, content: {application/json: {schema: "
      "{$ref: '#/components/schemas/L'}}}}}}}}");
  for (std::uint32_t i = 0; i < set->toolCount(); ++i) {
    EXPECT_LT(serializeJson(sampleOf(*set, set->tool(i).outputSchema)).size(), 10'000u);
  }
}

class StandIn : public testing::Test {
 protected:
  net::ClientResponse send(std::string_view method, const std::string& path,
                           const std::string& body = "") {
    net::HttpServer server(loop_, router_, {});
    EXPECT_TRUE(server.listen());
    net::HttpClient client(loop_, {});
    net::ClientRequest request{
        .method = std::string(method), .url = server.url() + path, .body = body};
    auto response = net::test::run(loop_, client.send(std::move(request)));
    EXPECT_TRUE(response) << response.error().message;
    return response.value_or(net::ClientResponse{});
  }

  asio::io_context loop_{1};
  net::Router router_;
};

constexpr std::string_view kItems = R"(
components: {schemas: {Item: {type: object, required: [id, name],
  properties: {id: {type: integer}, name: {type: string}}}}}
paths:
  /items/{id}:
    get: {responses: {'200': {description: x, content: {application/json:
      {schema: {$ref: '#/components/schemas/Item'}}}}}}
    delete: {responses: {'204': {description: gone}}}
  /items:
    post: {requestBody: {content: {application/json: {schema:
      {$ref: '#/components/schemas/Item'}}}}, responses: {'201': {description: x,
      content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}}}
)";

TEST_F(StandIn, AnswersEachOperationByItsSchema) {
  addStandIn(router_, compiled(kItems));
  auto got = send("GET", "/items/17");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(*parseJson(got.body), *parseJson(R"({"id":1,"name":"text"})"));
}

TEST_F(StandIn, EchoesWhatIsCreated) {
  addStandIn(router_, compiled(kItems));
  auto made = send("POST", "/items", R"({"name":"mine","unknown":1})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(*parseJson(made.body), *parseJson(R"({"id":1,"name":"mine"})"));
}

TEST_F(StandIn, AnOperationWithoutContentAnswersEmpty) {
  addStandIn(router_, compiled(kItems));
  auto gone = send("DELETE", "/items/17");
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.body, "");
}

TEST_F(StandIn, WhatTheDocumentDoesNotHaveIsNotFound) {
  addStandIn(router_, compiled(kItems));
  EXPECT_EQ(send("GET", "/other").status, 404);
  EXPECT_EQ(send("PUT", "/items").status, 405);
}

}  // namespace
}  // namespace executor::cli
