#include "source/tool-set.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/crypto.h"
#include "source/openapi/compiled-for-test.h"
#include "source/tool-set-builder.h"
#include "source/tool-set-wire.h"

namespace executor::source {
namespace {

constexpr std::string_view kDocument = R"(
security: [{key: []}]
paths:
  /pets/{id}:
    get: {operationId: getPet, tags: [pets], summary: Get one pet}
    put:
      operationId: replacePet
      tags: [pets]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'200': {content: {application/json: {schema: {$ref:
        '#/components/schemas/Pet'}}}}}
  /pets: {post: {operationId: createPet, tags: [pets], summary: Create pets}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Pet:
      type: object
      required: [name]
      properties: {name: {type: string}, parent: {$ref: '#/components/schemas/Pet'},
        kind: {enum: [cat, dog]}, extra: {oneOf: [{type: string}, {type: array, items: {}}]}}
)";

std::shared_ptr<const ToolSet> pets() { return openapi::compiledFrame(kDocument); }

TEST(ToolSet, FindsToolsByPath) {
  const auto set = pets();
  ASSERT_EQ(set->toolCount(), 3u);
  for (std::uint32_t i = 0; i < set->toolCount(); ++i)
    EXPECT_EQ(set->findTool(set->toolPath(i)), i);
  EXPECT_EQ(set->findTool("pets"), std::nullopt);
  EXPECT_EQ(set->findTool("pets.zzz"), std::nullopt);
  EXPECT_EQ(set->findTool(""), std::nullopt);
}

TEST(ToolSet, ItsHashIsTheSha256OfItsBytes) {
  const auto set = pets();
  EXPECT_EQ(set->hash(), sha256Hex(set->bytes()));
  EXPECT_EQ(set->byteSize(), set->bytes().size());
}

std::vector<std::string> found(const ToolSet& set, std::string_view query) {
  std::vector<std::string> out;
  for (const auto& term : searchTerms(query))
    set.postings(term,
                 [&](std::uint32_t tool, std::uint8_t) { out.emplace_back(set.toolPath(tool)); });
  return out;
}

TEST(ToolSet, PostingsLeadFromTermsToTools) {
  const auto set = pets();
  EXPECT_EQ(found(*set, "creating"), (std::vector<std::string>{"pets.create_pet"}));
  EXPECT_EQ(found(*set, "pet").size(), 3u);
  EXPECT_TRUE(found(*set, "nothing").empty());
}

TEST(ToolSet, ANameWeighsMoreThanADescription) {
  const auto set = openapi::compiledFrame(
      "paths: {/a: {get: {operationId: alpha, description: beta}}, "
      "/b: {get: {operationId: beta}}}");
  std::map<std::uint32_t, unsigned> weights;
  set->postings("beta", [&](std::uint32_t tool, std::uint8_t weight) { weights[tool] = weight; });
  EXPECT_GT(weights[1], weights[0]);
}

TEST(ToolSet, ListsTermsByPrefixUpToALimit) {
  const auto set = pets();
  const auto terms = set->termsWithPrefix("pe", 10);
  EXPECT_EQ(terms, (std::vector<std::string_view>{"pet"}));
  EXPECT_EQ(set->termsWithPrefix("", 2).size(), 2u);
}

// Walks everything a hostile file could have bent; the sanitizers watch.
std::size_t touch(const ToolSet& set) {
  std::size_t sum = set.title().size() + set.warnings().size() + set.securitySchemes().size();
  for (std::uint32_t i = 0; i < set.toolCount(); ++i) {
    const auto tool = set.tool(i);
    for (const auto& parameter : tool.parameters)
      sum += parameter.flatName.size() + set.schema(parameter.schema).properties.size();
    for (const auto server : tool.servers) sum += server.size();
    for (const auto& names : tool.security) sum += names.size();
    if (tool.outputSchema != kNoSchema) sum += set.schema(tool.outputSchema).name.size();
    sum += set.findTool(tool.path).value_or(0);
  }
  for (std::uint32_t i = 0; i < set.schemaCount(); ++i) {
    const auto schema = set.schema(i);
    sum += schema.restJson.size() + schema.enumJson.size() + schema.required.size();
    for (const auto part : schema.oneOf) sum += set.schema(part).types;
  }
  for (const auto term : set.termsWithPrefix("", 1000))
    set.postings(term, [&](std::uint32_t tool, std::uint8_t) { sum += set.toolPath(tool).size(); });
  return sum;
}

TEST(ToolSet, AChangedByteIsRefusedOrStaysInRange) {
  const std::string bytes(pets()->bytes());
  std::mt19937 random(7);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string mutated = bytes;
    mutated[i] = static_cast<char>(random());
    if (i % 3 == 0) mutated[random() % mutated.size()] = static_cast<char>(0xff);
    const auto set = ToolSet::fromBytes(std::move(mutated));
    if (set)
      touch(**set);
    else
      ++refused;
  }
  EXPECT_GT(refused, bytes.size() / 4);
}

