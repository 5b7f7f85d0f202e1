#include "invocation/result-read.h"

#include <fmt/format.h>

#include "base/text.h"
#include "catalog/system-tools.h"

namespace executor::invocation {
namespace {

// What was asked for, with everything that was left out filled in.
struct Reading {
  std::string as;
  store::BlobRange range;
};

std::unexpected<Error> refuse(std::string message, std::string hint) {
  return fail(ErrorCode::invalid_input, std::move(message), std::move(hint));
}

std::string_view formOf(const ResultRecord& record, bool whole) {
  const bool fits = record.bytes <= kMaxInlineOutputBytes;
  if (isJsonContent(record.mimeType) && whole && fits) return "json";
  return isTextContent(record.mimeType) ? "text" : "base64";
}

// A part of JSON is no JSON, and what was never JSON does not become it by being asked for.
Status checkJson(const ResultRecord& record, bool whole) {
  if (!isJsonContent(record.mimeType)) {
    return refuse(fmt::format("{} is {} and no JSON.", record.id, record.mimeType),
                  "Read it as \"text\" or \"base64\".");
  }
  if (!whole) {
    return refuse("A part of a JSON content has no value of its own.",
                  "Leave out offset and length, or read it as \"text\".");
  }
  if (record.bytes <= kMaxInlineOutputBytes) return {};
  return refuse(fmt::format("{} has {} bytes; at most {} are given as one value.", record.id,
                            record.bytes, kMaxInlineOutputBytes),
                "Read it as \"text\", piece by piece with offset and length.");
}

Result<Reading> readingOf(const ResultRecord& record, const catalog::SystemInput& input) {
  const bool whole = !input.has("offset") && !input.has("length");
  Reading reading{std::string(input.text("as")), {}};
  if (reading.as.empty()) reading.as = formOf(record, whole);
  if (reading.as == "json") {
    EXECUTOR_CHECK(checkJson(record, whole));
    return reading;
  }
  reading.range.offset = input.has("offset") ? input.count("offset") : 0;
  reading.range.length = input.has("length") ? input.count("length") : kMaxResultReadBytes;
  if (reading.range.offset <= record.bytes) return reading;
  return refuse(fmt::format("The offset {} lies beyond the {} bytes of {}.", reading.range.offset,
                            record.bytes, record.id),
                "nextOffset of the read before tells where to go on; null is the end.");
}

// What of `bytes` is whole characters; a character has at most four bytes.
std::size_t wholeCharacters(std::string_view bytes) {
  for (std::size_t back = 1; back <= 4 && back <= bytes.size(); ++back) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if ((byte & 0xc0) == 0x80) continue;
    const std::size_t needs = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return needs <= back ? bytes.size() : bytes.size() - back;
  }
  return bytes.size();
}

Status cutToText(ResultPart& part) {
  if (part.offset + part.bytes.size() < part.record.bytes) {
    const bool some = !part.bytes.empty();
    part.bytes.resize(wholeCharacters(part.bytes));
    // It would answer the same nextOffset for ever.
    if (some && part.bytes.empty()) {
      return refuse("length is shorter than the character that begins here.", "Read at least 4.");
    }
  }
  if (isValidUtf8(part.bytes)) return {};
  return refuse(
      fmt::format("What {} holds from byte {} on is no text.", part.record.id, part.offset),
      "Read it as \"base64\", or begin at nextOffset of the read before.");
}

std::string valueText(std::string_view as, std::string bytes) {
  if (as == "json") return bytes;
  return quoteJson(as == "text" ? bytes : base64Encode(bytes));
}

// By hand around the value: it may be megabytes that only pass through.
std::string answerText(std::string_view as, ResultPart part) {
  const std::uint64_t next = part.offset + part.bytes.size();
  json::object head{{"handle", part.record.id},
                    {"mimeType", part.record.mimeType},
                    {"bytes", part.record.bytes},
                    {"offset", part.offset},
                    {"length", part.bytes.size()},
                    {"nextOffset", nullptr},
                    {"as", as}};
  if (next < part.record.bytes) head["nextOffset"] = next;
  std::string out = serializeJson(head);
  out.back() = ',';
  return out + "\"value\":" + valueText(as, std::move(part.bytes)) + "}";
}

}  // namespace

Task<Result<std::string>> answerResultsGet(ResultStore& results, Principal principal,
                                           json::object input) {
  const auto& entry = catalog::systemTool(catalog::SystemTool::resultsGet);
  EXECUTOR_CO_TRY(const auto checked, catalog::SystemInput::check(entry, input));
  const std::string handle(checked.text("handle"));
  EXECUTOR_CO_TRY(const ResultRecord record, co_await results.show(principal, handle));
  EXECUTOR_CO_TRY(const Reading reading, readingOf(record, checked));
  EXECUTOR_CO_TRY(ResultPart part, co_await results.read(principal, handle, reading.range));
  if (reading.as == "text") EXECUTOR_CO_CHECK(cutToText(part));
  co_return answerText(reading.as, std::move(part));
}

}  // namespace executor::invocation
