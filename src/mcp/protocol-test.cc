#include "mcp/protocol.h"

#include <gtest/gtest.h>

namespace executor::mcp {
namespace {

Result<Message> read(std::string_view text) { return readMessage(*parseJson(text)); }

Message message(std::string_view text) {
  auto result = read(text);
  EXPECT_TRUE(result) << text;
  return result.value_or(Message{});
}

// What a well-behaved modern client sends for tools/call of execute.
constexpr std::string_view kModernCall = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{
  "name":"execute","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
  "io.modelcontextprotocol/clientCapabilities":{}}}})";

net::Headers modernHeaders() {
  net::Headers headers;
  headers.set("MCP-Protocol-Version", "2026-07-28");
  headers.set("Mcp-Method", "tools/call");
  headers.set("Mcp-Name", "execute");
  return headers;
}

ErrorCode refusal(const Message& message, const net::Headers& headers) {
  auto checked = checkModernRequest(message, headers);
  EXPECT_FALSE(checked);
  return checked ? ErrorCode::internal : checked.error().code;
}

TEST(McpMessage, ReadsARequestWithItsParameters) {
  auto found =
      message(R"({"jsonrpc":"2.0","id":"a","method":"tools/list","params":{"cursor":"x"}})");
  EXPECT_EQ(found.kind, Message::Kind::request);
  EXPECT_EQ(found.method, "tools/list");
  EXPECT_EQ(serializeJson(found.id), "\"a\"");
  EXPECT_EQ(findString(found.params, "cursor"), "x");
}

TEST(McpMessage, WithoutAnIdIsANotification) {
  auto found = message(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  EXPECT_EQ(found.kind, Message::Kind::notification);
  EXPECT_TRUE(found.params.empty());
}

TEST(McpMessage, AnAnswerOfTheClientIsAResponse) {
  EXPECT_EQ(message(R"({"jsonrpc":"2.0","id":1,"result":{}})").kind, Message::Kind::response);
  EXPECT_EQ(message(R"({"jsonrpc":"2.0","id":1,"error":{}})").kind, Message::Kind::response);
}

TEST(McpMessage, NullParametersAreNone) {
  EXPECT_TRUE(message(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":null})").params.empty());
}

TEST(McpMessage, AnIdIsAStringOrANumber) {
  for (const char* id : {"1", "0", "-5", "\"\"", "18446744073709551615", "1.5"}) {
    EXPECT_TRUE(read(R"({"jsonrpc":"2.0","method":"ping","id":)" + std::string(id) + "}")) << id;
  }
  for (const char* id : {"null", "{}", "[]", "true"}) {
    EXPECT_FALSE(read(R"({"jsonrpc":"2.0","method":"ping","id":)" + std::string(id) + "}")) << id;
  }
}

TEST(McpMessage, WhatIsNoJsonRpcSaysWhichMemberIsWrong) {
  struct Case {
    const char *text, *names;
  };
  for (auto [text, names] :
       {Case{"1", "object"}, Case{"[]", "object"}, Case{"{}", "jsonrpc"},
        Case{R"({"jsonrpc":"1.0","id":1,"method":"ping"})", "jsonrpc"},
        Case{R"({"jsonrpc":2.0,"id":1,"method":"ping"})", "jsonrpc"},
        Case{R"({"jsonrpc":"2.0","id":1})", "method"},
        Case{R"({"jsonrpc":"2.0","id":1,"method":5})", "method"},
        Case{R"({"jsonrpc":"2.0","id":{},"method":"ping"})", "id"},
        Case{R"({"jsonrpc":"2.0","id":1,"method":"p","params":[]})", "params"}}) {
    auto result = read(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_request) << text;
    EXPECT_NE(result.error().message.find(names), std::string::npos) << result.error().message;
  }
}

TEST(McpEra, MetaOrHeaderMakesARequestModern) {
  auto bare = message(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
  EXPECT_EQ(eraOf(message(kModernCall), ""), Era::modern);
  EXPECT_EQ(eraOf(message(kModernCall), "2025-06-18"), Era::modern);
  EXPECT_EQ(eraOf(bare, "2026-07-28"), Era::modern);
  EXPECT_EQ(eraOf(bare, "2099-01-01"), Era::modern);
}

TEST(McpEra, OlderHeadersAndNoneAreLegacy) {
  auto bare = message(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
  for (const char* header : {"", "2024-11-05", "2025-11-25", "9", "zzz"}) {
    EXPECT_EQ(eraOf(bare, header), Era::legacy) << header;
  }
}

TEST(McpEra, EveryLegacyRevisionIsKnownAndTheModernOneIsNotAmongThem) {
  for (auto version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    EXPECT_TRUE(isLegacyVersion(version)) << version;
  }
  for (auto version : {"2026-07-28", "", "2025-11-26", "latest"}) {
    EXPECT_FALSE(isLegacyVersion(version)) << version;
  }
}

TEST(McpModernRequest, WithMirroredHeadersIsAccepted) {
  EXPECT_TRUE(checkModernRequest(message(kModernCall), modernHeaders()));
}

TEST(McpModernRequest, AMissingOrOtherMirrorIsAMismatch) {
  for (const char* name : {"MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"}) {
    auto missing = modernHeaders();
    missing.remove(name);
    EXPECT_EQ(refusal(message(kModernCall), missing), ErrorCode::header_mismatch) << name;
    auto other = modernHeaders();
    other.set(name, "2025-11-25");
    EXPECT_EQ(refusal(message(kModernCall), other), ErrorCode::header_mismatch) << name;
  }
}

TEST(McpModernRequest, AMismatchNamesTheHeaderAndWhatToSend) {
  auto headers = modernHeaders();
  headers.remove("Mcp-Name");
  auto checked = checkModernRequest(message(kModernCall), headers);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("Mcp-Name"), std::string::npos);
  EXPECT_EQ(checked.error().hint, "Send Mcp-Name: execute");
}

TEST(McpModernRequest, AnUnknownVersionIsToldApartFromAMismatch) {
  auto future = message(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{
    "io.modelcontextprotocol/protocolVersion":"2099-01-01"}}})");
  auto headers = modernHeaders();
  headers.set("MCP-Protocol-Version", "2099-01-01");
  auto checked = checkModernRequest(future, headers);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::unsupported_version);
  EXPECT_EQ(checked.error().detail, "2099-01-01");
}

