// The compiler's words (TypeScript 7.0.2, as it printed them) and what they come to.
#include "execution/type-complaint.h"

#include <gtest/gtest.h>

namespace executor::execution {
namespace {

using Kind = TypeComplaint::Kind;
using Names = std::vector<std::string>;

TEST(TypeComplaint, ReadsUnknownKeys) {
  const TypeComplaint far = readComplaint(
      2353,
      "Object literal may only specify known properties, and 'zzz' does not exist in type "
      "'Input$0'.");
  EXPECT_EQ(far.kind, Kind::unknownKey);
  EXPECT_EQ(far.names, Names{"zzz"});
  EXPECT_EQ(far.wanted, "Input$0");
  const TypeComplaint near = readComplaint(
      2561,
      "Object literal may only specify known properties, but 'ownr' does not exist in type "
      "'Input$0'. Did you mean to write 'owner'?");
  EXPECT_EQ(near.names, Names{"ownr"});
  EXPECT_EQ(near.wanted, "Input$0");
  EXPECT_EQ(readComplaint(2353,
                          "Object literal may only specify known properties, and '\"x-y\"' "
                          "does not exist in type 'A'.")
                .names,
            Names{"x-y"});
}

TEST(TypeComplaint, ReadsMissingKeys) {
  const TypeComplaint one = readComplaint(
      2741,
      "Property 'repo' is missing in type '{ owner: string; }' but required in type 'Input$0'.");
  EXPECT_EQ(one.kind, Kind::missingKeys);
  EXPECT_EQ(one.names, Names{"repo"});
  EXPECT_EQ(one.found, "{ owner: string; }");
  const TypeComplaint some = readComplaint(
      2739,
      "Type 'Record<string, unknown>' is missing the following properties from type 'Input$0': "
      "owner, repo");
  EXPECT_EQ(some.names, (Names{"owner", "repo"}));
  EXPECT_EQ(some.found, "Record<string, unknown>");
  const TypeComplaint many = readComplaint(
      2740, "Type '{}' is missing the following properties from type 'Input$0': a, b, and 4 more.");
  EXPECT_EQ(many.kind, Kind::missingKeys);
}

TEST(TypeComplaint, TheInnermostLineIsTheCause) {
  const TypeComplaint inner = readComplaint(
      2345,
      "Argument of type '{ owner: string; state: string; }' is not assignable to parameter of "
      "type 'Input$0'.\n"
      "  Types of property 'state' are incompatible.\n"
      "    Type 'string' is not assignable to type '\"all\" | \"closed\" | \"open\"'.");
  EXPECT_EQ(inner.kind, Kind::mismatch);
  EXPECT_TRUE(inner.nested);
  EXPECT_EQ(inner.found, "string");
  EXPECT_EQ(inner.wanted, "\"all\" | \"closed\" | \"open\"");
  const TypeComplaint outer = readComplaint(
      2345, "Argument of type 'string' is not assignable to parameter of type 'Input$0'.");
  EXPECT_FALSE(outer.nested);
  EXPECT_EQ(outer.found, "string");
}

TEST(TypeComplaint, ReadsTheRest) {
  EXPECT_EQ(readComplaint(2554, "Expected 1-2 arguments, but got 0.").kind, Kind::noArgument);
  EXPECT_EQ(readComplaint(2554, "Expected 1-2 arguments, but got 3.").kind, Kind::other);
  EXPECT_EQ(readComplaint(2551,
                          "Property 'lst' does not exist on type 'tools$a'. Did you mean "
                          "'list'?")
                .kind,
            Kind::unknownMember);
  EXPECT_EQ(readComplaint(2339, "Property 'map' does not exist on type 'Promise<Issue[]>'.").wanted,
            "Promise<Issue[]>");
}

// The compiler is not trusted: whatever it says, nothing breaks and nothing blocks.
TEST(TypeComplaint, WhatIsNotUnderstoodIsOther) {
  for (const std::string_view message : {"", "\n", "'", "Type '", "Type 'a' is not assignable to",
                                         "is missing", "Expected", "\n\n\n", "but got 0"}) {
    EXPECT_EQ(readComplaint(2322, message).kind, Kind::other) << message;
  }
  EXPECT_TRUE(mayFit("", ""));
}

struct Row {
  std::string_view found, wanted;
};

TEST(TypeComplaint, ValuesThatARunCanMakeRightMayFit) {
  for (const Row& row : {Row{"string", "\"open\" | \"closed\""},
                         {"string", "Severity"},
                         {"number", "1 | 2"},
                         {"boolean", "true"},
                         {"Date", "string"},
                         {"URL", "string"},
                         {"bigint", "number"},
                         {"unknown", "string[]"},
                         {"{}", "Input$0"},
                         {"string | number", "number"},
                         {"T", "string"},
                         {"K", "\"a\""},
                         {"object", "Input$0"},
                         {"Record<string, string>", "Input$0"},
                         {"string", "number | \"auto\""}}) {
    EXPECT_TRUE(mayFit(row.found, row.wanted)) << row.found << " " << row.wanted;
  }
}

TEST(TypeComplaint, ValuesThatNoRunMakesRightDoNot) {
  for (const Row& row : {Row{"number", "string"},
                         {"string", "number"},
                         {"boolean", "string"},
                         {"string[]", "string"},
                         {"string", "string[]"},
                         {"\"opne\"", "\"open\""},
                         {"{ a: number; }", "string"},
                         {"SimpleUser", "string"},
                         {"Promise<Issue>", "string"},
                         {"Promise<A | B>", "string"},
                         {"Issue[]", "string"},
                         {"string", "number | null"},
                         {"number", "\"a\" | \"b\""},
                         {"number", "string | string[]"}}) {
    EXPECT_FALSE(mayFit(row.found, row.wanted)) << row.found << " " << row.wanted;
  }
}

TEST(TypeComplaint, LiteralsAreTheQuotedAlternatives) {
  EXPECT_EQ(literalsOf("\"a\" | \"b c\" | 5 | string"), (Names{"a", "b c"}));
  EXPECT_TRUE(literalsOf("string").empty());
}

}  // namespace
}  // namespace executor::execution
