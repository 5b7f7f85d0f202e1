// JavaScript values as the type stripper's module knows them: handles into a table of ours.
//
// The module was built with wasm-bindgen for a JavaScript host. It only builds an options object,
// reads it back, and returns an object or an error, so a small model of values is enough. Values
// are counted references, because the module keeps some handles (names of members) from one strip
// to the next; handles from the guest are checked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace executor::sandbox {

struct SwcValue;
using SwcRef = std::shared_ptr<SwcValue>;

// One value. Which members count depends on the kind.
struct SwcValue {
  enum class Kind : std::uint8_t { undefined, null, boolean, number, text, object, list, error };
  Kind kind = Kind::undefined;
  double number = 0;  // also of boolean
  std::string text;   // also of error: its message
  std::vector<std::pair<std::string, SwcRef>> members;
  std::vector<SwcRef> items;

  // Null if absent.
  SwcRef find(std::string_view key) const;
  // Replaces or appends; order is kept, as in a JavaScript object.
  void set(std::string_view key, SwcRef value);
  // Empty, or 0, if the member is absent or of another kind; borrowed from the value.
  std::string_view textOf(std::string_view key) const;
  std::uint32_t integerOf(std::string_view key) const;
};

// The table. Not bounded: it holds what one strip uses, and the stripper's memory and CPU are
// bounded.
class SwcValues {
 public:
  using Handle = std::uint32_t;

  SwcValues();

  static SwcRef make(SwcValue::Kind kind) { return std::make_shared<SwcValue>(kind); }
  static SwcRef makeText(std::string_view text);
  static SwcRef makeNumber(double number);
  const SwcRef& undefined() const { return undefined_; }

  // A new handle, from the free ones first.
  Handle add(SwcRef value);
  // An unknown handle is undefined.
  const SwcRef& get(Handle handle) const;
  // Does nothing for constants, free and unknown handles.
  void drop(Handle handle);
  // get() and drop() in one: how ownership passes from the module to us. Never null.
  SwcRef take(Handle handle);

 private:
  static constexpr Handle kFirstFree = 132;  // below are wasm-bindgen's constants

  SwcRef undefined_ = make(SwcValue::Kind::undefined);
  std::vector<SwcRef> slots_;  // null: free
  std::vector<Handle> free_;
};

}  // namespace executor::sandbox
