// The implementation of test-support.h; named as a test so that it is no part of the product.
#include "sandbox/test-support.h"

namespace executor::sandbox {

Delivery succeed(const SeenCall& call, std::string json) {
  return {.n = call.n, .ok = true, .valueJson = std::move(json)};
}

Delivery failCall(const SeenCall& call, std::string code, std::string message) {
  return {
      .n = call.n, .message = std::move(message), .code = std::move(code), .toolPath = call.path};
}

std::optional<Delivery> echo(const SeenCall& call) { return succeed(call, call.input); }

void Recorder::onCall(std::uint32_t n, std::string path, std::string input, std::string options) {
  calls.push_back({n, std::move(path), std::move(input), std::move(options)});
  if (auto delivery = answer_(calls.back())) ready_.push_back(*std::move(delivery));
}

void Recorder::onTimer(std::uint32_t id, std::uint32_t delayMs) {
  timers_.emplace_back(id, delayMs);
}

void Recorder::onTimerCancelled(std::uint32_t id) {
  std::erase_if(timers_, [id](const auto& t) { return t.first == id; });
}

// One delivery begins a turn: the next waits for the turn's end.
void Recorder::onTurnEnd(std::uint32_t turn) {
  turns.push_back(turn);
  if (!ready_.empty()) {
    Delivery next = std::move(ready_.front());
    ready_.pop_front();
    return run->deliver(std::move(next), ++clock);
  }
  if (!fireTimers || timers_.empty()) return;
  const auto first = std::ranges::min_element(timers_, {}, [](const auto& t) { return t.second; });
  const auto [id, delay] = *first;
  timers_.erase(first);
  for (auto& timer : timers_) timer.second -= delay;
  clock += delay;
  run->deliverTimer(id, clock);
}

Bench& Bench::get() {
  static Bench* bench = [] {
    auto* made = new Bench;
    auto zygote = Zygote::start(made->loop, JailRequirement::best);
    if (!zygote) {
      ADD_FAILURE() << zygote.error().message << " " << zygote.error().detail;
      std::abort();
    }
    made->zygote = *std::move(zygote);
    auto& client = static_cast<ZygoteClient&>(*made->zygote);
    made->runtime = std::make_unique<LocalRuntime>(made->loop, client);
    return made;
  }();
  return *bench;
}

bool Bench::until(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done() && std::chrono::steady_clock::now() < deadline) {
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(100));
  }
  return done();
}

RunRequest programOf(std::string code) {
  return {.tenant = "test", .code = std::move(code), .seed = 7, .clock = 1'700'000'000'000};
}

RunEnd runToEnd(Recorder& recorder, RunRequest request) {
  Bench& bench = Bench::get();
  const auto run = bench.runtime->start(std::move(request), recorder);
  recorder.run = run.get();
  EXPECT_TRUE(bench.until([&] { return recorder.end.has_value(); })) << "the run did not end";
  return recorder.end.value_or(RunEnd{});
}

RunEnd runToEnd(std::string code, Answer answer) {
  Recorder recorder(std::move(answer));
  return runToEnd(recorder, programOf(std::move(code)));
}

std::string resultOf(std::string code, Answer answer) {
  const RunEnd end = runToEnd(code, std::move(answer));
  EXPECT_TRUE(end.ok) << code << "\n"
                      << end.error.codeName() << ": " << end.error.message << "\n"
                      << end.error.detail << "\n"
                      << end.stack;
  return end.resultJson;
}

RunEnd failureOf(std::string code, Answer answer) {
  RunEnd end = runToEnd(code, std::move(answer));
  EXPECT_FALSE(end.ok) << code << " ended well with " << end.resultJson;
  return end;
}

void expectCases(std::span<const LanguageCase> cases) {
  for (const LanguageCase& c : cases) {
    const RunEnd end = runToEnd(c.code);
    const std::string got = end.ok ? end.resultJson : "!" + end.errorName;
    EXPECT_EQ(got, c.expected) << c.code << "\n" << end.error.message;
  }
}

}  // namespace executor::sandbox
