// A tool's types as TypeScript for a model to read: short where many tools are listed, complete
// where one is described.
//
// Both forms are made when asked for, never stored, and both are bounded, because a document
// decides how large its types are: depth, nodes visited and bytes have a limit, and what a limit
// left out is named in the text. Cycles end at a name (declarations) or at `unknown` (one line).
//
//   inputLine     { owner: string; title: string | number; labels?: (string | Label)[] }
//   Declarations  input and output in full; named components become interfaces, each declared once
//                 for all tools of one answer, nearest to the tools first
//
// Deliberately not here: the union rewriting of reference HNT-007 to HNT-009. It loses alternatives
// (V20), and a model reads plain unions well. `format`, lengths and patterns are left out too: the
// call itself checks them and says what it expected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "source/tool-set.h"

namespace executor::catalog {

// Nesting below which a type is `unknown`.
inline constexpr unsigned kMaxTypeDepth = 12;
// Schema nodes visited for one line or one declaration.
inline constexpr std::size_t kMaxTypeNodes = 4'000;
// A component of at most so many properties stands inline in a one-line type.
inline constexpr std::size_t kMaxInlineProperties = 8;
// Properties printed of one object.
inline constexpr std::size_t kMaxPrintedProperties = 200;
// Values of an enum that a type checker is given; with more it takes any.
inline constexpr std::size_t kMaxCheckedLiterals = 500;
// Declarations of one answer, in number and bytes; the rest is named in `omitted`.
inline constexpr std::size_t kMaxDeclarations = 200;
inline constexpr std::size_t kMaxDeclarationBytes = 6u << 10;

// One top-level property of a tool's flat input, required ones first.
struct InputProperty {
  std::string_view name;
  std::uint32_t schema;
  bool required;
  std::string_view description;
  bool bytes = false;  // a body that also takes {base64} and {handle}
};
std::vector<InputProperty> inputProperties(const source::ToolView& tool);

// The flat input type on one line. Required properties always stand; optional ones until
// `maxBytes`, then their names in a comment. `{}` without properties.
std::string inputLine(const source::ToolSet& set, const source::ToolView& tool,
                      std::size_t maxBytes);

// Any schema on one line; components deeper than two levels or larger than kMaxInlineProperties
// show their name.
std::string typeLine(const source::ToolSet& set, std::uint32_t schema);

// A call that has every required property: `await tools.github.issues.get({ owner: "…" })`.
std::string exampleCall(std::string_view path, const source::ToolSet& set,
                        const source::ToolView& tool);

class Declarations {
 public:
  // What is for a reader leaves out and comments; what is for a type checker says all that is known
  // and `any` where nothing is, because it must never refuse what a call would take.
  enum class For : std::uint8_t { reader, checker };
  explicit Declarations(std::size_t maxBytes = kMaxDeclarationBytes, For purpose = For::reader)
      : maxBytes_(maxBytes), checking_(purpose == For::checker) {}
  bool checking() const { return checking_; }
  // A program cannot misuse a member whose name it does not contain. `any`: such members of answers
  // keep their name only, as suggestions for a slip. `leftOut`: they are not there, nor are
  // optional inputs of other names, so that the text is about the program and nothing else. Whoever
  // sees a complaint then has to ask again with `any`: it may be about what was left out.
  enum class Unnamed : std::uint8_t { any, leftOut };
  using Words = std::unordered_set<std::string_view>;
  void keepOnly(const Words& words, Unnamed others) {
    words_ = &words;
    others_ = others;
  }
  // While an answer is printed.
  bool leavesOpen(std::string_view name) const {
    return words_ != nullptr && answering_ && !words_->contains(name);
  }
  // Never a name that only stands in quotes: a program may put it together.
  bool leavesOut(std::string_view name, bool required) const;

  // The flat input over several lines (one for a checker) with short comments, and the result. Both
  // queue the components that they name.
  std::string input(const source::ToolSet& set, const source::ToolView& tool);
  std::string output(const source::ToolSet& set, const source::ToolView& tool);

  // Only these type names are declared by finish(); for reading on from `omitted`. Components that
  // are reached only through others are found too.
  void select(std::vector<std::string> names) { selected_ = std::move(names); }

  // The declarations of everything queued and of what that reaches.
  std::string finish();
  // Names that had no room; valid after finish().
  const std::vector<std::string>& omitted() const { return omitted_; }

 private:
  friend class Printer;
  struct Component {
    const source::ToolSet* set;
    std::uint32_t schema;
    std::string name;
    bool answer;
  };

  const std::string& nameOf(const source::ToolSet& set, std::uint32_t schema,
                            std::string_view component);
  std::string declare(const Component& component);
  void forgetSince(std::size_t queued);
  bool wanted(const std::string& name) const;

  std::size_t maxBytes_;
  bool checking_;
  bool answering_ = false;
  const Words* words_ = nullptr;
  Unnamed others_ = Unnamed::any;
  std::vector<Component> queue_;
  // Where words count, an answer's component and an input's are two.
  std::map<std::tuple<const source::ToolSet*, std::uint32_t, bool>, std::string> names_;
  std::set<std::string> taken_;
  std::vector<std::string> selected_;
  std::vector<std::string> omitted_;
};

}  // namespace executor::catalog
