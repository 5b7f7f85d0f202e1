#include "source/tool-set-builder.h"

#include <gtest/gtest.h>

#include <random>

namespace executor::source {
namespace {

std::shared_ptr<const ToolSet> opened(ToolSetBuilder& builder) {
  return ToolSet::fromBytes(builder.finish()).value();
}

ToolRecord record(std::string path) {
  ToolRecord out;
  out.path = std::move(path);
  out.method = "GET";
  out.pathTemplate = "/";
  return out;
}

TEST(ToolSetBuilder, KeepsEveryFieldOfATool) {
  ToolSetBuilder builder;
  ToolRecord in = record("pets.put");
  in.operationId = "putPet";
  in.method = "PUT";
  in.pathTemplate = "/pets/{id}";
  in.summary = "S";
  in.description = "D";
  in.tag = "pets";
  in.deprecated = in.bodyRequired = in.bodyOpen = true;
  in.bodyMode = BodyMode::flattened;
  in.bodyMediaType = "application/json";
  in.bodySchema = builder.addSchema({.types = kTypeObject});
  in.outputSchema = builder.addSchema({.types = kTypeArray});
  in.outputMediaType = "text/csv";
  in.servers = {"https://a.test", "https://b.test"};
  in.security = {{"key"}, {}, {"a", "b"}};
  builder.addTool(in);
  const auto set = opened(builder);
  const auto out = set->tool(0);
  EXPECT_EQ(out.path, "pets.put");
  EXPECT_EQ(out.operationId, "putPet");
  EXPECT_EQ(out.method, "PUT");
  EXPECT_EQ(out.pathTemplate, "/pets/{id}");
  EXPECT_EQ(out.summary, "S");
  EXPECT_EQ(out.description, "D");
  EXPECT_EQ(out.tag, "pets");
  EXPECT_TRUE(out.deprecated && out.bodyRequired && out.bodyOpen);
  EXPECT_FALSE(out.outputEmpty || out.safe);
  EXPECT_EQ(out.bodyMode, BodyMode::flattened);
  EXPECT_EQ(out.bodyMediaType, "application/json");
  EXPECT_EQ(set->schema(out.bodySchema).types, kTypeObject);
  EXPECT_EQ(set->schema(out.outputSchema).types, kTypeArray);
  EXPECT_EQ(out.outputMediaType, "text/csv");
  EXPECT_EQ(out.servers, (std::vector<std::string_view>{"https://a.test", "https://b.test"}));
  EXPECT_EQ(out.security, (std::vector<std::vector<std::string_view>>{{"key"}, {}, {"a", "b"}}));
}

TEST(ToolSetBuilder, KeepsEveryFieldOfAParameter) {
  ToolSetBuilder builder;
  const auto schema = builder.addSchema({.types = kTypeInteger});
  ToolRecord in = record("a");
  for (const auto location :
       {Location::path, Location::query, Location::header, Location::cookie, Location::body})
    for (int bits = 0; bits < 16; ++bits)
      in.parameters.push_back({.flatName = "f" + std::to_string(in.parameters.size()),
                               .wireName = "w",
                               .location = location,
                               .required = (bits & 1) != 0,
                               .schema = schema,
                               .style = "form",
                               .explode = (bits & 2) != 0,
                               .allowReserved = (bits & 4) != 0,
                               .deprecated = (bits & 8) != 0,
                               .description = "D"});
  builder.addTool(in);
  const auto set = opened(builder);
  const auto out = set->tool(0);
  ASSERT_EQ(out.parameters.size(), in.parameters.size());
  for (std::size_t i = 0; i < in.parameters.size(); ++i) {
    const auto& a = in.parameters[i];
    const auto& b = out.parameters[i];
    EXPECT_EQ(b.flatName, a.flatName);
    EXPECT_EQ(b.wireName, a.wireName);
    EXPECT_EQ(b.location, a.location);
    EXPECT_EQ(b.schema, a.schema);
    EXPECT_EQ(b.style, a.style);
    EXPECT_EQ(b.description, a.description);
    EXPECT_EQ(std::tuple(b.required, b.explode, b.allowReserved, b.deprecated),
              std::tuple(a.required, a.explode, a.allowReserved, a.deprecated));
  }
}

TEST(ToolSetBuilder, KeepsEveryFieldOfASchema) {
  ToolSetBuilder builder;
  const auto text = builder.addSchema({.types = kTypeString});
  const std::array<std::uint32_t, 4> properties = {builder.text("a") << 1 | 1, text,
                                                   builder.text("b") << 1, text};
  const std::array<std::uint32_t, 1> names = {builder.text("a")};
  const std::array<std::uint32_t, 2> parts = {text, text};
  const auto index = builder.addSchema({.name = builder.text("N"),
                                        .format = builder.text("F"),
                                        .description = builder.text("D"),
                                        .enumJson = builder.text("[1]"),
                                        .constJson = builder.text("2"),
                                        .defaultJson = builder.text("3"),
                                        .restJson = builder.text("{}"),
                                        .items = text,
                                        .additional = text,
                                        .properties = builder.list(properties),
                                        .required = builder.list(names),
                                        .prefixItems = builder.list(parts),
                                        .allOf = builder.list(parts),
                                        .anyOf = builder.list(parts),
                                        .oneOf = builder.list(parts),
                                        .types = kTypeObject});
  const auto set = opened(builder);
  const auto view = set->schema(index);
  EXPECT_EQ(view.index, index);
  EXPECT_EQ(view.name, "N");
  EXPECT_EQ(view.format, "F");
  EXPECT_EQ(view.description, "D");
  EXPECT_EQ(view.enumJson, "[1]");
  EXPECT_EQ(view.constJson, "2");
  EXPECT_EQ(view.defaultJson, "3");
  EXPECT_EQ(view.restJson, "{}");
  EXPECT_EQ(view.items, text);
  EXPECT_EQ(view.additional, text);
  ASSERT_EQ(view.properties.size(), 2u);
  EXPECT_TRUE(view.properties[0].required);
  EXPECT_FALSE(view.properties[1].required);
  EXPECT_EQ(view.required, (std::vector<std::string_view>{"a"}));
  for (const auto& list : {view.prefixItems, view.allOf, view.anyOf, view.oneOf})
    EXPECT_EQ(list, (std::vector<std::uint32_t>{text, text}));
}

TEST(ToolSetBuilder, KeepsEveryFlagOfASchema) {
  struct Row {
    SchemaFlag flag;
    std::function<bool(const SchemaView&)> seen;
  };
  const std::vector<Row> rows = {
      {kSchemaClosed, [](const auto& s) { return !s.additionalAllowed; }},
      {kSchemaAdditionalDeclared, [](const auto& s) { return s.additionalDeclared; }},
      {kSchemaNever, [](const auto& s) { return s.never; }},
      {kSchemaReadOnly, [](const auto& s) { return s.readOnly; }},
      {kSchemaWriteOnly, [](const auto& s) { return s.writeOnly; }},
      {kSchemaDeprecated, [](const auto& s) { return s.deprecated; }}};
  for (const auto& row : rows) {
    ToolSetBuilder builder;
    const auto plain = builder.addSchema({});
    const auto index = builder.addSchema({.flags = row.flag});
    const auto set = opened(builder);
    EXPECT_TRUE(row.seen(set->schema(index))) << row.flag;
    EXPECT_FALSE(row.seen(set->schema(plain))) << row.flag;
  }
}

TEST(ToolSetBuilder, KeepsTheDocumentsOwnTextsAndSchemes) {
  ToolSetBuilder builder;
  builder.describe("T", "1", "D");
  builder.addWarning("W1");
  builder.addWarning("W2");
  builder.addScheme({.name = "k", .type = "apiKey", .in = "query", .parameter = "key"});
  const auto set = opened(builder);
  EXPECT_EQ(set->title(), "T");
  EXPECT_EQ(set->documentVersion(), "1");
  EXPECT_EQ(set->description(), "D");
  EXPECT_EQ(set->warnings(), (std::vector<std::string>{"W1", "W2"}));
  ASSERT_EQ(set->securitySchemes().size(), 1u);
  const auto scheme = set->securitySchemes()[0];
  EXPECT_EQ(scheme.name + scheme.type + scheme.in + scheme.parameter, "kapiKeyquerykey");
}

// Texts that break formats with separators, escapes or terminators.
TEST(ToolSetBuilder, NaughtyTextsComeBackAsTheyWere) {
  using std::string_literals::operator""s;
  const std::vector<std::string> texts = {
      "",        " ",         "\0"s,       "a\0b"s,       "\n\r\t",         "\"\\/",
      "${jndi}", "{{x}}",     "<script>",  "'; DROP--",   "../../etc",      "%00%2e",
      "é",       "😀",        "\u202e",    "\ufeff",      "\u2028\u2029",   "a\xcc\x81",
      "NULL",    "undefined", "__proto__", "constructor", "日本語テキスト", "1e999"};
  for (const auto& text : texts) {
    ToolSetBuilder builder;
    ToolRecord in = record("a");
    in.summary = in.description = in.operationId = in.tag = text;
    in.servers = {text, text};
    builder.addTool(in);
    builder.addWarning(text);
    const auto set = opened(builder);
    const auto tool = set->tool(0);
    EXPECT_EQ(tool.summary, text);
    EXPECT_EQ(tool.servers.at(1), text);
    EXPECT_EQ(set->warnings().at(0), text);
  }
}

TEST(ToolSetBuilder, TextThatIsNoUtf8IsFoundWhenTheSetIsOpened) {
  ToolSetBuilder builder;
  builder.describe("\xff", "", "");
  EXPECT_EQ(ToolSet::fromBytes(builder.finish()).error().detail, "tool set: text is not UTF-8");
}

TEST(ToolSetBuilder, AReservedNodeMayReferToItself) {
  ToolSetBuilder builder;
  const auto self = builder.reserveSchema();
  const std::array<std::uint32_t, 1> parts = {self};
  builder.setSchema(self, {.items = self, .allOf = builder.list(parts), .types = kTypeArray});
  const auto set = opened(builder);
  EXPECT_EQ(set->schema(self).items, self);
  EXPECT_EQ(set->schema(self).allOf.at(0), self);
}

TEST(ToolSetBuilder, AReservedNodeIsNotMergedWithAnEqualOne) {
  ToolSetBuilder builder;
  const auto reserved = builder.reserveSchema();
  builder.setSchema(reserved, {.types = kTypeString});
  EXPECT_NE(builder.addSchema({.types = kTypeString}), reserved);
}

TEST(ToolSetBuilder, ReadsBackWhatItWasGiven) {
  ToolSetBuilder builder;
  const std::array<std::uint32_t, 3> entries = {7, 8, 9};
  const auto list = builder.list(entries);
  EXPECT_EQ(builder.textAt(builder.text("abc")), "abc");
  EXPECT_TRUE(std::ranges::equal(builder.listAt(list), entries));
  EXPECT_TRUE(builder.listAt(0).empty());
  const auto index = builder.addSchema({.types = kTypeNumber});
  EXPECT_EQ(builder.schema(index).types, kTypeNumber);
  EXPECT_EQ(builder.schemaCount(), 1u);
}

// Property: tools in any order, the same index; findTool agrees with toolPath for all of them.
TEST(ToolSetBuilder, EveryToolIsFoundWhateverTheOrder) {
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> paths;
    for (int i = 0; i < 50; ++i)
      paths.push_back("g" + std::to_string(i % 7) + ".t" + std::to_string(i));
    std::ranges::shuffle(paths, random);
    ToolSetBuilder builder;
    for (const auto& path : paths) builder.addTool(record(path));
    const auto set = opened(builder);
    for (std::uint32_t i = 0; i < paths.size(); ++i) {
      EXPECT_EQ(set->toolPath(i), paths[i]);
      EXPECT_EQ(set->findTool(paths[i]), i);
    }
  }
}

// The hash is the identity of a set: workspaces share it, caches and approvals hold it.
TEST(ToolSetBuilder, TheSameCallsGiveTheSameBytes) {
  const auto bytes = [] {
    ToolSetBuilder builder;
    for (int i = 0; i < 100; ++i) {
      ToolRecord in = record("a.b" + std::to_string(i));
      in.summary = "Create the thing number " + std::to_string(i * 7919 % 101);
      builder.addTool(in);
    }
    return builder.finish();
  };
  EXPECT_EQ(bytes(), bytes());
}

TEST(ToolSetBuilder, OneChangedTextIsAnotherHash) {
  const auto hash = [](std::string summary) {
    ToolSetBuilder builder;
    ToolRecord in = record("a");
    in.summary = std::move(summary);
    builder.addTool(in);
    return std::string(opened(builder)->hash());
  };
  EXPECT_NE(hash("x"), hash("y"));
  EXPECT_EQ(hash("x").size(), 64u);
}

}  // namespace
}  // namespace executor::source
