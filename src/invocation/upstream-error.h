// What a program is told of an upstream that did not do what it was asked.
//
// One place decides which of failed, cancelled and unknown a broken request is (D11): a request
// that was never sent has failed; a safe one that was sent has failed and may be tried again; any
// other one that was sent is `unknown`, because it may have taken effect. Texts name the source,
// the status and the upstream's own short message, and never hold a credential.
#pragma once

#include <string>
#include <string_view>

#include "invocation/invoker.h"
#include "source/operation.h"

namespace executor::invocation {

// The outcome of a request that got no usable answer.
CallOutcome outcomeOfFailure(const Error& error, bool safe, std::string_view sourceName);

// True if `error` says that bytes had left before it happened.
bool wasSent(const Error& error);

// The outcome of an answer outside 2xx; the body is bounded by kMaxErrorBodyBytes.
CallOutcome outcomeOfErrorReply(const source::UpstreamReply& reply, std::string_view sourceName);

// "Not Found" for 404; empty for what has no name.
std::string_view reasonPhrase(int status);

// Replaces every occurrence of the credential in `text`: an upstream that echoes its request must
// not become the way a secret reaches the program (invariant 1).
std::string withoutSecret(std::string text, const source::Authorization& authorization);

}  // namespace executor::invocation
