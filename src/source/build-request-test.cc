#include <gtest/gtest.h>

#include "source/openapi/compiled-for-test.h"
#include "source/operation.h"

namespace executor::source {
namespace {

using openapi::compiledFrame;
using Kind = Authorization::Kind;

struct Call {
  std::string document;
  std::string input = "{}";
  std::string baseUrl;
  Authorization authorization;
};

Result<net::ClientRequest> built(const Call& call) {
  const auto set = compiledFrame(call.document);
  const auto tool = set->tool(0);
  const auto input = prepareInput(*set, tool, parseJson(call.input).value());
  if (!input) return std::unexpected(input.error());
  return buildRequest(*set, tool, *input, call.baseUrl, call.authorization);
}

std::string urlOf(const Call& call) {
  const auto request = built(call);
  return request ? request->url : std::string(request.error().codeName());
}

std::string withQuery(std::string_view parameter) {
  return "paths: {/x: {get: {parameters: [{name: a, in: query, " + std::string(parameter) + "}]}}}";
}

struct QueryVector {
  std::string_view parameter, value, query;
};

// Reference OAS-55 with the standard's delimiters, which stay literal.
TEST(BuildRequest, QueryStylesFollowTheVectors) {
  const std::vector<QueryVector> vectors = {
      {"", R"("x")", "?a=x"},
      {"", "5", "?a=5"},
      {"", "true", "?a=true"},
      {"", R"("")", "?a="},
      {"", R"(["x","y z"])", "?a=x&a=y%20z"},
      {"explode: false", R"(["x","y,z"])", "?a=x,y%2Cz"},
      {"style: spaceDelimited, explode: false", R"(["x","y"])", "?a=x%20y"},
      {"style: pipeDelimited, explode: false", R"(["x","y"])", "?a=x%7Cy"},
      {"style: deepObject", R"(["x","y"])", "?a=x,y"},
      {"", "[]", ""},
      {"explode: false", "[]", "?a="},
      {"", R"({"a":1,"b":[1,2]})", "?a=1&b=%5B1%2C2%5D"},
      {"explode: false", R"({"a":1,"b":"x y"})", "?a=a,1,b,x%20y"},
      {"style: deepObject", R"({"a":1,"b":{"c":2,"d":[3]}})",
       "?a%5Ba%5D=1&a%5Bb%5D%5Bc%5D=2&a%5Bb%5D%5Bd%5D%5B0%5D=3"},
      {"", "{}", ""},
      {"allowReserved: true", R"("a/b?c=d&e#f")", "?a=a/b?c=d%26e%23f"},
      {"content: {application/json: {}}", R"({"k":[1]})", "?a=%7B%22k%22%3A%5B1%5D%7D"}};
  for (const auto& v : vectors)
    EXPECT_EQ(urlOf({withQuery(v.parameter), "{\"a\":" + std::string(v.value) + "}"}),
              "https://api.test/v1/x" + std::string(v.query))
        << v.parameter << " " << v.value;
}

TEST(BuildRequest, PathStylesFollowTheStandard) {
  const std::vector<QueryVector> vectors = {{"", R"("a/b c")", "a%2Fb%20c"},
                                            {"", "[1,2]", "1,2"},
                                            {"explode: true", R"({"a":1,"b":2})", "a=1,b=2"},
                                            {"", R"({"a":1,"b":2})", "a,1,b,2"},
                                            {"style: label", "[1,2]", ".1,2"},
                                            {"style: label, explode: true", "[1,2]", ".1.2"},
                                            {"style: matrix", "[1,2]", ";p=1,2"},
                                            {"style: matrix, explode: true", "[1,2]", ";p=1;p=2"},
                                            {"style: matrix, explode: true", R"({"a":1})", ";a=1"},
                                            {"", R"("..a")", "..a"}};
  for (const auto& v : vectors)
    EXPECT_EQ(urlOf({"paths: {'/x/{p}/y': {get: {parameters: [{name: p, in: path, " +
                         std::string(v.parameter) + "}]}}}",
                     "{\"p\":" + std::string(v.value) + "}"}),
              "https://api.test/v1/x/" + std::string(v.query) + "/y");
}

const std::string kPath = "paths: {'/a/{id}/c': {get: {parameters: [{name: id, in: path}]}}}";

// OAS-56's quirk: `..` would have called /a/c instead.
TEST(BuildRequest, RefusesPathValuesThatWalk) {
  for (const auto value : {".", "..", ""})
    EXPECT_EQ(urlOf({kPath, R"({"id":")" + std::string(value) + "\"}"}), "invalid_input") << value;
  EXPECT_EQ(urlOf({kPath, R"({"id":"%2e%2e"})"}), "https://api.test/v1/a/%252e%252e/c");
  EXPECT_EQ(urlOf({kPath, R"({"id":"../../admin"})"}), "https://api.test/v1/a/..%2F..%2Fadmin/c");
}

TEST(BuildRequest, RefusesDotSegmentsThatTwoValuesMake) {
  const std::string document =
      "paths: {'/a/{x}{y}/c': {get: {parameters: [{name: x, in: path}, {name: y, in: path, style: "
      "label}]}}}";
  EXPECT_EQ(urlOf({document, R"({"x":".","y":"b"})"}), "invalid_input");
  EXPECT_EQ(urlOf({"paths: {'/a/.{x}/c': {get: {}}}", R"({"x":"b"})"}),
            "https://api.test/v1/a/.b/c");
}

TEST(BuildRequest, FillsEveryOccurrenceOfAPlaceholder) {
  EXPECT_EQ(urlOf({"paths: {'/a/{id}/b/{id}': {get: {}}}", R"({"id":"7"})"}),
            "https://api.test/v1/a/7/b/7");
}

TEST(BuildRequest, AQueryInThePathTemplateIsContinued) {
  EXPECT_EQ(urlOf({"paths: {'/x?p={p}': {get: {parameters: [{name: a, in: query}]}}}",
                   R"({"p":"1 2","a":"3"})"}),
            "https://api.test/v1/x?p=1%202&a=3");
}

// OAS-58's quirk: a query on the base URL was corrupted.
TEST(BuildRequest, KeepsTheBaseUrlsQueryAndOneSlash) {
  const std::string document = withQuery("schema: {type: string}");
  EXPECT_EQ(urlOf({document, R"({"a":"1"})", "https://b.test/v2/?k=v#frag"}),
            "https://b.test/v2/x?k=v&a=1");
  EXPECT_EQ(urlOf({document, "{}", "http://b.test"}), "http://b.test/x");
}

TEST(BuildRequest, NeedsACompleteServerUrl) {
  for (const auto base : {"/v1", "ftp://h.test", "https://{region}.test"})
    EXPECT_EQ(urlOf({kPath, R"({"id":"1"})", base}), "invalid_argument") << base;
}

std::string header(const Call& call, std::string_view name) {
  const auto request = built(call);
  return request ? std::string(request->headers.get(name)) : request.error().message;
}

const std::string kHeaders =
    "paths: {/x: {get: {operationId: op, parameters: [{name: X-A, in: header}, {name: c, in: "
    "cookie}, {name: d, in: cookie}, {name: key, in: query}]}}}";

TEST(BuildRequest, WritesHeadersAndCookies) {
  EXPECT_EQ(header({kHeaders, R"({"X-A":[1,2]})"}, "x-a"), "1,2");
  EXPECT_EQ(header({kHeaders, R"({"X-A":{"a":1,"b":2}})"}, "x-a"), "a,1,b,2");
  EXPECT_EQ(header({kHeaders, R"({"c":"x; y","d":[1,2]})"}, "Cookie"), "c=x%3B%20y; d=1,2");
}

TEST(BuildRequest, RefusesLineBreaksInHeaders) {
  EXPECT_EQ(header({kHeaders, R"({"X-A":"a\r\nHost: evil"})"}, "X-A"),
            "`X-A` of op must not contain a line break.");
}

TEST(BuildRequest, PlacesEachKindOfCredential) {
  const auto with = [](Kind kind, std::string name, std::string value) {
    return Call{
        kHeaders, R"({"c":"1","key":"mine"})", "", {kind, std::move(name), std::move(value)}};
  };
  EXPECT_EQ(header(with(Kind::bearer, "", "t"), "Authorization"), "Bearer t");
  EXPECT_EQ(header(with(Kind::basic, "", "u:p"), "Authorization"), "Basic dTpw");
  EXPECT_EQ(header(with(Kind::apiKeyHeader, "X-Key", "k"), "x-key"), "k");
  EXPECT_EQ(header(with(Kind::apiKeyCookie, "s", "k"), "Cookie"), "c=1; s=k");
  EXPECT_EQ(urlOf(with(Kind::apiKeyQuery, "api key", "k&1")),
            "https://api.test/v1/x?key=mine&api%20key=k%261");
}

TEST(BuildRequest, ACredentialReplacesAnInputOfItsName) {
  EXPECT_EQ(urlOf({kHeaders, R"({"key":"mine"})", "", {Kind::apiKeyQuery, "key", "real"}}),
            "https://api.test/v1/x?key=real");
  EXPECT_EQ(header({kHeaders, R"({"X-A":"mine"})", "", {Kind::apiKeyHeader, "x-a", "real"}}, "X-A"),
            "real");
}

TEST(BuildRequest, MarksHeadersThatCarryCredentials) {
  const auto sensitive = [](Kind kind, std::string name) {
    return built({kHeaders, "{}", "", {kind, std::move(name), "v"}})->sensitive;
  };
  EXPECT_EQ(sensitive(Kind::bearer, ""), (std::vector<std::string>{"Authorization"}));
  EXPECT_EQ(sensitive(Kind::apiKeyHeader, "X-Key"), (std::vector<std::string>{"X-Key"}));
  EXPECT_EQ(sensitive(Kind::apiKeyCookie, "s"), (std::vector<std::string>{"Cookie"}));
  EXPECT_TRUE(sensitive(Kind::none, "").empty());
}

TEST(BuildRequest, RefusesACredentialWithALineBreak) {
  EXPECT_EQ(urlOf({kHeaders, "{}", "", {Kind::bearer, "", "a\nb"}}), "credential_missing");
}

std::string withBody(std::string_view mediaType, std::string_view schema = "{}") {
  return "paths: {/x: {post: {operationId: op, parameters: [{name: n, in: query}], requestBody: "
         "{content: {'" +
         std::string(mediaType) + "': {schema: " + std::string(schema) + "}}}}}}";
}

std::string bodyOf(const Call& call) {
  const auto request = built(call);
  if (!request) return std::string(request.error().codeName());
  const auto type = request->headers.get("Content-Type");
  return type.empty() ? "none" : std::string(type) + " " + request->body;
}

constexpr std::string_view kTwo = "{type: object, properties: {n: {}, m: {type: array}}}";

TEST(BuildRequest, SendsAFlatBodyUnderItsOwnNames) {
  EXPECT_EQ(bodyOf({withBody("application/json", kTwo), R"({"n":1,"n_body":2,"m":[]})"}),
            R"(application/json {"n":2,"m":[]})");
  EXPECT_EQ(bodyOf({withBody("application/json", kTwo), R"({"n":1})"}), "none");
}

TEST(BuildRequest, ARequiredBodyIsSentEvenIfEmpty) {
  EXPECT_EQ(bodyOf({"paths: {/x: {post: {requestBody: {required: true, content: {application/json: "
                    "{schema: {properties: {a: {}}}}}}}}}"}),
            "application/json {}");
}

TEST(BuildRequest, SendsWholeBodiesOfAnyJson) {
  for (const auto value : {"[]", "0", "false", R"("text")", "[1,{\"a\":null}]"})
    EXPECT_EQ(bodyOf({withBody("application/vnd.x+json"), "{\"body\":" + std::string(value) + "}"}),
              "application/vnd.x+json " + std::string(value));
}

// D22: an integer that JavaScript cannot hold reaches the upstream exactly.
TEST(BuildRequest, SendsBigIntegersExactly) {
  EXPECT_EQ(
      bodyOf({withBody("application/json", "{type: object, properties: {id: {type: integer}}}"),
              R"({"id":"9223372036854775807"})"}),
      R"(application/json {"id":9223372036854775807})");
}

TEST(BuildRequest, SendsTextBytesAndFlatForms) {
  EXPECT_EQ(bodyOf({withBody("text/plain", "{type: string}"), R"({"body":"# Hi"})"}),
            "text/plain # Hi");
  EXPECT_EQ(bodyOf({withBody("application/octet-stream"), R"({"body":{"base64":"AAE="}})"}),
            std::string("application/octet-stream \0\1", 27));
  EXPECT_EQ(bodyOf({withBody("application/octet-stream"), R"({"body":{"base64":"?"}})"}),
            "invalid_input");
  EXPECT_EQ(bodyOf({withBody("application/x-www-form-urlencoded", kTwo),
                    R"({"n_body":"a b","m":["x","&"]})"}),
            "application/x-www-form-urlencoded n=a%20b&m=x&m=%26");
}

TEST(BuildRequest, RefusesBodiesItCannotSendExactly) {
  EXPECT_EQ(bodyOf({withBody("multipart/form-data", kTwo), R"({"n_body":1})"}),
            "unsupported_media_type");
  EXPECT_EQ(bodyOf({withBody("application/x-www-form-urlencoded", kTwo), R"({"m":[{"a":1}]})"}),
            "unsupported_media_type");
}

TEST(BuildRequest, AsksForTheDeclaredMediaType) {
  const auto accept = [](std::string_view type) {
    return header({"paths: {/x: {get: {responses: {'200': {content: {'" + std::string(type) +
                   "': {schema: {type: string}}}}}}}}"},
                  "Accept");
  };
  EXPECT_EQ(accept("application/json"), "application/json, */*;q=0.5");
  EXPECT_EQ(accept("image/png"), "image/png, application/json;q=0.9, */*;q=0.5");
}

}  // namespace
}  // namespace executor::source
