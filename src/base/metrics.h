// Counters, gauges and histograms in Prometheus' text format (D39: own and small).
//
// A metric and its labels are fixed when it is registered, at start, by the part that counts; the
// part keeps the reference and counting is one atomic addition. There is no lookup by label while
// running, so nothing a client sends can make new series. Registering the same name and labels
// again gives the same metric. References stay valid as long as the registry.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace executor {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// Only goes up.
class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// Goes up and down.
class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

// Counts observations at or below each bound, in the unit the metric's name says (seconds).
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);

  void observe(double value);
  const std::vector<double>& bounds() const { return bounds_; }
  // Observations at or below bounds()[i]; with i == bounds().size(), all of them.
  std::uint64_t cumulative(std::size_t i) const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::deque<std::atomic<std::uint64_t>> buckets_;  // atomics do not move
  std::atomic<double> sum_ = 0;
};

// 100 µs to 10 s: from a call inside the process to a slow upstream.
const std::vector<double>& latencyBounds();

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // `name` and label names as Prometheus takes them (snake_case); `help` is one line. A name has
  // one kind; asking for it as another kind is a bug of ours and throws.
  Counter& counter(std::string_view name, std::string_view help, MetricLabels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, MetricLabels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help,
                       std::vector<double> bounds = latencyBounds(), MetricLabels labels = {});

  // The whole registry, sorted by name: text/plain; version=0.0.4.
  std::string text() const;

 private:
  struct Family;
  template <class Metric, class Make>
  Metric& series(std::string_view name, std::string_view help, MetricLabels labels, Make make);

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;
};

}  // namespace executor
