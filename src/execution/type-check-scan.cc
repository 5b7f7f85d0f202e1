// One pass, one token at a time, with a stack of brackets. The scanner knows of the language what
// it takes to tell code from text, and of a call what the verdict will ask.
#include "execution/type-check-scan.h"

#include <algorithm>
#include <array>
#include <set>

#include "execution/static-chain.h"

namespace executor::execution {
namespace {

constexpr std::string_view kTools = "tools";
constexpr std::string_view kConst = "const";

// After these a value begins, so `/` begins a regular expression.
constexpr std::array<std::string_view, 14> kBeforeValue = {
    "return", "typeof", "await", "case", "in",    "of",     "do",
    "else",   "void",   "throw", "new",  "yield", "delete", "instanceof"};
// What follows these is a name that is declared here.
constexpr std::array<std::string_view, 6> kDeclaring = {"const",    "let",   "var",
                                                        "function", "class", "namespace"};

bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool isOneOf(std::string_view word, auto&& words) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

// What is taken for an alias, and what was found to be none.
struct KnownAliases {
  ToolAliases taken;
  std::set<std::string, std::less<>> rejected;
  bool closed = false;  // no more are taken
};

class Scanner {
 public:
  Scanner(std::string_view code, const KnownAliases& aliases, ProgramScan& out)
      : code_(code), aliases_(aliases), out_(out) {}

  void run() {
    while (at_ < code_.size() && out_.complete_) step();
    for (const std::int32_t open : stack_) close(open, code_.size());
  }

  // True if another round would see something else.
  bool learn(KnownAliases& aliases) const {
    for (const auto& [name, alias] : found_) aliases.taken.emplace(name, alias);
    for (const std::string& name : violated_) {
      aliases.taken.erase(name);
      aliases.rejected.insert(name);
    }
    return !found_.empty() || !violated_.empty();
  }

 private:
  // What came before: enough to read what comes next.
  enum class Before : std::uint8_t { nothing, value, sign, dot, closing };

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < code_.size() ? code_[at_ + ahead] : '\0';
  }
  bool startsAt(std::size_t from, std::string_view text) const {
    return execution::startsAt(code_, from, text);
  }
  std::size_t afterTrivia(std::size_t from) const { return skipTrivia(code_, from); }

  void step() {
    const char c = peek();
    if (isBlank(c)) {
      ++at_;
    } else if (startsAt(at_, "//") || startsAt(at_, "/*")) {
      at_ = afterTrivia(at_);
    } else if (c == '"' || c == '\'') {
      readString(c);
    } else if (c == '`') {
      ++at_;
      readTemplate();
    } else if (startsName(c)) {
      readWord();
    } else if (isDigit(c)) {
      readNumber();
    } else if (c == '/' && before_ != Before::value && before_ != Before::closing) {
      readRegex();
    } else {
      readSign(c);
    }
  }

  void token(Before before, std::string_view word) {
    before_ = before;
    word_ = word;
  }

  // A string that is not closed ends with its line, as for the engine.
  void readString(char quote) {
    const std::size_t begin = at_++;
    while (at_ < code_.size() && code_[at_] != quote && code_[at_] != '\n') {
      at_ += code_[at_] == '\\' ? 2 : 1;
    }
    at_ = std::min(at_ + 1, code_.size());
    noteKey(code_.substr(begin + 1, at_ - std::min(at_, begin + 2)));
    token(Before::value, "string");
  }

  // Up to the closing backtick or into a hole.
  void readTemplate() {
    while (at_ < code_.size()) {
      if (code_[at_] == '\\') {
        at_ += 2;
      } else if (code_[at_] == '`') {
        ++at_;
        return token(Before::value, "template");
      } else if (startsAt(at_, "${")) {
        open('$', at_ + 1, false);
        at_ += 2;
        return token(Before::sign, "${");
      } else {
        ++at_;
      }
    }
  }

