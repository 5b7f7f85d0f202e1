// The wasm-bindgen imports of the type stripper. Those that only its asynchronous interface needs
// end in a trap: transformSync never calls them.
#include <cmath>
#include <cstring>

#include "sandbox/swc-module.h"

using Swc = Z___wbindgen_placeholder___instance_t;
using executor::sandbox::guestState;
using executor::sandbox::HostSection;
using executor::sandbox::inBounds;
using executor::sandbox::leaveGuest;
using executor::sandbox::SwcRef;
using executor::sandbox::SwcValue;
using executor::sandbox::Trap;
using Kind = SwcValue::Kind;

std::uint8_t* Swc::at(std::uint32_t address, std::uint64_t count) {
  if (!inBounds(instance.w2c_memory, address, count)) leaveGuest(Trap::outOfBounds);
  return instance.w2c_memory.data + address;
}

std::uint32_t Swc::word(std::uint32_t address) {
  std::uint32_t value = 0;
  std::memcpy(&value, at(address, sizeof value), sizeof value);
  return value;
}

void Swc::setWord(std::uint32_t address, std::uint32_t value) {
  std::memcpy(at(address, sizeof value), &value, sizeof value);
}

namespace {

// The comparisons of JavaScript, as far as the module's values go.
bool isNullish(const SwcValue& v) { return v.kind == Kind::undefined || v.kind == Kind::null; }

bool isFalsy(const SwcValue& v) {
  if (isNullish(v)) return true;
  if (v.kind == Kind::text) return v.text.empty();
  return (v.kind == Kind::boolean || v.kind == Kind::number) && (v.number == 0);
}

bool strictlyEqual(const SwcValue& a, const SwcValue& b) {
  if (&a == &b) return true;
  const bool primitive = a.kind != Kind::object && a.kind != Kind::list && a.kind != Kind::error;
  return primitive && a.kind == b.kind && a.number == b.number && a.text == b.text;
}

// A missing member is undefined, as in JavaScript.
SwcRef member(Swc* swc, const SwcRef& object, const SwcRef& key) {
  SwcRef value = object->find(key->text);
  return value ? value : swc->values.undefined();
}

// Writes (pointer, length) of a copy of `text` in the guest. Called in guest state: the allocation
// is the guest's own.
void passText(Swc* swc, u32 out, const char* text, std::size_t size) {
  const auto length = static_cast<u32>(size);
  const u32 address = Z_swcZ___wbindgen_export_2(&swc->instance, length, 1);
  std::memcpy(swc->at(address, length), text, length);
  swc->setWord(out + 4, length);
  swc->setWord(out, address);
}

[[noreturn]] void unexpected() { leaveGuest(Trap::unreachable); }

}  // namespace

