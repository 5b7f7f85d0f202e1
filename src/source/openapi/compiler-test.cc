#include "source/openapi/compiler.h"

#include <gtest/gtest.h>

#include "source/openapi/compile-job.h"
#include "source/openapi/compiled-for-test.h"
#include "source/openapi/warnings.h"

namespace executor::source::openapi {
namespace {

std::vector<std::string_view> paths(const std::shared_ptr<const ToolSet>& set) {
  std::vector<std::string_view> out;
  for (std::uint32_t i = 0; i < set->toolCount(); ++i) out.push_back(set->toolPath(i));
  return out;
}

// "owner:path! page:query" with ! for required, in the order of the flat input.
std::string inputs(const ToolView& tool) {
  constexpr std::array<std::string_view, 5> kNames = {"path", "query", "header", "cookie", "body"};
  std::string out;
  for (const auto& p : tool.parameters) {
    if (!out.empty()) out += ' ';
    out += std::string(p.flatName) + ":" + std::string(kNames[static_cast<int>(p.location)]);
    if (p.required) out += '!';
  }
  return out;
}

std::string inputsOf(std::string_view operation, std::string_view path = "/a") {
  return inputs(onlyTool(
      compiledFrame("paths: {'" + std::string(path) + "': " + std::string(operation) + "}\n")));
}

TEST(Compiler, TakesTitleVersionAndDescription) {
  const auto set =
      compiled("openapi: 3.0.0\ninfo: {title: T, version: '2', description: D}\npaths: {}");
  EXPECT_EQ(set->title(), "T");
  EXPECT_EQ(set->documentVersion(), "2");
  EXPECT_EQ(set->description(), "D");
  EXPECT_EQ(set->toolCount(), 0u);
}

TEST(Compiler, MakesOneToolForEachMethod) {
  const auto set = compiledFrame(
      "paths: {/a: {get: {}, post: {}, put: {}, delete: {}, patch: {}, head: {}, options: {}, "
      "trace: {}, summary: S, x-foo: {}}, x-bar: {get: {}}}");
  EXPECT_EQ(set->toolCount(), 8u);
}

TEST(Compiler, ReadsAreSafeAndNothingElse) {
  const auto set = compiledFrame(
      "paths: {/a: {get: {}, head: {}, options: {}, post: {}, delete: {}, trace: {}}}");
  std::string safe;
  for (std::uint32_t i = 0; i < set->toolCount(); ++i)
    if (set->tool(i).safe) safe += std::string(set->tool(i).method) + " ";
  EXPECT_EQ(safe, "GET HEAD OPTIONS ");
}

TEST(Compiler, FollowsPathItemReferences) {
  const auto set = compiledFrame(
      "paths: {/a: {$ref: '#/components/pathItems/A'}}\n"
      "components: {pathItems: {A: {get: {operationId: listA}}}}\n");
  EXPECT_EQ(paths(set), (std::vector<std::string_view>{"list_a"}));
}

TEST(Compiler, APathThatLeadsNowhereIsAWarning) {
  const auto set = compiledFrame("paths: {/a: {$ref: '#/gone'}, /b: {get: {}}}");
  EXPECT_EQ(set->toolCount(), 1u);
  EXPECT_EQ(set->warnings(),
            (std::vector<std::string>{"The path /a leads nowhere; it has no tools."}));
}

TEST(Compiler, TakesTextsOfTheOperationElseOfThePath) {
  const auto set = compiledFrame(
      "paths: {/a: {summary: P, description: Q, get: {summary: S, deprecated: true, tags: [T]}}}");
  const auto tool = onlyTool(set);
  EXPECT_EQ(tool.summary, "S");
  EXPECT_EQ(tool.description, "Q");
  EXPECT_EQ(tool.tag, "T");
  EXPECT_TRUE(tool.deprecated);
}

// The opposite of the original (OAS-31): the operation's parameter wins, and there is one of it.
TEST(Compiler, AnOperationsParameterWinsOverThePaths) {
  const auto set = compiledFrame(
      "paths: {/a: {parameters: [{name: q, in: query, schema: {type: string}}, "
      "{name: r, in: query}], get: {parameters: [{name: q, in: query, required: true, schema: "
      "{type: integer}}]}}}");
  const auto tool = onlyTool(set);
  EXPECT_EQ(inputs(tool), "q:query! r:query");
  EXPECT_EQ(set->schema(tool.parameters[0].schema).types, kTypeInteger);
}

TEST(Compiler, FollowsReferencedParametersBodiesAndResponses) {
  const auto set = compiledFrame(
      "paths: {/a: {post: {parameters: [{$ref: '#/components/parameters/Q'}], requestBody: {$ref: "
      "'#/components/requestBodies/B'}, responses: {'200': {$ref: '#/components/responses/R'}}}}}\n"
      "components:\n"
      "  parameters: {Q: {name: q, in: query}}\n"
      "  requestBodies: {B: {content: {application/json: {schema: {properties: {b: {}}}}}}}\n"
      "  responses: {R: {content: {application/json: {schema: {type: array}}}}}\n");
  const auto tool = onlyTool(set);
  EXPECT_EQ(inputs(tool), "q:query b:body");
  EXPECT_EQ(set->schema(tool.outputSchema).types, kTypeArray);
}

TEST(Compiler, LeavesOutParametersThatCannotBeSent) {
  const auto set = compiledFrame(
      "paths: {/a: {get: {parameters: [{in: query}, {name: f, in: formData}, {$ref: '#/gone'}, "
      "{name: Authorization, in: header}, {name: X-A, in: header}]}}}");
  EXPECT_EQ(inputs(onlyTool(set)), "X-A:header");
  EXPECT_EQ(set->warnings().size(), 3u);
}

TEST(Compiler, DeclaresPlaceholdersThatTheDocumentForgot) {
  const auto set = compiledFrame("paths: {'/a/{id}/b/{id}': {get: {}}}");
  EXPECT_EQ(inputs(onlyTool(set)), "id:path!");
  EXPECT_EQ(set->warnings().size(), 1u);
}

TEST(Compiler, AParametersStyleHasTheStandardsDefaults) {
  const auto set = compiledFrame(
      "paths: {'/a/{p}': {get: {parameters: [{name: p, in: path}, {name: q, in: query}, {name: h, "
      "in: header}, {name: c, in: cookie}, {name: d, in: query, style: deepObject}, {name: j, in: "
      "query, content: {application/json: {schema: {type: object}}}}]}}}");
  std::string styles;
  for (const auto& p : onlyTool(set).parameters)
    styles += std::string(p.style) + (p.explode ? "* " : " ");
  EXPECT_EQ(styles, "simple form* deepObject content simple form* ");
}

TEST(Compiler, TakesTypesThatStandOnTheParameterItself) {
  const auto set = compiledFrame(
      "paths: {/a: {get: {parameters: [{name: q, in: query, type: "
      "integer, enum: [1]}]}}}");
  const auto schema = set->schema(onlyTool(set).parameters[0].schema);
  EXPECT_EQ(schema.types, kTypeInteger);
  EXPECT_EQ(schema.enumJson, "[1]");
}

std::string withBody(std::string_view schema, std::string_view more = "") {
  return "{post: {" + std::string(more) +
         " requestBody: {required: true, content: {application/json: {schema: " +
         std::string(schema) + "}}}}}";
}

TEST(Compiler, AnObjectBodyStandsFlat) {
  EXPECT_EQ(inputsOf(withBody("{type: object, properties: {a: {}, b: {}}, required: [b]}")),
            "a:body b:body!");
}

TEST(Compiler, ABodyThatIsNoObjectIsGivenWhole) {
  for (const auto schema : {"{type: array}", "{type: string}", "{}", "{type: object}",
                            "{oneOf: [{type: object, properties: {a: {}}}, {type: string}]}",
                            "{type: [object, array], properties: {a: {}}}"})
    EXPECT_EQ(inputsOf(withBody(schema)), "body:body!") << schema;
}

TEST(Compiler, AFlatBodyUnitesAllOfAndVariants) {
  EXPECT_EQ(inputsOf(withBody("{allOf: [{properties: {a: {}}}, {properties: {b: {}}}, "
                              "{required: [a]}]}")),
            "a:body! b:body");
  EXPECT_EQ(inputsOf(withBody("{oneOf: [{properties: {a: {}, b: {}}, required: [a, b]}, "
                              "{properties: {a: {}, c: {}}, required: [a]}]}")),
            "a:body! b:body c:body");
  EXPECT_EQ(inputsOf(withBody("{properties: {a: {}, b: {}}, anyOf: [{required: [a]}, "
                              "{required: [b]}]}")),
            "a:body b:body");
}

TEST(Compiler, AMapBodyIsFlatAndOpen) {
  const auto set =
      compiledFrame("paths: {/a: " + withBody("{type: object, additionalProperties: true}") + "}");
  const auto tool = onlyTool(set);
  EXPECT_EQ(tool.bodyMode, BodyMode::flattened);
  EXPECT_TRUE(tool.bodyOpen);
}

TEST(Compiler, AReadOnlyPropertyIsNeverRequired) {
  EXPECT_EQ(inputsOf(withBody("{type: object, properties: {id: {readOnly: true}, n: {}}, "
                              "required: [id, n]}")),
            "id:body n:body!");
}

TEST(Compiler, AnOptionalBodyMakesNoInputRequired) {
  EXPECT_EQ(inputsOf("{post: {requestBody: {content: {application/json: {schema: {type: object, "
                     "properties: {a: {}}, required: [a]}}}}}}"),
            "a:body");
}

// D21: the first of path, query, header, cookie, body keeps the name.
TEST(Compiler, CollidingNamesAreResolvedByPlace) {
  const std::string parameters =
      "parameters: [{name: n, in: cookie}, {name: n, in: header}, {name: n, in: query}, {name: n, "
      "in: path}],";
  EXPECT_EQ(inputsOf(withBody("{properties: {n: {}, m: {}}}", parameters), "/a/{n}"),
            "n:path! n_query:query n_header:header n_cookie:cookie n_body:body m:body");
}

TEST(Compiler, ARealNameWinsOverASuffixedOne) {
  EXPECT_EQ(inputsOf(withBody("{properties: {n: {}, n_body: {}}}",
                              "parameters: [{name: n, in: "
                              "query}],")),
            "n:query n_body_2:body n_body:body");
}

TEST(Compiler, ChoosesTheBodysMediaTypeInOrder) {
  const auto chosen = [](std::string_view content) {
    return std::string(onlyTool(compiledFrame("paths: {/a: {post: {requestBody: {content: " +
                                              std::string(content) + "}}}}"))
                           .bodyMediaType);
  };
  EXPECT_EQ(chosen("{text/plain: {schema: {type: string}}, application/json: {schema: {type: "
                   "object}}}"),
            "application/json");
  EXPECT_EQ(chosen("{application/xml: {schema: {type: object}}, '*/*': {schema: {type: object}}}"),
            "application/json");
  EXPECT_EQ(chosen("{application/xml: {schema: {type: object}}, application/vnd.a+json: {schema: "
                   "{type: object}}}"),
            "application/vnd.a+json");
  EXPECT_EQ(chosen("{application/xml: {}, application/octet-stream: {schema: {type: string}}}"),
            "application/octet-stream");
  EXPECT_EQ(chosen("{application/xml: {}, application/json: {}}"), "application/json");
}

TEST(Compiler, AnOperationWithAnotherMediaTypeIsListedWithAWarning) {
  const auto set = compiledFrame(
      "paths: {/a: {post: {requestBody: {content: {multipart/form-data: {schema: {type: object, "
      "properties: {f: {}}}}}}}}}");
  EXPECT_EQ(inputs(onlyTool(set)), "f:body");
  EXPECT_EQ(set->warnings(), (std::vector<std::string>{"POST /a takes multipart/form-data."}));
}

std::string output(std::string_view responses) {
  const auto set = compiledFrame("paths: {/a: {get: {responses: " + std::string(responses) + "}}}");
  const auto tool = onlyTool(set);
  if (tool.outputEmpty) return "empty";
  if (tool.outputSchema == kNoSchema) return std::string(tool.outputMediaType);
  return std::string(set->schema(tool.outputSchema).format);
}

std::string json(std::string_view format) {
  return "{content: {application/json: {schema: {format: " + std::string(format) + "}}}}";
}

// OAS-23.
TEST(Compiler, TheOutputIsTheFirstSuccessWithASchema) {
  EXPECT_EQ(
      output("{default: " + json("d") + ", '201': " + json("b") + ", '200': " + json("a") + "}"),
      "a");
  EXPECT_EQ(output("{2XX: " + json("x") + ", '202': {description: none}}"), "x");
  EXPECT_EQ(output("{'204': {description: none}}"), "empty");
  EXPECT_EQ(output("{'200': {content: {image/png: {}}}}"), "image/png");
  EXPECT_EQ(output("{default: " + json("d") + "}"), "");
}

TEST(Compiler, ServersComeFromTheOperationElseThePathElseTheDocument) {
  const auto set = compiledFrame(
      "paths: {/a: {servers: [{url: 'https://p.test'}], get: {servers: [{url: 'https://o.test'}]}, "
      "post: {}}, /b: {get: {}}}");
  EXPECT_EQ(set->tool(0).servers, (std::vector<std::string_view>{"https://o.test"}));
  EXPECT_EQ(set->tool(1).servers, (std::vector<std::string_view>{"https://p.test"}));
  EXPECT_EQ(set->tool(2).servers, (std::vector<std::string_view>{"https://api.test/v1"}));
}

TEST(Compiler, ADocumentWithoutServersIsServedFromWhereItLies) {
  CompileOptions options;
  options.documentUrl = "https://api.test/docs/openapi.json";
  const auto set = compiled("openapi: 3.0.0\npaths: {/a: {get: {}}}", options);
  EXPECT_EQ(set->tool(0).servers, (std::vector<std::string_view>{"https://api.test/"}));
}

TEST(Compiler, ListsSecuritySchemesInWordsOfCredentials) {
  const auto set = compiledFrame(
      "paths: {}\n"
      "components: {securitySchemes: {b: {type: http, scheme: Bearer}, p: {type: http, scheme: "
      "basic}, k: {type: apiKey, in: query, name: key}, o: {type: oauth2}, d: {type: http, scheme: "
      "digest}, m: {type: mutualTLS}, i: {type: openIdConnect}}}\n");
  std::string out;
  for (const auto& s : set->securitySchemes())
    out += s.name + "=" + s.type + (s.in.empty() ? "" : "(" + s.in + " " + s.parameter + ")") + " ";
  EXPECT_EQ(out,
            "b=bearer p=basic k=apiKey(query key) o=oauth2 d=unsupported m=unsupported "
            "i=openIdConnect ");
}

TEST(Compiler, AnOperationsSecurityReplacesTheDocuments) {
  const auto set = compiledFrame(
      "security: [{a: []}, {b: [], c: []}]\n"
      "paths: {/a: {get: {}, post: {security: []}, put: {security: [{d: []}]}}}\n");
  using Names = std::vector<std::vector<std::string_view>>;
  EXPECT_EQ(set->tool(0).security, (Names{{"a"}, {"b", "c"}}));
  EXPECT_EQ(set->tool(1).security, (Names{{}}));
  EXPECT_EQ(set->tool(2).security, (Names{{"d"}}));
}

TEST(Compiler, ALongTextOfWideCharactersIsIndexedUpToAWholeOne) {
  std::string description = "x";
  for (int i = 0; i < 300; ++i) description += "é";
  EXPECT_EQ(compiledFrame("paths: {/a: {get: {description: " + description + "}}}")->toolCount(),
            1u);
}

TEST(Compiler, CountsWarningsBeyondItsLimit) {
  std::string text = "paths: {";
  for (int i = 0; i < 60; ++i) text += "/p" + std::to_string(i) + ": {$ref: '#/gone'}, ";
  const auto set = compiledFrame(text + "}");
  ASSERT_EQ(set->warnings().size(), kMaxWarnings + 1);
  EXPECT_EQ(set->warnings().back(), "10 more warnings are not listed.");
}

// D14, through the job's encoding.
TEST(Compiler, AJobKeepsPathsAcrossRefreshes) {
  CompileOptions options;
  options.history.assigned = {{"GET /b", "list"}};
  options.history.retired = {"show"};
  const auto bytes = compileOpenApiJob(encodeCompileJob(
      options,
      "openapi: 3.0.0\npaths: {/a: {get: {operationId: list}}, /b: {get: {operationId: "
      "list}}, /c: {get: {operationId: show}}}"));
  const auto set = ToolSet::fromBytes(bytes.value()).value();
  EXPECT_EQ(paths(set), (std::vector<std::string_view>{"list_2", "list", "show_2"}));
}

TEST(Compiler, AJobGivesTheErrorOfTheDocument) {
  const auto bytes = compileOpenApiJob(encodeCompileJob({}, "<html>"));
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().codeName(), "invalid_document");
  EXPECT_EQ(compileOpenApiJob("no options line").error().codeName(), "internal");
}

// One large body shared by many operations is small as text and huge as tools.
TEST(Compiler, BoundsTheInputsOfAllToolsTogether) {
  const std::string body =
      "{post: {requestBody: {content: {application/json: {schema: {$ref: "
      "'#/components/schemas/B'}}}}}}";
  const std::string text =
      "openapi: 3.0.0\ncomponents: {schemas: {B: {properties: {a: {}, b: {}, c: {}}}}}\n"
      "paths: {/a: " +
      body + ", /b: " + body + "}";
  CompileOptions options;
  options.maxFlatParameters = 6;
  EXPECT_EQ(compileError(text, options).message, "");
  options.maxFlatParameters = 5;
  EXPECT_EQ(compileError(text, options).codeName(), "document_too_complex");
}

TEST(Compiler, BoundsTheNumberOfOperations) {
  const std::string text = "openapi: 3.0.0\npaths: {/a: {get: {}, put: {}}, /b: {get: {}}}";
  CompileOptions options;
  options.maxOperations = 3;
  EXPECT_EQ(compileError(text, options).message, "");
  options.maxOperations = 2;
  EXPECT_EQ(compileError(text, options).codeName(), "document_too_complex");
}

TEST(Compiler, BoundsTheNumberOfDifferentSchemas) {
  std::string text = "openapi: 3.0.0\npaths: {/a: {get: {parameters: [";
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    text += "{name: p" + n + ", in: query, schema: {enum: [" + n + "]}}, ";
  }
  text += "]}}}";
  CompileOptions options;
  options.maxSchemaNodes = 20;
  EXPECT_EQ(compileError(text, options).message, "");
  options.maxSchemaNodes = 10;
  EXPECT_EQ(compileError(text, options).codeName(), "document_too_complex");
}

// A body with thousands of properties is no signature anyone reads: it is given whole.
TEST(Compiler, ABodyWithTooManyPropertiesIsGivenWhole) {
  const auto body = [](int properties) {
    std::string schema = "{properties: {";
    for (int i = 0; i < properties; ++i) schema += "p" + std::to_string(i) + ": {}, ";
    return onlyTool(compiledFrame("paths: {/a: " + withBody(schema + "}}") + "}")).bodyMode;
  };
  EXPECT_EQ(body(2000), BodyMode::flattened);
  EXPECT_EQ(body(2001), BodyMode::whole);
}

}  // namespace
}  // namespace executor::source::openapi
