// What the jail falls back to on kernels that forbid something, with the kernel played by the test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "sandbox/jail-kernel.h"

namespace executor::sandbox {
namespace {

// Allows everything unless told otherwise.
class PlayedKernel final : public JailKernel {
 public:
  unsigned uid = 1000;
  unsigned gid = 1000;
  bool nobodyMay = true;
  bool childMay = true;
  bool mayDrop = true;
  unsigned long forbidden = 0;  // namespaces
  int why = EPERM;
  bool allAtOnceFails = false;
  long abi = 5;
  std::vector<std::string> failures;  // of the rehearsals, in turn; "" is success
  std::size_t rehearsals = 0;
  std::vector<unsigned long> tried;

  unsigned effectiveUser() override { return uid; }
  unsigned effectiveGroup() override { return gid; }
  bool nobodyMaySandbox() override { return nobodyMay; }
  bool childMayBecomeNobody() override { return childMay; }
  bool becomeNobody() override {
    if (mayDrop) uid = gid = kNobody;
    return mayDrop;
  }
  int tryNamespaces(unsigned long flags) override {
    tried.push_back(flags);
    if (allAtOnceFails && (flags & kAllNamespaces) == kAllNamespaces) return ENOSPC;
    return (flags & forbidden) != 0 ? why : 0;
  }
  long landlockAbi() override { return abi; }
  const char* rehearse(const JailPlan& plan) override {
    sawMount.push_back(plan.mayMount);
    if (rehearsals >= failures.size()) return nullptr;
    const std::string& failure = failures[rehearsals++];
    return failure.empty() ? nullptr : failure.c_str();
  }
  std::vector<bool> sawMount;
};

const JailPart& part(const JailPlan& plan, std::string_view name) {
  const auto found = std::ranges::find(plan.parts, name, &JailPart::name);
  EXPECT_NE(found, plan.parts.end()) << name;
  return *found;
}

std::vector<std::string> missing(const JailPlan& plan) {
  std::vector<std::string> names;
  for (const JailPart& p : plan.parts) {
    if (!p.active) names.push_back(p.name);
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(JailPlanTest, AnOrdinaryUserGetsEveryPart) {
  PlayedKernel kernel;
  const auto plan = planJailOn(kernel);
  ASSERT_TRUE(plan);
  EXPECT_EQ(missing(*plan), Names{});
  EXPECT_EQ(plan->cloneFlags, CLONE_NEWUSER | kAllNamespaces);
  EXPECT_EQ(plan->outerUid, 1000u);
  EXPECT_TRUE(plan->mayMount);
  EXPECT_FALSE(plan->becomeNobody);
  EXPECT_FALSE(plan->filter.empty());
  EXPECT_TRUE(requireParts(JailRequirement::full, plan->parts));
}

TEST(JailPlanTest, RootBecomesNobodyWhereNobodyMaySandbox) {
  PlayedKernel kernel;
  kernel.uid = kernel.gid = 0;
  const auto plan = planJailOn(kernel);
  ASSERT_TRUE(plan);
  EXPECT_EQ(missing(*plan), Names{});
  EXPECT_EQ(plan->outerUid, kNobody);
  EXPECT_EQ(plan->outerGid, kNobody);
  EXPECT_FALSE(plan->becomeNobody);
}

TEST(JailPlanTest, RootStaysWhereOnlyRootMayMakeNamespaces) {
  for (const bool mayDrop : {true, false}) {
    PlayedKernel kernel;
    kernel.uid = kernel.gid = 0;
    kernel.nobodyMay = !mayDrop;
    kernel.mayDrop = mayDrop;
    const auto plan = planJailOn(kernel);
    ASSERT_TRUE(plan);
    EXPECT_EQ(missing(*plan), Names{"user namespace"});
    EXPECT_EQ(plan->cloneFlags, kAllNamespaces);
    EXPECT_TRUE(plan->becomeNobody);
    EXPECT_EQ(plan->outerUid, 0u);
    EXPECT_NE(part(*plan, "user namespace").reason.find("only root"), std::string::npos);
  }
}

TEST(JailPlanTest, AChildThatStaysRootIsReported) {
  PlayedKernel kernel;
  kernel.uid = kernel.gid = 0;
  kernel.nobodyMay = kernel.childMay = false;
  const auto plan = planJailOn(kernel);
  ASSERT_TRUE(plan);
  EXPECT_EQ(missing(*plan), (Names{"unprivileged user", "user namespace"}));
  EXPECT_FALSE(plan->becomeNobody);
}

TEST(JailPlanTest, EachForbiddenNamespaceIsMissingAlone) {
  struct Row {
    unsigned long flag;
    const char* name;
  };
  constexpr Row kRows[] = {{CLONE_NEWPID, "pid namespace"},
                           {CLONE_NEWNET, "network namespace"},
                           {CLONE_NEWIPC, "ipc namespace"},
                           {CLONE_NEWUTS, "uts namespace"}};
  for (const Row& row : kRows) {
    for (const int why : {EPERM, EINVAL, ENOSPC, EUSERS}) {
      PlayedKernel kernel;
      kernel.forbidden = row.flag;
      kernel.why = why;
      const auto plan = planJailOn(kernel);
      ASSERT_TRUE(plan) << row.name;
      EXPECT_EQ(missing(*plan), Names{row.name});
      EXPECT_EQ(plan->cloneFlags, CLONE_NEWUSER | (kAllNamespaces & ~row.flag)) << row.name;
      EXPECT_EQ(part(*plan, row.name).reason, std::strerror(why));
    }
  }
}

TEST(JailPlanTest, WithoutAMountNamespaceThereIsNoEmptyRoot) {
  PlayedKernel kernel;
  kernel.forbidden = CLONE_NEWNS;
  const auto plan = planJailOn(kernel);
  ASSERT_TRUE(plan);
  EXPECT_EQ(missing(*plan), (Names{"mount namespace", "empty root"}));
  EXPECT_FALSE(plan->mayMount);
}

TEST(JailPlanTest, NoNamespaceAtAllLeavesTheRest) {
  PlayedKernel kernel;
  kernel.forbidden = CLONE_NEWUSER | kAllNamespaces;
  const auto plan = planJailOn(kernel);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->cloneFlags, 0u);
  EXPECT_EQ(missing(*plan).size(), 7u);
  for (const char* name : {"landlock", "seccomp", "capabilities", "no new privileges",
                           "resource limits", "descriptors closed", "environment cleared"}) {
    EXPECT_TRUE(part(*plan, name).active) << name;
  }
}

// For example a limit on the number of namespaces: those that fit are kept.
TEST(JailPlanTest, NamespacesAreTriedAloneWhenAllTogetherFail) {
  PlayedKernel kernel;
  kernel.allAtOnceFails = true;
  const auto plan = planJailOn(kernel);
  ASSERT_TRUE(plan);
  EXPECT_EQ(missing(*plan), Names{});
  EXPECT_EQ(kernel.tried.size(), 7u);
}

TEST(JailPlanTest, OneTryIsEnoughWhenAllIsAllowed) {
  PlayedKernel kernel;
  ASSERT_TRUE(planJailOn(kernel));
  EXPECT_EQ(kernel.tried.size(), 2u);
}

TEST(JailPlanTest, AbsentLandlockIsReportedWithItsErrno) {
  struct Row {
    long abi;
    bool active;
    int why;
  };
  constexpr Row kRows[] = {{-ENOSYS, false, ENOSYS},
                           {-EOPNOTSUPP, false, EOPNOTSUPP},
                           {-EPERM, false, EPERM},
                           {0, false, ENOSYS},
                           {1, true, 0},
                           {6, true, 0}};
  for (const Row& row : kRows) {
    PlayedKernel kernel;
    kernel.abi = row.abi;
    const auto plan = planJailOn(kernel);
    ASSERT_TRUE(plan);
    EXPECT_EQ(part(*plan, "landlock").active, row.active) << row.abi;
    EXPECT_EQ(part(*plan, "landlock").reason, row.active ? "" : std::strerror(row.why));
  }
}

TEST(JailPlanTest, ARootThatCannotBeEmptiedIsKeptAndReported) {
  PlayedKernel kernel;
  kernel.failures = {"empty root", ""};
  const auto plan = planJailOn(kernel);
  ASSERT_TRUE(plan);
  EXPECT_EQ(missing(*plan), Names{"empty root"});
  EXPECT_EQ(kernel.sawMount, (std::vector<bool>{true, false}));
}

TEST(JailPlanTest, PartsWithoutFallbackRefuseToServe) {
  for (const char* name : {"seccomp", "no new privileges", "capabilities", "resource limits",
                           "descriptors", "user namespace", "landlock", "start", "pipe"}) {
    PlayedKernel kernel;
    kernel.failures = {name};
    const auto plan = planJailOn(kernel);
    ASSERT_FALSE(plan) << name;
    EXPECT_EQ(plan.error().code, ErrorCode::sandbox_unavailable) << name;
    EXPECT_EQ(plan.error().detail, std::string("jail part failed: ") + name);
    EXPECT_NE(plan.error().hint.find("executor doctor"), std::string::npos);
  }
}

TEST(JailPlanTest, AFailureAfterTheFallbackRefusesToServe) {
  PlayedKernel kernel;
  kernel.failures = {"empty root", "seccomp"};
  const auto plan = planJailOn(kernel);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().detail, "jail part failed: seccomp");
}

TEST(JailPlanTest, EveryPartIsReportedOnce) {
  PlayedKernel kernel;
  kernel.forbidden = CLONE_NEWNET;
  const auto plan = planJailOn(kernel);
  ASSERT_TRUE(plan);
  Names names;
  for (const JailPart& p : plan->parts) names.push_back(p.name);
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_EQ(names.size(), 15u);
}

TEST(JailRequirementTest, FullNamesEachMissingPartWithItsReason) {
  const std::vector<JailPart> parts = {{"seccomp", true, ""},
                                       {"landlock", false, "Function not implemented"},
                                       {"empty root", false, "Operation not permitted"}};
  EXPECT_TRUE(requireParts(JailRequirement::best, parts));
  const Status full = requireParts(JailRequirement::full, parts);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::sandbox_unavailable);
  EXPECT_EQ(full.error().message,
            "The sandbox lacks parts that are required: landlock: Function not implemented; "
            "empty root: Operation not permitted");
  EXPECT_NE(full.error().hint.find("EXECUTOR_SANDBOX_REQUIRE=best"), std::string::npos);
}

TEST(JailRequirementTest, FullIsContentWithAllParts) {
  EXPECT_TRUE(requireParts(JailRequirement::full, {}));
  const std::vector<JailPart> parts = {{"seccomp", true, ""}};
  EXPECT_TRUE(requireParts(JailRequirement::full, parts));
}

// local-vm asks nothing of the kernel that a kernel could forbid.
TEST(JailPlan, WithoutAJailThePlanSaysWhatIsMissing) {
  PlayedKernel kernel;
  kernel.uid = 0;
  kernel.forbidden = ~0ul;
  kernel.abi = -ENOSYS;
  kernel.failures = {"seccomp"};
  const JailPlan plan = planWithoutJailOn(kernel);
  EXPECT_TRUE(plan.open);
  EXPECT_TRUE(plan.filter.empty());
  EXPECT_EQ(plan.cloneFlags, 0u);
  EXPECT_FALSE(plan.mayMount);
  EXPECT_TRUE(kernel.tried.empty()) << "nothing was probed";
  EXPECT_EQ(kernel.uid, kNobody) << "root is given up all the same";
  for (const char* name : {"user namespace", "pid namespace", "network namespace", "landlock",
                           "seccomp", "empty root"}) {
    EXPECT_FALSE(part(plan, name).active) << name;
    EXPECT_NE(part(plan, name).reason.find("local-vm"), std::string::npos) << name;
  }
  for (const char* name : {"unprivileged user", "no new privileges", "resource limits"}) {
    EXPECT_TRUE(part(plan, name).active) << name;
  }
  PlayedKernel willing;
  EXPECT_EQ(plan.parts.size(), planJailOn(willing)->parts.size()) << "the same parts by name";
}

TEST(JailPlan, WithoutAJailRootThatMustStayIsReported) {
  PlayedKernel kernel;
  kernel.uid = 0;
  kernel.mayDrop = false;
  EXPECT_FALSE(part(planWithoutJailOn(kernel), "unprivileged user").active);
}

}  // namespace
}  // namespace executor::sandbox
