// What a type checker is told of the tools that a program calls, and of nothing else (D23).
//
// The text declares `tools` as closed interfaces, one for each group on a called path, with the
// input and answer of every called tool and the named types these reach. A path that names no tool
// leaves its groups without that member, and the checker's complaint about it is how an unknown
// tool is found. Cost follows the calls: a path is found by hash and binary search, so a workspace
// of 35,000 tools costs what one of 50 costs.
// Members whose names the program does not contain are `any` in an answer, or not there at all
// (Declarations::Unnamed): it cannot misuse them, and what they refer to need not be declared.
//
// Input types refuse no input that a call would take: what a document leaves open is `any`, enums
// are whole, tools that take further keys have an index signature. Answers are `any` where options
// may change their form. All names come out of documents and go through type-text.h; what does not
// fit into kMaxCheckedBytes is left undeclared, which a checker takes for `any`.
//
//   interface tools$github$issues { create(input: Input$0, options?: CallOptions$): Promise<Issue>;
//   } interface tools$github { readonly issues: tools$github$issues; } interface tools$ { readonly
//   github: tools$github; } declare const tools: tools$;
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "catalog/render.h"

namespace executor::catalog {

// Named types declared for one program.
inline constexpr std::size_t kMaxCheckedBytes = 256u << 10;
// Of a signature that is shown beside a complaint.
inline constexpr std::size_t kMaxSignatureBytes = 320;

// In the declarations: the type of the input of the n-th path is kInputType and n.
inline constexpr std::string_view kInputType = "Input$";
inline constexpr std::string_view kOptionsType = "CallOptions$";
inline constexpr std::string_view kToolsType = "tools$";

struct CalledTool {
  std::string path;
  bool plainAnswer = true;  // false: the answer may have another form than the documented one
};

// `calls` have distinct paths; those that name no tool are allowed. `program` is the text whose
// words count.
using Unnamed = Declarations::Unnamed;
std::string declareTools(const Catalog& catalog, std::span<const CalledTool> calls,
                         std::string_view program, Unnamed others);

// `tools.github.issues.get({ owner: string; … }): Promise<Issue>` on one line, for a model to read.
std::string signatureOf(const ToolRef& ref);

}  // namespace executor::catalog