  void readNumber() {
    while (at_ < code_.size() && (continuesName(code_[at_]) || code_[at_] == '.')) ++at_;
    token(Before::value, "number");
  }

  // A class (`[/]`) may hold the sign that would end it.
  void readRegex() {
    bool inClass = false;
    for (++at_; at_ < code_.size() && code_[at_] != '\n'; ++at_) {
      const char c = code_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '[' || c == ']') {
        inClass = c == '[';
      } else if (c == '/' && !inClass) {
        ++at_;
        break;
      }
    }
    while (at_ < code_.size() && continuesName(code_[at_])) ++at_;
    token(Before::value, "regex");
  }

  void readWord() {
    const std::string_view word = nameAt(code_, at_);
    const bool member = before_ == Before::dot;
    if (word == kTools && !member) return readTools();
    if (word == kConst && !member) return readConst();
    if (!member && readAlias(word)) return;
    noteKey(word);
    if (word == "response") noteOptions();
    at_ += word.size();
    token(!member && isOneOf(word, kBeforeValue) ? Before::sign : Before::value, word);
  }

  void readSign(char c) {
    if (c == '(' || c == '[' || c == '{') {
      if (c == '[' && (word_ == "{" || word_ == ",")) noteSpread();  // a computed key
      open(c, at_, c == '{' && opensBody());
      ++at_;
      return token(Before::sign, code_.substr(at_ - 1, 1));
    }
    if (c == ')' || c == ']' || c == '}') return readClosing();
    const std::size_t size = startsAt(at_, "...")                         ? 3
                             : startsAt(at_, "=>") || startsAt(at_, "?.") ? 2
                                                                          : 1;
    const std::string_view sign = code_.substr(at_, size);
    if (sign == "...") noteSpread();
    if (sign == ",") nextArgument();
    at_ += size;
    token(sign == "." || sign == "?." ? Before::dot : Before::sign, sign);
  }

  // `) {`, `=> {`, `else {`, `class X {`: statements. After any other sign: a literal.
  bool opensBody() const {
    if (before_ == Before::value || before_ == Before::closing) return true;
    return word_ == "=>" || word_ == ";" || word_ == "{" || word_ == "do" || word_ == "else" ||
           before_ == Before::nothing;
  }

  void readClosing() {
    const char kind = stack_.empty() ? '\0' : out_.brackets_[top()].kind;
    if (!stack_.empty()) {
      close(stack_.back(), at_);
      stack_.pop_back();
    }
    ++at_;
    if (kind == '$') return readTemplate();
    token(Before::closing, code_.substr(at_ - 1, 1));
  }

  std::size_t top() const { return static_cast<std::size_t>(stack_.back()); }

  void open(char kind, std::size_t position, bool body) {
    if (out_.brackets_.size() == kMaxScannedBrackets) {
      out_.complete_ = false;
      return;
    }
    Bracket bracket{.kind = kind, .body = body, .open = position, .close = code_.size()};
    if (!stack_.empty()) bracket.parent = stack_.back();
    if (pending_ >= 0) {
      bracket.call = pending_;
      pending_ = -1;
    }
    stack_.push_back(static_cast<std::int32_t>(out_.brackets_.size()));
    out_.brackets_.push_back(bracket);
    arguments_.push_back(0);
  }

  void close(std::int32_t index, std::size_t position) {
    Bracket& bracket = out_.brackets_[static_cast<std::size_t>(index)];
    bracket.close = position;
    if (bracket.call >= 0) out_.calls_[static_cast<std::size_t>(bracket.call)].close = position;
    if (!arguments_.empty()) arguments_.pop_back();
  }

  // --- what a call's arguments tell

  // The call whose input literal is the innermost bracket; null if none.
  ToolCall* inputAround() {
    if (stack_.empty()) return nullptr;
    const Bracket& bracket = out_.brackets_[top()];
    if (bracket.kind != '{' || bracket.parent < 0 || arguments_[arguments_.size() - 2] != 0) {
      return nullptr;
    }
    const auto call = out_.brackets_[static_cast<std::size_t>(bracket.parent)].call;
    return call < 0 ? nullptr : &out_.calls_[static_cast<std::size_t>(call)];
  }

