#include "execution/timeline-view.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace executor::execution {
namespace {

class TimelineViewTest : public ::testing::Test {
 protected:
  void add(EpochMs at, EventKind kind, json::object body = {}) {
    events_.push_back({events_.size() + 1, kind, kStart + at, std::move(body)});
  }
  void call(EpochMs at, int n, std::string_view path) {
    add(at, EventKind::call, {{"n", n}, {"path", path}});
  }
  void deliver(EpochMs at, int n, std::string_view tool, std::string_view status = "completed") {
    add(at, EventKind::delivered, {{"n", n}, {"tool", tool}, {"status", status}});
  }
  TimelineView view(EpochMs now = 1'000'000) { return describeTimeline(events_, kStart + now); }
  // "offset+duration text" of each entry.
  std::vector<std::string> lines() {
    std::vector<std::string> out;
    for (const TimelineEntry& entry : view().entries) {
      out.push_back(fmt::format("{}+{} {}", entry.at - kStart,
                                entry.durationMs ? std::to_string(*entry.durationMs) : "?",
                                entry.text));
    }
    return out;
  }

  static constexpr EpochMs kStart = 1'700'000'000'000;
  std::vector<Event> events_;
};

TEST_F(TimelineViewTest, ACallAndItsApprovalAreOneLineEach) {
  add(0, EventKind::created, {{"client", "mcp"}});
  add(5, EventKind::started);
  call(10, 1, "shop.items.create");
  add(12, EventKind::approval_requested,
      {{"n", 1}, {"tool", "shop.items.create"}, {"approval", "approval_1"}, {"summary", "Create"}});
  add(60'012, EventKind::decided,
      {{"n", 1}, {"verdict", "approved"}, {"by", "acct_anna"}, {"reason", "fine"}});
  add(60'013, EventKind::call_requested, {{"n", 1}, {"tool", "shop.items.create"}});
  deliver(60'100, 1, "shop.items.create");
  add(60'105, EventKind::finished, {{"state", "completed"}});
  EXPECT_EQ(lines(),
            (std::vector<std::string>{"0+? created by mcp", "5+5 started",
                                      "10+60090 shop.items.create completed",
                                      "12+60000 asked a person to approve shop.items.create: "
                                      "Create: approved by acct_anna, fine",
                                      "60105+60105 completed"}));
  const TimelineView told = view();
  EXPECT_EQ(told.queuedMs, 5);
  EXPECT_EQ(told.personMs, 60'000);
  EXPECT_EQ(told.upstreamMs, 88);
  EXPECT_EQ(told.totalMs, 60'105);
  EXPECT_EQ(told.entries[3].waitedFor, "person");
  EXPECT_EQ(told.entries[3].approval, "approval_1");
}

TEST_F(TimelineViewTest, CallsAtTheSameTimeCountOnce) {
  add(0, EventKind::created);
  call(10, 1, "a.x");
  call(10, 2, "a.y");
  deliver(110, 2, "a.y");
  deliver(210, 1, "a.x");
  call(300, 3, "a.z");
  deliver(400, 3, "a.z", "failed");
  EXPECT_EQ(view().upstreamMs, 300);
}

TEST_F(TimelineViewTest, WhatGoesOnCountsUntilNow) {
  add(0, EventKind::created);
  call(10, 1, "a.x");
  add(20, EventKind::approval_requested, {{"n", 1}, {"tool", "a.x"}, {"approval", "approval_1"}});
  const TimelineView told = view(500);
  EXPECT_EQ(told.personMs, 480);
  EXPECT_EQ(told.upstreamMs, 0) << "it waits for the person, not for the upstream";
  EXPECT_EQ(told.totalMs, 500);
  EXPECT_FALSE(told.entries[1].durationMs);
}

TEST_F(TimelineViewTest, EveryOtherKindHasItsLine) {
  add(0, EventKind::created, {{"client", "cli"}, {"tool", "a.x"}});
  add(1, EventKind::console, {{"level", "warn"}, {"text", std::string(5'000, 'x')}});
  add(2, EventKind::emitted,
      {{"kind", "image"}, {"mimeType", "image/png"}, {"handle", "res_1"}, {"bytes", 9}});
  add(3, EventKind::resumed, {{"why", "worker_lost"}});
  add(4, EventKind::delivered, {{"timer", 7}});
  add(5, EventKind::finished, {{"state", "failed"}, {"code", "program_error"}});
  const auto all = lines();
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[0], "0+? created by cli: one call of a.x");
  EXPECT_LT(all[1].size(), kMaxTimelineTextBytes + 50);
  EXPECT_EQ(all[2], "2+? showed image image/png (9 bytes) res_1");
  EXPECT_EQ(all[3], "3+? taken up again: worker_lost");
  EXPECT_EQ(all[4], "4+? a timer was due");
  EXPECT_EQ(all[5], "5+5 failed: program_error");
}

TEST_F(TimelineViewTest, MoreEntriesThanAreShownAreCounted) {
  add(0, EventKind::created);
  for (std::size_t i = 0; i < kMaxTimelineEntries + 5; ++i) {
    add(1, EventKind::console, {{"level", "log"}, {"text", "x"}});
  }
  EXPECT_EQ(view().entries.size(), kMaxTimelineEntries);
  EXPECT_EQ(view().more, 6u);
}

// A journal may be cut by a crash or come from another version: nothing of it is relied on.
TEST_F(TimelineViewTest, EndsWithoutBeginningsAreNoError) {
  deliver(5, 9, "a.x");
  add(6, EventKind::decided, {{"n", 3}, {"verdict", "approved"}});
  add(7, EventKind::delivered);
  add(8, EventKind::started);
  EXPECT_EQ(lines().size(), 1u);
  EXPECT_EQ(describeTimeline({}, kStart).entries.size(), 0u);
}

}  // namespace
}  // namespace executor::execution
