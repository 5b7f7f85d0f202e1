// A connection as somebody enters it, checked and completed from what the document declares.
//
// What goes into a request line or header later is checked here once: no line breaks, names that
// are tokens, nothing a proxy could read as a second header. Texts never repeat the secret.
#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "credential/connection.h"
#include "source/operation.h"
#include "source/tool-set.h"

namespace executor::credential {

// The draft with kind, place and parameter filled in. invalid_argument names the field.
Result<ConnectionDraft> completeDraft(ConnectionDraft draft,
                                      const std::vector<source::SecurityScheme>& schemes);

// How the completed connection enters a request.
source::Authorization authorizationOf(std::string_view kind, std::string_view in,
                                      std::string_view parameter, std::string_view secret);

// Everything of the secret that must not appear in a text: itself, its password part, its
// encodings.
void registerParts(std::string_view kind, std::string_view secret);

}  // namespace executor::credential
