// The shape most commands have: open the server, ask, print as JSON or for people.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/remote.h"

namespace executor::cli {

// Opens the server and runs `ask`; prints its answer with printJson, or with `show` for people.
void runRest(Context& context, const std::function<Result<json::value>(Remote&)>& ask,
             const std::function<void(const json::value&)>& show);

// Prints a list answer ({"items":[…]}) as a table; `columns` are member names, shown in upper
// case.
// Members that end in "At" are times. `none` is printed for an empty list.
std::function<void(const json::value&)> showTable(std::vector<std::string> columns,
                                                  std::string none);

// Prints one sentence.
std::function<void(const json::value&)> showText(std::string text);

// A member as a cell: text, number, time, yes/no, or "-".
std::string cellOf(const json::value& row, const std::string& column);

}  // namespace executor::cli
