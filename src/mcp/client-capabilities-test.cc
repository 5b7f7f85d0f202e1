// What is declared counts, and nothing else.
#include "mcp/client-capabilities.h"

#include <gtest/gtest.h>

namespace executor::mcp {
namespace {

ClientCapabilities read(std::string_view text) {
  return readCapabilities(parseJson(text)->as_object());
}

TEST(ClientCapabilities, NothingDeclaredIsNothing) {
  auto none = read("{}");
  EXPECT_FALSE(none.elicitationForm || none.elicitationUrl || none.sampling || none.roots);
  EXPECT_FALSE(none.tasks);
}

TEST(ClientCapabilities, AnEmptyElicitationIsFormModeOnly) {
  auto read1 = read(R"({"elicitation":{}})");
  EXPECT_TRUE(read1.elicitationForm);
  EXPECT_FALSE(read1.elicitationUrl);
}

TEST(ClientCapabilities, EachModeIsDeclaredByItself) {
  auto url = read(R"({"elicitation":{"url":{}}})");
  EXPECT_FALSE(url.elicitationForm) << "a client that only opens links has no forms";
  EXPECT_TRUE(url.elicitationUrl);
  auto both = read(R"({"elicitation":{"form":{},"url":{}}})");
  EXPECT_TRUE(both.elicitationForm && both.elicitationUrl);
}

TEST(ClientCapabilities, TasksAreTheExtensionAndNotTheOldExperiment) {
  EXPECT_TRUE(read(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})").tasks);
  EXPECT_FALSE(read(R"({"tasks":{"requests":{"tools":{"call":{}}}}})").tasks);
}

TEST(ClientCapabilities, WhatIsIllTypedIsNotDeclared) {
  for (const char* text :
       {R"({"elicitation":true})", R"({"elicitation":[]})", R"({"extensions":[]})",
        R"({"extensions":{"io.modelcontextprotocol/tasks":true}})", R"({"sampling":1})"}) {
    auto none = read(text);
    EXPECT_FALSE(none.elicitationForm || none.elicitationUrl || none.tasks || none.sampling)
        << text;
  }
  EXPECT_TRUE(read(R"({"sampling":{},"roots":{}})").roots);
}

}  // namespace
}  // namespace executor::mcp
