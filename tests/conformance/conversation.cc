// Tools that say something before they answer, or ask.
#include "fixture.h"
#include "mcp/client-channel.h"

namespace executor::conformance {
namespace {

using mcp::Ask;
using mcp::LogLevel;

constexpr std::chrono::milliseconds kBetween{50};
constexpr std::chrono::seconds kAnswerTime{20};

Task<Result<Answer>> logThrice(Call call, json::object) {
  for (std::string_view line :
       {"Tool execution started", "Tool processing data", "Tool execution completed"}) {
    call.channel->log(LogLevel::info, "", quoteJson(line));
    co_await sleepFor(kBetween);
  }
  co_return textAnswer("Tool with logging executed successfully");
}

Task<Result<Answer>> progressThrice(Call call, json::object) {
  for (int done : {0, 50, 100}) {
    call.channel->progress(done, 100, "Completed step " + std::to_string(done) + " of 100");
    co_await sleepFor(kBetween);
  }
  co_return textAnswer("done");
}

// The connection ends, the client comes back, the answer is there.
Task<Result<Answer>> pauseAndGoOn(Call call, json::object) {
  call.channel->notify("notifications/message",
                       R"({"level":"info","data":"The stream will be closed"})");
  co_await sleepFor(kBetween);
  call.channel->pause();
  co_await sleepFor(2 * kBetween);
  co_return textAnswer("Reconnection test completed successfully.");
}

Task<Result<json::value>> ask(Call call, Ask what, std::string method, std::string params) {
  co_return co_await call.channel->ask(what, std::move(method), std::move(params),
                                       deadlineAfter(kAnswerTime), nullptr);
}

Task<Result<Answer>> sample(Call call, json::object arguments) {
  std::string params = R"({"messages":[{"role":"user","content":{"type":"text","text":)" +
                       quoteJson(findString(arguments, "prompt")) + R"(}}],"maxTokens":100})";
  auto result =
      co_await ask(std::move(call), Ask::sampling, "sampling/createMessage", std::move(params));
  if (!result) co_return textAnswer("Sampling not supported: " + result.error().message);
  const auto* content = findObject(*result, "content");
  co_return textAnswer("LLM response: " +
                       std::string(content ? findString(*content, "text") : "none"));
}

Task<Result<Answer>> elicit(Call call, std::string message, std::string properties,
                            std::string required, std::string_view words) {
  std::string params = R"({"message":)" + quoteJson(message) +
                       R"(,"requestedSchema":{"type":"object","properties":)" + properties +
                       R"(,"required":)" + required + "}}";
  auto result =
      co_await ask(std::move(call), Ask::elicitForm, "elicitation/create", std::move(params));
  if (!result) co_return textAnswer("Elicitation not supported: " + result.error().message);
  const auto* content = find(*result, "content");
  co_return textAnswer(std::string(words) + "action=" + std::string(findString(*result, "action")) +
                       ", content=" + (content ? serializeJson(*content) : "{}"));
}

constexpr std::string_view kDefaults =
    R"({"name":{"type":"string","description":"User name","default":"John Doe"},)"
    R"("age":{"type":"integer","description":"User age","default":30},)"
    R"("score":{"type":"number","description":"User score","default":95.5},)"
    R"("status":{"type":"string","description":"User status",)"
    R"("enum":["active","inactive","pending"],"default":"active"},)"
    R"("verified":{"type":"boolean","description":"Verification status","default":true}})";

constexpr std::string_view kEnums =
    R"({"untitledSingle":{"type":"string","enum":["option1","option2","option3"]},)"
    R"("titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},)"
    R"({"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},)"
    R"("legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],)"
    R"("enumNames":["Option One","Option Two","Option Three"]},)"
    R"("untitledMulti":{"type":"array","minItems":1,"maxItems":3,)"
    R"("items":{"type":"string","enum":["option1","option2","option3"]}},)"
    R"("titledMulti":{"type":"array","minItems":1,"maxItems":3,"items":{"anyOf":[)"
    R"({"const":"value1","title":"First Choice"},{"const":"value2","title":"Second Choice"},)"
    R"({"const":"value3","title":"Third Choice"}]}}})";

}  // namespace

void addConversation(Features& features) {
  addTool(features, "test_tool_with_logging", "Logs", logThrice);
  addTool(features, "test_tool_with_progress", "Reports progress", progressThrice);
  addTool(features, "test_reconnection", "Closes its stream", pauseAndGoOn);
  addTool(features, "test_sampling", "Samples", sample,
          R"({"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]})");
  addTool(
      features, "test_elicitation", "Asks the user",
      [](Call call, json::object arguments) {
        return elicit(std::move(call), std::string(findString(arguments, "message")),
                      R"({"response":{"type":"string","description":"User's response"}})",
                      R"(["response"])", "User response: ");
      },
      R"({"type":"object","properties":{"message":{"type":"string"}},"required":["message"]})");
  addTool(features, "test_elicitation_sep1034_defaults", "Asks with defaults",
          [](Call call, json::object) {
            return elicit(std::move(call), "Please review and update the form fields",
                          std::string(kDefaults), "[]", "Elicitation completed: ");
          });
  addTool(features, "test_elicitation_sep1330_enums", "Asks with enumerations",
          [](Call call, json::object) {
            return elicit(std::move(call), "Please select options from the enum fields",
                          std::string(kEnums), "[]", "Elicitation completed: ");
          });
}

}  // namespace executor::conformance
