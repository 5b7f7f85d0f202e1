// What a hostile compiler could write into a tool set, part by part. Each row bends one number of
// an honest set; the verifier must name that part and nothing may be read before it has spoken.
#include <gtest/gtest.h>

#include <functional>

#include "source/tool-set-builder.h"
#include "source/tool-set-wire.h"

namespace executor::source {
namespace {

constexpr std::uint32_t kFar = 1'000'000;

// A tool set in pieces, valid as constructed: one schema of one property, one tool, one scheme.
struct Parts {
  std::uint32_t format = kToolSetFormat;
  std::uint32_t title = 1, version = 0, description = 0, warnings = 0;
  // Texts: 0 "", 1 "a", 2 "GET", 3 "é".
  std::string text = "aGETé";
  std::vector<std::uint32_t> ends = {0, 1, 4, 6};
  // Lists: 0 empty; 1 one text; 3 one property; 6 a list of lists; 8 one schema.
  std::vector<std::uint32_t> words = {0, 1, 1, 2, 1 << 1, 0, 1, 1, 1, 0};
  std::vector<wire::Schema> schemas = {schema()};
  std::vector<wire::Parameter> parameters = {parameter(0, Location::query)};
  std::vector<wire::Tool> tools = {tool()};
  std::vector<std::uint32_t> byPath = {0};
  std::vector<wire::Scheme> schemes = {wire::Scheme(1, 1, 1, 1)};
  std::vector<wire::Term> terms = {wire::Term(1, 0, 1), wire::Term(3, 1, 1)};
  std::vector<std::uint32_t> postings = {0 << 8 | 5, 0 << 8 | 7};

