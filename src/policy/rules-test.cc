#include "policy/rules.h"

#include <gtest/gtest.h>

#include "catalog/test-sets.h"

namespace executor::policy {
namespace {

using catalog::testing::compileSet;
using catalog::testing::documentOf;
using catalog::testing::snapshotOf;

// One operation per method.
std::shared_ptr<const catalog::Snapshot> methods() {
  std::string operations;
  for (const char* method : {"get", "head", "options", "post", "put", "patch", "delete"}) {
    operations += std::string(operations.empty() ? "" : ",") + "\"" + method +
                  R"(":{"operationId":"do_)" + method +
                  R"(","responses":{"200":{"description":"ok"}}})";
  }
  return snapshotOf({{"api", compileSet(documentOf(R"({"/x":{)" + operations + "}}"))}});
}

TEST(Rules, DefaultsFollowTheMethod) {
  const auto snapshot = methods();
  for (const char* path : {"api.do_get", "api.do_head", "api.do_options"}) {
    EXPECT_EQ(decideBy({}, snapshot->find(path).value()).effect, Effect::allow) << path;
  }
  for (const char* path : {"api.do_post", "api.do_put", "api.do_patch", "api.do_delete"}) {
    EXPECT_EQ(decideBy({}, snapshot->find(path).value()).effect, Effect::ask) << path;
  }
}

TEST(Rules, BuiltInToolsRunByDefault) {
  const auto snapshot = snapshotOf({});
  for (const char* path : {"discover", "catalog.namespaces", "catalog.tools", "catalog.describe"}) {
    EXPECT_EQ(decideBy({}, snapshot->find(path).value()).effect, Effect::allow) << path;
  }
}

TEST(Rules, OnlyTheExactAddressMatches) {
  const auto snapshot = methods();
  const Rules rules{{"api.do_ge", {"pol_1", Effect::deny}},
                    {"api", {"pol_2", Effect::deny}},
                    {"API.do_get", {"pol_3", Effect::deny}},
                    {"api.do_get_2", {"pol_4", Effect::deny}}};
  EXPECT_EQ(decideBy(rules, snapshot->find("api.do_get").value()).policyId, "");
}

TEST(Rules, TheReasonNamesRuleAndTool) {
  const auto snapshot = methods();
  const auto tool = snapshot->find("api.do_get").value();
  EXPECT_EQ(decideBy({{"api.do_get", {"pol_1", Effect::deny}}}, tool).reason,
            "Policy pol_1 denies api.do_get.");
  EXPECT_EQ(decideBy({{"api.do_get", {"pol_1", Effect::ask}}}, tool).reason,
            "Policy pol_1 asks for approval of api.do_get.");
  EXPECT_EQ(decideBy({{"api.do_get", {"pol_1", Effect::allow}}}, tool).reason,
            "Policy pol_1 allows api.do_get.");
}

}  // namespace
}  // namespace executor::policy
