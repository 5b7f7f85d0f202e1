// The lock guards registration and writing out; counting takes none. A scrape may therefore see a
// histogram's sum and count a few observations apart, which Prometheus expects.

#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <variant>

namespace executor {
namespace {

// The index of the alternative is the kind; kKindNames has the same order.
using AnyMetric =
    std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>;

// Within quotes: backslash, quote and line break are escaped.
// The exposition format 0.0.4: in label values these three characters, and no others.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

// `a="x",b="y"`.
// Labels keep the order they were registered in; it is part of what makes a series the same.
std::string labelText(const MetricLabels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out += fmt::format("{}=\"{}\"", name, escaped(value));
  }
  return out;
}

// Prometheus takes empty braces as well; without them a line is found by its name and a blank.
std::string inBraces(const std::string& labels) {
  return labels.empty() ? std::string() : "{" + labels + "}";
}

// Writes one series of one family.
struct Writer {
  const std::string& name;
  const std::string& labels;
  std::string& out;

  void operator()(const std::unique_ptr<Counter>& metric) const {
    out += fmt::format("{}{} {}\n", name, inBraces(labels), metric->value());
  }
  void operator()(const std::unique_ptr<Gauge>& metric) const {
    out += fmt::format("{}{} {}\n", name, inBraces(labels), metric->value());
  }
  void operator()(const std::unique_ptr<Histogram>& metric) const {
    const auto& bounds = metric->bounds();
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      bucket(fmt::format("{}", bounds[i]), metric->cumulative(i));
    }
    const std::uint64_t all = metric->cumulative(bounds.size());
    bucket("+Inf", all);
    out += fmt::format("{}_sum{} {}\n", name, inBraces(labels), metric->sum());
    out += fmt::format("{}_count{} {}\n", name, inBraces(labels), all);
  }
  void bucket(const std::string& bound, std::uint64_t count) const {
    const std::string_view comma = labels.empty() ? "" : ",";
    out += fmt::format("{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, bound, count);
  }
};

constexpr std::array<std::string_view, 3> kKindNames = {"counter", "gauge", "histogram"};

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {}

// One bucket per observation; they are added up when written, so that counting stays one addition.
void Histogram::observe(double value) {
  const auto at = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  buckets_[at].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t Histogram::cumulative(std::size_t i) const {
  std::uint64_t count = 0;
  for (std::size_t b = 0; b <= i; ++b) count += buckets_[b].load(std::memory_order_relaxed);
  return count;
}

// Three to a decade. Each bound is a series per metric and label, so more would cost the one who
// stores them.
const std::vector<double>& latencyBounds() {
  static const std::vector<double> bounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                             0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                             1,      2.5,     5,      10};
  return bounds;
}

// All series of one name. They are of one kind, by the index of the variant.
struct Metrics::Family {
  std::string help;
  std::size_t kind;
  std::map<std::string, AnyMetric> series;  // by label text
};

Metrics::Metrics() = default;
Metrics::~Metrics() = default;

// Finds or makes the series. The pointers keep the address of a metric while the maps grow.
template <class Metric, class Make>
Metric& Metrics::series(std::string_view name, std::string_view help, MetricLabels labels,
                        Make make) {
  const std::scoped_lock lock(mutex_);
  const std::size_t kind = AnyMetric(std::unique_ptr<Metric>()).index();
  auto at = families_.find(name);
  if (at == families_.end()) {
    auto family = std::make_unique<Family>(std::string(help), kind);
    at = families_.emplace(name, std::move(family)).first;
  }
  if (at->second->kind != kind) {
    throw std::logic_error(fmt::format("metric {} was registered as another kind", name));
  }
  auto [entry, fresh] = at->second->series.try_emplace(labelText(labels));
  if (fresh) entry->second = make();
  return *std::get<std::unique_ptr<Metric>>(entry->second);
}

Counter& Metrics::counter(std::string_view name, std::string_view help, MetricLabels labels) {
  return series<Counter>(name, help, std::move(labels), [] { return std::make_unique<Counter>(); });
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, MetricLabels labels) {
  return series<Gauge>(name, help, std::move(labels), [] { return std::make_unique<Gauge>(); });
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help,
                              std::vector<double> bounds, MetricLabels labels) {
  return series<Histogram>(name, help, std::move(labels),
                           [&] { return std::make_unique<Histogram>(std::move(bounds)); });
}

// Under the lock for as long as the registry is written out: registration happens at start, so
// nobody waits.
std::string Metrics::text() const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, family->help, name,
                       kKindNames[family->kind]);
    for (const auto& [labels, metric] : family->series) {
      std::visit(Writer{name, labels, out}, metric);
    }
  }
  return out;
}

}  // namespace executor
