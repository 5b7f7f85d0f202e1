// Tool sets for tests: compiled in this process from small documents and from GitHub's own.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "catalog/snapshot.h"
#include "source/openapi/compiler.h"
#include "source/tool-set.h"

namespace executor::catalog::testing {

using SharedSet = std::shared_ptr<const source::ToolSet>;

inline SharedSet compileSet(std::string_view document) {
  auto bytes = source::openapi::compileOpenApi(document);
  if (!bytes) {
    ADD_FAILURE() << bytes.error().message;
    return nullptr;
  }
  auto set = source::ToolSet::fromBytes(std::move(*bytes));
  if (!set) {
    ADD_FAILURE() << set.error().message << set.error().detail;
    return nullptr;
  }
  return *set;
}

// A document around `paths` and `components` (JSON texts of objects).
inline std::string documentOf(std::string_view paths, std::string_view components = "{}") {
  return R"({"openapi":"3.1.0","info":{"title":"Shop","version":"1"},)"
         R"("servers":[{"url":"https://shop.example"}],"paths":)" +
         std::string(paths) + R"(,"components":)" + std::string(components) + "}";
}

inline std::string githubDocument() {
  std::ifstream file(EXECUTOR_SOURCE_DIR
                     "/node_modules/@octokit/openapi/generated/api.github.com.json");
  return {std::istreambuf_iterator<char>(file), {}};
}

// Compiled once for all tests of the binary; null, with a failure, if the package is not installed.
inline SharedSet githubSet() {
  static const SharedSet set = compileSet(githubDocument());
  return set;
}

// Issues of a tracker, with the shapes that rendering has to cope with.
inline std::string trackerDocument() {
  return documentOf(R"({
    "/repos/{owner}/issues": {
      "get": {"operationId": "issues/list", "tags": ["issues"], "summary": "List issues",
        "parameters": [
          {"name":"owner","in":"path","required":true,"schema":{"type":"string"}},
          {"name":"state","in":"query","schema":{"enum":["open","closed"]}}],
        "responses": {"200": {"description":"ok","content":{"application/json":{"schema":
          {"type":"array","items":{"$ref":"#/components/schemas/issue"}}}}}}},
      "post": {"operationId": "issues/create", "tags": ["issues"], "summary": "Create an issue",
        "parameters": [
          {"name":"owner","in":"path","required":true,"schema":{"type":"string"}}],
        "requestBody": {"required":true,"content":{"application/json":{"schema":
          {"type":"object","required":["title"],"properties":{
            "title":{"type":"string","description":"What is wrong. In one line."},
            "labels":{"type":"array","items":{"$ref":"#/components/schemas/label"}},
            "x-y":{"type":["integer","null"]}}}}}},
        "responses": {"201": {"description":"ok","content":{"application/json":{"schema":
          {"$ref":"#/components/schemas/issue"}}}}}}},
    "/repos/{owner}/issues/{n}": {
      "delete": {"operationId": "issues/delete", "tags": ["issues"], "summary": "Delete an issue",
        "parameters": [
          {"name":"owner","in":"path","required":true,"schema":{"type":"string"}},
          {"name":"n","in":"path","required":true,"schema":{"type":"integer"}}],
        "responses": {"204": {"description":"gone"}}}},
    "/labels": {
      "get": {"operationId": "labels/list", "tags": ["labels"], "summary": "List labels",
        "responses": {"200": {"description":"ok"}}}}
    })",
                    R"({"schemas": {
    "issue": {"type":"object","required":["id","author"],"properties":{
      "id":{"type":"integer"},
      "author":{"$ref":"#/components/schemas/user"},
      "parent":{"$ref":"#/components/schemas/issue"},
      "labels":{"type":"array","items":{"$ref":"#/components/schemas/label"}}}},
    "user": {"type":"object","required":["login"],"properties":{"login":{"type":"string"}}},
    "label": {"type":"object","required":["name"],"properties":{
      "name":{"type":"string"},"color":{"type":"string"}}}}})");
}

inline std::shared_ptr<const Snapshot> snapshotOf(
    std::vector<std::pair<std::string, SharedSet>> sets) {
  std::vector<SnapshotSource> sources;
  for (auto& [name, set] : sets) {
    sources.push_back({"src_" + name, name, {}, std::string(set->title()), set});
  }
  return std::make_shared<Snapshot>(std::move(sources));
}

}  // namespace executor::catalog::testing