  // A word right after `{` or `,` of an input literal.
  void noteKey(std::string_view word) {
    if (word_ != "{" && word_ != ",") return;
    if (ToolCall* call = inputAround()) call->keys.emplace_back(word);
  }

  void noteSpread() {
    if (ToolCall* call = inputAround()) call->complete = false;
    noteOptions();
  }

  // `response`, or anything that may hold it, in the options of a call.
  void noteOptions() {
    for (std::size_t i = stack_.size(); i-- > 0;) {
      const Bracket& bracket = out_.brackets_[static_cast<std::size_t>(stack_[i])];
      if (bracket.call < 0) continue;
      if (arguments_[i] > 0)
        out_.calls_[static_cast<std::size_t>(bracket.call)].plainAnswer = false;
      return;
    }
  }

  // Options that are no literal may hold `response`.
  void nextArgument() {
    if (stack_.empty()) return;
    ++arguments_.back();
    const Bracket& bracket = out_.brackets_[top()];
    if (bracket.call < 0) return;
    const std::size_t next = afterTrivia(at_ + 1);
    const bool plain = startsAt(next, "{") || startsAt(next, ")");
    if (!plain) out_.calls_[static_cast<std::size_t>(bracket.call)].plainAnswer = false;
  }

  // --- tools

  // Takes the segments behind a head; where the parenthesis of a call stands, or npos.
  std::size_t readSegments(std::size_t& end, std::string& path) const {
    bool member = false;
    for (auto name = segmentAt(code_, end); !name.empty(); name = segmentAt(code_, end)) {
      path.append(path.empty() ? "" : ".").append(name);
      member = isFunctionMember(name);
    }
    std::size_t next = afterTrivia(end);
    if (startsAt(next, "?.")) next = afterTrivia(next + 2);
    const bool called = startsAt(next, "(") && !path.empty() && !member;
    return called ? next : std::string_view::npos;
  }

  void readTools() {
    out_.usesTools_ = true;
    ToolCall call{.begin = at_};
    std::size_t end = at_ + kTools.size();
    const std::size_t open = readSegments(end, call.path);
    const bool called = open != std::string_view::npos;
    if (called)
      addCall(std::move(call), open);
    else if (call.path.empty() && leavesName(end))
      noteKey(kTools);
    else
      out_.text_.replace(at_, kTools.size(), kAnyTools);
    at_ = called ? open : end;
    token(Before::value, kTools);
  }

  // --- aliases

  // A definition is passed over, with `tools` left in it, when all its names are aliases or may
  // become some in the next round.
  void readConst() {
    at_ += kConst.size();
    token(Before::value, kConst);
    const auto definition = readAliases(code_, at_, aliases_.taken);
    if (!definition) return;
    bool usable = true;
    for (const auto& [name, alias] : definition->names) {
      if (!defined_.insert(name).second) violated_.insert(name);
      const bool taken = aliases_.taken.contains(name);
      const bool fresh = !taken && !aliases_.closed && !aliases_.rejected.contains(name);
      if (fresh) found_.emplace(name, alias);
      usable = usable && (taken || fresh);
    }
    if (!usable) return;
    out_.usesTools_ = true;
    at_ = definition->end;
    token(Before::value, kTools);
  }

  // Called, it is a call of a tool. A key of that name is none; all else says that it is no alias.
  bool readAlias(std::string_view word) {
    const auto alias = aliases_.taken.find(word);
    if (alias == aliases_.taken.end()) return false;
    ToolCall call{.path = alias->second.path, .begin = at_, .alias = alias->second.places};
    std::size_t end = at_ + word.size();
    if ((word_ == "{" || word_ == ",") && startsAt(afterTrivia(end), ":")) return false;
    const std::size_t open =
        isOneOf(word_, kDeclaring) ? std::string_view::npos : readSegments(end, call.path);
    if (open == std::string_view::npos) {
      violated_.emplace(word);
      return false;
    }
    addCall(std::move(call), open);
    at_ = open;
    token(Before::value, kTools);
    return true;
  }