extern "C" {

#define IMPORT(name) Z___wbindgen_placeholder__Z_##name

// Object.entries, through which serde reads the options.
u32 IMPORT(__wbg_entries_3265d4158b33e5dc)(Swc* swc, u32 object) {
  HostSection host;
  const SwcRef list = swc->values.make(Kind::list);
  for (const auto& [name, value] : swc->values.get(object)->members) {
    const SwcRef pair = swc->values.make(Kind::list);
    pair->items = {swc->values.makeText(name), value};
    list->items.push_back(pair);
  }
  return swc->values.add(list);
}

u32 IMPORT(__wbg_get_67b2ba62fc30de12)(Swc* swc, u32 object, u32 key) {
  HostSection host;
  return swc->values.add(member(swc, swc->values.get(object), swc->values.get(key)));
}

u32 IMPORT(__wbg_get_b9b93047fe3cf45b)(Swc* swc, u32 list, u32 index) {
  HostSection host;
  const auto& items = swc->values.get(list)->items;
  return swc->values.add(index < items.size() ? items[index] : swc->values.undefined());
}

u32 IMPORT(__wbg_getwithrefkey_1dc361bd10053bfe)(Swc* swc, u32 object, u32 key) {
  HostSection host;
  return swc->values.add(member(swc, swc->values.get(object), swc->values.get(key)));
}

// serde asks what a value is before it reads it. The options hold only texts and booleans, so the
// answer to anything exotic is no.
u32 IMPORT(__wbg_instanceof_ArrayBuffer_e14585432e3737fc)(Swc*, u32) { return 0; }
u32 IMPORT(__wbg_instanceof_Map_f3469ce2244d2430)(Swc*, u32) { return 0; }
u32 IMPORT(__wbg_instanceof_Uint8Array_17156bcf118086a9)(Swc*, u32) { return 0; }
u32 IMPORT(__wbg_isArray_a1eab7e0d067391b)(Swc* swc, u32 v) {
  return swc->values.get(v)->kind == Kind::list;
}
u32 IMPORT(__wbg_isSafeInteger_343e2beeeece1bb0)(Swc* swc, u32 v) {
  const SwcValue* value = swc->values.get(v).get();
  return value->kind == Kind::number && std::trunc(value->number) == value->number &&
         std::fabs(value->number) <= 9007199254740991.0;
}
u32 IMPORT(__wbg_length_a446193dc22c12f8)(Swc* swc, u32 v) {
  return static_cast<u32>(swc->values.get(v)->items.size());
}
u32 IMPORT(__wbg_length_e2d2a49132c1b256)(Swc* swc, u32 v) {
  return static_cast<u32>(swc->values.get(v)->items.size());
}
u32 IMPORT(__wbg_new_405e22f390576ce2)(Swc* swc) {
  HostSection host;
  return swc->values.add(swc->values.make(Kind::object));
}
u32 IMPORT(__wbg_new_78feb108b6472713)(Swc* swc) {
  HostSection host;
  return swc->values.add(swc->values.make(Kind::list));
}

// A list grows as the module says, within reason: what it builds are diagnostics.
void IMPORT(__wbg_set_37837023f3d740e8)(Swc* swc, u32 list, u32 index, u32 value) {
  constexpr u32 kMaxItems = 1u << 16;
  if (index >= kMaxItems) unexpected();
  HostSection host;
  auto& items = swc->values.get(list)->items;
  if (items.size() <= index) items.resize(index + 1, swc->values.undefined());
  items[index] = swc->values.take(value);
}

// wasm-bindgen passes ownership of key and value: they are taken, or the table would grow with
// every strip.
void IMPORT(__wbg_set_3f1d0b984ed272ed)(Swc* swc, u32 object, u32 key, u32 value) {
  HostSection host;
  const SwcRef name = swc->values.take(key);
  swc->values.get(object)->set(name->text, swc->values.take(value));
}

u32 IMPORT(__wbg_toString_5285597960676b7b)(Swc* swc, u32 v) {
  HostSection host;
  return swc->values.add(swc->values.makeText(swc->values.get(v)->text));
}
// Positions come as 64-bit integers; a double holds those of half a megabyte exactly.
u32 IMPORT(__wbindgen_bigint_from_i64)(Swc* swc, u64 v) {
  HostSection host;
  return swc->values.add(swc->values.makeNumber(static_cast<double>(static_cast<s64>(v))));
}
u32 IMPORT(__wbindgen_bigint_from_u64)(Swc* swc, u64 v) {
  HostSection host;
  return swc->values.add(swc->values.makeNumber(static_cast<double>(v)));
}
void IMPORT(__wbindgen_bigint_get_as_i64)(Swc* swc, u32 out, u32) { swc->setWord(out, 0); }
// 1, 0, or 2 for what is no boolean: wasm-bindgen's convention.
u32 IMPORT(__wbindgen_boolean_get)(Swc* swc, u32 v) {
  const SwcValue* value = swc->values.get(v).get();
  if (value->kind != Kind::boolean) return 2;
  return value->number != 0 ? 1 : 0;
}
void IMPORT(__wbindgen_debug_string)(Swc* swc, u32 out, u32) { passText(swc, out, "?", 1); }
// The bytes are copied before anything else can run.
u32 IMPORT(__wbindgen_error_new)(Swc* swc, u32 text, u32 length) {
  const auto* bytes = reinterpret_cast<const char*>(swc->at(text, length));
  HostSection host;
  const SwcRef error = swc->values.make(Kind::error);
  error->text.assign(bytes, length);
  return swc->values.add(error);
}
u32 IMPORT(__wbindgen_in)(Swc* swc, u32 key, u32 object) {
  return swc->values.get(object)->find(swc->values.get(key)->text) != nullptr;
}
u32 IMPORT(__wbindgen_is_bigint)(Swc*, u32) { return 0; }
u32 IMPORT(__wbindgen_is_falsy)(Swc* swc, u32 v) { return isFalsy(*swc->values.get(v)); }
u32 IMPORT(__wbindgen_is_function)(Swc*, u32) { return 0; }
u32 IMPORT(__wbindgen_is_object)(Swc* swc, u32 v) {
  const Kind kind = swc->values.get(v)->kind;
  return kind == Kind::object || kind == Kind::list || kind == Kind::error;
}
u32 IMPORT(__wbindgen_is_string)(Swc* swc, u32 v) { return swc->values.get(v)->kind == Kind::text; }
u32 IMPORT(__wbindgen_is_undefined)(Swc* swc, u32 v) {
  return swc->values.get(v)->kind == Kind::undefined;
}
u32 IMPORT(__wbindgen_jsval_eq)(Swc* swc, u32 a, u32 b) {
  return strictlyEqual(*swc->values.get(a), *swc->values.get(b));
}
u32 IMPORT(__wbindgen_jsval_loose_eq)(Swc* swc, u32 a, u32 b) {
  const SwcValue& left = *swc->values.get(a);
  const SwcValue& right = *swc->values.get(b);
  if (isNullish(left) || isNullish(right)) return isNullish(left) && isNullish(right);
  return strictlyEqual(left, right);
}
// An Option<f64> at `out`: whether, then the number at offset 8.
void IMPORT(__wbindgen_number_get)(Swc* swc, u32 out, u32 v) {
  const SwcValue* value = swc->values.get(v).get();
  const double number = value->kind == Kind::number ? value->number : 0;
  std::memcpy(swc->at(out + 8, sizeof number), &number, sizeof number);
  swc->setWord(out, value->kind == Kind::number);
}
u32 IMPORT(__wbindgen_number_new)(Swc* swc, f64 number) {
  HostSection host;
  return swc->values.add(swc->values.makeNumber(number));
}
u32 IMPORT(__wbindgen_object_clone_ref)(Swc* swc, u32 v) {
  HostSection host;
  return swc->values.add(swc->values.get(v));
}
void IMPORT(__wbindgen_object_drop_ref)(Swc* swc, u32 v) {
  HostSection host;
  swc->values.drop(v);
}
// An Option<String>: a null pointer stands for none.
void IMPORT(__wbindgen_string_get)(Swc* swc, u32 out, u32 v) {
  const SwcValue* value = swc->values.get(v).get();
  if (value->kind == Kind::text) return passText(swc, out, value->text.data(), value->text.size());
  swc->setWord(out + 4, 0);
  swc->setWord(out, 0);
}
u32 IMPORT(__wbindgen_string_new)(Swc* swc, u32 text, u32 length) {
  const auto* bytes = reinterpret_cast<const char*>(swc->at(text, length));
  HostSection host;
  return swc->values.add(swc->values.makeText({bytes, length}));
}
// A Rust panic turned into an exception: the module's state is unknown from here on.
void IMPORT(__wbindgen_throw)(Swc*, u32, u32) { unexpected(); }

// Only the asynchronous interface.
u32 IMPORT(__wbg_buffer_609cc3eee51ed158)(Swc*, u32) { unexpected(); }
u32 IMPORT(__wbg_call_672a4d21634d4a24)(Swc*, u32, u32) { unexpected(); }
u32 IMPORT(__wbg_call_7cccdd69e0791ae2)(Swc*, u32, u32, u32) { unexpected(); }
u32 IMPORT(__wbg_done_769e5ede4b31c67b)(Swc*, u32) { unexpected(); }
u32 IMPORT(__wbg_iterator_9a24c88df860dc65)(Swc*) { unexpected(); }
u32 IMPORT(__wbg_new_23a2665fac83c611)(Swc*, u32, u32) { unexpected(); }
u32 IMPORT(__wbg_new_a12002a7f91c75be)(Swc*, u32) { unexpected(); }
u32 IMPORT(__wbg_newnoargs_105ed471475aaf50)(Swc*, u32, u32) { unexpected(); }
u32 IMPORT(__wbg_next_25feadfc0913fea9)(Swc*, u32) { unexpected(); }
u32 IMPORT(__wbg_next_6574e1a8a62d1055)(Swc*, u32) { unexpected(); }
void IMPORT(__wbg_queueMicrotask_97d92b4fcc8a61c5)(Swc*, u32) { unexpected(); }
u32 IMPORT(__wbg_queueMicrotask_d3219def82552485)(Swc*, u32) { unexpected(); }
u32 IMPORT(__wbg_resolve_4851785c9c5f573d)(Swc*, u32) { unexpected(); }
void IMPORT(__wbg_set_65595bdd868b3009)(Swc*, u32, u32, u32) { unexpected(); }
u32 IMPORT(__wbg_static_accessor_GLOBAL_88a902d13a557d07)(Swc*) { unexpected(); }
u32 IMPORT(__wbg_static_accessor_GLOBAL_THIS_56578be7e9f832b0)(Swc*) { unexpected(); }
u32 IMPORT(__wbg_static_accessor_SELF_37c5d418e4bf5819)(Swc*) { unexpected(); }
u32 IMPORT(__wbg_static_accessor_WINDOW_5de37043a91a9c40)(Swc*) { unexpected(); }
u32 IMPORT(__wbg_then_44b73946d2fb3e7d)(Swc*, u32, u32) { unexpected(); }
u32 IMPORT(__wbg_value_cd1ffa7b1ab794f1)(Swc*, u32) { unexpected(); }
u32 IMPORT(__wbindgen_cb_drop)(Swc*, u32) { unexpected(); }
u32 IMPORT(__wbindgen_closure_wrapper5432)(Swc*, u32, u32, u32) { unexpected(); }
u32 IMPORT(__wbindgen_memory)(Swc*) { unexpected(); }

}  // extern "C"
