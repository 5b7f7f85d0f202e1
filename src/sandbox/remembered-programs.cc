#include "sandbox/remembered-programs.h"

#include <functional>

namespace executor::sandbox {

// Not a digest: whoever makes two texts collide slows down his own.
std::size_t programKey(std::string_view tenant, std::string_view code) {
  const std::hash<std::string_view> hash;
  return hash(code) * 31 + hash(tenant);
}

void RememberedPrograms::remember(std::size_t program) {
  if (!known_.insert(program).second) return;
  order_.push_back(program);
  if (order_.size() <= most_) return;
  known_.erase(order_.front());
  order_.pop_front();
}

}  // namespace executor::sandbox
