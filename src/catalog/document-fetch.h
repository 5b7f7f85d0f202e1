// Gets a source's document by URL, conditionally when an earlier version is known.
//
// The egress guard is the client's, at every dial and redirect. What comes is bounded in bytes
// (also after decompression) and in time. An answer that is no document is an error in the user's
// terms: a status outside 2xx says what the server said, a login page is left to the compiler,
// which names it. Not here: credentials for documents that need them (D27, a later issue).
#pragma once

#include <chrono>
#include <string>

#include "base/async.h"
#include "base/error.h"
#include "net/client.h"

namespace executor::catalog {

inline constexpr std::chrono::milliseconds kDocumentTimeout{60'000};

struct DocumentRequest {
  std::string url;
  std::string etag, lastModified;  // of the version we have; empty: none
  std::size_t maxBytes = 0;
};

struct FetchedDocument {
  bool unchanged = false;  // 304; nothing else is set
  std::string bytes;
  std::string url;  // after redirects: relative servers are resolved by it
  std::string etag, lastModified;
};

// document_too_large, upstream_error with the status, and the client's errors.
Task<Result<FetchedDocument>> fetchDocument(net::HttpClient& client, DocumentRequest request);

}  // namespace executor::catalog
