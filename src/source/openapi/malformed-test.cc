// Documents are written by people and by generators, and both make mistakes. A mistake costs the
// part it stands in and says where; the rest of the document goes on working.
#include <gtest/gtest.h>

#include "source/openapi/compiled-for-test.h"
#include "source/operation.h"

namespace executor::source::openapi {
namespace {

// "path(input! input, …)" of every tool, one after another.
std::string toolsOf(const ToolSet& set) {
  std::string out;
  for (std::uint32_t i = 0; i < set.toolCount(); ++i) {
    const ToolView tool = set.tool(i);
    out += (i > 0 ? " " : "") + std::string(tool.path) + "(";
    for (const auto& parameter : tool.parameters)
      out += (out.ends_with('(') ? "" : " ") + std::string(parameter.flatName) +
             (parameter.required ? "!" : "");
    out += ")";
  }
  return out;
}

struct Row {
  std::string_view rest;     // of the document
  std::string_view tools;    // what is left
  std::string_view warning;  // part of the only warning; empty: none
};

void expectRows(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    const auto set = compiledFrame(row.rest);
    ASSERT_NE(set, nullptr) << row.rest;
    EXPECT_EQ(toolsOf(*set), row.tools) << row.rest;
    const auto warnings = set->warnings();
    ASSERT_EQ(warnings.size(), row.warning.empty() ? 0u : 1u) << row.rest;
    if (!row.warning.empty())
      EXPECT_NE(warnings[0].find(row.warning), std::string::npos) << warnings[0];
  }
}

TEST(Malformed, APathThatIsNoObjectHasNoTools) {
  expectRows({{"paths: {/a: 5, /b: {get: {operationId: b}}}", "b()", "The path /a leads nowhere"},
              {"paths: {/a: [], /b: {get: {operationId: b}}}", "b()", "The path /a leads nowhere"},
              {"paths: {/a: null, /b: {get: {operationId: b}}}", "b()", "The path /a"},
              {"paths: {/a: {$ref: '#/paths/~1a'}}", "", "The path /a leads nowhere"},
              {"paths: {/a: {$ref: 'https://other.test/x#/a'}}", "", "The path /a leads nowhere"},
              {"paths: {/a: {}}", "", ""}});
}

TEST(Malformed, AnOperationThatIsNoObjectIsNoTool) {
  expectRows(
      {{"paths: {/a: {get: [], post: {operationId: p}}}", "p()", ""},
       {"paths: {/a: {get: null, put: yes, post: {operationId: p}}}", "p()", ""},
       // Methods are lower case (OpenAPI, "Path Item Object"); QUERY is no method of 3.1.
       {"paths: {/a: {GET: {operationId: g}, query: {}, post: {operationId: p}}}", "p()", ""}});
}

TEST(Malformed, TextsOfTheWrongTypeCountAsNone) {
  const auto set = compiledFrame(
      "paths: {/a: {summary: [P], get: {operationId: 5, summary: {a: 1}, description: 7, tags: "
      "{a: b}, deprecated: 'yes'}}}");
  const auto tool = onlyTool(set);
  EXPECT_EQ(tool.path, "get_a");
  EXPECT_EQ(tool.operationId, "");
  EXPECT_EQ(tool.summary, "");
  EXPECT_EQ(tool.description, "");
  EXPECT_EQ(tool.tag, "");
  EXPECT_FALSE(tool.deprecated);
}

TEST(Malformed, ATagThatIsNoTextGroupsNothing) {
  for (const auto tags : {"[]", "[5]", "[null, real]", "['']", "text"}) {
    const auto set =
        compiledFrame("paths: {/a: {get: {operationId: x, tags: " + std::string(tags) + "}}}");
    EXPECT_EQ(onlyTool(set).path, "x") << tags;
  }
}

// The warning names the operation and the parameter: that is where the author has to look.
TEST(Malformed, AParameterThatCannotBeSentIsNamedWithItsOperation) {
  const auto with = [](std::string_view parameter) {
    return "paths: {/a: {get: {operationId: x, parameters: [{name: ok, in: query}, " +
           std::string(parameter) + "]}}}";
  };
  const std::vector<std::pair<std::string, std::string_view>> rows = {
      {with("{name: p, in: formData}"), "GET /a: parameter p is in \"formData\""},
      {with("{name: p, in: Query}"), "GET /a: parameter p is in \"Query\""},
      {with("{name: p}"), "GET /a: parameter p is in \"\""},
      {with("{in: query}"), "GET /a: a parameter has no name"},
      {with("{name: '', in: query}"), "GET /a: a parameter has no name"},
      {with("{name: 5, in: query}"), "GET /a: a parameter has no name"},
      {with("5"), "GET /a: a parameter leads nowhere"},
      {with("{$ref: '#/components/parameters/Gone'}"), "GET /a: a parameter leads nowhere"}};
  for (const auto& [document, warning] : rows) expectRows({{document, "x(ok)", warning}});
}

TEST(Malformed, ListsThatAreNoListsHoldNothing) {
  expectRows({{"paths: {/a: {parameters: {p: {in: query}}, get: {operationId: x}}}", "x()", ""},
              {"paths: {/a: {get: {operationId: x, parameters: text}}}", "x()", ""},
              {"paths: {/a: {servers: {}, get: {operationId: x, responses: [], servers: 5}}}",
               "x()", ""}});
}

TEST(Malformed, ABodyThatLeadsNowhereIsLeftOutWithAWarning) {
  const auto with = [](std::string_view body) {
    return "paths: {/a: {post: {operationId: x, requestBody: " + std::string(body) + "}}}";
  };
  const std::string_view nowhere = "The request body of POST /a leads nowhere";
  expectRows({{with("{$ref: '#/components/requestBodies/Gone'}"), "x()", nowhere},
              {with("{$ref: '#/paths/~1a/post/requestBody'}"), "x()", nowhere},
              {with("5"), "x()", nowhere}});
}

// Nothing is known of such a body, so anything may be given.
TEST(Malformed, ABodyWithoutAUsableSchemaTakesAnything) {
  const auto with = [](std::string_view body) {
    return "paths: {/a: {post: {operationId: x, requestBody: " + std::string(body) + "}}}";
  };
  expectRows({{with("{}"), "x(body)", ""},
              {with("{required: true}"), "x(body!)", ""},
              {with("{content: []}"), "x(body)", ""},
              {with("{content: {application/json: null}}"), "x(body)", ""},
              {with("{content: {application/json: {schema: null}}}"), "x(body)", ""},
              {with("{content: {application/json: {schema: 5}}}"), "x(body)", ""}});
}

// References may stand where nobody expects them; each place follows or refuses on its own.
TEST(Malformed, ReferencesInOddPlacesLeadWhereTheySay) {
  expectRows(
      {{"paths: {/a: {get: {operationId: x, parameters: [{$ref: "
        "'#/paths/~1b/get/parameters/0'}]}}, "
        "/b: {get: {operationId: y, parameters: [{name: q, in: query}]}}}",
        "x(q) y(q)", ""},
       {"paths: {/a: {$ref: '#/paths/~1b'}, /b: {get: {operationId: y}}}", "y() y_2()", ""},
       {"paths: {/a: {post: {operationId: x, requestBody: {content: {application/json: {schema: "
        "{$ref: '#/paths/~1b/get/parameters/0/schema'}}}}}}, /b: {get: {operationId: y, "
        "parameters: [{name: q, in: query, schema: {type: object, properties: {p: {}}}}]}}}",
        "x(p) y(q)", ""},
       {"paths: {/a: {get: {operationId: x, parameters: [{$ref: '#/components/parameters/A'}]}}}\n"
        "components: {parameters: {A: {$ref: '#/components/parameters/B'}, B: {name: b, in: "
        "query}}}",
        "x(b)", ""}});
}

TEST(Malformed, AChainOfReferencesIsFollowedUpToItsLimit) {
  const auto chain = [](unsigned links) {
    std::string components = "components: {parameters: {";
    for (unsigned i = 0; i < links; ++i)
      components += "P" + std::to_string(i) + ": {$ref: '#/components/parameters/P" +
                    std::to_string(i + 1) + "'}, ";
    return "paths: {/a: {get: {operationId: x, parameters: [{$ref: "
           "'#/components/parameters/P0'}]}}}\n" +
           components + "P" + std::to_string(links) + ": {name: q, in: query}}}";
  };
  expectRows({{chain(kMaxReferenceChain - 1), "x(q)", ""},
              {chain(kMaxReferenceChain), "x()", "GET /a: a parameter leads nowhere"}});
}

// JSON Pointer (RFC 6901) inside a URI fragment: percent-encoding outside, tilde escapes inside.
TEST(Malformed, PointersAreDecodedOnceAndNotTwice) {
  const auto to = [](std::string_view pointer) {
    const auto set = compiledFrame(
        "paths: {/a: {get: {operationId: x, parameters: [{$ref: '#/components/parameters/" +
        std::string(pointer) +
        "'}]}}}\ncomponents: {parameters: {'a b': {name: space, in: query}, 'a~1b': {name: "
        "tilde, in: query}, 'a/b': {name: slash, in: query}, 'a%20b': {name: percent, in: "
        "query}}}");
    return toolsOf(*set);
  };
  EXPECT_EQ(to("a%20b"), "x(space)");
  EXPECT_EQ(to("a%2520b"), "x(percent)");
  EXPECT_EQ(to("a~1b"), "x(slash)");
  EXPECT_EQ(to("a~01b"), "x(tilde)");
  EXPECT_EQ(to("a%7E1b"), "x(slash)");
  EXPECT_EQ(to("a%zzb"), "x()");
}

TEST(Malformed, WarningsAboutSchemasQuoteTheReference) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"#/components/schemas/Gone", "#/components/schemas/Gone leads nowhere"},
      {"#/components/schemas/Pet/properties/x", "Pet/properties/x leads nowhere"},
      {"#nowhere", "The reference #nowhere leads nowhere"},
      {"other.yaml#/Pet", "other.yaml#/Pet leaves the document and is not followed"},
      {"http://169.254.169.254/latest", "http://169.254.169.254/latest leaves the document"}};
  for (const auto& [reference, warning] : rows) {
    const auto one = compiledSchema("{$ref: '" + std::string(reference) + "'}");
    ASSERT_EQ(one.set->warnings().size(), 1u) << reference;
    EXPECT_NE(one.set->warnings()[0].find(warning), std::string::npos) << one.set->warnings()[0];
    EXPECT_EQ(one.view.types, 0) << "it must accept anything";
  }
}

