#include "mcp/result-resources.h"

#include "base/text.h"

namespace executor::mcp {
namespace {

using invocation::ResultRecord;

constexpr std::string_view kPrefix = "executor://results/";

// The name of an emitted file, else the handle; what it is of in words.
std::string resourceJson(const ResultRecord& result) {
  json::object out{{"uri", resultUri(result.id)},
                   {"name", result.name.empty() ? result.id : result.name},
                   {"mimeType", result.mimeType},
                   {"size", result.bytes}};
  switch (result.kind) {
    case invocation::ResultKind::result: out["title"] = "Result of " + result.executionId; break;
    case invocation::ResultKind::output: out["title"] = "Answer of " + result.tool; break;
    case invocation::ResultKind::emitted: out["title"] = "Shown by " + result.executionId; break;
  }
  return serializeJson(out);
}

std::unexpected<Error> tooBig(const ResultRecord& result) {
  return fail(ErrorCode::payload_too_large,
              "The resource has " + std::to_string(result.bytes) + " bytes; at most " +
                  std::to_string(kMaxResourceBytes) + " are read at once.",
              "Read it in pieces: tools.results.get({ handle: \"" + result.id +
                  "\", offset, length }) in a program, or GET /api/v1/results/" + result.id +
                  " with a Range.");
}

// Text only if it is: a type is what somebody said.
std::string contentsJson(const invocation::ResultPart& part) {
  std::string out = R"("contents":[{"uri":)" + quoteJson(resultUri(part.record.id));
  out += R"(,"mimeType":)" + quoteJson(part.record.mimeType);
  const bool text = invocation::isTextContent(part.record.mimeType) && isValidUtf8(part.bytes);
  out += text ? R"(,"text":)" + quoteJson(part.bytes)
              : R"(,"blob":)" + quoteJson(base64Encode(part.bytes));
  return out + "}]";
}

class ResultResources : public Resources {
 public:
  explicit ResultResources(invocation::ResultStore& results) : results_(results) {}

  Task<Result<Page>> list(Call call, std::string cursor) override {
    EXECUTOR_CO_TRY(const auto found,
                    co_await results_.list(call.principal, "", kResourcesPerPage, cursor));
    Page page{{}, found.nextCursor};
    for (const ResultRecord& result : found.items) {
      page.items += (page.items.empty() ? "" : ",") + resourceJson(result);
    }
    co_return page;
  }

  std::string templates() const override {
    return serializeJson(
        json::object{{"uriTemplate", std::string(kPrefix) + "{handle}"},
                     {"name", "result"},
                     {"description", "A stored result, by the resultHandle of an answer."}});
  }

  Task<Result<std::optional<Answer>>> read(Call call, std::string uri) override {
    if (!uri.starts_with(kPrefix)) co_return std::nullopt;
    const std::string handle = uri.substr(kPrefix.size());
    auto result = co_await results_.show(call.principal, handle);
    if (!result && result.error().code == ErrorCode::not_found) co_return std::nullopt;
    if (!result) co_return std::unexpected(result.error());
    if (result->bytes > kMaxResourceBytes) co_return tooBig(*result);
    EXECUTOR_CO_TRY(const auto part, co_await results_.read(call.principal, handle, {}));
    co_return Answer{.members = contentsJson(part)};
  }

 private:
  invocation::ResultStore& results_;
};

}  // namespace

std::string resultUri(std::string_view handle) {
  return std::string(kPrefix) + std::string(handle);
}

std::shared_ptr<Resources> makeResultResources(invocation::ResultStore& results) {
  return std::make_shared<ResultResources>(results);
}

}  // namespace executor::mcp
