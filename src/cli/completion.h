// Shell completion made from the parser itself, so that it never lists what does not exist.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace executor::cli {

// A script for bash, zsh or fish that completes subcommands and flags, two levels deep.
std::string completionScript(CLI::App& app, const std::string& shell);

}  // namespace executor::cli
