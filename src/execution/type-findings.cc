#include "execution/type-findings.h"

#include <fmt/format.h>

namespace executor::execution {

std::string_view name(TypeCheckMode mode) {
  switch (mode) {
    case TypeCheckMode::off: return "off";
    case TypeCheckMode::warn: return "warn";
    case TypeCheckMode::error: return "error";
  }
  return "off";
}

bool parseTypeCheckMode(std::string_view text, TypeCheckMode& out) {
  for (const auto mode : {TypeCheckMode::off, TypeCheckMode::warn, TypeCheckMode::error}) {
    if (text != name(mode)) continue;
    out = mode;
    return true;
  }
  return false;
}

std::string findingsText(std::span<const TypeFinding> findings, std::uint32_t more) {
  std::string out;
  std::string_view shown;  // a signature is long: once for neighbours
  for (const TypeFinding& finding : findings) {
    const std::string number = std::to_string(finding.line);
    out += fmt::format("{}line {}, column {}: {}{}{}\n  {} | {}\n  {} | {}\n",
                       out.empty() ? "" : "\n", finding.line, finding.column, finding.message,
                       finding.hint.empty() ? "" : " ", finding.hint, number, finding.source,
                       std::string(number.size(), ' '), finding.caret);
    if (finding.signature.empty() || finding.signature == shown) continue;
    out += "  " + finding.signature + "\n";
    shown = finding.signature;
  }
  if (more > 0) out += fmt::format("\n… and {} more\n", more);
  return out;
}

}  // namespace executor::execution
