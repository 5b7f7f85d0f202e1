#include "execution/timeline-view.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"

namespace executor::execution {
namespace {

struct Span {
  EpochMs begin = 0, end = 0;
};

// Wall time that at least one of them covers.
EpochMs unionOf(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::begin);
  EpochMs sum = 0, covered = 0;
  for (const Span& span : spans) {
    const EpochMs begin = std::max(span.begin, covered);
    if (span.end <= begin) continue;
    sum += span.end - begin;
    covered = span.end;
  }
  return sum;
}

class Describer {
 public:
  explicit Describer(EpochMs now) : now_(now) {}

  void add(const Event& event);
  TimelineView finish();

 private:
  TimelineEntry& entry(const Event& event, std::string text);
  void created(const Event& event);
  void started(const Event& event);
  void called(const Event& event);
  void asked(const Event& event);
  void decided(const Event& event);
  void ended(const Event& event);
  void emitted(const Event& event);
  void finished(const Event& event);

  // An open call or question: its entry's index, since when somebody is waited for.
  struct Open {
    std::size_t entry = 0;
    EpochMs since = 0;
  };
  void close(std::map<std::uint32_t, Open>& open, std::uint32_t n, EpochMs at,
             std::vector<Span>& spans);
  TimelineEntry* entryOf(const std::map<std::uint32_t, Open>& open, std::uint32_t n);

