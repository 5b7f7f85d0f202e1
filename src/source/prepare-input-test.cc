#include <gtest/gtest.h>

#include "source/body-keys.h"
#include "source/openapi/compiled-for-test.h"
#include "source/operation.h"

namespace executor::source {
namespace {

using openapi::compiledFrame;

constexpr std::string_view kIssues = R"(
paths:
  /repos/{owner}/issues/{number}:
    patch:
      operationId: updateIssue
      parameters:
        - {name: owner, in: path, schema: {type: string}}
        - {name: number, in: path, schema: {type: integer}}
        - {name: draft, in: query, schema: {type: boolean}}
        - {name: X-Trace, in: header, schema: {type: string}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [title]
              properties:
                title: {type: string}
                owner: {type: string}
                state: {type: string, enum: [open, closed]}
                milestone: {type: integer, nullable: true}
                labels:
                  type: array
                  items:
                    oneOf:
                      - {type: string}
                      - {type: object, additionalProperties: false, required: [name],
                         properties: {name: {type: string}, id: {type: integer}}}
)";

class PrepareInput : public ::testing::Test {
 protected:
  explicit PrepareInput(std::string_view document = kIssues)
      : set_(compiledFrame(document, "3.0.3")), tool_(set_->tool(0)) {}

  std::string prepared(std::string_view input) {
    const auto out = prepareInput(*set_, tool_, parseJson(input).value());
    if (out) return serializeJson(*out);
    hint_ = out.error().hint;
    return std::string(out.error().codeName()) + ": " + out.error().message;
  }

