// What the scenarios of the conformance suite expect of a server: tools, prompts and resources of
// given names, registered on the production mcp/ layer (D36). Nothing here speaks the protocol.
#pragma once

#include "mcp/features.h"

namespace executor::conformance {

using mcp::Answer;
using mcp::Call;
using mcp::Features;

using Handler = std::function<Task<Result<Answer>>(Call, json::object)>;

// A tool with a description and an input schema, both as JSON text.
void addTool(Features& features, std::string name, std::string_view description, Handler handler,
             std::string_view inputSchema = R"({"type":"object","properties":{}})",
             std::vector<mcp::MirroredArgument> mirrored = {});

// content: [ {type: "text", text} ] as the members of a result.
std::string textContent(std::string_view text);
Answer textAnswer(std::string_view text);

// Waits, as the scenarios want it between two messages.
Task<void> sleepFor(std::chrono::milliseconds span);

// A picture of one point and a silent sound.
extern const std::string_view kImage, kAudio;

// Same in both eras: static content, prompts, resources, completion.
void addContent(Features& features);
// Tools that talk to their client while they run: logging, progress, sampling, elicitation.
void addConversation(Features& features);

}  // namespace executor::conformance
