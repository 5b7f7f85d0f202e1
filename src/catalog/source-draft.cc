// Each refusal says what is wrong with which field and shows a right one, because a draft comes
// from a form, a command line or a script, and none of them can ask back.
#include "catalog/source-draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "net/url.h"
#include "source/openapi/document.h"
#include "source/openapi/tool-path.h"

namespace executor::catalog {
namespace {

constexpr std::array<std::string_view, 7> kReservedNames = {"discover", "catalog", "storage", "fs",
                                                            "kv",       "sqlite",  "results"};
// As first segment they would be taken for something else of a JavaScript object (D20).
constexpr std::array<std::string_view, 8> kObjectWords = {
    "then", "pages", "call", "apply", "bind", "constructor", "prototype", "__proto__"};

// The name a person gives and the segment programs write differ; the segment is what must be unique
// and free, so it is what is checked.
Result<std::string> checkName(std::string_view wanted) {
  if (std::ranges::none_of(wanted, [](unsigned char c) { return std::isalnum(c); })) {
    return fail(ErrorCode::invalid_argument, "A source needs a name with a letter or digit in it.",
                "The name becomes the first part of its tools: tools.<name>.<group>.<tool>.");
  }
  std::string name = source::openapi::pathSegment(wanted);
  if (name.size() > kMaxSourceNameBytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("A source's name has at most {} bytes.", kMaxSourceNameBytes),
                "Choose a shorter name.");
  }
  if (std::ranges::find(kObjectWords, name) != kObjectWords.end()) name += '_';
  if (!isReservedName(name)) return name;
  return fail(ErrorCode::reserved_name,
              fmt::format("{} is the name of built-in tools and cannot be a source.", name),
              fmt::format("Choose another name, for example {}_api.", name));
}

// By the parser of the egress guard: what it would refuse at dial time is refused here with a hint.
Status checkUrl(std::string_view what, const std::string& url) {
  if (url.size() > kMaxSourceUrlBytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} has at most {} bytes.", what, kMaxSourceUrlBytes));
  }
  const auto parsed = net::parseUrl(url);
  if (parsed) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} must be an http or https URL. {}", what, parsed.error().message),
              "For example https://api.example.com/openapi.json.");
}

// Exactly one: with both, nobody could say which of them the tools came from.
Status checkOrigin(const SourceDraft& draft) {
  if (draft.url.empty() == draft.document.empty()) {
    return fail(ErrorCode::invalid_argument,
                draft.url.empty() ? "A source needs a url or a document."
                                  : "A source takes a url or a document, not both.",
                "Give the URL of an OpenAPI document, or its text.");
  }
  if (!draft.url.empty()) return checkUrl("url", draft.url);
  if (draft.document.size() <= source::openapi::kMaxDocumentBytes) return {};
  return fail(
      ErrorCode::document_too_large,
      fmt::format("The document is larger than {} MiB.", source::openapi::kMaxDocumentBytes >> 20),
      "Cut it down to the operations you need.");
}

}  // namespace

bool isReservedName(std::string_view name) {
  return std::ranges::find(kReservedNames, name) != kReservedNames.end();
}

Result<SourceDraft> checkDraft(SourceDraft draft) {
  if (draft.kind != "openapi") {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} is no kind of source.", quoteJson(truncateText(draft.kind, 60))),
                "The kind that works now is openapi.");
  }
  EXECUTOR_TRY(draft.name, checkName(draft.name));
  EXECUTOR_CHECK(checkOrigin(draft));
  if (!draft.baseUrl.empty()) EXECUTOR_CHECK(checkUrl("baseUrl", draft.baseUrl));
  return draft;
}

}  // namespace executor::catalog
