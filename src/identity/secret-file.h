// The files in the data directory that hold a credential: `owner-token` and `agent-key`.
//
// Whoever can read such a file is the owner or his agent, so the file is 0600 from its first byte,
// is replaced as a whole (a reader sees the old or the new content, also after a crash), and a file
// that others could read is tightened when it is read. The files are small: reading and writing
// them blocks the caller for a moment, which only the start of a server does.
#pragma once

#include <string>

#include "base/error.h"

namespace executor::identity {

// The content without surrounding white space; empty if there is no file.
Result<std::string> readSecretFile(const std::string& path);

// `invalid_configuration` names the path's cause (missing directory, no permission), `store_full`.
Status writeSecretFile(const std::string& path, const std::string& content);

}  // namespace executor::identity
