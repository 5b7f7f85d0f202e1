// What a type checker's diagnostics mean for a program: which of them keep it from running, which
// are worth saying, and how to say them to a model.
//
// Two things block (D23), and only at a call that is written as a full static chain: no tool of
// that name, and an input that the tool would refuse. All else is a warning or nothing, because a
// program is JavaScript, documents are incomplete, and a check that stops what would have worked is
// worse than none. So from the input's complaints too those are taken out that a value can outlive:
// a `string` variable where one of some words is wanted, a Date that becomes its text, an object
// that gets its keys later.
//
// Words are ours and short: the checker's own speak of generated names. A finding has the place in
// the agent's source, the line, what to write instead, and the tool's real signature.
#pragma once

#include <span>
#include <string_view>

#include "catalog/catalog.h"
#include "execution/type-check-scan.h"
#include "execution/type-findings.h"
#include "sandbox/type-checker.h"

namespace executor::execution {

// `diagnostics` are of wrapForStripping(scan.text()) with declarations behind it; `code` is the
// program as the agent wrote it.
TypeVerdict judgeTypes(std::string_view code, const ProgramScan& scan,
                       const catalog::Catalog& catalog,
                       std::span<const sandbox::TypeDiagnostic> diagnostics);

}  // namespace executor::execution
