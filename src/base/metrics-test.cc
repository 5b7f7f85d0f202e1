#include "base/metrics.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace executor {
namespace {

TEST(Metrics, WritesCountersAndGaugesSortedByName) {
  Metrics metrics;
  metrics.gauge("open_connections", "Connections that are open.").set(3);
  metrics.counter("calls_total", "Calls by outcome.", {{"outcome", "failed"}}).add(2);
  metrics.counter("calls_total", "Calls by outcome.", {{"outcome", "completed"}}).add();
  EXPECT_EQ(metrics.text(),
            "# HELP calls_total Calls by outcome.\n"
            "# TYPE calls_total counter\n"
            "calls_total{outcome=\"completed\"} 1\n"
            "calls_total{outcome=\"failed\"} 2\n"
            "# HELP open_connections Connections that are open.\n"
            "# TYPE open_connections gauge\n"
            "open_connections 3\n");
}

TEST(Metrics, GivesTheSameMetricForTheSameLabels) {
  Metrics metrics;
  Counter& one = metrics.counter("a_total", "A.", {{"x", "1"}});
  EXPECT_EQ(&one, &metrics.counter("a_total", "A.", {{"x", "1"}}));
  EXPECT_NE(&one, &metrics.counter("a_total", "A.", {{"x", "2"}}));
}

TEST(Metrics, EscapesLabelValues) {
  Metrics metrics;
  metrics.gauge("g", "G.", {{"path", "a\"b\\c\nd"}}).add(-1);
  EXPECT_NE(metrics.text().find(R"(g{path="a\"b\\c\nd"} -1)"), std::string::npos);
}

TEST(Metrics, RefusesOneNameForTwoKinds) {
  Metrics metrics;
  metrics.counter("a_total", "A.");
  EXPECT_THROW(metrics.gauge("a_total", "A."), std::logic_error);
}

TEST(Metrics, HistogramsCountAtOrBelowEachBound) {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("h_seconds", "H.", {0.5, 1}, {{"k", "v"}});
  for (const double value : {0.25, 0.5, 0.75, 4.0}) histogram.observe(value);
  EXPECT_EQ(metrics.text(),
            "# HELP h_seconds H.\n"
            "# TYPE h_seconds histogram\n"
            "h_seconds_bucket{k=\"v\",le=\"0.5\"} 2\n"
            "h_seconds_bucket{k=\"v\",le=\"1\"} 3\n"
            "h_seconds_bucket{k=\"v\",le=\"+Inf\"} 4\n"
            "h_seconds_sum{k=\"v\"} 5.5\n"
            "h_seconds_count{k=\"v\"} 4\n");
}

TEST(Metrics, CountsFromManyThreads) {
  Metrics metrics;
  Counter& counter = metrics.counter("a_total", "A.");
  Histogram& histogram = metrics.histogram("h_seconds", "H.");
  const auto work = [&] {
    for (int i = 0; i < 10'000; ++i) {
      counter.add();
      histogram.observe(1);
    }
  };
  std::thread one(work), two(work);
  one.join();
  two.join();
  EXPECT_EQ(counter.value(), 20'000u);
  EXPECT_EQ(histogram.cumulative(histogram.bounds().size()), 20'000u);
  EXPECT_EQ(histogram.sum(), 20'000.0);
}

}  // namespace
}  // namespace executor
