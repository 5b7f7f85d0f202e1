#include "source/openapi/document.h"

#include <gtest/gtest.h>

#include "source/openapi/compiled-for-test.h"

namespace executor::source::openapi {
namespace {

constexpr std::string_view kSmallest = R"({"openapi":"3.0.3","info":{},"paths":{}})";

TEST(Document, ReadsJsonAndYamlByContent) {
  EXPECT_EQ(compileError(kSmallest).message, "");
  EXPECT_EQ(compileError("openapi: 3.1.0\npaths: {}\n").message, "");
  EXPECT_EQ(compileError("\xef\xbb\xbf" + std::string(kSmallest)).message, "");
  EXPECT_EQ(compileError("{openapi: 3.0.0, paths: {}}").message, "");
  EXPECT_EQ(compileError("openapi: 3.1\npaths: {}").message, "");
}

TEST(Document, SaysWhatTheTextLooksLikeInstead) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"<!DOCTYPE html><html></html>", "an HTML page"},
      {"<?xml version='1.0'?><wsdl:definitions/>", "a WSDL file"},
      {"type Query { a: Int }", "a GraphQL schema"},
      {R"({"data":{"__schema":{}}})", "a GraphQL answer"},
      {R"({"info":{},"item":[]})", "a Postman collection"},
      {"asyncapi: 2.0.0", "an AsyncAPI document"},
      {"[1,2]", "it is array"},
      {"just a sentence", "it is string"},
      {"", "it is empty"},
      {"{\"openapi\":", "it cannot be read"},
      {"hello: 1", "no `openapi` member"},
      {R"({"openapi":"3.0.0"})", "no `paths`"},
      {R"({"openapi":"3.0.0","paths":[]})", "`paths` is array"}};
  for (const auto& [text, expected] : cases) {
    const Error error = compileError(text);
    EXPECT_EQ(error.codeName(), "invalid_document") << text;
    EXPECT_NE(error.message.find(expected), std::string::npos) << error.message;
    EXPECT_FALSE(error.hint.empty());
  }
}

// A YAML parser's place is the author's only help in a file of a hundred thousand lines.
TEST(Document, SaysWhereParsingStopped) {
  const Error twice = compileError("openapi: 3.1.0\npaths: {}\npaths: {}\n");
  EXPECT_NE(twice.message.find("line 3, column 1: the key \"paths\" occurs twice"),
            std::string::npos)
      << twice.message;
  EXPECT_FALSE(twice.message.ends_with("..")) << twice.message;
  const Error tab = compileError("openapi: 3.1.0\npaths:\n\t/a: {}\n");
  EXPECT_NE(tab.message.find("line 3"), std::string::npos) << tab.message;
}

TEST(Document, RefusesGarbageWithoutCrashing) {
  std::string garbage;
  for (int i = 0; i < 4096; ++i) garbage += static_cast<char>(i * 7919 % 256);
  EXPECT_EQ(compileError(garbage).codeName(), "invalid_document");
}

TEST(Document, NamesSwagger2AndOtherVersions) {
  const Error swagger = compileError(R"({"swagger":"2.0","paths":{}})");
  EXPECT_EQ(swagger.codeName(), "unsupported_document");
  EXPECT_NE(swagger.message.find("Swagger 2.0"), std::string::npos);
  EXPECT_EQ(compileError("openapi: 4.0.0\npaths: {}").codeName(), "unsupported_document");
}

TEST(Document, RefusesMoreThanItsByteLimit) {
  CompileOptions options;
  options.maxBytes = kSmallest.size();
  EXPECT_EQ(compileError(kSmallest, options).message, "");
  options.maxBytes = kSmallest.size() - 1;
  const Error error = compileError(kSmallest, options);
  EXPECT_EQ(error.codeName(), "document_too_large");
  EXPECT_NE(error.message.find(std::to_string(kSmallest.size())), std::string::npos);
}

// The limit is looked at before anything is parsed, so half a gigabyte costs nothing.
TEST(Document, ItsDefaultLimitIs128MiB) {
  EXPECT_EQ(kMaxDocumentBytes, 134'217'728u);
  EXPECT_EQ(compileError(std::string(kMaxDocumentBytes + 1, ' ')).codeName(), "document_too_large");
}

TEST(Document, RefusesAYamlBomb) {
  std::string bomb = "openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 9; ++n) bomb += last + ", ";
    bomb += "]\n";
  }
  EXPECT_EQ(compileError(bomb + "paths: {}\n").codeName(), "document_too_complex");
}

TEST(Document, RefusesDeepNesting) {
  const std::string deep = R"({"openapi":"3.0.0","paths":)" + std::string(100'000, '[') +
                           std::string(100'000, ']') + "}";
  EXPECT_FALSE(compileError(deep).message.empty());
}

Result<Document> parsed(std::string_view text) { return Document::parse(text, 1 << 20, {}); }

TEST(Document, ResolvesJsonPointersWithTheirEscapes) {
  const auto document =
      parsed(R"({"openapi":"3.0.0","paths":{"/a b/{c}~":{"get":[10,11]}}})").value();
  const auto* value = document.resolve("#/paths/~1a%20b~1%7Bc%7D~0/get/1");
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(value->as_int64(), 11);
  EXPECT_EQ(document.resolve("#/paths/none"), nullptr);
  EXPECT_EQ(document.resolve("other.yaml#/paths"), nullptr);
  EXPECT_EQ(document.resolve("#/paths/~1a%2"), nullptr);
  EXPECT_NE(document.resolve("#"), nullptr);
}

TEST(Document, GivesUpOnReferencesThatRunInACircle) {
  const auto document =
      parsed(R"({"openapi":"3.0.0","paths":{},"a":{"$ref":"#/b"},"b":{"$ref":"#/a"}})").value();
  EXPECT_EQ(document.follow(*document.resolve("#/a")), nullptr);
}

}  // namespace
}  // namespace executor::source::openapi
