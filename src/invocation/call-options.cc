// The second argument of a call (D20). Options come from the program, so each is checked like an
// input: a misspelt one is an error that names the nearest, because ignoring `timeoutMS` would mean
// another timeout than the author thinks.
#include <fmt/format.h>

#include <algorithm>

#include "invocation/invoker.h"

namespace executor::invocation {
namespace {

// Says what was expected and only the type of what came: a value may be a secret.
std::unexpected<Error> badOption(std::string_view name, std::string_view expected,
                                 const json::value& found) {
  return fail(ErrorCode::invalid_argument, fmt::format("The option {} must be {}, not {}.", name,
                                                       expected, jsonTypeName(found)));
}

// "body" is the default and may be said, so that a program can pass a variable.
Status readResponse(const json::value& value, CallOptions& options) {
  const json::string* text = value.if_string();
  if (text == nullptr || (*text != "full" && *text != "body")) {
    return badOption("response", "\"full\" or \"body\"", value);
  }
  options.fullResponse = *text == "full";
  return {};
}

// Whether it exists is found out by `authorize`, which knows the source.
Status readConnection(const json::value& value, CallOptions& options) {
  const json::string* text = value.if_string();
  if (text == nullptr) return badOption("connection", "the name of a connection", value);
  options.connection.assign(text->data(), text->size());
  return {};
}

// Doubles are refused too: a fraction of a millisecond is a mistake in units.
Status readTimeout(const json::value& value, CallOptions& options) {
  const std::int64_t* number = value.if_int64();
  if (number == nullptr || *number < 1 || *number > kMaxUpstreamTimeout.count()) {
    return badOption("timeoutMs",
                     fmt::format("an integer from 1 to {}", kMaxUpstreamTimeout.count()), value);
  }
  options.timeoutMs = static_cast<std::uint32_t>(*number);
  return {};
}

// It becomes a header, so only visible ASCII passes.
Status readIdempotencyKey(const json::value& value, CallOptions& options) {
  const json::string* text = value.if_string();
  const bool good = text != nullptr && !text->empty() && text->size() <= kMaxIdempotencyKeyBytes &&
                    std::ranges::all_of(*text, [](char c) { return c > ' ' && c < 0x7f; });
  if (!good) {
    return badOption("idempotencyKey",
                     fmt::format("1 to {} visible ASCII characters", kMaxIdempotencyKeyBytes),
                     value);
  }
  options.idempotencyKey.assign(text->data(), text->size());
  return {};
}

// The names were checked before; the last one needs no test.
Status readOption(std::string_view name, const json::value& value, CallOptions& options) {
  if (name == "response") return readResponse(value, options);
  if (name == "connection") return readConnection(value, options);
  if (name == "timeoutMs") return readTimeout(value, options);
  return readIdempotencyKey(value, options);
}

}  // namespace

Result<CallOptions> CallOptions::parse(std::string_view optionsJson) {
  CallOptions options;
  if (optionsJson.empty()) return options;
  EXECUTOR_TRY(json::value value, parseJson(optionsJson));
  const json::object* object = value.if_object();
  if (object == nullptr) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("The options of a call must be an object, not {}.", jsonTypeName(value)),
        "Write tools.source.tool(input, {response: \"full\"}).");
  }
  Status known = rejectUnknownMembers(*object, "the options of a call",
                                      {"response", "connection", "timeoutMs", "idempotencyKey"});
  if (!known) {
    Error error = std::move(known).error();
    error.code = ErrorCode::unknown_option;
    return std::unexpected(std::move(error));
  }
  for (const auto& [name, member] : *object) {
    EXECUTOR_CHECK(readOption(name, member, options));
  }
  return options;
}

}  // namespace executor::invocation
