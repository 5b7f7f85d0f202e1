// One conditional GET. Retrying is left to the person or the schedule that asked: a document is not
// urgent, and its server may be the one that is in trouble.
#include "catalog/document-fetch.h"

#include <fmt/format.h>

#include "base/text.h"

namespace executor::catalog {
namespace {

// A validator longer than this is not worth keeping.
constexpr std::size_t kMaxValidatorBytes = 1'000;

// JSON first: it parses several times faster than YAML where a server offers both.
net::ClientRequest clientRequest(const DocumentRequest& request) {
  net::ClientRequest out;
  out.url = request.url;
  out.deadline = deadlineAfter(kDocumentTimeout);
  out.responseCap = request.maxBytes;
  out.headers.set("Accept", "application/json, application/yaml;q=0.9, */*;q=0.5");
  if (!request.etag.empty()) out.headers.set("If-None-Match", request.etag);
  if (!request.lastModified.empty()) out.headers.set("If-Modified-Since", request.lastModified);
  return out;
}

std::string hintFor(int status) {
  if (status == 401 || status == 403) {
    return "Download the document yourself and paste it: it is not public.";
  }
  if (status == 404) return "Check the URL; the server has no such document.";
  return "Try again later, or paste the document.";
}

// Only the origin is shown: people put tokens into the query of such URLs. The body goes to the
// log.
std::unexpected<Error> refused(const DocumentRequest& request,
                               const net::ClientResponse& response) {
  return fail(ErrorCode::upstream_error,
              fmt::format("{} answered {} instead of the document.",
                          truncateText(net::originOf(request.url), 200), response.status),
              hintFor(response.status), truncateText(response.body, 500));
}

// The client says "response", people think "document".
std::unexpected<Error> tooLarge(std::size_t maxBytes) {
  return fail(ErrorCode::document_too_large,
              fmt::format("The document is larger than {} MiB.", maxBytes >> 20),
              "Cut it down to the operations you need.");
}

// Sent back as it came, so it must be short enough to send; an oversized one only costs a download.
std::string validator(const net::Headers& headers, std::string_view name) {
  const std::string_view value = headers.get(name);
  return value.size() <= kMaxValidatorBytes ? std::string(value) : std::string();
}

}  // namespace

Task<Result<FetchedDocument>> fetchDocument(net::HttpClient& client, DocumentRequest request) {
  auto response = co_await client.send(clientRequest(request));
  if (!response && response.error().code == ErrorCode::upstream_too_large) {
    co_return tooLarge(request.maxBytes);
  }
  if (!response) co_return std::unexpected(std::move(response).error());
  FetchedDocument out;
  const bool conditional = !request.etag.empty() || !request.lastModified.empty();
  out.unchanged = response->status == 304 && conditional;
  if (out.unchanged) co_return out;
  if (response->status < 200 || response->status > 299) co_return refused(request, *response);
  out.bytes = std::move(response->body);
  out.url = response->url.empty() ? request.url : response->url;
  out.etag = validator(response->headers, "ETag");
  out.lastModified = validator(response->headers, "Last-Modified");
  co_return out;
}

}  // namespace executor::catalog
