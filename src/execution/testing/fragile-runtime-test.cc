#include "execution/testing/fragile-runtime.h"

#include <boost/asio/post.hpp>

namespace executor::execution::testing {

class FragileRuntime::FragileRun final : public sandbox::Run, public sandbox::RunEvents {
 public:
  FragileRun(FragileRuntime& owner, sandbox::RunRequest request, sandbox::RunEvents& events)
      : owner_(owner), events_(events), inner_(owner.real_.start(std::move(request), *this)) {
    owner_.runs_.push_back(this);
  }
  ~FragileRun() override {
    *alive_ = false;
    std::erase(owner_.runs_, this);
  }

  void deliver(sandbox::Delivery delivery, EpochMs clock) override {
    inTurn_ = true;
    if (survives()) inner_->deliver(std::move(delivery), clock);
  }
  void deliverTimer(std::uint32_t id, EpochMs clock) override {
    inTurn_ = true;
    if (survives()) inner_->deliverTimer(id, clock);
  }
  void stop(Error error) override {
    if (!dead_) inner_->stop(std::move(error));
  }

  void onStarted(std::string code) override {
    if (survives()) events_.onStarted(std::move(code));
  }
  void onCall(std::uint32_t n, std::string path, std::string input, std::string options) override {
    if (survives()) events_.onCall(n, std::move(path), std::move(input), std::move(options));
  }
  void onTimer(std::uint32_t id, std::uint32_t delay) override {
    if (survives()) events_.onTimer(id, delay);
  }
  void onTimerCancelled(std::uint32_t id) override {
    if (survives()) events_.onTimerCancelled(id);
  }
  void onConsole(sandbox::ConsoleLine line) override {
    if (survives()) events_.onConsole(std::move(line));
  }
  void onEmit(sandbox::Emission emission) override {
    if (survives()) events_.onEmit(std::move(emission));
  }
  void onTurnEnd(std::uint32_t turn) override {
    if (!survives()) return;
    inTurn_ = false;
    events_.onTurnEnd(turn);
  }
  void onEnd(sandbox::RunEnd end) override {
    if (survives()) events_.onEnd(std::move(end));
  }

  // Told from the loop: neither the real run nor its owner may go away inside a callback.
  void die() {
    dead_ = true;
    ++owner_.deaths_;
    asio::post(owner_.loop_, [this, alive = alive_] {
      if (!*alive) return;
      inner_.reset();
      sandbox::RunEnd end;
      end.error = {ErrorCode::worker_crashed, "The process died.", {}, {}};
      end.loss = inTurn_ ? sandbox::Loss::inTurn : sandbox::Loss::atRest;
      if (owner_.blame_ != sandbox::Loss::none) end.loss = owner_.blame_;
      events_.onEnd(std::move(end));
    });
  }
  bool atRest() const { return !dead_ && !inTurn_; }

 private:
  bool survives() {
    if (!dead_ && owner_.isLast()) die();
    return !dead_;
  }

  FragileRuntime& owner_;
  sandbox::RunEvents& events_;
  bool dead_ = false, inTurn_ = true;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<sandbox::Run> inner_;
};

bool FragileRuntime::isLast() {
  if (deaths_ >= steps_.size() || ++taken_ < steps_[deaths_]) return false;
  taken_ = 0;
  return true;
}

void FragileRuntime::dieAtRest() {
  const auto runs = runs_;
  for (FragileRun* run : runs) {
    if (run->atRest()) run->die();
  }
}

std::unique_ptr<sandbox::Run> FragileRuntime::start(sandbox::RunRequest request,
                                                    sandbox::RunEvents& events) {
  ++starts_;
  computing_ = request.computing;
  mayMove_ = request.mayMove;
  return std::make_unique<FragileRun>(*this, std::move(request), events);
}

}  // namespace executor::execution::testing
