// What the tests of this layer share: one zygote and runtime per process, and programs run to their
// end with tools answered by a function.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sandbox/local-runtime.h"
#include "sandbox/zygote-client.h"

namespace executor::sandbox {

struct SeenCall {
  std::uint32_t n = 0;
  std::string path, input, options;
};

// Answers a call, or leaves it open with nullopt.
using Answer = std::function<std::optional<Delivery>(const SeenCall&)>;

Delivery succeed(const SeenCall& call, std::string json);
Delivery failCall(const SeenCall& call, std::string code, std::string message);
// The input back.
std::optional<Delivery> echo(const SeenCall& call);

// Everything a run did. Timers are delivered at once, the clock moved by their delay.
class Recorder : public RunEvents {
 public:
  explicit Recorder(Answer answer = echo) : answer_(std::move(answer)) {}

  void onStarted(std::string code) override { startedCode = std::move(code); }
  void onCall(std::uint32_t n, std::string path, std::string input, std::string options) override;
  void onTimer(std::uint32_t id, std::uint32_t delayMs) override;
  void onTimerCancelled(std::uint32_t id) override;
  void onConsole(ConsoleLine line) override { console.push_back(line.level + ": " + line.text); }
  void onTurnEnd(std::uint32_t turn) override;
  void onEnd(RunEnd e) override { end = std::move(e); }

  std::optional<std::string> startedCode;
  std::vector<SeenCall> calls;
  std::vector<std::string> console;
  std::vector<std::uint32_t> turns;
  std::optional<RunEnd> end;
  Run* run = nullptr;
  EpochMs clock = 1'700'000'000'000;
  bool fireTimers = true;

 private:
  Answer answer_;
  std::deque<Delivery> ready_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> timers_;
};

// The loop, the zygote and the runtime of this process.
struct Bench {
  asio::io_context loop;
  std::unique_ptr<Zygote> zygote;
  std::unique_ptr<LocalRuntime> runtime;

  static Bench& get();
  // Runs the loop until `done` or 30 s have passed.
  bool until(const std::function<bool()>& done);
};

RunRequest programOf(std::string code);
// To the end; fails the test if there is none.
RunEnd runToEnd(Recorder& recorder, RunRequest request);
RunEnd runToEnd(std::string code, Answer answer = echo);
// The result of a program that must end well.
std::string resultOf(std::string code, Answer answer = echo);
// The error of a program that must not.
RunEnd failureOf(std::string code, Answer answer = echo);

// A program and what it must return as JSON, or "!" and the name of the error it must end with.
struct LanguageCase {
  const char* code;
  const char* expected;
};
void expectCases(std::span<const LanguageCase> cases);

}  // namespace executor::sandbox
