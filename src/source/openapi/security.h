// Security schemes of a document, in the words of credentials (SecurityScheme::type).
#pragma once

#include <vector>

#include "source/openapi/document.h"
#include "source/tool-set.h"

namespace executor::source::openapi {

// In document order. Schemes Executor cannot satisfy yet are listed as "unsupported", so that the
// user learns why no credential is offered for them.
std::vector<SecurityScheme> securitySchemesOf(const Document& document);

}  // namespace executor::source::openapi
