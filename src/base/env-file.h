// Files of `NAME=value` lines, as --env-file and <data dir>/.env hold them.
//
// Blank lines and lines that begin with # are skipped, `export ` before a name is allowed. A value
// is bare (trimmed; ` #` begins a comment), in single quotes (as it stands), or in double quotes
// (\n, \t,
// \", \\ and \$ are escapes). Quoted values may span lines, as PEM blocks do. Nothing is expanded:
// a
// `$` is a dollar sign. What a name means is not known here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace executor {

struct EnvEntry {
  std::string name;
  std::string value;
  std::size_t line = 0;  // from 1
};

// `invalid_configuration` with file and line. `file` is only for the text.
Result<std::vector<EnvEntry>> parseEnvFile(std::string_view text, std::string_view file);

}  // namespace executor
