// The child's end of a job: input over the socket, output back, then the end.
//
// Wire: the server sends u64 length and the input; the child answers u8 ok, u64 length, bytes. When
// not ok the bytes are the error: code, message, hint and detail, each ended by a zero byte.
#pragma once

#include "sandbox/zygote.h"

namespace executor::sandbox {

// In the jailed child, which ends with it. What exceeds maxOutputBytes is document_too_large.
[[noreturn]] void runJob(const Job& job, std::uint64_t maxOutputBytes);

// Texts must hold no zero byte; what follows one is lost.
std::string encodeJobError(const Error& error);
Error decodeJobError(std::string_view bytes);

}  // namespace executor::sandbox