TEST(McpModernRequest, NeedsTheClientsCapabilities) {
  auto bare = message(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{
    "io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})");
  auto headers = modernHeaders();
  headers.set("Mcp-Method", "tools/list");
  EXPECT_EQ(refusal(bare, headers), ErrorCode::invalid_argument);
  bare.params["_meta"].as_object()[meta::kCapabilities] = "none";
  EXPECT_EQ(refusal(bare, headers), ErrorCode::invalid_argument);
  bare.params["_meta"].as_object()[meta::kCapabilities] = json::object{};
  EXPECT_TRUE(checkModernRequest(bare, headers));
}

TEST(McpModernRequest, ANotificationNeedsItsVersionOnly) {
  auto note = message(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})");
  net::Headers headers;
  headers.set("MCP-Protocol-Version", "2026-07-28");
  EXPECT_TRUE(checkModernRequest(note, headers));
}

TEST(McpModernRequest, TheNameMayBeEncoded) {
  auto headers = modernHeaders();
  headers.set("Mcp-Name", "=?base64?ZXhlY3V0ZQ==?=");
  EXPECT_TRUE(checkModernRequest(message(kModernCall), headers));
  headers.set("Mcp-Name", "=?base64?cmVzdW1l?=");
  EXPECT_EQ(refusal(message(kModernCall), headers), ErrorCode::header_mismatch);
  headers.set("Mcp-Name", "=?base64?***?=");
  EXPECT_EQ(refusal(message(kModernCall), headers), ErrorCode::header_mismatch);
}

TEST(McpHeaderValue, DecodesTheSentinelAndKeepsPlainText) {
  EXPECT_EQ(decodeHeaderValue("execute"), "execute");
  EXPECT_EQ(decodeHeaderValue(""), "");
  EXPECT_EQ(decodeHeaderValue("=?base64?ZXhlY3V0ZQ==?="), "execute");
  EXPECT_EQ(decodeHeaderValue("=?base64??="), "");
  EXPECT_EQ(decodeHeaderValue("=?base64?ZXhl"), "=?base64?ZXhl");
  EXPECT_FALSE(decodeHeaderValue("=?base64?!!!!?="));
}

TEST(McpHeaderValue, ASentinelThatOverlapsItselfIsRead) {
  // "=?base64?=": the opening's last character is the closing's first.
  EXPECT_NO_FATAL_FAILURE((void)decodeHeaderValue("=?base64?="));
}

TEST(McpAnswer, KeepsTheIdAndSplicesTheResult) {
  EXPECT_EQ(resultMessage(7, R"({"a":1.0})"), R"({"jsonrpc":"2.0","id":7,"result":{"a":1.0}})");
  EXPECT_EQ(resultMessage("x\"y", "{}"), R"({"jsonrpc":"2.0","id":"x\"y","result":{}})");
}

TEST(McpAnswer, AnErrorCarriesCodeAndHintForPrograms) {
  auto text = errorMessage(3, Error{ErrorCode::invalid_argument, "No.", "Do this.", "secret"});
  auto parsed = *parseJson(text);
  const auto& error = *findObject(parsed, "error");
  EXPECT_EQ(findInteger(error, "code"), -32602);
  EXPECT_EQ(findString(error, "message"), "No.");
  EXPECT_EQ(findString(*findObject(error, "data"), "code"), "invalid_argument");
  EXPECT_EQ(findString(*findObject(error, "data"), "hint"), "Do this.");
  EXPECT_EQ(text.find("secret"), std::string::npos) << "detail is for the log only";
}

TEST(McpAnswer, AnUnsupportedVersionSaysWhatIsSupportedAndWhatWasAsked) {
  auto parsed = *parseJson(errorMessage(
      nullptr, Error{ErrorCode::unsupported_version, "Unsupported", {}, "2099-01-01"}));
  const auto& data = *findObject(*findObject(parsed, "error"), "data");
  EXPECT_EQ(findString(data, "requested"), "2099-01-01");
  EXPECT_EQ(serializeJson(data.at("supported")), supportedVersionsJson());
  EXPECT_TRUE(parsed.at("id").is_null());
}

TEST(McpAnswer, VersionsAreListedNewestFirst) {
  EXPECT_EQ(supportedVersionsJson(),
            R"(["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"])");
}

TEST(McpAnswer, ANotificationHasNoId) {
  EXPECT_EQ(notificationMessage("notifications/x"),
            R"({"jsonrpc":"2.0","method":"notifications/x"})");
  EXPECT_EQ(notificationMessage("n", R"({"a":1})"),
            R"({"jsonrpc":"2.0","method":"n","params":{"a":1}})");
}

}  // namespace
}  // namespace executor::mcp
