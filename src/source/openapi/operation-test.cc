// What an operation's answers, servers and credentials become; the rules of reference OAS-23 and
// OAS-41 to OAS-43 where product decisions did not replace them.
#include "source/openapi/operation.h"

#include <gtest/gtest.h>

#include "source/openapi/compiled-for-test.h"
#include "source/openapi/parameters.h"
#include "source/openapi/security.h"

namespace executor::source::openapi {
namespace {

// "format mediaType" of the answer; "empty" for nothing; "unknown" if nothing is said.
std::string output(std::string_view responses, std::string_view components = "") {
  const auto set = compiledFrame("paths: {/a: {get: {responses: " + std::string(responses) +
                                 "}}}\n" + std::string(components));
  const auto tool = onlyTool(set);
  if (tool.outputEmpty) return "empty";
  if (tool.outputSchema == kNoSchema)
    return tool.outputMediaType.empty() ? "unknown" : "? " + std::string(tool.outputMediaType);
  return std::string(set->schema(tool.outputSchema).format) + " " +
         std::string(tool.outputMediaType);
}

struct Row {
  std::string_view responses, output;
};

// Every schema carries its name as `format`, so a row shows which one was taken.
TEST(Operation, TheAnswerIsTheLowestSuccessWithASchema) {
  const std::vector<Row> rows = {
      {"{}", "unknown"},
      {"{'404': {content: {application/json: {schema: {format: e}}}}}", "unknown"},
      {"{'200': {content: {application/json: {schema: {format: a}}}}}", "a application/json"},
      {"{200: {content: {application/json: {schema: {format: a}}}}}", "a application/json"},
      {"{'201': {content: {application/json: {schema: {format: b}}}}, '200': {description: d}}",
       "b application/json"},
      {"{2XX: {content: {application/json: {schema: {format: x}}}}, '299': {content: "
       "{application/json: {schema: {format: y}}}}}",
       "y application/json"},
      {"{'2xx': {content: {application/json: {schema: {format: x}}}}}", "x application/json"},
      {"{'200': {content: {text/csv: {schema: {format: a}}}}}", "a text/csv"},
      {"{'200': {content: {text/csv: {}}}}", "? text/csv"},
      {"{'204': {description: none}}", "empty"},
      {"{'200': {description: nothing, content: {}}}", "empty"},
      {"{'204': {}, '200': {content: {text/csv: {}}}}", "? text/csv"},
      {"{'200': {content: {application/xml: {}}}, '206': {content: {application/json: {schema: "
       "{format: p}}}}}",
       "p application/json"}};
  for (const auto& row : rows) EXPECT_EQ(output(row.responses), row.output) << row.responses;
}

TEST(Operation, AReferencedAnswerIsFollowedAndALostOneSaysNothing) {
  EXPECT_EQ(output("{'200': {$ref: '#/components/responses/R'}}",
                   "components: {responses: {R: {content: {application/json: {schema: {format: "
                   "r}}}}}}"),
            "r application/json");
  EXPECT_EQ(output("{'200': {$ref: '#/components/responses/Gone'}, '201': {content: "
                   "{application/json: {schema: {format: b}}}}}"),
            "b application/json");
}

std::string securityOf(std::string_view operation, std::string_view document = "") {
  const auto set = compiledFrame(std::string(document) + "paths: {/a: {get: {" +
                                 std::string(operation) + "}}}\n");
  std::string out;
  for (const auto& alternative : onlyTool(set).security) {
    out += out.empty() ? "" : " or ";
    std::string names;
    for (const auto name : alternative) names += (names.empty() ? "" : "+") + std::string(name);
    out += names.empty() ? "nothing" : names;
  }
  return out;
}

// OpenAPI, "Security Requirement Object": one of the list, all of its names; {} needs nothing.
TEST(Operation, SecurityIsAListOfAlternatives) {
  EXPECT_EQ(securityOf(""), "");
  EXPECT_EQ(securityOf("", "security: [{a: []}]\n"), "a");
  EXPECT_EQ(securityOf("security: []", "security: [{a: []}]\n"), "nothing");
  EXPECT_EQ(securityOf("security: [{}]", "security: [{a: []}]\n"), "nothing");
  EXPECT_EQ(securityOf("security: [{b: [read], c: []}, {}, {d: []}]"), "b+c or nothing or d");
  EXPECT_EQ(securityOf("security: [5, {b: []}]"), "b");
  EXPECT_EQ(securityOf("security: text", "security: [{a: []}]\n"), "");
}

std::string schemes(std::string_view yaml) {
  const auto set =
      compiledFrame("paths: {}\ncomponents: {securitySchemes: " + std::string(yaml) + "}\n");
  std::string out;
  for (const auto& scheme : set->securitySchemes()) {
    if (!out.empty()) out += ' ';
    out += scheme.name + "=" + scheme.type;
    if (!scheme.in.empty()) out += "(" + scheme.in + ":" + scheme.parameter + ")";
  }
  return out;
}

// What cannot be satisfied is listed as such: a person then learns why nothing is offered for it.
TEST(Security, SchemesThatCannotBeSatisfiedAreListedAsUnsupported) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"{a: {type: http, scheme: BEARER}}", "a=bearer"},
      {"{a: {type: http, scheme: Digest}}", "a=unsupported"},
      {"{a: {type: http}}", "a=unsupported"},
      {"{a: {type: apiKey, in: header, name: X-Key}}", "a=apiKey(header:X-Key)"},
      {"{a: {type: apiKey, in: cookie, name: sid}}", "a=apiKey(cookie:sid)"},
      {"{a: {type: apiKey, in: body, name: k}}", "a=unsupported(body:k)"},
      {"{a: {type: apiKey, in: header}}", "a=unsupported(header:)"},
      {"{a: {type: apikey, in: header, name: k}}", "a=unsupported"},
      {"{a: {type: oauth2}, b: {type: openIdConnect}}", "a=oauth2 b=openIdConnect"},
      {"{a: {}}", "a=unsupported"},
      {"{a: 5, b: {$ref: '#/gone'}}", ""},
      {"{a: {$ref: '#/components/securitySchemes/b'}, b: {type: http, scheme: basic}}",
       "a=basic b=basic"},
      {"[]", ""}};
  for (const auto& [yaml, wanted] : rows) EXPECT_EQ(schemes(yaml), wanted) << yaml;
}

