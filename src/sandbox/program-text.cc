#include "sandbox/program-text.h"

#include <fmt/format.h>

#include <algorithm>

namespace executor::sandbox {
namespace {

constexpr std::string_view kStripHead = "async()=>{{\n";
constexpr std::string_view kStripTail = "\n}}";
// Of the compiled block, followed by the nonce; `$` keeps it apart from what people write.
constexpr std::string_view kLabel = "body$";

}  // namespace

// Two braces as in the compiled form, so that what is balanced for one is for the other.
std::string wrapForStripping(std::string_view code) {
  return fmt::format("{}{}{}", kStripHead, code, kStripTail);
}

bool unwrap(std::string_view wrapped, std::string& code) {
  if (wrapped.size() < kStripHead.size() + kStripTail.size()) return false;
  if (!wrapped.starts_with(kStripHead) || !wrapped.ends_with(kStripTail)) return false;
  wrapped.remove_prefix(kStripHead.size());
  wrapped.remove_suffix(kStripTail.size());
  code.assign(wrapped);
  return true;
}

std::string wrapForEngine(std::string_view code, std::uint64_t nonce) {
  const std::string label = fmt::format("{}{:012x}", kLabel, nonce & 0xffffffffffff);
  return fmt::format("async()=>{{{}:{{\n{}\n;break {}}}}}", label, code, label);
}

// A program cannot produce the label by chance, and gains nothing but this sentence if it does.
bool complainsOfWrapper(std::string_view message, std::uint32_t line, std::string_view code) {
  const auto lines = static_cast<std::uint32_t>(std::count(code.begin(), code.end(), '\n')) + 1;
  return line > lines || message.find(kLabel) != std::string_view::npos;
}

}  // namespace executor::sandbox
