// settings: what programs of the workspace may use, and how long things are kept.
#include <fmt/format.h>

#include <charconv>

#include "cli/commands.h"
#include "cli/rest-command.h"

namespace executor::cli {
namespace {

constexpr const char* kPath = "/api/v1/settings";

// A whole number, or else a word; which of the two a setting takes is the server's to say.
json::value valueOf(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;
  return json::value(text);
}

// The bounds, or the words.
std::string rangeOf(const json::value& setting) {
  const auto* values = findArray(setting, "values");
  if (!values) {
    return fmt::format("{} to {}", findInteger(setting, "minimum"),
                       findInteger(setting, "maximum"));
  }
  std::string words;
  for (const auto& word : *values) {
    words += fmt::format("{}{}", words.empty() ? "" : ", ", std::string_view(word.as_string()));
  }
  return words;
}

std::vector<std::string> rowOf(const json::value& setting) {
  const auto unit = findString(setting, "unit");
  return {cellOf(setting, "name"), cellOf(setting, "value"),
          findBool(setting, "set") ? "set" : "default", rangeOf(setting),
          fmt::format("{}{}", unit.empty() ? "" : fmt::format("{}: ", unit),
                      findString(setting, "meaning"))};
}

void showSettings(const json::value& answer) {
  std::vector<std::vector<std::string>> rows;
  if (const auto* items = findArray(answer, "items")) {
    for (const auto& setting : *items) rows.push_back(rowOf(setting));
  }
  fmt::print("{}", formatTable({"NAME", "VALUE", "FROM", "RANGE", "MEANING"}, rows));
}

// After a change: the one line that matters.
void showOne(const json::value& answer, std::string_view name) {
  const auto* items = findArray(answer, "items");
  if (!items) return;
  for (const auto& setting : *items) {
    if (findString(setting, "name") != name) continue;
    fmt::print("{} is {}{}.\n", name, cellOf(setting, "value"),
               findBool(setting, "set") ? "" : ", the default");
  }
}

void change(Context& context, const std::string& name, const json::value& value) {
  runRest(
      context, [&](Remote& remote) { return remote.patch(kPath, json::object{{name, value}}); },
      [&](const json::value& answer) { showOne(answer, name); });
}

}  // namespace

void addSettingsCommand(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("settings", "What programs of the workspace may use")
                    ->require_subcommand(1);
  group->add_subcommand("show", "All of them, with what they may be")->callback([&context] {
    runRest(context, [](Remote& remote) { return remote.get(kPath); }, showSettings);
  });
  struct Options {
    std::string name, value;
  };
  auto o = std::make_shared<Options>();
  auto* set = group->add_subcommand("set", "Change one; in force at once");
  set->add_option("name", o->name, "As `settings show` has it")->required();
  set->add_option("value", o->value, "A whole number, or a word")->required();
  set->callback([&context, o] { change(context, o->name, valueOf(o->value)); });
  auto* reset = group->add_subcommand("reset", "Back to the default");
  reset->add_option("name", o->name)->required();
  reset->callback([&context, o] { change(context, o->name, nullptr); });
}

}  // namespace executor::cli
