// Tools that return fixed content, prompts, resources and completion.
#include <boost/asio/this_coro.hpp>

#include "base/text.h"
#include "fixture.h"

namespace executor::conformance {

const std::string_view kImage =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJg"
    "gg==";
const std::string_view kAudio = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

namespace {

constexpr std::string_view kDialectSchema =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",)"
    R"("$defs":{"address":{"$anchor":"addressDef","type":"object","properties":)"
    R"({"street":{"type":"string"},"city":{"type":"string"}}}},)"
    R"("properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},)"
    R"("contactMethod":{"type":"string","enum":["phone","email"]},)"
    R"("phone":{"type":"string"},"email":{"type":"string"}},)"
    R"("allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],)"
    R"("if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},)"
    R"("then":{"required":["phone"]},"else":{"required":["email"]},)"
    R"("additionalProperties":false})";

std::string textBlock(std::string_view text) {
  return R"({"type":"text","text":)" + quoteJson(text) + "}";
}
std::string imageBlock() {
  return R"({"type":"image","data":")" + std::string(kImage) + R"(","mimeType":"image/png"})";
}
std::string resourceBlock(std::string_view uri, std::string_view type, std::string_view text) {
  return R"({"type":"resource","resource":{"uri":)" + quoteJson(uri) + R"(,"mimeType":)" +
         quoteJson(type) + R"(,"text":)" + quoteJson(text) + "}}";
}

void addFixed(Features& features, std::string name, std::string_view description,
              std::string members) {
  addTool(features, std::move(name), description,
          [members](Call, json::object) -> Task<Result<Answer>> {
            co_return Answer{.members = members};
          });
}

void addFixedTools(Features& features) {
  addFixed(features, "test_simple_text", "Text",
           textContent("This is a simple text response for testing."));
  addFixed(features, "test_image_content", "An image", R"("content":[)" + imageBlock() + "]");
  addFixed(features, "test_audio_content", "A sound",
           R"("content":[{"type":"audio","data":")" + std::string(kAudio) +
               R"(","mimeType":"audio/wav"}])");
  addFixed(features, "test_embedded_resource", "A resource",
           R"("content":[)" +
               resourceBlock("test://embedded-resource", "text/plain",
                             "This is an embedded resource content.") +
               "]");
  addFixed(features, "test_multiple_content_types", "Text, image and resource",
           R"("content":[)" + textBlock("Multiple content types test:") + "," + imageBlock() + "," +
               resourceBlock("test://mixed-content-resource", "application/json",
                             R"({"test":"data","value":123})") +
               "]");
  addFixed(
      features, "test_error_handling", "Fails",
      textContent("This tool intentionally returns an error for testing") + R"(,"isError":true)");
  addTool(
      features, "json_schema_2020_12_tool", "Keeps its schema",
      [](Call, json::object arguments) -> Task<Result<Answer>> {
        co_return textAnswer("called with " + serializeJson(arguments));
      },
      kDialectSchema);
}

std::string userMessage(std::string_view content) {
  return R"({"role":"user","content":)" + std::string(content) + "}";
}

using Messages = std::function<std::string(const json::object& arguments)>;

void addPrompt(Features& features, std::string name, std::string_view arguments,
               Messages messages) {
  std::string definition = R"({"name":)" + quoteJson(name) + R"(,"description":"For testing")";
  if (!arguments.empty()) definition += R"(,"arguments":)" + std::string(arguments);
  features.add(mcp::Prompt{.name = std::move(name),
                           .definition = definition + "}",
                           .get = [messages](Call, json::object given) -> Task<Result<Answer>> {
                             co_return Answer{.members = R"("messages":[)" + messages(given) + "]"};
                           }});
}

void addPrompts(Features& features) {
  addPrompt(features, "test_simple_prompt", "", [](const json::object&) {
    return userMessage(textBlock("This is a simple prompt for testing."));
  });
  addPrompt(features, "test_prompt_with_arguments",
            R"([{"name":"arg1","required":true},{"name":"arg2","required":true}])",
            [](const json::object& given) {
              return userMessage(textBlock("Prompt with arguments: arg1='" +
                                           std::string(findString(given, "arg1")) + "', arg2='" +
                                           std::string(findString(given, "arg2")) + "'"));
            });
  addPrompt(features, "test_prompt_with_embedded_resource",
            R"([{"name":"resourceUri","required":true}])", [](const json::object& given) {
              return userMessage(resourceBlock(findString(given, "resourceUri"), "text/plain",
                                               "Embedded resource content for testing.")) +
                     "," + userMessage(textBlock("Please process the embedded resource above."));
            });
  addPrompt(features, "test_prompt_with_image", "", [](const json::object&) {
    return userMessage(imageBlock()) + "," +
           userMessage(textBlock("Please analyze the image above."));
  });
}