  static wire::Schema schema() {
    return {1, 0, 0, 0, 0, 0, 0, kNoSchema, kNoSchema, 3, 1, 8, 8, 8, 8, 0, 0};
  }
  static wire::Parameter parameter(std::uint32_t schema, Location location) {
    return {1, 1, 0, 0, schema, static_cast<std::uint16_t>(location), 0};
  }
  static wire::Tool tool(std::uint32_t path = 1, std::uint16_t mode = 0,
                         std::uint32_t bodySchema = kNoSchema, std::uint32_t parameters = 1) {
    return {path, 0, 2, 0, 0, 0, 0, 0, 0, bodySchema, kNoSchema, 0, parameters, 1, 6, mode, 0};
  }
};

std::string packed(const Parts& p) {
  flatbuffers::FlatBufferBuilder out;
  const auto text =
      out.CreateVector(reinterpret_cast<const std::uint8_t*>(p.text.data()), p.text.size());
  wire::FinishToolSetBuffer(
      out, wire::CreateToolSet(out, p.format, p.title, p.version, p.description, p.warnings, text,
                               out.CreateVector(p.ends), out.CreateVector(p.words),
                               out.CreateVectorOfStructs(p.schemas),
                               out.CreateVectorOfStructs(p.parameters),
                               out.CreateVectorOfStructs(p.tools), out.CreateVector(p.byPath),
                               out.CreateVectorOfStructs(p.schemes),
                               out.CreateVectorOfStructs(p.terms), out.CreateVector(p.postings)));
  return {reinterpret_cast<const char*>(out.GetBufferPointer()), out.GetSize()};
}

// The detail after "tool set: ", or "accepted".
std::string verdict(const Parts& parts) {
  const auto set = ToolSet::fromBytes(packed(parts));
  if (set) return "accepted";
  EXPECT_EQ(set.error().code, ErrorCode::store_corrupt);
  EXPECT_EQ(set.error().message, "A compiled tool set is damaged.");
  EXPECT_FALSE(set.error().hint.empty());
  return set.error().detail.substr(std::string_view("tool set: ").size());
}

struct Row {
  std::string_view what;
  std::function<void(Parts&)> bend;
  std::string_view verdict;
};

void expectRows(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    Parts parts;
    row.bend(parts);
    EXPECT_EQ(verdict(parts), row.verdict) << row.what;
  }
}

TEST(ToolSetVerify, AnHonestSetIsAccepted) {
  const auto set = ToolSet::fromBytes(packed({})).value();
  EXPECT_EQ(set->title(), "a");
  EXPECT_EQ(set->findTool("a"), 0u);
  EXPECT_EQ(set->schema(0).properties.at(0).name, "a");
  EXPECT_EQ(set->tool(0).servers.at(0), "a");
  EXPECT_EQ(set->tool(0).security.at(0).at(0), "a");
  EXPECT_EQ(set->termsWithPrefix("", 9), (std::vector<std::string_view>{"a", "é"}));
}

TEST(ToolSetVerify, AnotherFormatIsRefusedWhateverItHolds) {
  expectRows({{"older", [](Parts& p) { p.format = kToolSetFormat - 1; }, "unknown format number"},
              {"newer", [](Parts& p) { p.format = kToolSetFormat + 1; }, "unknown format number"},
              {"no texts", [](Parts& p) { p.ends.clear(); }, "empty pools"},
              {"no lists", [](Parts& p) { p.words.clear(); }, "empty pools"}});
}

TEST(ToolSetVerify, APartThatIsNotThereIsNotRead) {
  flatbuffers::FlatBufferBuilder out;
  wire::ToolSetBuilder table(out);
  table.add_format(kToolSetFormat);
  wire::FinishToolSetBuffer(out, table.Finish());
  const auto set =
      ToolSet::fromBytes({reinterpret_cast<const char*>(out.GetBufferPointer()), out.GetSize()});
  EXPECT_EQ(set.error().detail, "tool set: a part is missing");
}

TEST(ToolSetVerify, TextsLieInTheirBlobWholeAndValid) {
  expectRows({{"an end beyond", [](Parts& p) { p.ends[3] = 7; }, "a text is out of range"},
              {"ends that fall", [](Parts& p) { p.ends[2] = 0; }, "a text is out of range"},
              {"an end inside é", [](Parts& p) { p.ends[2] = 5; }, "a text is cut"},
              {"bytes of no text",
               [](Parts& p) {
                 p.ends.pop_back();
                 p.terms.pop_back();
                 p.postings.pop_back();
               },
               "text without an end"},
              {"no UTF-8", [](Parts& p) { p.text[0] = '\xff'; }, "text is not UTF-8"},
              {"a surrogate", [](Parts& p) { p.text = "aG\xed\xa0\x80x"; }, "text is not UTF-8"}});
}

TEST(ToolSetVerify, TheRootsNumbersAreInRange) {
  expectRows({{"title", [](Parts& p) { p.title = 4; }, "title"},
              {"version", [](Parts& p) { p.version = kFar; }, "title"},
              {"description", [](Parts& p) { p.description = ~0u; }, "title"},
              {"warnings beyond", [](Parts& p) { p.warnings = 10; }, "warnings"},
              {"warnings of a long list", [](Parts& p) { p.words[0] = 10; }, "warnings"},
              {"warnings of no text",
               [](Parts& p) {
                 p.warnings = 1;
                 p.words[2] = 4;
               },
               "warnings"}});
}

TEST(ToolSetVerify, ASchemasTextsAreInRange) {
  constexpr std::string_view kRefused = "a schema leads out of range";
  for (int field = 0; field < 7; ++field) {
    Parts parts;
    // The first seven numbers of a schema name texts: name … restJson.
    auto* numbers = reinterpret_cast<std::uint32_t*>(&parts.schemas[0]);
    numbers[field] = 4;
    EXPECT_EQ(verdict(parts), kRefused) << field;
    numbers[field] = 3;
    EXPECT_EQ(verdict(parts), "accepted") << field;
  }
}

TEST(ToolSetVerify, ASchemasReferencesAreInRange) {
  constexpr std::string_view kRefused = "a schema leads out of range";
  // items and additional, then the six lists.
  for (int field = 7; field < 9; ++field) {
    Parts parts;
    auto* numbers = reinterpret_cast<std::uint32_t*>(&parts.schemas[0]);
    numbers[field] = 1;
    EXPECT_EQ(verdict(parts), kRefused) << field;
    numbers[field] = 0;
    EXPECT_EQ(verdict(parts), "accepted") << field;
  }
  for (int field = 9; field < 15; ++field) {
    Parts parts;
    auto* numbers = reinterpret_cast<std::uint32_t*>(&parts.schemas[0]);
    for (const std::uint32_t bad : {10u, kFar, ~0u}) {
      numbers[field] = bad;
      EXPECT_EQ(verdict(parts), kRefused) << field << " " << bad;
    }
  }
}

TEST(ToolSetVerify, ListsHoldWhatTheirPlaceMeans) {
  constexpr std::string_view kRefused = "a schema leads out of range";
  expectRows({{"a property of no text", [](Parts& p) { p.words[4] = 4 << 1; }, kRefused},
              {"a property of no schema", [](Parts& p) { p.words[5] = 1; }, kRefused},
              {"a property of kNoSchema", [](Parts& p) { p.words[5] = kNoSchema; }, kRefused},
              {"half a property", [](Parts& p) { p.words[3] = 1; }, kRefused},
              {"a part that is no schema", [](Parts& p) { p.words[9] = 1; }, kRefused},
              {"a count to the end of the pool", [](Parts& p) { p.words[8] = 2; }, kRefused},
              {"a count that overflows", [](Parts& p) { p.words[8] = ~0u; }, kRefused},
              {"a required name of no text", [](Parts& p) { p.words[2] = 4; }, kRefused}});
}

TEST(ToolSetVerify, ParametersAreInRange) {
  constexpr std::string_view kRefused = "a parameter leads out of range";
  const auto with = [](wire::Parameter parameter) {
    return [parameter](Parts& p) { p.parameters[0] = parameter; };
  };
  expectRows({{"flat name", with({4, 1, 0, 0, 0, 0, 0}), kRefused},
              {"wire name", with({1, 4, 0, 0, 0, 0, 0}), kRefused},
              {"style", with({1, 1, 4, 0, 0, 0, 0}), kRefused},
              {"description", with({1, 1, 0, 4, 0, 0, 0}), kRefused},
              {"schema", with({1, 1, 0, 0, 1, 0, 0}), kRefused},
              {"no schema", with({1, 1, 0, 0, kNoSchema, 0, 0}), kRefused},
              {"place", with({1, 1, 0, 0, 0, 5, 0}), kRefused},
              {"the last place", with({1, 1, 0, 0, 0, 4, 0}), "accepted"},
              {"unknown flags", with({1, 1, 0, 0, 0, 0, 0xffff}), "accepted"}});
}

TEST(ToolSetVerify, AToolsNumbersAreInRange) {
  constexpr std::string_view kRefused = "a tool leads out of range";
  // Nine texts, two schemas, the first parameter, their count, two lists.
  for (int field = 0; field < 15; ++field) {
    Parts parts;
    auto* numbers = reinterpret_cast<std::uint32_t*>(&parts.tools[0]);
    numbers[field] = kFar;
    EXPECT_EQ(verdict(parts), kRefused) << field;
  }
  expectRows(
      {{"a sum that overflows",
        [](Parts& p) {
          auto* numbers = reinterpret_cast<std::uint32_t*>(&p.tools[0]);
          numbers[11] = ~0u;  // first parameter
          numbers[12] = 2;    // count: the sum is 1 in 32 bits
        },
        kRefused},
       {"security of no list", [](Parts& p) { p.words[7] = 10; }, kRefused},
       {"an unknown body mode", [](Parts& p) { p.tools[0] = Parts::tool(1, 3, 0); }, kRefused},
       {"a body without a schema", [](Parts& p) { p.tools[0] = Parts::tool(1, 1); }, kRefused}});
}

// Readers take the last parameter for a whole body; without this the server would read beyond an
// empty vector.
TEST(ToolSetVerify, AWholeBodyHasItsParameterAtTheEnd) {
  constexpr std::string_view kRefused = "a tool leads out of range";
  expectRows(
      {{"no parameter", [](Parts& p) { p.tools[0] = Parts::tool(1, 2, 0, 0); }, kRefused},
       {"a query parameter", [](Parts& p) { p.tools[0] = Parts::tool(1, 2, 0, 1); }, kRefused},
       {"the body",
        [](Parts& p) {
          p.tools[0] = Parts::tool(1, 2, 0, 1);
          p.parameters[0] = Parts::parameter(0, Location::body);
        },
        "accepted"}});
}

TEST(ToolSetVerify, ThePathIndexIsAPermutationInOrder) {
  const auto two = [](Parts& p) {
    p.tools.push_back(Parts::tool(2));
    p.byPath = {1, 0};  // "GET" < "a"
  };
  expectRows({{"two tools", two, "accepted"},
              {"too short", [](Parts& p) { p.byPath.clear(); }, "path index size"},
              {"too long", [](Parts& p) { p.byPath.push_back(0); }, "path index size"},
              {"out of range", [](Parts& p) { p.byPath[0] = 1; }, "path index out of range"},
              {"unsorted",
               [&](Parts& p) {
                 two(p);
                 p.byPath = {0, 1};
               },
               "paths are not sorted and unique"},
              {"one tool twice",
               [&](Parts& p) {
                 two(p);
                 p.byPath = {0, 0};
               },
               "paths are not sorted and unique"},
              {"an empty path", [](Parts& p) { p.tools[0] = Parts::tool(0); },
               "paths are not sorted and unique"},
              {"a path of odd letters", [](Parts& p) { p.tools[0] = Parts::tool(3); },
               "a path has odd characters"}});
}

TEST(ToolSetVerify, SchemesAreInRange) {
  for (int field = 0; field < 4; ++field) {
    Parts parts;
    reinterpret_cast<std::uint32_t*>(&parts.schemes[0])[field] = 4;
    EXPECT_EQ(verdict(parts), "a scheme") << field;
  }
}

TEST(ToolSetVerify, TermsAreSortedAndTheirPostingsFollowEachOther) {
  expectRows(
      {{"a term of no text", [](Parts& p) { p.terms[0] = {4, 0, 1}; }, "a search term"},
       {"a gap", [](Parts& p) { p.terms[1] = {3, 2, 1}; }, "a search term"},
       {"an overlap", [](Parts& p) { p.terms[1] = {3, 0, 1}; }, "a search term"},
       {"beyond", [](Parts& p) { p.terms[1] = {3, 1, 2}; }, "a posting list is out of range"},
       {"unsorted", [](Parts& p) { p.terms = {{3, 0, 1}, {1, 1, 1}}; },
        "search terms are not sorted"},
       {"twice", [](Parts& p) { p.terms[1] = {1, 1, 1}; }, "search terms are not sorted"},
       {"an empty term", [](Parts& p) { p.terms[0] = {0, 0, 1}; }, "search terms are not sorted"},
       {"a posting of no tool", [](Parts& p) { p.postings[0] = 1 << 8; },
        "a posting is out of range"},
       {"a posting of no term", [](Parts& p) { p.postings.push_back(1 << 8); },
        "a posting is out of range"}});
}

// The lists of one kind may not add up to more than the pool: overlapping lists would be a product.
TEST(ToolSetVerify, OverlappingListsOfOneKindAreRefused) {
  Parts parts;
  parts.words = {0, 1, 1, 2, 1 << 1, 0, 1, 1, 1, 0};
  parts.words.insert(parts.words.end(), 40, 0);
  for (std::size_t i = 10; i < 30; ++i) parts.words[i] = 10;
  EXPECT_EQ(verdict(parts), "accepted");
  for (std::uint32_t i = 10; i < 30; ++i) {
    wire::Schema one = Parts::schema();
    reinterpret_cast<std::uint32_t*>(&one)[10] = i;  // required: texts
    parts.schemas.push_back(one);
  }
  EXPECT_EQ(verdict(parts), "a schema leads out of range");
}

TEST(ToolSetVerify, BytesThatAreNotAlignedAreRefused) {
  const std::string honest = packed({});
  std::string shifted = "x" + honest;
  EXPECT_EQ(verifyToolSet(std::string_view(shifted).substr(1)).error().detail,
            "tool set: not aligned");
}

TEST(ToolSetVerify, AShortOrForeignFileIsRefused) {
  const std::string honest = packed({});
  std::string foreign = honest;
  foreign.replace(4, 4, "EXTT");
  EXPECT_FALSE(ToolSet::fromBytes(foreign).has_value());
  EXPECT_EQ(ToolSet::fromBytes(honest.substr(0, 7)).error().detail, "tool set: too short");
  EXPECT_FALSE(ToolSet::fromBytes(honest.substr(0, 8)).has_value());
}

}  // namespace
}  // namespace executor::source