  EpochMs now_;
  TimelineView view_;
  std::map<std::uint32_t, Open> calls_, questions_;
  std::vector<Span> upstream_, person_;
  EpochMs last_ = 0;
  bool ended_ = false;
};

std::uint32_t callOf(const Event& event) {
  return static_cast<std::uint32_t>(numberOf(event.body, "n"));
}

std::string shortText(std::string_view text) { return truncateText(text, kMaxTimelineTextBytes); }

TimelineEntry& Describer::entry(const Event& event, std::string text) {
  if (view_.entries.size() >= kMaxTimelineEntries) ++view_.more;
  TimelineEntry made;
  made.seq = event.seq;
  made.kind = name(event.kind);
  made.at = event.at;
  made.n = callOf(event);
  made.text = shortText(text);
  view_.entries.push_back(std::move(made));
  return view_.entries.back();
}

TimelineEntry* Describer::entryOf(const std::map<std::uint32_t, Open>& open, std::uint32_t n) {
  const auto found = open.find(n);
  return found == open.end() ? nullptr : &view_.entries[found->second.entry];
}

void Describer::created(const Event& event) {
  const std::string_view tool = textOf(event.body, "tool");
  const std::string_view client = textOf(event.body, "client");
  view_.createdAt = event.at;
  entry(event, fmt::format("created by {}{}{}", client.empty() ? "a client" : client,
                           tool.empty() ? "" : ": one call of ", tool));
}

void Describer::started(const Event& event) {
  view_.queuedMs = view_.createdAt == 0 ? 0 : event.at - view_.createdAt;
  entry(event, "started").durationMs = view_.queuedMs;
}

void Describer::called(const Event& event) {
  calls_[callOf(event)] = {view_.entries.size(), event.at};
  entry(event, std::string(textOf(event.body, "path")));
}

void Describer::asked(const Event& event) {
  questions_[callOf(event)] = {view_.entries.size(), event.at};
  const std::string_view summary = textOf(event.body, "summary");
  TimelineEntry& made =
      entry(event, fmt::format("asked a person to approve {}{}{}", textOf(event.body, "tool"),
                               summary.empty() ? "" : ": ", summary));
  made.approval = textOf(event.body, "approval");
  made.waitedFor = "person";
}

// From here on it waits for the upstream again.
void Describer::decided(const Event& event) {
  const std::uint32_t n = callOf(event);
  if (TimelineEntry* question = entryOf(questions_, n)) {
    const std::string_view by = textOf(event.body, "by"), reason = textOf(event.body, "reason");
    question->status = textOf(event.body, "verdict");
    question->text =
        shortText(fmt::format("{}: {}{}{}{}{}", question->text, question->status,
                              by.empty() ? "" : " by ", by, reason.empty() ? "" : ", ", reason));
  }
  close(questions_, n, event.at, person_);
  if (const auto call = calls_.find(n); call != calls_.end()) call->second.since = event.at;
}

void Describer::close(std::map<std::uint32_t, Open>& open, std::uint32_t n, EpochMs at,
                      std::vector<Span>& spans) {
  const auto found = open.find(n);
  if (found == open.end()) return;
  TimelineEntry& entry = view_.entries[found->second.entry];
  entry.durationMs = at - entry.at;
  spans.push_back({found->second.since, at});
  open.erase(found);
}

void Describer::ended(const Event& event) {
  const std::uint32_t n = callOf(event);
  if (n == 0) {
    if (event.body.contains("timer")) entry(event, "a timer was due");
    return;
  }
  if (TimelineEntry* call = entryOf(calls_, n)) {
    const std::string_view tool = textOf(event.body, "tool"), code = textOf(event.body, "code");
    call->status = textOf(event.body, "status");
    call->text = fmt::format("{} {}{}{}", tool.empty() ? call->text : shortText(tool), call->status,
                             code.empty() ? "" : ": ", code);
    call->waitedFor = "upstream";
  }
  close(questions_, n, event.at, person_);
  close(calls_, n, event.at, upstream_);
}

void Describer::emitted(const Event& event) {
  const Emitted shown = emissionFrom(event.body);
  std::string text =
      fmt::format("showed {} {} ({} bytes)", shown.kind, shown.mimeType, shown.bytes);
  if (!shown.handle.empty()) text += " " + shown.handle;
  entry(event, std::move(text));
}

void Describer::finished(const Event& event) {
  const std::string_view code = textOf(event.body, "code");
  TimelineEntry& made = entry(
      event, fmt::format("{}{}{}", textOf(event.body, "state"), code.empty() ? "" : ": ", code));
  made.status = textOf(event.body, "state");
  made.durationMs = event.at - view_.createdAt;
  ended_ = true;
}

// Kinds of a newer node are told by their name.
void Describer::add(const Event& event) {
  last_ = event.at;
  switch (event.kind) {
    case EventKind::created: return created(event);
    case EventKind::started: return started(event);
    case EventKind::call: return called(event);
    case EventKind::call_requested: return;
    case EventKind::approval_requested: return asked(event);
    case EventKind::decided: return decided(event);
    case EventKind::delivered:
    case EventKind::call_ended: return ended(event);
    case EventKind::emitted: return emitted(event);
    case EventKind::finished: return finished(event);
    case EventKind::console:
      entry(event, fmt::format("[{}] {}", textOf(event.body, "level"), textOf(event.body, "text")));
      return;
    case EventKind::resumed: {
      const std::string_view why = textOf(event.body, "why");
      entry(event, fmt::format("taken up again{}{}", why.empty() ? "" : ": ", why));
      return;
    }
    default: entry(event, std::string(name(event.kind)));
  }
}

TimelineView Describer::finish() {
  const EpochMs end = ended_ ? last_ : std::max(now_, last_);
  for (const auto& [n, open] : questions_) person_.push_back({open.since, end});
  for (const auto& [n, open] : calls_) {
    if (!questions_.contains(n)) upstream_.push_back({open.since, end});
  }
  view_.personMs = unionOf(std::move(person_));
  view_.upstreamMs = unionOf(std::move(upstream_));
  view_.totalMs = view_.createdAt == 0 ? 0 : end - view_.createdAt;
  if (view_.entries.size() > kMaxTimelineEntries) view_.entries.resize(kMaxTimelineEntries);
  return std::move(view_);
}

}  // namespace

TimelineView describeTimeline(const std::vector<Event>& events, EpochMs now) {
  Describer describer(now);
  for (const Event& event : events) describer.add(event);
  return describer.finish();
}

}  // namespace executor::execution
