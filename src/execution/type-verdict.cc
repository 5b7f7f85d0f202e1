// From a diagnostic to a finding, in three questions: where is it, is it certain, how to say it.
#include "execution/type-verdict.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "catalog/declarations.h"
#include "execution/type-complaint.h"
#include "sandbox/program-text.h"
#include "sandbox/source-lines.h"

namespace executor::execution {
namespace {

using Kind = TypeComplaint::Kind;
using sandbox::TypeDiagnostic;

// Names told where the right one is not near any.
constexpr std::size_t kMaxListedInputs = 12;
constexpr std::size_t kMaxTypeText = 160;
// Complaints about results and names that are worth a warning; all others stay unsaid.
constexpr std::array<int, 9> kWarned = {2339, 2551, 2304, 2552, 2349, 2367, 2773, 2801, 2488};
// Below 2000 the compiler complains of syntax; these of meaning, and programs run with them.
constexpr std::array<int, 3> kNotSyntax = {1117, 1345, 1361};

bool isSyntax(const TypeDiagnostic& diagnostic) {
  return diagnostic.code < 2000 &&
         std::ranges::find(kNotSyntax, diagnostic.code) == kNotSyntax.end();
}

// Generated names are nothing to a reader.
std::string readable(std::string text) {
  for (std::size_t at; (at = text.find(catalog::kInputType)) != std::string::npos;) {
    std::size_t end = at + catalog::kInputType.size();
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    text.replace(at, end - at, "the input");
  }
  for (std::size_t at; (at = text.find(catalog::kOptionsType)) != std::string::npos;) {
    text.replace(at, catalog::kOptionsType.size(), "the options");
  }
  return truncateText(text, kMaxTypeText);
}

// A position in the checked text as one in the program, in bytes; nullopt: not in the program.
class ProgramPositions {
 public:
  explicit ProgramPositions(std::string_view code)
      : code_(code), head_(sandbox::wrapForStripping("").find('\n') + 1) {}

  std::optional<std::size_t> bytesOf(std::uint32_t units) const {
    if (units < head_) return std::nullopt;
    std::size_t left = units - head_, at = 0;
    while (at < code_.size() && left > 0) {
      const auto c = static_cast<unsigned char>(code_[at]);
      const std::size_t size = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
      left -= std::min<std::size_t>(left, size == 4 ? 2 : 1);
      at += size;
    }
    if (at >= code_.size()) return std::nullopt;
    return at;
  }

