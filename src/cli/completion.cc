// One table of words per command path, walked by a few lines of shell.
//
// Values are not completed: names of sources and ids of approvals would need a request to the
// server at each press of a key.
#include "cli/completion.h"

#include <fmt/format.h>

namespace executor::cli {
namespace {

// What may come next: subcommands that are shown in the help, and long flags.
std::string wordsOf(CLI::App& app) {
  std::string words;
  for (auto* sub : app.get_subcommands({})) {
    if (!sub->get_group().empty()) words += sub->get_name() + " ";
  }
  for (auto* option : app.get_options()) {
    auto name = option->get_name();
    if (name.starts_with("--")) words += name.substr(0, name.find(',')) + " ";
  }
  return words;
}

// One case per command path: "source add") words="…";;
std::string casesOf(CLI::App& app) {
  std::string cases = fmt::format("    \"\") words=\"{}\" ;;\n", wordsOf(app));
  for (auto* sub : app.get_subcommands({})) {
    if (sub->get_group().empty()) continue;
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", sub->get_name(), wordsOf(*sub));
    for (auto* leaf : sub->get_subcommands({})) {
      cases += fmt::format("    \"{} {}\") words=\"{}\" ;;\n", sub->get_name(), leaf->get_name(),
                           wordsOf(*leaf));
    }
  }
  return cases;
}

// The path is every word so far that is no flag; positionals make it unknown, which completes
// files.
std::string bashScript(CLI::App& app) {
  return "_executor() {\n"
         "  local path=\"\" word words=\"\"\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    [[ $word == -* ]] || path=\"${path:+$path }$word\"\n"
         "  done\n"
         "  case \"$path\" in\n" +
         casesOf(app) +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F _executor executor\n";
}

// `text` within single quotes of fish.
std::string fishQuote(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// fish has conditions of its own; flags come from its reading of --help.
std::string fishScript(CLI::App& app) {
  std::string out;
  for (auto* sub : app.get_subcommands({})) {
    if (sub->get_group().empty()) continue;
    out += fmt::format("complete -c executor -n __fish_use_subcommand -a {} -d {}\n",
                       sub->get_name(), fishQuote(sub->get_description()));
    for (auto* leaf : sub->get_subcommands({})) {
      out += fmt::format("complete -c executor -n '__fish_seen_subcommand_from {}' -a {} -d {}\n",
                         sub->get_name(), leaf->get_name(), fishQuote(leaf->get_description()));
    }
  }
  return out;
}

}  // namespace

std::string completionScript(CLI::App& app, const std::string& shell) {
  if (shell == "fish") return fishScript(app);
  if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + bashScript(app);
  return bashScript(app);
}

}  // namespace executor::cli
