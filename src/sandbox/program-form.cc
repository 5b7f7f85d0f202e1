// Statements are told apart by tokens, with the language's own rules for line ends: a statement
// ends at a semicolon, at the closing brace of a block, or at a line end after a complete value
// when what follows cannot go on with it. The rules that matter are those that would make us split
// in the wrong place: a line that begins with `(`, `[`, `/` or a template goes on with the line
// above, the line after `if (…)` belongs to it, and `else`, `catch` or the `while` of a `do` begin
// nothing.
//
// Being wrong costs nothing but the service: what is made here is compiled before it is used, and a
// program that does not compile completed runs as it was sent.
#include "sandbox/program-form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "sandbox/js-tokens.h"
#include "sandbox/source-lines.h"

namespace executor::sandbox {
namespace {

// Marked by \v; see the header.
constexpr std::string_view kReturn = "return\v";
constexpr std::string_view kKeep = "const $main=\v";
constexpr std::string_view kTail = "\n;return ";
constexpr std::string_view kCallKept = "\n;return $main()";
// As long as `export default`, for which it stands.
constexpr std::string_view kExportDefault = "export default";
constexpr std::string_view kExported = "const $main = ";
// Called if it can be, since a module that exports a function exports its entry.
constexpr std::string_view kUseExported = "\n;return typeof $main=='function'?$main():$main";
static_assert(kExported.size() == kExportDefault.size());
constexpr std::string_view kFence = "```";
// Of several declared functions, the one that a reader would call.
constexpr std::string_view kEntryNames[] = {"main", "run", "execute", "handler"};

// Words that begin a statement which is no expression.
constexpr std::string_view kStatements[] = {
    "const",    "let",   "var",    "if",    "for",      "while", "do",     "switch",
    "try",      "throw", "return", "break", "continue", "class", "import", "export",
    "debugger", "using", "enum",   "with",  "else",     "catch", "finally"};
// Of those, the ones that end with a block.
constexpr std::string_view kBlocks[] = {"if",    "for",  "while", "do",      "switch", "try",
                                        "class", "else", "catch", "finally", "with"};

template <std::size_t N>
bool isOneOf(std::string_view word, const std::string_view (&words)[N]) {
  return std::ranges::find(words, word) != std::end(words);
}

// Blanks all but line ends, so that nothing after it moves.
void blank(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    if (text[i] != '\n' && text[i] != '\r') text[i] = ' ';
  }
}

// With or without a language after it.
bool isFence(std::string_view line) { return trimText(line).starts_with(kFence); }

// The inside of the first pair of fence lines; nothing if there is none. A fence that nobody
// closed, as when an answer was cut off, reaches to the end.
struct Fenced {
  std::size_t begin = 0, end = 0;
};
std::optional<Fenced> findFenced(std::string_view code) {
  std::optional<Fenced> found;
  for (std::size_t at = 0; at < code.size();) {
    const std::size_t stop = std::min(code.find('\n', at), code.size());
    if (isFence(code.substr(at, stop - at))) {
      if (found) {
        found->end = at;
        return found;
      }
      found = Fenced{std::min(stop + 1, code.size()), code.size()};
    }
    at = stop + 1;
  }
  return found;
}

// Fences count when the program begins with one, or when prose stands around them: a line of
// backticks inside of a program is a template's.
bool beginsInProse(std::string_view code, const Fenced& fenced) {
  const std::string_view before = trimText(code.substr(0, code.rfind(kFence, fenced.begin)));
  if (before.empty()) return true;
  const char last = before.back();
  return (last == ':' || last == '.') && before.find('`') == std::string_view::npos &&
         before.find(';') == std::string_view::npos;
}

// Blanked and not cut out: an error in line 3 of the answer is in line 3 of what the model sees.
void unfence(std::string& code) {
  if (code.find(kFence) == std::string::npos) return;
  const auto fenced = findFenced(code);
  if (!fenced || !beginsInProse(code, *fenced)) return;
  blank(code, 0, fenced->begin);
  blank(code, fenced->end, code.size());
}

// Walks the statements of the outermost level.
class Statements {
 public:
  explicit Statements(std::string_view code) : tokens_(code) {}

  struct Statement {
    std::size_t begin = 0;
    std::array<JsToken, 4> head;  // the first ones; a bracket stands for its contents
    std::size_t heads = 0;
    bool block = false;  // ends with its braces

    bool empty() const { return heads == 0; }
    std::string_view word(std::size_t i) const { return i < heads ? head[i].text : ""; }
  };

  // The next statement; empty at the end, or where the text cannot be told apart.
  Statement next();
  bool broken() const { return broken_; }
  // A `return` was seen in some block or after some condition.
  bool nestedReturn() const { return nestedReturn_; }

 private:
  void take(Statement& statement, const JsToken& token);
  bool begins(const Statement& statement, const JsToken& token) const;
  JsToken skipGroup(const JsToken& open);

