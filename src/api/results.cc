// Stored contents by handle, as downloads.
//
// What is served here was made by programs, upstreams and users, under whatever type they said. On
// our origin it must never act: always an attachment, never sniffed, in a sandbox without scripts
// should a browser show it all the same, and only to a credential of the workspace. Types that a
// browser could run are not even named. One range per request is honoured (RFC 9110 section 14); a
// content over kMaxPieceBytes goes out piece by piece, so that a download holds little memory.
#include <fmt/format.h>

#include "api/arguments.h"
#include "api/byte-range.h"
#include "api/endpoints.h"
#include "api/json-text.h"
#include "api/views.h"
#include "base/log.h"
#include "base/text.h"

namespace executor::api {
namespace {

using invocation::ResultRecord;

constexpr std::uint64_t kMaxPieceBytes = 1u << 20;
// Of one answer to a Range; a client asks on from where it ended.
constexpr std::uint64_t kMaxRangeBytes = 16u << 20;

// Types that are data wherever they are opened. Others are bytes to a browser; the list tells a
// client what they are.
bool isHarmless(std::string_view type) {
  static constexpr std::string_view kPlain[] = {"image/png",  "image/jpeg", "image/gif",
                                                "image/webp", "audio/",     "video/",
                                                "text/csv",   "text/plain", "application/zip"};
  return std::ranges::any_of(kPlain, [&](std::string_view one) { return type.starts_with(one); });
}

std::string servedType(const ResultRecord& result) {
  const std::string type = toLowerAscii(result.mimeType);
  if (invocation::isJsonContent(type)) return "application/json";
  if (isHarmless(type)) return type;
  return "application/octet-stream";
}

std::string_view extensionOf(std::string_view type) {
  if (type == "application/json") return ".json";
  if (type.starts_with("text/plain")) return ".txt";
  if (type.starts_with("text/csv")) return ".csv";
  if (type == "image/jpeg") return ".jpg";
  if (type == "image/png") return ".png";
  return "";
}

// RFC 6266: an ASCII name for all, and the whole name for those who know it.
std::string disposition(const ResultRecord& result, std::string_view type) {
  const std::string name =
      result.name.empty() ? result.id + std::string(extensionOf(type)) : result.name;
  std::string plain;
  for (const char c : name) {
    const bool kept = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '-' || c == '_';
    plain += kept ? c : '_';
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain,
                     percentEncode(name));
}

net::Response download(const ResultRecord& result, int status) {
  net::Response response{.status = status};
  const std::string type = servedType(result);
  response.headers.set("Content-Type", type);
  response.headers.set("Content-Disposition", disposition(result, type));
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.set("Accept-Ranges", "bytes");
  response.headers.set("Cache-Control", "private, no-store");
  return response;
}

net::Response unsatisfiable(const ResultRecord& result) {
  auto response = download(result, 416);
  response.headers.set("Content-Range", fmt::format("bytes */{}", result.bytes));
  return response;
}

Task<Result<net::Response>> partOf(Deps deps, Principal principal, ResultRecord result,
                                   store::BlobRange range) {
  if (range.length == 0) co_return unsatisfiable(result);
  range.length = std::min(range.length, kMaxRangeBytes);
  EXECUTOR_CO_TRY(auto part, co_await deps->results.read(principal, result.id, range));
  auto response = download(result, 206);
  response.headers.set("Content-Range",
                       fmt::format("bytes {}-{}/{}", range.offset,
                                   range.offset + part.bytes.size() - 1, result.bytes));
  response.body = std::move(part.bytes);
  co_return response;
}

// The status has gone out already: a content that is removed meanwhile ends the connection short,
// which a client sees by the missing last chunk.
Task<void> sendPieces(Deps deps, Principal principal, std::string handle, std::uint64_t size,
                      std::shared_ptr<net::Sink> sink) {
  for (std::uint64_t at = 0; at < size; at += kMaxPieceBytes) {
    auto part = co_await deps->results.read(principal, handle, {at, kMaxPieceBytes});
    if (!part) {
      logError(LogLevel::warn, "download_broken", part.error());
      throw std::runtime_error("a content was removed while it was sent");
    }
    if (!co_await sink->write(std::move(part->bytes))) co_return;
  }
}

}  // namespace

Task<Result<net::Response>> listResults(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto limit, queryInteger(call.request, "limit", kDefaultPageItems, 1,
                                                 invocation::kMaxResultsListed));
  EXECUTOR_CO_TRY(const auto page,
                  co_await deps->results.list(
                      call.principal, call.request.queryParameter("executionId"),
                      static_cast<std::size_t>(limit), call.request.queryParameter("cursor")));
  std::vector<std::string> items;
  items.reserve(page.items.size());
  for (const auto& item : page.items) items.push_back(resultJson(item));
  co_return okJson(listText(items, page.nextCursor));
}

Task<Result<net::Response>> downloadResult(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const ResultRecord result,
                  co_await deps->results.show(call.principal, call.parameter()));
  const auto range = parseByteRange(call.request.headers.get("range"), result.bytes);
  if (range) co_return co_await partOf(deps, call.principal, result, *range);
  auto response = download(result, 200);
  if (result.bytes <= kMaxPieceBytes) {
    EXECUTOR_CO_TRY(auto part, co_await deps->results.read(call.principal, result.id, {}));
    response.body = std::move(part.bytes);
    co_return response;
  }
  response.stream = [deps, principal = call.principal, id = result.id,
                     size = result.bytes](std::shared_ptr<net::Sink> sink) {
    return sendPieces(deps, principal, id, size, std::move(sink));
  };
  co_return response;
}

}  // namespace executor::api