  void addCall(ToolCall call, std::size_t open) {
    if (out_.calls_.size() == kMaxScannedCalls) {
      out_.complete_ = false;
      return;
    }
    call.open = open;
    call.close = code_.size();
    call.literal = startsAt(afterTrivia(open + 1), "{");
    pending_ = static_cast<std::int32_t>(out_.calls_.size());
    out_.calls_.push_back(std::move(call));
  }

  // True where `tools` is no value: a declared name, a parameter, a key. The program's own `tools`
  // then means what the program says. `f(tools)` is left too: it cannot be told from a parameter.
  bool leavesName(std::size_t end) const {
    if (isOneOf(word_, kDeclaring)) return true;
    const std::size_t next = afterTrivia(end);
    if (startsAt(next, "=>")) return true;
    const bool first = word_ == "{" || word_ == "," || word_ == ";";
    if (first && (startsAt(next, ":") || startsAt(next, "?:"))) return true;
    const bool listed =
        (word_ == "(" || word_ == ",") && !stack_.empty() && out_.brackets_[top()].kind == '(';
    constexpr std::string_view kAfterParameter = "),:=?";
    return listed && next < code_.size() &&
           kAfterParameter.find(code_[next]) != std::string_view::npos;
  }

  std::string_view code_;
  const KnownAliases& aliases_;
  ProgramScan& out_;
  std::size_t at_ = 0;
  Before before_ = Before::nothing;
  std::string_view word_;  // the token before
  std::vector<std::int32_t> stack_;
  std::vector<unsigned> arguments_;  // commas so far, for each bracket of the stack
  std::int32_t pending_ = -1;        // the call whose parenthesis comes next
  // Of this round: definitions seen, new ones, and aliases that are used otherwise.
  std::set<std::string, std::less<>> defined_, violated_;
  ToolAliases found_;
};

void ProgramScan::clear(std::string_view code) {
  text_ = code;
  calls_.clear();
  brackets_.clear();
  usesTools_ = false;
  complete_ = true;
}

ProgramScan::ProgramScan(std::string_view code) : text_(code) {
  if (code.find(kTools) == std::string_view::npos) return;
  KnownAliases aliases;
  for (int round = 1;; ++round) {
    clear(code);
    Scanner scanner(code, aliases, *this);
    scanner.run();
    if (round > kMaxScanRounds || !scanner.learn(aliases)) return;
    if (round < kMaxScanRounds) continue;
    aliases.taken.clear();
    aliases.closed = true;
  }
}

// From the innermost bracket outward; a function, a grouping or another call in between means that
// the position says nothing about the tool's input.
Place ProgramScan::placeOf(std::size_t position) const {
  for (const ToolCall& call : calls_) {
    if (call.begin <= position && position < call.open) return {&call, true, false, 0};
  }
  for (const ToolCall& call : calls_) {
    const bool made = std::ranges::any_of(
        call.alias, [&](const TextRange& range) { return range.holds(position); });
    if (made) return {&call, true, false, 0};
  }
  std::int32_t inner = -1;
  for (std::size_t i = 0; i < brackets_.size() && brackets_[i].open < position; ++i) {
    if (position < brackets_[i].close) inner = static_cast<std::int32_t>(i);
  }
  unsigned depth = 0;
  while (inner >= 0) {
    const Bracket& bracket = brackets_[static_cast<std::size_t>(inner)];
    if (bracket.call >= 0) {
      return {&calls_[static_cast<std::size_t>(bracket.call)], false, true, depth};
    }
    if (bracket.kind == '(' || bracket.kind == '$' || bracket.body) break;
    depth += bracket.kind == '{' ? 1 : 0;
    inner = bracket.parent;
  }
  return {};
}

}  // namespace executor::execution