  std::shared_ptr<const ToolSet> set_;
  ToolView tool_;
  std::string hint_;
};

TEST_F(PrepareInput, TakesFlatInputInTheToolsOrder) {
  EXPECT_EQ(prepared(R"({"title":"T","number":5,"owner":"o","owner_body":"p"})"),
            R"({"owner":"o","number":5,"title":"T","owner_body":"p"})");
}

TEST_F(PrepareInput, TakesTheBucketedFormAsTheSameInput) {
  EXPECT_EQ(prepared(R"({"path":{"owner":"o","number":5},"query":{"draft":true},
                        "headers":{"x-trace":"t"},"body":{"title":"T","owner":"p"}})"),
            R"({"owner":"o","number":5,"draft":true,"X-Trace":"t","title":"T","owner_body":"p"})");
}

TEST_F(PrepareInput, NamesUnknownKeysAndTheNearestOne) {
  EXPECT_EQ(prepared(R"({"owner":"o","number":5,"titel":"T"})"),
            "invalid_input: update_issue has no input `titel`.");
  EXPECT_NE(hint_.find("Did you mean `title`?"), std::string::npos);
  EXPECT_NE(hint_.find("owner, number, draft?, X-Trace?, title, owner_body?"), std::string::npos);
}

TEST_F(PrepareInput, NamesUnknownKeysOfABucket) {
  EXPECT_EQ(prepared(R"({"path":{"ownr":"o"},"body":{}})"),
            "invalid_input: update_issue has no input `path.ownr`.");
}

// D21: a bucket's name beside other keys is a key like any other.
TEST_F(PrepareInput, MixesOfBothFormsAreRefused) {
  EXPECT_EQ(prepared(R"({"path":{"owner":"o"},"number":5})"),
            "invalid_input: update_issue has no input `path`.");
}

TEST_F(PrepareInput, NamesEverythingThatIsMissing) {
  EXPECT_EQ(prepared("{}"), "missing_input: update_issue needs `owner`, `number`, `title`.");
  EXPECT_EQ(prepared("null"), "missing_input: update_issue needs `owner`, `number`, `title`.");
}

TEST_F(PrepareInput, RefusesInputThatIsNoObject) {
  EXPECT_EQ(prepared("[1]"), "invalid_input: The input of update_issue is array, not an object.");
}

constexpr std::string_view kBegin = R"({"owner":"o","number":5,"title":"T",)";

TEST_F(PrepareInput, SaysWhichTypeWasExpected) {
  EXPECT_EQ(prepared(std::string(kBegin) + R"("draft":"yes"})"),
            "invalid_input: `draft` of update_issue: expected boolean, got string.");
  EXPECT_EQ(prepared(R"({"owner":"o","number":5,"title":7})"),
            "invalid_input: `title` of update_issue: expected string, got integer.");
  EXPECT_EQ(prepared(std::string(kBegin) + R"("owner_body":7})"),
            "invalid_input: `owner_body` of update_issue: expected string, got integer.");
}

TEST_F(PrepareInput, SaysWhichValuesAreAllowed) {
  EXPECT_EQ(prepared(std::string(kBegin) + R"("state":"opened"})"),
            R"(invalid_input: `state` of update_issue: expected one of "open", "closed", got )"
            R"("opened".)");
}

TEST_F(PrepareInput, PointsIntoNestedValues) {
  EXPECT_EQ(prepared(std::string(kBegin) + R"("labels":["a",{"name":"b"},{"id":1}]})"),
            "missing_input: update_issue needs `labels[2].name` (string).");
  EXPECT_EQ(prepared(std::string(kBegin) + R"("labels":[{"name":"b","nam":1}]})"),
            "invalid_input: update_issue has no input `labels[0].nam`.");
  EXPECT_EQ(hint_, "Did you mean name?");
  EXPECT_EQ(prepared(std::string(kBegin) + R"("labels":[5]})"),
            "invalid_input: `labels[0]` of update_issue: expected string or object, got integer.");
}

TEST_F(PrepareInput, NullMeansNoneForAParameterAndNullInABody) {
  EXPECT_EQ(prepared(std::string(kBegin) + R"("draft":null,"milestone":null})"),
            R"({"owner":"o","number":5,"title":"T","milestone":null})");
  EXPECT_EQ(prepared(R"({"owner":null,"number":5,"title":"T"})"),
            "missing_input: update_issue needs `owner`.");
}

// D22.
TEST_F(PrepareInput, BigIntegersComeAsDecimalStrings) {
  EXPECT_EQ(prepared(R"({"owner":"o","number":"9007199254740993","title":"T"})"),
            R"({"owner":"o","number":9007199254740993,"title":"T"})");
  EXPECT_EQ(prepared(R"({"owner":"o","number":"18446744073709551615","title":"T"})"),
            R"({"owner":"o","number":18446744073709551615,"title":"T"})");
  for (const auto number : {"5", "-9007199254740991", "18446744073709551616", "9e99", ""})
    EXPECT_EQ(prepared(R"({"owner":"o","title":"T","number":")" + std::string(number) + "\"}"),
              "invalid_input: `number` of update_issue: expected integer, got string.");
}

TEST_F(PrepareInput, ADoubleWithoutFractionIsAnInteger) {
  EXPECT_EQ(prepared(R"({"owner":"o","number":5.0,"title":"T"})"),
            R"({"owner":"o","number":5,"title":"T"})");
  EXPECT_EQ(prepared(R"({"owner":"o","number":5.5,"title":"T"})"),
            "invalid_input: `number` of update_issue: expected integer, got number.");
}

TEST_F(PrepareInput, EqualInputsInBothFormsHaveEqualCanonicalJson) {
  const auto flat =
      prepareInput(*set_, tool_, parseJson(R"({"title":"T","owner":"o","number":5})").value());
  const auto bucketed = prepareInput(
      *set_, tool_, parseJson(R"({"body":{"title":"T"},"path":{"number":5,"owner":"o"}})").value());
  EXPECT_EQ(canonicalJson(flat.value()), canonicalJson(bucketed.value()));
}

class WholeBody : public PrepareInput {
 protected:
  WholeBody()
      : PrepareInput(R"(
paths:
  /a/{id}:
    post:
      operationId: send
      parameters: [{name: id, in: path, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: array, items: {type: string}}}}}
)") {}
};