// A document decides what its warnings quote, so what is quoted is bounded.
TEST(Malformed, WarningsQuoteNoMoreThanAGlimpse) {
  const std::string longName(10'000, 'x');
  const auto path = compiled(R"({"openapi":"3.1.0","paths":{"/)" + longName + R"(":5}})");
  EXPECT_LT(path->warnings().at(0).size(), 300u);
  const auto one = compiledSchema("{$ref: '#/" + longName + "'}");
  EXPECT_LT(one.set->warnings().at(0).size(), 300u);
}

TEST(Malformed, EqualMistakesAreOneWarning) {
  const auto set = compiledFrame(
      "paths: {/a: {get: {parameters: [{name: x, in: query, schema: {$ref: '#/gone'}}, {name: y, "
      "in: query, schema: {$ref: '#/gone'}}]}}}");
  EXPECT_EQ(set->warnings().size(), 1u);
}

TEST(Malformed, SchemaKeywordsOfTheWrongTypeSayNothing) {
  const std::vector<std::string_view> schemas = {
      "{type: 5}",           "{type: [5, null]}",        "{type: file}", "{properties: []}",
      "{required: title}",   "{required: [1, {}]}",      "{allOf: {}}",  "{anyOf: text, oneOf: 5}",
      "{enum: text}",        "{description: [a]}",       "{format: 5}",  "{nullable: 'true'}",
      "{prefixItems: text}", "{additionalProperties: 5}"};
  for (const auto schema : schemas) {
    const auto one = compiledSchema(schema);
    EXPECT_EQ(one.view.types, 0) << schema;
    EXPECT_TRUE(one.view.properties.empty()) << schema;
    EXPECT_TRUE(one.view.required.empty()) << schema;
    EXPECT_TRUE(one.view.allOf.empty() && one.view.anyOf.empty()) << schema;
    EXPECT_EQ(one.view.enumJson, "") << schema;
    EXPECT_EQ(one.set->warnings().size(), 0u) << schema;
  }
}

TEST(Malformed, HalfOfABraceIsPartOfThePath) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"/a/{id", "x()"}, {"/a/id}", "x()"}, {"/a/{}", "x()"}};
  for (const auto& [path, tools] : rows) {
    const auto set = compiledFrame("paths: {'" + std::string(path) + "': {get: {operationId: x}}}");
    EXPECT_EQ(toolsOf(*set), tools) << path;
  }
}

