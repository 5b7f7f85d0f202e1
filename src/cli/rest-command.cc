// From an answer of REST to rows and sentences.
#include "cli/rest-command.h"

#include <fmt/format.h>

#include <cctype>

namespace executor::cli {
namespace {

// "lastUsedAt" → "LAST USED AT".
std::string headingOf(std::string_view column) {
  std::string out;
  for (char c : column) {
    if (std::isupper(static_cast<unsigned char>(c))) out += ' ';
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

// Absent and empty look the same to a reader: a dash.
std::string cellOf(const json::value& row, const std::string& column) {
  const auto* value = find(row, column);
  if (!value || value->is_null()) return "-";
  if (const auto* text = value->if_string()) return text->empty() ? "-" : std::string(*text);
  if (const auto* flag = value->if_bool()) return *flag ? "yes" : "no";
  if (column.ends_with("At")) return formatTime(findInteger(row, column));
  return serializeJson(*value);
}

void runRest(Context& context, const std::function<Result<json::value>(Remote&)>& ask,
             const std::function<void(const json::value&)>& show) {
  auto remote = Remote::open(context);
  if (!remote) return context.fail(remote.error());
  auto answer = ask(*remote);
  if (!answer) return context.fail(answer.error());
  if (context.json) return context.printJson(*answer);
  show(*answer);
}

std::function<void(const json::value&)> showTable(std::vector<std::string> columns,
                                                  std::string none) {
  return [columns = std::move(columns), none = std::move(none)](const json::value& answer) {
    std::vector<std::string> header;
    for (const auto& column : columns) header.push_back(headingOf(column));
    std::vector<std::vector<std::string>> rows;
    if (const auto* items = findArray(answer, "items")) {
      for (const auto& item : *items) {
        auto& row = rows.emplace_back();
        for (const auto& column : columns) row.push_back(cellOf(item, column));
      }
    }
    fmt::print("{}", rows.empty() ? none + "\n" : formatTable(header, rows));
    if (findBool(answer, "more")) fmt::print("… more: --json shows nextCursor\n");
  };
}

std::function<void(const json::value&)> showText(std::string text) {
  return [text = std::move(text)](const json::value&) { fmt::print("{}\n", text); };
}

}  // namespace executor::cli
