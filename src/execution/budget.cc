#include "execution/budget.h"

namespace executor::execution {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

void Budget::run(SteadyTime now) {
  if (running_) return;
  running_ = true;
  since_ = now;
}

void Budget::pause(SteadyTime now) {
  used_ = used(now);
  running_ = false;
}

milliseconds Budget::used(SteadyTime now) const {
  return running_ ? used_ + duration_cast<milliseconds>(now - since_) : used_;
}

// A budget that was used up before a restart ends at once, not in the past.
Deadline Budget::end() const {
  if (!running_) return Deadline::max();
  return since_ + std::max(total_ - used_, milliseconds(0));
}

}  // namespace executor::execution