// Two templates that differ only in a name are two operations: the standard forbids it, documents
// do it, and neither tool may take the other's place.
TEST(Malformed, TemplatesThatMeanTheSameStayTwoTools) {
  const auto set = compiledFrame(
      "paths: {'/a/{id}': {get: {operationId: get, parameters: [{name: id, in: path}]}}, "
      "'/a/{name}': {get: {operationId: get, parameters: [{name: name, in: path}]}}}");
  EXPECT_EQ(toolsOf(*set), "get(id!) get_2(name!)");
}

// Names that mean something to JavaScript or to our own input forms are names like any other.
TEST(Malformed, HostileNamesStayNames) {
  const auto set = compiledFrame(
      "paths: {/a: {post: {operationId: x, parameters: [{name: __proto__, in: query}, {name: "
      "constructor, in: query}, {name: 'a.b[0]', in: query}, {name: \"q\\n\", in: query}], "
      "requestBody: {content: {application/json: {schema: {properties: {toString: {}, path: {}}}}}"
      "}}}}");
  EXPECT_EQ(toolsOf(*set), "x(__proto__ constructor a.b[0] q\n toString path)");
  const auto input = parseJson(R"({"__proto__":1,"a.b[0]":2,"path":3})").value();
  const auto prepared = prepareInput(*set, set->tool(0), input);
  ASSERT_TRUE(prepared.has_value()) << prepared.error().message;
  const auto request = buildRequest(*set, set->tool(0), *prepared, "", {});
  EXPECT_EQ(request->url, "https://api.test/v1/a?__proto__=1&a.b%5B0%5D=2");
  EXPECT_EQ(request->body, R"({"path":3})");
}

TEST(Malformed, AnUnknownVersionOfThreeIsReadByTheNearestDialect) {
  for (const auto version : {"3.0.0", "3.0.4", "3.1.0", "3.1.1", "3.2.0"})
    EXPECT_EQ(compileError("openapi: " + std::string(version) + "\npaths: {}").message, "")
        << version;
  for (const auto version : {"2.0", "4.0.0", "'three'", "30", "null", "[]", "{}"})
    EXPECT_EQ(compileError("openapi: " + std::string(version) + "\npaths: {}").codeName(),
              "unsupported_document")
        << version;
}

}  // namespace
}  // namespace executor::source::openapi