TEST_F(WholeBody, StandsUnderBody) {
  EXPECT_EQ(prepared(R"({"id":"1","body":["a"]})"), R"({"id":"1","body":["a"]})");
  EXPECT_EQ(prepared(R"({"id":"1","body":null})"), R"({"id":"1"})");
  EXPECT_EQ(prepared(R"({"id":"1","body":["a",5]})"),
            "invalid_input: `body[1]` of send: expected string, got integer.");
}

// D21: `body` is a flat name here, so the input is not bucketed.
TEST_F(WholeBody, DoesNotTakeTheBucketedForm) {
  EXPECT_EQ(prepared(R"({"path":{"id":"1"},"body":[]})"),
            "invalid_input: send has no input `path`.");
}

class OpenBody : public PrepareInput {
 protected:
  OpenBody()
      : PrepareInput(R"(
paths:
  /a/{id}:
    post:
      operationId: send
      parameters: [{name: id, in: path, schema: {type: string}}]
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {n: {}}, additionalProperties: {type: integer}}
)") {}
};

TEST_F(OpenBody, TakesKeysItDoesNotDeclare) {
  EXPECT_EQ(prepared(R"({"id":"1","x":5})"), R"({"id":"1","x":5})");
  EXPECT_EQ(prepared(R"({"id":"1","x":"five"})"),
            "invalid_input: `x` of send: expected integer, got string.");
}

TEST_F(OpenBody, KeysThatCollideWithAParameterAreSuffixedAndComeBack) {
  EXPECT_EQ(prepared(R"({"path":{"id":"1"},"body":{"id":2,"id_body":3,"x_body":4}})"),
            R"({"id":"1","id_body":2,"id_body_body":3,"x_body":4})");
  const auto flat = parseJson(R"({"id":"1","id_body":2,"id_body_body":3,"x_body":4})").value();
  EXPECT_EQ(serializeJson(bodyOf(tool_, flat.get_object())), R"({"id":2,"id_body":3,"x_body":4})");
}

class ClosedParts : public PrepareInput {
 protected:
  ClosedParts()
      : PrepareInput(R"(
paths:
  /a:
    post:
      operationId: send
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - {type: object, additionalProperties: false, properties: {a: {type: string}}}
                - {type: object, additionalProperties: false, properties: {b: {type: string}}}
              anyOf: [{required: [a]}, {required: [b]}]
)") {}
};

TEST_F(ClosedParts, PartsOfAnAllOfDoNotRefuseEachOthersKeys) {
  EXPECT_EQ(prepared(R"({"a":"1","b":"2"})"), R"({"a":"1","b":"2"})");
  EXPECT_EQ(prepared(R"({"a":"1","c":"2"})"), "invalid_input: send has no input `c`.");
}

class Recursive : public PrepareInput {
 protected:
  Recursive()
      : PrepareInput(R"(
paths:
  /a:
    post:
      operationId: send
      requestBody: {content: {application/json: {schema: {type: object, properties: {t: {$ref:
        '#/components/schemas/T'}}}}}}
components:
  schemas:
    T: {anyOf: [{type: array, items: {$ref: '#/components/schemas/T'}},
                {type: array, items: {$ref: '#/components/schemas/T'}}, {type: boolean},
                {$ref: '#/components/schemas/T'}]}
)") {}
};

// Two equal branches at each of fifty levels would be 2^50 tries.
TEST_F(Recursive, HostileSchemasCostBoundedWork) {
  std::string value = "5";
  for (int i = 0; i < 50; ++i) value = "[" + value + "]";
  const std::string out = prepared(R"({"t":)" + value + "}");
  EXPECT_FALSE(out.empty());
  EXPECT_EQ(prepared(R"({"t":[[true],false]})"), R"({"t":[[true],false]})");
}

}  // namespace
}  // namespace executor::source