constexpr std::string_view kTemplateHead = "test://template/";
constexpr std::string_view kTemplateTail = "/data";

class FixedResources : public mcp::Resources {
 public:
  Task<Result<Page>> list(Call, std::string) override {
    Page page;
    for (auto [name, type] :
         {std::pair("static-text", "text/plain"), std::pair("static-binary", "image/png"),
          std::pair("watched-resource", "text/plain")}) {
      page.items += page.items.empty() ? "" : ",";
      page.items += R"({"uri":"test://)" + std::string(name) + R"(","name":")" + name +
                    R"(","description":"For testing","mimeType":")" + type + "\"}";
    }
    co_return page;
  }
  std::string templates() const override {
    return R"({"uriTemplate":"test://template/{id}/data","name":"template",)"
           R"("description":"For testing","mimeType":"application/json"})";
  }
  Task<Result<std::optional<Answer>>> read(Call, std::string uri) override {
    if (uri == "test://static-text") {
      co_return text(uri, "text/plain", "This is the content of the static text resource.");
    }
    if (uri == "test://watched-resource") {
      co_return text(uri, "text/plain", "Watched resource content");
    }
    if (uri == "test://static-binary") {
      co_return contents(uri, "image/png", R"("blob":")" + std::string(kImage) + "\"");
    }
    if (!uri.starts_with(kTemplateHead) || !uri.ends_with(kTemplateTail)) co_return std::nullopt;
    auto id =
        uri.substr(kTemplateHead.size(), uri.size() - kTemplateHead.size() - kTemplateTail.size());
    co_return text(uri, "application/json",
                   R"({"id":)" + quoteJson(id) + R"(,"templateTest":true,"data":)" +
                       quoteJson("Data for ID: " + id) + "}");
  }

 private:
  static Answer contents(std::string_view uri, std::string_view type, std::string_view body) {
    return {.members = R"("contents":[{"uri":)" + quoteJson(uri) + R"(,"mimeType":)" +
                       quoteJson(type) + "," + std::string(body) + "}]"};
  }
  static Answer text(std::string_view uri, std::string_view type, std::string_view text) {
    return contents(uri, type, R"("text":)" + quoteJson(text));
  }
};

}  // namespace

void addTool(Features& features, std::string name, std::string_view description, Handler handler,
             std::string_view inputSchema, std::vector<mcp::MirroredArgument> mirrored) {
  std::string definition = R"({"name":)" + quoteJson(name) + R"(,"description":)" +
                           quoteJson(description) + R"(,"inputSchema":)" +
                           std::string(inputSchema) + "}";
  features.add(mcp::Tool{
      .name = std::move(name),
      .definition = [definition](Call) -> Task<Result<std::string>> { co_return definition; },
      .call = std::move(handler),
      .mirrored = std::move(mirrored)});
}

std::string textContent(std::string_view text) { return R"("content":[)" + textBlock(text) + "]"; }

Answer textAnswer(std::string_view text) { return {.members = textContent(text)}; }

Task<void> sleepFor(std::chrono::milliseconds span) {
  asio::steady_timer timer(co_await asio::this_coro::executor, span);
  co_await timer.async_wait(asio::use_awaitable);
}

void addContent(Features& features) {
  addFixedTools(features);
  addPrompts(features);
  features.add(std::make_shared<FixedResources>());
  features.setResourceVersion([](Call, std::string uri) -> Task<Result<std::uint64_t>> {
    if (uri.starts_with("test://")) co_return 1;
    co_return fail(ErrorCode::not_found, "Resource not found: " + uri);
  });
  features.setCompletion([](Call, json::object, json::object) -> Task<Result<Answer>> {
    co_return Answer{.members = R"("completion":{"values":[],"total":0,"hasMore":false})"};
  });
}

}  // namespace executor::conformance
