#include "sandbox/program-text.h"

#include <fmt/format.h>

#include <algorithm>

namespace executor::sandbox {
namespace {

constexpr std::string_view kStripHead = "async()=>{";
constexpr std::string_view kLabel = "body$";

}  // namespace

std::string wrapForStripping(std::string_view code) {
  std::string text(kStripHead);
  text.append(kWrapperPrefix - kStripHead.size() - 1, ' ');
  text += '{';
  text += code;
  text += kWrapperSuffix;
  return text;
}

bool unwrap(std::string_view wrapped, std::string& code) {
  if (wrapped.size() < kWrapperPrefix + kWrapperSuffix.size()) return false;
  if (!wrapped.starts_with(kStripHead) || wrapped[kWrapperPrefix - 1] != '{') return false;
  if (!wrapped.ends_with(kWrapperSuffix)) return false;
  wrapped.remove_prefix(kWrapperPrefix);
  wrapped.remove_suffix(kWrapperSuffix.size());
  code.assign(wrapped);
  return true;
}

std::string wrapForEngine(std::string_view code, std::uint64_t nonce) {
  const std::string label = fmt::format("{}{:012x}", kLabel, nonce & 0xffffffffffff);
  std::string text = fmt::format("{}{}:{{", kStripHead, label);
  text.append(kWrapperPrefix - text.size(), ' ');
  text += code;
  text += fmt::format("\n;break {}}}}}", label);
  return text;
}

bool complainsOfWrapper(std::string_view message, std::uint32_t line, std::string_view code) {
  const auto lines = static_cast<std::uint32_t>(std::count(code.begin(), code.end(), '\n')) + 1;
  return line > lines || message.find(kLabel) != std::string_view::npos;
}

}  // namespace executor::sandbox