  JsTokens tokens_;
  std::optional<JsToken> ahead_;
  JsToken last_;
  bool operand_ = false;  // a value may end with last_
  bool broken_ = false;
  bool nestedReturn_ = false;
};

// Whether a line that begins so goes on with the expression of the line above: a template does,
// other texts do not.
bool continuesLine(const JsToken& token) {
  if (token.text.starts_with('`')) return true;
  if (token.kind == JsToken::Kind::punctuator) {
    return token.text != "{" && token.text != "++" && token.text != "--" && token.text != "!" &&
           token.text != "~" && token.text != "@";
  }
  return token.is("in") || token.is("instanceof");
}

// Whether `token` is the first of the statement after this one.
bool Statements::begins(const Statement& statement, const JsToken& token) const {
  if (token.is("else") || token.is("catch") || token.is("finally")) return false;
  if (statement.word(0) == "do" && token.is("while")) return false;
  if (statement.block && last_.is("}")) return true;
  if (!token.newlineBefore || !operand_) return false;
  if (statement.block && token.is("{")) return false;
  return !continuesLine(token);
}

// Empty statements are skipped: `x;;` ends with x.
Statements::Statement Statements::next() {
  Statement statement;
  for (;;) {
    const JsToken token = ahead_ ? *std::exchange(ahead_, std::nullopt) : tokens_.next();
    if (token.kind == JsToken::Kind::broken) broken_ = true;
    if (broken_ || token.kind == JsToken::Kind::end) return statement;
    if (token.is(";")) {
      last_ = token;
      if (statement.empty()) continue;
      return statement;
    }
    if (!statement.empty() && begins(statement, token)) {
      ahead_ = token;
      return statement;
    }
    take(statement, token);
  }
}

// Brackets are one token here; what is in them is read only to find their end.
void Statements::take(Statement& statement, const JsToken& token) {
  if (statement.empty()) statement.begin = token.begin;
  nestedReturn_ |= !statement.empty() && token.is("return");
  if (statement.heads < statement.head.size()) statement.head[statement.heads++] = token;
  const bool first = statement.heads == 1;
  const bool declares =
      token.is("function") && (first || (statement.heads == 2 && statement.word(0) == "async"));
  if (declares || (first && (token.is("{") || isOneOf(token.text, kBlocks)))) {
    statement.block = true;
  }
  const bool postfix = (token.is("++") || token.is("--")) && operand_ && !token.newlineBefore;
  operand_ = postfix || endsOperand(token);
  const bool opens = token.is("(") || token.is("[") || token.is("{");
  if (!opens) {
    broken_ |= token.is(")") || token.is("]") || token.is("}");
    last_ = token;
    return;
  }
  const bool header = token.is("(") &&
                      (last_.is("if") || last_.is("for") || last_.is("while") || last_.is("with") ||
                       last_.is("await")) &&
                      statement.block;
  last_ = skipGroup(token);
  operand_ = !header;  // what follows the header of an `if` or a loop is its body
}

// The closing bracket; what is inside matters only for its `return`s.
JsToken Statements::skipGroup(const JsToken& open) {
  std::size_t depth = 1;
  JsToken token = open;
  while (depth > 0) {
    token = tokens_.next();
    if (token.kind == JsToken::Kind::end || token.kind == JsToken::Kind::broken) {
      broken_ = true;
      return token;
    }
    if (token.kind == JsToken::Kind::punctuator) {
      if (token.is("(") || token.is("[") || token.is("{")) ++depth;
      if (token.is(")") || token.is("]") || token.is("}")) --depth;
    }
    nestedReturn_ |= token.is("return");
  }
  return token;
}

// The name of `function name` or `async function* name`; empty for one without, nothing for what
// is no function declaration.
std::optional<std::string_view> declaredFunction(const Statements::Statement& statement) {
  std::size_t at = statement.word(0) == "async" ? 1 : 0;
  if (statement.word(at) != "function") return std::nullopt;
  ++at;
  if (statement.word(at) == "*") ++at;
  const bool named = at < statement.heads && statement.head[at].kind == JsToken::Kind::word;
  return named ? statement.word(at) : std::string_view{};
}

// `x =>`, `(…) =>`, and both after `async`. Brackets count as one token.
bool isArrow(const Statements::Statement& statement) {
  return statement.word(1) == "=>" || (statement.word(0) == "async" && statement.word(2) == "=>");
}

// What may stand after `return`. Not everything that passes does; the compiler sees the rest.
bool isExpression(const Statements::Statement& statement) {
  const std::string_view word = statement.word(0);
  if (isOneOf(word, kStatements) || word == "{" || word == "@") return false;
  if (word == "await" && statement.word(1) == "using") return false;
  // A label.
  return statement.word(1) != ":";
}

// Where `export default` stands as a statement.
struct DefaultExport {
  std::size_t at = 0;
  std::size_t end = 0;        // of the two words
  std::string_view function;  // the name of a named function declaration
};
std::optional<DefaultExport> findDefaultExport(std::string_view code) {
  Statements statements(code);
  for (auto statement = statements.next(); !statement.empty(); statement = statements.next()) {
    if (statement.word(0) != "export" || statement.word(1) != "default") continue;
    DefaultExport found{statement.begin, statement.head[1].end(), {}};
    JsTokens tokens(code.substr(found.end));
    JsToken token = tokens.next();
    if (token.is("async")) token = tokens.next();
    if (!token.is("function")) return found;
    token = tokens.next();
    if (token.is("*")) token = tokens.next();
    if (token.kind == JsToken::Kind::word) found.function = token.text;
    return found;
  }
  return std::nullopt;
}

// A named function stays a declaration, so that the rest of the program can call it too.
void unexport(std::string& code) {
  if (code.find("export") == std::string::npos) return;
  const auto found = findDefaultExport(code);
  if (!found) return;
  // Over two lines there is no room for what stands for it.
  if (std::string_view(code).substr(found->at, found->end - found->at).contains('\n')) return;
  const std::string tail = found->function.empty() ? std::string(kUseExported)
                                                   : fmt::format("\n;return {}()", found->function);
  blank(code, found->at, found->end);
  if (found->function.empty()) code.replace(found->at, kExported.size(), kExported);
  code += tail;
}

}  // namespace