std::string serversOf(std::string_view servers, std::string_view documentUrl = "") {
  CompileOptions options;
  options.documentUrl = documentUrl;
  const auto set = compiled(
      "openapi: 3.1.0\nservers: " + std::string(servers) + "\npaths: {/a: {get: {}}}\n", options);
  std::string out;
  for (const auto url : set->tool(0).servers) out += (out.empty() ? "" : " ") + std::string(url);
  return out;
}

TEST(Operation, ServerVariablesTakeTheirDefaults) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"[{url: 'https://{r}.test', variables: {r: {default: eu}}}]", "https://eu.test"},
      {"[{url: 'https://h.test:{p}', variables: {p: {default: 8443}}}]", "https://h.test:8443"},
      {"[{url: 'https://h.test/{b}', variables: {b: {default: ''}}}]", "https://h.test/"},
      {"[{url: 'https://{r}.test', variables: {r: {enum: [eu]}}}]", "https://{r}.test"},
      {"[{url: 'https://{r}.test', variables: {r: eu}}]", "https://{r}.test"},
      {"[{url: 'https://{r}.test', variables: []}]", "https://{r}.test"},
      {"[{url: 'https://h.test/{'}]", "https://h.test/{"},
      {"[{url: ''}, {url: 'https://b.test'}]", "https://b.test"},
      {"[{url: 5}, {url: ' https://b.test '}]", "https://b.test"},
      {"[{url: 'https://a.test'}, {url: 'https://b.test'}]", "https://a.test https://b.test"}};
  for (const auto& [servers, wanted] : rows) EXPECT_EQ(serversOf(servers), wanted) << servers;
}

TEST(Operation, RelativeServersGoByTheDocumentsUrl) {
  constexpr std::string_view kUrl = "https://docs.test/api/v2/openapi.json?key=1#top";
  EXPECT_EQ(serversOf("[{url: /v3}]", kUrl), "https://docs.test/v3");
  EXPECT_EQ(serversOf("[{url: v3}]", kUrl), "https://docs.test/api/v2/v3");
  EXPECT_EQ(serversOf("[{url: '{b}/v3', variables: {b: {default: ''}}}]", kUrl),
            "https://docs.test/v3");
  EXPECT_EQ(serversOf("[]", kUrl), "https://docs.test/");
  EXPECT_EQ(serversOf("[{url: /v3}]"), "/v3");
}

// OpenAPI, "Path Item Object": a parameter is its name and its place together.
TEST(Parameters, NameAndPlaceTogetherAreTheKey) {
  const auto set = compiledFrame(
      "paths: {/a: {parameters: [{name: n, in: header, description: path}, {name: N, in: query}, "
      "{name: only, in: cookie}], get: {parameters: [{name: n, in: query}, {name: n, in: header, "
      "description: own}, {name: n, in: query, description: twice}]}}}");
  std::string out;
  for (const auto& p : onlyTool(set).parameters)
    out += std::string(p.flatName) + "(" + std::string(p.description) + ") ";
  EXPECT_EQ(out, "n() N() n_header(own) only() ");
}

TEST(Parameters, HeadersOfTheProtocolAreNotForPrograms) {
  const auto set = compiledFrame(
      "paths: {/a: {get: {parameters: [{name: Accept, in: header}, {name: CONTENT-TYPE, in: "
      "header}, {name: authorization, in: header}, {name: Authorization, in: query}, {name: "
      "X-Accept, in: header}]}}}");
  std::string out;
  for (const auto& p : onlyTool(set).parameters) out += std::string(p.flatName) + " ";
  EXPECT_EQ(out, "Authorization X-Accept ");
  EXPECT_TRUE(set->warnings().empty());
}

TEST(Parameters, PlaceholdersAreFoundOnceInOrder) {
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(placeholdersOf("/a/{x}/{y}/{x}"), (Names{"x", "y"}));
  EXPECT_EQ(placeholdersOf("/{a}{b}.{c}"), (Names{"a", "b", "c"}));
  EXPECT_EQ(placeholdersOf("/{a/{b}"), (Names{"a/{b"}));
  EXPECT_EQ(placeholdersOf("/{}/}{"), Names{});
  EXPECT_EQ(placeholdersOf(""), Names{});
}

}  // namespace
}  // namespace executor::source::openapi
