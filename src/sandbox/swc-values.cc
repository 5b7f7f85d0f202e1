#include "sandbox/swc-values.h"

namespace executor::sandbox {

// A list walked from the front: objects here have a dozen members.
SwcRef SwcValue::find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name == key) return value;
  }
  return nullptr;
}

void SwcValue::set(std::string_view key, SwcRef value) {
  for (auto& [name, old] : members) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  members.emplace_back(key, std::move(value));
}

std::string_view SwcValue::textOf(std::string_view key) const {
  const SwcRef value = find(key);
  return value != nullptr && value->kind == Kind::text ? std::string_view(value->text)
                                                       : std::string_view();
}

std::uint32_t SwcValue::integerOf(std::string_view key) const {
  const SwcRef value = find(key);
  const bool fits = value != nullptr && value->kind == Kind::number && value->number >= 0 &&
                    value->number < 4294967296.0;
  return fits ? static_cast<std::uint32_t>(value->number) : 0;
}

// wasm-bindgen's fixed handles: 128 undefined, 129 null, 130 true, 131 false; lower ones are its
// stack of borrowed values, which we do not use.
SwcValues::SwcValues() : slots_(kFirstFree, undefined_) {
  slots_[129] = make(SwcValue::Kind::null);
  slots_[130] = make(SwcValue::Kind::boolean);
  slots_[130]->number = 1;
  slots_[131] = make(SwcValue::Kind::boolean);
}

SwcRef SwcValues::makeText(std::string_view text) {
  SwcRef value = make(SwcValue::Kind::text);
  value->text = text;
  return value;
}

SwcRef SwcValues::makeNumber(double number) {
  SwcRef value = make(SwcValue::Kind::number);
  value->number = number;
  return value;
}

SwcValues::Handle SwcValues::add(SwcRef value) {
  if (free_.empty()) {
    slots_.push_back(std::move(value));
    return static_cast<Handle>(slots_.size() - 1);
  }
  const Handle handle = free_.back();
  free_.pop_back();
  slots_[handle] = std::move(value);
  return handle;
}

// Handles are numbers from the guest.
const SwcRef& SwcValues::get(Handle handle) const {
  return handle < slots_.size() && slots_[handle] ? slots_[handle] : undefined_;
}

void SwcValues::drop(Handle handle) {
  if (handle < kFirstFree || handle >= slots_.size() || !slots_[handle]) return;
  slots_[handle] = nullptr;
  free_.push_back(handle);
}

SwcRef SwcValues::take(Handle handle) {
  SwcRef value = get(handle);
  drop(handle);
  return value;
}

}  // namespace executor::sandbox