std::string asBody(std::string_view code) {
  std::string body(code);
  unfence(body);
  unexport(body);
  return body;
}

// Only when it is all there is: then it cannot be anything else than the program.
std::string nameLoneFunction(std::string body) {
  Statements statements(body);
  const auto first = statements.next();
  if (first.empty()) return body;
  const auto name = declaredFunction(first);
  if (!name || !name->empty()) return body;
  if (!statements.next().empty() || statements.broken()) return body;
  body.insert(first.begin, kKeep);
  body += kCallKept;
  return body;
}

// The last statement decides. A `return` on the outermost level ends the search: the program says
// itself what its result is.
BodyEnding findEnding(std::string_view code) {
  BodyEnding ending;
  Statements statements(code);
  Statements::Statement last;
  bool onlyFunctions = true;
  std::size_t functions = 0;
  std::string_view entry;
  for (auto next = statements.next(); !next.empty(); next = statements.next()) {
    if (next.word(0) == "return") return {};
    // What the transform of a namespace leaves below the program.
    if (next.word(0) == "var" && next.heads == 2) continue;
    const auto name = declaredFunction(next);
    onlyFunctions = onlyFunctions && name && !name->empty();
    if (onlyFunctions && (functions++ == 0 || isOneOf(*name, kEntryNames))) entry = *name;
    last = next;
  }
  if (statements.broken() || last.empty()) return {};
  ending.at = last.begin;
  ending.mayReturn = statements.nestedReturn();
  if (onlyFunctions) {
    if (functions > 1 && !isOneOf(entry, kEntryNames)) return {};
    ending.kind = BodyEnding::Kind::declared;
    ending.name = entry;
  } else if (!last.block && isExpression(last)) {
    ending.kind = isArrow(last) ? BodyEnding::Kind::function : BodyEnding::Kind::value;
  }
  return ending;
}

// A tail begins with a semicolon on a line of its own: no comment, missing semicolon or open
// operator of the program can take it in without the compiler noticing.
std::string completeBody(std::string_view code, const BodyEnding& ending) {
  const std::string_view before = code.substr(0, ending.at), after = code.substr(ending.at);
  switch (ending.kind) {
    case BodyEnding::Kind::value: return fmt::format("{}{}{}", before, kReturn, after);
    case BodyEnding::Kind::function:
      return fmt::format("{}{}{}{}", before, kKeep, after, kCallKept);
    case BodyEnding::Kind::declared: return fmt::format("{}\n;return {}()", code, ending.name);
    case BodyEnding::Kind::none: break;
  }
  return std::string(code);
}

// Found again by the mark, also in a text that a journal kept.
bool returnsImplicitly(std::string_view code) {
  return code.find(kReturn) != std::string_view::npos;
}

namespace {

// The line of a `return` below the program, as asBody() and completeBody() write it.
std::uint32_t tailOf(std::string_view code) {
  const std::size_t at = code.rfind(kTail);
  if (at == std::string_view::npos || code.find('\n', at + 1) != std::string_view::npos) return 0;
  return static_cast<std::uint32_t>(std::ranges::count(code.substr(0, at), '\n')) + 2;
}

}  // namespace

// The first mark counts: there is at most one of ours, and before it only the program could have
// put another, which then misplaces its own columns and nothing else.
Insertion findInsertion(std::string_view code) {
  Insertion found{.tail = tailOf(code)};
  for (const std::string_view mark : {kReturn, kKeep}) {
    const std::size_t at = code.find(mark);
    if (at == std::string_view::npos) continue;
    const std::string_view before = code.substr(0, at);
    const std::size_t lineBegin = before.rfind('\n') + 1;  // npos + 1 is 0
    found.line = static_cast<std::uint32_t>(std::ranges::count(before, '\n')) + 1;
    found.column = static_cast<std::uint32_t>(utf16Length(before.substr(lineBegin))) + 1;
    found.width = static_cast<std::uint32_t>(mark.size());
    return found;
  }
  return found;
}

}  // namespace executor::sandbox
