#include "store/record.h"

#include <gtest/gtest.h>

#include <limits>

#include "store/codec.h"

namespace executor::store {
namespace {

enum class Mood { calm, tense };
BOOST_DESCRIBE_ENUM(Mood, calm, tense)

struct Step {
  std::string name;
  std::optional<std::int64_t> takesMs;
};
BOOST_DESCRIBE_STRUCT(Step, (), (name, takesMs))

struct Everything {
  std::string id;
  std::string workspaceId;
  bool on = false;
  std::int64_t big = 0;
  std::uint8_t small = 0;
  double ratio = 0;
  Mood mood = Mood::calm;
  std::optional<std::string> note;
  std::vector<Step> steps;
  std::map<std::string, int> counts;
  Step last;
  json::value any;
};
RECORD(Everything, "everything",
       FIELDS(id, workspaceId, on, big, small, ratio, mood, note, steps, counts, last, any),
       KEY(id), WORKSPACE(workspaceId), INDEX(byMood, workspaceId, mood, big), UNIQUE(byNote, note),
       SEALED(any, counts));

// What an older program knows of the same record.
struct Older {
  std::string id;
  Step last;
};
RECORD(Older, "everything", FIELDS(id, last), KEY(id));

struct Aware {
  std::string id;
  json::object unknown;
};
RECORD(Aware, "aware", FIELDS(id), KEY(id));

Everything sample() {
  Everything one;
  one.id = "a";
  one.workspaceId = "ws";
  one.on = true;
  one.big = std::numeric_limits<std::int64_t>::min();
  one.small = 255;
  one.ratio = 0.1;
  one.mood = Mood::tense;
  one.steps = {{"first", 3}, {"second", std::nullopt}};
  one.counts = {{"x", 1}};
  one.last = {"end", 9};
  one.any = json::value{{"k", {1, 2}}};
  return one;
}

std::string readError(json::object object) {
  const Result<Everything> read = decodeRecord<Everything>(object);
  return read ? "" : std::string(read.error().codeName()) + ": " + read.error().detail;
}

TEST(Record, DescribesTableKeyIndexesAndSeals) {
  const RecordType& type = recordType<Everything>();
  EXPECT_EQ(type.table, "everything");
  EXPECT_EQ(type.keyField, "id");
  EXPECT_EQ(type.workspaceField, "workspaceId");
  ASSERT_EQ(type.indexes.size(), 2u);
  EXPECT_EQ(type.indexes[0].fields, (std::vector<std::string_view>{"workspaceId", "mood", "big"}));
  EXPECT_FALSE(type.indexes[0].unique);
  EXPECT_TRUE(type.index("byNote")->unique);
  EXPECT_EQ(type.index("other"), nullptr);
  EXPECT_TRUE(type.isSealed("counts"));
  EXPECT_FALSE(type.isSealed("id"));
}

TEST(Record, SchemasAddUp) {
  Schema schema = Schema::of<Everything>();
  schema += Schema::of<Older, Aware>();
  EXPECT_EQ(schema.types.size(), 3u);
}

TEST(Codec, EveryFieldTypeReadsBackEqual) {
  const Everything before = sample();
  const Result<json::object> object = encodeRecord(before);
  ASSERT_TRUE(object);
  const Result<Everything> after = decodeRecord<Everything>(*object);
  ASSERT_TRUE(after);
  EXPECT_EQ(encodeRecord(*after).value(), *object);
  EXPECT_EQ(after->big, before.big);
  EXPECT_EQ(after->small, 255);
  EXPECT_EQ(after->mood, Mood::tense);
  EXPECT_EQ(after->steps[1].takesMs, std::nullopt);
}

TEST(Codec, AnAbsentOptionalHasNoMember) {
  const json::object object = encodeRecord(sample()).value();
  EXPECT_FALSE(object.contains("note"));
}

TEST(Codec, MissingOptionalsAndContainersReadAsEmpty) {
  json::object object = encodeRecord(sample()).value();
  object.erase("steps");
  object.erase("counts");
  object.erase("any");
  const Result<Everything> read = decodeRecord<Everything>(object);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->steps.empty());
  EXPECT_TRUE(read->any.is_null());
}

TEST(Codec, AMissingFieldIsCorruptAndNamed) {
  json::object object = encodeRecord(sample()).value();
  object.erase("on");
  EXPECT_EQ(readError(object), "store_corrupt: field on is missing");
}

TEST(Codec, AWrongTypeNamesThePosition) {
  json::object object = encodeRecord(sample()).value();
  object["steps"].get_array()[1].get_object()["name"] = 7;
  EXPECT_EQ(readError(object),
            "store_corrupt: field steps[1].name must be of type string but is of type integer");
}

TEST(Codec, IntegersOutOfRangeAreRefused) {
  json::object object = encodeRecord(sample()).value();
  object["small"] = 256;
  EXPECT_EQ(readError(object), "store_corrupt: field small is an integer out of range");
  object["small"] = -1;
  EXPECT_EQ(readError(object), "store_corrupt: field small is an integer out of range");
}

TEST(Codec, AnUnknownEnumeratorIsRefused) {
  json::object object = encodeRecord(sample()).value();
  object["mood"] = "livid";
  EXPECT_EQ(readError(object), "store_corrupt: field mood has the unknown value \"livid\"");
}

TEST(Codec, TextThatIsNotUtf8IsRefusedOnWrite) {
  Everything one = sample();
  one.steps[0].name = "\xff";
  const Result<json::object> object = encodeRecord(one);
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(object.error().message.find("steps[0].name"), std::string::npos);
}

TEST(Codec, NumbersThatAreNotFiniteAreRefusedOnWrite) {
  Everything one = sample();
  one.ratio = std::numeric_limits<double>::infinity();
  EXPECT_EQ(encodeRecord(one).error().code, ErrorCode::invalid_argument);
}

TEST(Codec, KeepsUnknownMembersAtEveryDepth) {
  json::object stored = encodeRecord(sample()).value();
  stored["last"].get_object()["added"] = 1;
  json::object fresh = encodeRecord(Older{"a", {"new", 1}}).value();
  recordType<Older>().keepUnknown(stored, fresh);
  EXPECT_EQ(fresh["last"].get_object()["added"], 1);
  EXPECT_EQ(fresh["last"].get_object()["name"], "new");
  EXPECT_EQ(fresh["mood"], "tense");
}

TEST(Codec, AnOptionalThatWasClearedStaysCleared) {
  json::object stored = encodeRecord(sample()).value();
  Everything cleared = sample();
  cleared.last.takesMs.reset();
  json::object fresh = encodeRecord(cleared).value();
  recordType<Everything>().keepUnknown(stored, fresh);
  EXPECT_FALSE(fresh["last"].get_object().contains("takesMs"));
}

TEST(Codec, AStructWithUnknownSeesAndWritesThem) {
  const json::object stored{{"id", "a"}, {"later", true}};
  Result<Aware> read = decodeRecord<Aware>(stored);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->unknown.at("later"), true);
  EXPECT_EQ(encodeRecord(*read).value(), stored);
}

}  // namespace
}  // namespace executor::store