TEST(ToolSet, EveryTruncationIsRefused) {
  const std::string bytes(pets()->bytes());
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    const auto set = ToolSet::fromBytes(bytes.substr(0, size));
    ASSERT_FALSE(set.has_value()) << size;
    EXPECT_EQ(set.error().codeName(), "store_corrupt");
  }
}

TEST(ToolSet, TheDetailSaysWhatWasWrong) {
  EXPECT_EQ(ToolSet::fromBytes("").error().detail, "tool set: too short");
  EXPECT_EQ(ToolSet::fromBytes("not a tool set, really").error().detail,
            "tool set: the FlatBuffers verifier refused it");
}

// Safety decides on approval; a file that came out of a jail does not get to say it.
TEST(ToolSet, SafetyFollowsFromTheMethod) {
  const auto set = pets();
  EXPECT_TRUE(set->tool(0).safe);
  EXPECT_FALSE(set->tool(1).safe);
}

std::string onePathSet(std::string_view path) {
  ToolSetBuilder builder;
  builder.addTool({.path = std::string(path), .method = "GET", .pathTemplate = "/"});
  return builder.finish();
}

TEST(ToolSet, PathsAreUniqueAndNothingButPaths) {
  EXPECT_TRUE(ToolSet::fromBytes(onePathSet("a.b_2")).has_value());
  EXPECT_FALSE(ToolSet::fromBytes(onePathSet("a b")).has_value());
  EXPECT_FALSE(ToolSet::fromBytes(onePathSet("")).has_value());
  ToolSetBuilder twice;
  for (int i = 0; i < 2; ++i) twice.addTool({.path = "a", .method = "GET", .pathTemplate = "/"});
  EXPECT_FALSE(ToolSet::fromBytes(twice.finish()).has_value());
}

// Thousands of nodes that all claim one long list, at overlapping offsets, must not cost their
// product: the second long list exceeds what honest lists can add up to.
TEST(ToolSet, OverlappingListsAreRefusedInLinearTime) {
  ToolSetBuilder builder;
  const std::vector<std::uint32_t> entries(50'000, 0);
  const std::uint32_t list = builder.list(entries);
  for (std::uint32_t i = 0; i < 10; ++i)
    builder.setSchema(builder.reserveSchema(), {.oneOf = list});
  EXPECT_TRUE(ToolSet::fromBytes(builder.finish()).has_value());
  // 49,999 as an entry reads as the count of a list that begins inside the first one.
  ToolSetBuilder bent;
  std::vector<std::uint32_t> nested(100'000, 0);
  for (std::size_t i = 0; i < 50'000; ++i) nested[i] = 49'999;
  const std::uint32_t outer = bent.list(nested);
  for (std::uint32_t i = 0; i < 50'000; ++i)
    bent.setSchema(bent.reserveSchema(), {.oneOf = outer + 1 + i});
  EXPECT_FALSE(ToolSet::fromBytes(bent.finish()).has_value());
}

class ToolSetFile : public ::testing::Test {
 protected:
  ToolSetFile() : path_(::testing::TempDir() + "/tool-set-" + std::to_string(::getpid())) {}
  ~ToolSetFile() override { std::filesystem::remove(path_); }

  void write(std::string_view bytes) { std::ofstream(path_, std::ios::binary) << bytes; }

  std::string path_;
};

TEST_F(ToolSetFile, OpensWithItsHash) {
  const auto set = pets();
  write(set->bytes());
  const auto mapped = ToolSet::fromFile(path_, set->hash());
  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ((*mapped)->bytes(), set->bytes());
  EXPECT_EQ(touch(**mapped), touch(*set));
}

TEST_F(ToolSetFile, IsRefusedWithAnotherHash) {
  const auto set = pets();
  std::string changed(set->bytes());
  changed.back() ^= 1;
  write(changed);
  const auto opened = ToolSet::fromFile(path_, set->hash());
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().codeName(), "store_corrupt");
  EXPECT_NE(opened.error().detail.find("hash"), std::string::npos);
}

TEST_F(ToolSetFile, SaysWhyItCannotBeOpened) {
  const auto opened = ToolSet::fromFile(path_, "00");
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().detail.find("No such file"), std::string::npos);
  write("");
  EXPECT_FALSE(ToolSet::fromFile(path_, sha256Hex("")).has_value());
}

TEST(ToolSetBuilder, InternsTextsListsAndNodes) {
  ToolSetBuilder builder;
  EXPECT_EQ(builder.text(""), 0u);
  EXPECT_EQ(builder.text("a"), builder.text("a"));
  const std::array<std::uint32_t, 2> entries = {1, 2};
  EXPECT_EQ(builder.list(entries), builder.list(entries));
  EXPECT_EQ(builder.addSchema({.types = kTypeString}), builder.addSchema({.types = kTypeString}));
  EXPECT_NE(builder.reserveSchema(), builder.reserveSchema());
}

TEST(ToolSetBuilder, AnEmptySetIsASet) {
  const auto set = ToolSet::fromBytes(ToolSetBuilder().finish());
  ASSERT_TRUE(set.has_value());
  EXPECT_EQ((*set)->toolCount(), 0u);
  EXPECT_EQ((*set)->findTool("a"), std::nullopt);
}

}  // namespace
}  // namespace executor::source