 private:
  std::string_view code_;
  std::size_t head_;
};

// Line, column, and the line with a mark.
void place(std::string_view code, std::size_t at, TypeFinding& finding) {
  const std::size_t begin = at == 0 ? 0 : code.rfind('\n', at - 1) + 1;
  finding.line = static_cast<std::uint32_t>(std::ranges::count(code.substr(0, begin), '\n')) + 1;
  finding.column =
      static_cast<std::uint32_t>(sandbox::utf16Length(code.substr(begin, at - begin))) + 1;
  sandbox::SourceExcerpt excerpt = sandbox::excerptAt(code, {finding.line, finding.column});
  finding.source = std::move(excerpt.line);
  finding.caret = std::move(excerpt.caret);
}

// The name that stands at a place, without quotes.
std::string nameAt(std::string_view code, std::size_t at) {
  if (at < code.size() && (code[at] == '"' || code[at] == '\'')) ++at;
  std::size_t end = at;
  const auto belongs = [](char c) {
    return c == '_' || c == '$' || c == '-' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  while (end < code.size() && belongs(code[end])) ++end;
  return std::string(code.substr(at, end - at));
}

// Everything the rules ask of one program.
class Judge {
 public:
  Judge(std::string_view code, const ProgramScan& scan, const catalog::Catalog& catalog)
      : code_(code), scan_(scan), catalog_(catalog) {}

  std::optional<TypeFinding> judge(const TypeDiagnostic& diagnostic, std::size_t at) const {
    const TypeComplaint complaint = readComplaint(diagnostic.code, diagnostic.message);
    const Place where = scan_.placeOf(at);
    if (where.call != nullptr) {
      const auto tool = catalog_.find(where.call->path);
      if (!tool && where.inName) return unknownTool(diagnostic, *where.call, at);
      if (tool && aboutInput(complaint, where)) {
        return aboutCall(diagnostic, complaint, where, *tool, at);
      }
    }
    return warning(diagnostic, complaint, at);
  }

 private:
  // Only what the checker says of our own interfaces: a program may have a `tools` of its own.
  std::optional<TypeFinding> unknownTool(const TypeDiagnostic& diagnostic, const ToolCall& call,
                                         std::size_t at) const {
    if (diagnostic.message.find(catalog::kToolsType) == std::string::npos) return std::nullopt;
    const Error error = catalog_.unknownTool(call.path);
    TypeFinding finding{.code = diagnostic.code, .blocks = true};
    finding.message = truncateText(error.message, kMaxFindingBytes);
    finding.hint = truncateText(error.hint, kMaxFindingBytes);
    place(code_, call.alias.empty() ? wrongSegment(call) : at, finding);
    return finding;
  }

  // Where the first segment begins that is neither source nor group.
  std::size_t wrongSegment(const ToolCall& call) const {
    const auto segments = splitText(call.path, '.');
    const std::size_t known = std::min(catalog_.knownSegments(call.path), segments.size() - 1);
    std::size_t at = call.begin + 5;
    for (std::size_t i = 0; i < known; ++i) at = code_.find(segments[i], at) + segments[i].size();
    return code_.find(segments[known], at);
  }

  static bool aboutInput(const TypeComplaint& complaint, const Place& where) {
    if (complaint.kind == Kind::noArgument) return where.inName;
    return where.direct && complaint.kind != Kind::other && complaint.kind != Kind::unknownMember;
  }

  std::optional<TypeFinding> aboutCall(const TypeDiagnostic& diagnostic,
                                       const TypeComplaint& complaint, const Place& where,
                                       const catalog::ToolRef& tool, std::size_t at) const {
    if (isBucketed(*where.call, tool) || !isCertain(complaint, where)) return std::nullopt;
    TypeFinding finding{.code = diagnostic.code, .blocks = true};
    say(complaint, where, tool, at, finding);
    finding.signature = signatureOf(tool);
    place(code_, at, finding);
    return finding;
  }

  // D21: `{path: {…}, query: {…}}` is a form of input too.
  static bool isBucketed(const ToolCall& call, const catalog::ToolRef& tool) {
    constexpr std::array<std::string_view, 5> kBuckets = {"path", "query", "headers", "cookie",
                                                          "body"};
    if (call.keys.empty() || tool.system != catalog::SystemTool::none) return false;
    const source::ToolView view = tool.view();
    return std::ranges::all_of(call.keys, [&](const std::string& key) {
      return std::ranges::find(kBuckets, key) != kBuckets.end() &&
             std::ranges::find(view.parameters, key, &source::ParameterView::flatName) ==
                 view.parameters.end();
    });
  }

  // What would be wrong whatever the program does before: written out at the call, or of a type
  // that no run changes.
  static bool isCertain(const TypeComplaint& complaint, const Place& where) {
    const ToolCall& call = *where.call;
    switch (complaint.kind) {
      case Kind::unknownKey: return where.depth == 1;
      case Kind::noArgument: return true;
      case Kind::missingKeys:
        if (where.depth == 0) return call.literal && call.complete;
        return complaint.found.starts_with("{ ");
      default: break;
    }
    if (where.depth > 0) return !mayFit(complaint.found, complaint.wanted);
    if (call.literal) return !mayFit(complaint.found, complaint.wanted);
    const std::string& found = complaint.found;
    return !complaint.nested &&
           (found == "string" || found == "number" || found == "boolean" || found.ends_with("[]") ||
            found.starts_with("Promise<") || found.starts_with('"'));
  }

  void say(const TypeComplaint& complaint, const Place& where, const catalog::ToolRef& tool,
           std::size_t at, TypeFinding& finding) const {
    const std::string name = where.depth > 0 ? nameAt(code_, at) : std::string();
    switch (complaint.kind) {
      case Kind::unknownKey: return sayUnknownKey(complaint, tool, finding);
      case Kind::noArgument:
        finding.message = fmt::format("tools.{} needs an input.", tool.path);
        return;
      case Kind::missingKeys:
        finding.message = fmt::format("{} needs {}.", name.empty() ? "tools." + tool.path : name,
                                      fmt::join(complaint.names, ", "));
        return;
      default: break;
    }
    finding.message = fmt::format(
        "{} must be {}, not {}.",
        name.empty() ? fmt::format("The input of tools.{}", tool.path) : name,
        name.empty() ? "an object" : readable(complaint.wanted), readable(complaint.found));
    finding.hint = mismatchHint(complaint);
  }

  static std::string mismatchHint(const TypeComplaint& complaint) {
    if (complaint.found.starts_with("Promise<")) return "Put await before the call.";
    if (!complaint.found.starts_with('"')) return {};
    const auto words = literalsOf(complaint.wanted);
    const auto near = nearestNames(literalsOf(complaint.found).front(), words, 1);
    return near.empty() ? std::string() : fmt::format("Did you mean \"{}\"?", near.front());
  }

  static void sayUnknownKey(const TypeComplaint& complaint, const catalog::ToolRef& tool,
                            TypeFinding& finding) {
    const bool option = complaint.wanted == catalog::kOptionsType;
    const std::string& name = complaint.names.front();
    finding.message = option ? fmt::format("{} is no option of a call.", name)
                             : fmt::format("{} is no input of tools.{}.", name, tool.path);
    finding.hint = option ? keyHint(name, {"response", "connection", "timeoutMs", "idempotencyKey"})
                          : keyHint(name, inputsOf(tool));
  }

  static std::vector<std::string> inputsOf(const catalog::ToolRef& tool) {
    std::vector<std::string> names;
    if (tool.system != catalog::SystemTool::none) return names;
    for (const auto& parameter : tool.view().parameters) names.emplace_back(parameter.flatName);
    return names;
  }

  static std::string keyHint(const std::string& name, std::vector<std::string> known) {
    const auto near = nearestNames(name, known, 2);
    if (!near.empty()) return fmt::format("Did you mean {}?", fmt::join(near, " or "));
    if (known.empty()) return {};
    const std::size_t more = known.size() - std::min(known.size(), kMaxListedInputs);
    known.resize(known.size() - more);
    return fmt::format("It takes {}{}.", fmt::join(known, ", "),
                       more > 0 ? fmt::format(" and {} more", more) : "");
  }

  // Of the program's own objects nothing is said: JavaScript lets them grow.
  std::optional<TypeFinding> warning(const TypeDiagnostic& diagnostic,
                                     const TypeComplaint& complaint, std::size_t at) const {
    if (std::ranges::find(kWarned, diagnostic.code) == kWarned.end()) return std::nullopt;
    const std::string_view type = complaint.wanted;
    if (type.starts_with('{') || type == "never" || type == "unknown" || type == "object" ||
        diagnostic.message.find("tool$") != std::string::npos ||
        diagnostic.message.find(catalog::kToolsType) != std::string::npos) {
      return std::nullopt;
    }
    TypeFinding finding{.code = diagnostic.code};
    const std::string_view first(diagnostic.message);
    finding.message =
        truncateText(readable(std::string(first.substr(0, first.find('\n')))), kMaxFindingBytes);
    if (type.starts_with("Promise<")) finding.hint = "Put await before the call.";
    place(code_, at, finding);
    return finding;
  }

  std::string_view code_;
  const ProgramScan& scan_;
  const catalog::Catalog& catalog_;
};

void keepFew(TypeVerdict& verdict) {
  std::vector<TypeFinding> ordered;
  for (const bool blocks : {true, false}) {
    for (TypeFinding& finding : verdict.findings) {
      if (finding.blocks == blocks) ordered.push_back(std::move(finding));
    }
  }
  verdict.findings = std::move(ordered);
  if (verdict.findings.size() <= kMaxFindings) return;
  verdict.more = static_cast<std::uint32_t>(verdict.findings.size() - kMaxFindings);
  verdict.findings.resize(kMaxFindings);
}

}  // namespace

// The run itself reports syntax, and better: its parser knows the forms that programs come in.
TypeVerdict judgeTypes(std::string_view code, const ProgramScan& scan,
                       const catalog::Catalog& catalog,
                       std::span<const TypeDiagnostic> diagnostics) {
  const ProgramPositions positions(code);
  const Judge judge(code, scan, catalog);
  TypeVerdict verdict{.status = "passed"};
  std::set<std::pair<std::uint32_t, std::string>> told;
  for (const TypeDiagnostic& diagnostic : diagnostics) {
    if (isSyntax(diagnostic)) return {.status = "skipped", .reason = "it does not parse"};
    const auto at = positions.bytesOf(diagnostic.start);
    if (!at) continue;
    auto finding = judge.judge(diagnostic, *at);
    if (!finding || !told.emplace(finding->line, finding->message).second) continue;
    if (finding->blocks) verdict.status = "failed";
    verdict.findings.push_back(*std::move(finding));
  }
  keepFew(verdict);
  return verdict;
}

}  // namespace executor::execution
