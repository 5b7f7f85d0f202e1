// A tree of the called paths, printed from the leaves up: an interface for each inner node.
#include "catalog/declarations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "base/text.h"
#include "catalog/render.h"
#include "catalog/system-tools.h"
#include "catalog/type-text.h"

namespace executor::catalog {
namespace {

// D20; the call itself checks the values.
constexpr std::string_view kOptions =
    "interface CallOptions$ { response?: \"full\" | \"body\"; connection?: string; "
    "timeoutMs?: number; idempotencyKey?: string }\n";

// Keys that the tool does not declare go into the body.
constexpr std::string_view kOpen = "[key: string]: any ";

struct Node {
  std::map<std::string, Node, std::less<>> members;
  std::optional<std::size_t> call;  // the tool of this path
};

// Part of an identifier whatever a segment holds.
std::string plainSegment(std::string_view segment) {
  std::string out(segment);
  for (char& c : out) {
    if (!isIdentifier(std::string{'_', c})) c = '_';
  }
  return out;
}

// Every run of letters, digits, _ and $, wherever it stands: too many words only mean more types.
Declarations::Words wordsOf(std::string_view program) {
  Declarations::Words words;
  const auto belongs = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
  };
  for (std::size_t at = 0; at < program.size();) {
    std::size_t end = at;
    while (end < program.size() && belongs(program[end])) ++end;
    if (end > at) words.insert(program.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// Collects what the calls need, then prints it.
class ToolTypes {
 public:
  ToolTypes(const Catalog& catalog, const Declarations::Words& words, Unnamed others)
      : catalog_(catalog) {
    types_.keepOnly(words, others);
  }

  void add(std::size_t index, const CalledTool& called) {
    const std::optional<ToolRef> ref = catalog_.find(called.path);
    const auto segments = splitText(called.path, '.');
    // Of an unknown tool the groups that exist, so that the complaint is about the call.
    const std::size_t known =
        ref ? segments.size() : std::min(catalog_.knownSegments(called.path), segments.size() - 1);
    Node* node = &root_;
    for (std::size_t i = 0; i < known; ++i) node = &node->members[std::string(segments[i])];
    if (!ref) return;
    node->call = index;
    signatures_.emplace(index, ref->system == SystemTool::none ? ofSource(index, *ref, called)
                                                               : builtIn(index, *ref));
  }

  std::string finish() {
    std::string out(kOptions);
    printGroup(root_, "tools$", out);
    out += "declare const tools: tools$;\n";
    return out + inputs_ + types_.finish();
  }

 private:
  std::string inputName(std::size_t index) const { return fmt::format("{}{}", kInputType, index); }

  std::string ofSource(std::size_t index, const ToolRef& ref, const CalledTool& called) {
    const source::ToolView tool = ref.view();
    std::string input = types_.input(*ref.set, tool);
    const bool empty = tool.parameters.empty();
    if (tool.bodyOpen)
      input.insert(input.size() - 1, empty ? std::string(kOpen) : fmt::format("; {}", kOpen));
    inputs_ += fmt::format("interface {} {}\n", inputName(index), input);
    const bool optional = std::ranges::none_of(tool.parameters, &source::ParameterView::required);
    const std::string answer = called.plainAnswer ? types_.output(*ref.set, tool) : "any";
    return signature(index, optional, answer);
  }

  std::string builtIn(std::size_t index, const ToolRef& ref) {
    const SystemToolEntry& entry = systemTool(ref.system);
    inputs_ += fmt::format("interface {} {}\n", inputName(index), systemInputType(entry));
    return signature(index, true, entry.output);
  }

  std::string signature(std::size_t index, bool optional, std::string_view answer) const {
    return fmt::format("(input{}: {}, options?: {}): Promise<{}>;", optional ? "?" : "",
                       inputName(index), kOptionsType, answer);
  }

  // A path may be a tool and the group of others: then its interface can be called.
  void printGroup(const Node& node, const std::string& name, std::string& out) {
    std::string members;
    for (const auto& [segment, member] : node.members) {
      const std::string key = propertyKey(segment);
      if (member.members.empty() && member.call) {
        members += key + signatures_.at(*member.call) + " ";
        continue;
      }
      const std::string inner = name + (name.ends_with('$') ? "" : "$") + plainSegment(segment);
      printGroup(member, inner, out);
      members += fmt::format("readonly {}: {}; ", key, inner);
    }
    if (node.call) members += signatures_.at(*node.call) + " ";
    out += fmt::format("interface {} {{ {}}}\n", name, members);
  }

  const Catalog& catalog_;
  Declarations types_{kMaxCheckedBytes, Declarations::For::checker};
  Node root_;
  std::map<std::size_t, std::string> signatures_;
  std::string inputs_;
};

}  // namespace

std::string declareTools(const Catalog& catalog, std::span<const CalledTool> calls,
                         std::string_view program, Unnamed others) {
  const Declarations::Words words = wordsOf(program);
  ToolTypes types(catalog, words, others);
  for (std::size_t i = 0; i < calls.size(); ++i) types.add(i, calls[i]);
  return types.finish();
}

std::string signatureOf(const ToolRef& ref) {
  if (ref.system != SystemTool::none) {
    std::string text = systemSignature(systemTool(ref.system));
    std::ranges::replace(text, '\n', ' ');
    return truncateText(text, kMaxSignatureBytes);
  }
  const source::ToolView tool = ref.view();
  const std::string answer = Declarations().output(*ref.set, tool);
  return fmt::format("tools.{}({}): Promise<{}>", ref.path,
                     inputLine(*ref.set, tool, kMaxSignatureBytes),
                     answer.size() > kMaxSignatureBytes ? "…" : answer);
}

}  // namespace executor::catalog
