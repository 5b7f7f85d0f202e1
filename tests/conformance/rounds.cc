// Tools that answer `input_required`, as the scenarios describe them.
#include "modern.h"

namespace executor::conformance {
namespace {

using mcp::RequestStates;

constexpr EpochMs kStateLifeMs = 60'000;

// What a tool may ask for, by the key of its answer.
struct Question {
  std::string_view key, request;
};
constexpr Question kName = {
    "user_name",
    R"({"method":"elicitation/create","params":{"mode":"form","message":"What is your name?",)"
    R"("requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},)"
    R"("required":["name"]}}})"};
constexpr Question kColor = {
    "step2",
    R"({"method":"elicitation/create","params":{"mode":"form","message":"Your favorite color?",)"
    R"("requestedSchema":{"type":"object","properties":{"color":{"type":"string"}},)"
    R"("required":["color"]}}})"};
constexpr Question kConfirm = {
    "confirm",
    R"({"method":"elicitation/create","params":{"mode":"form","message":"Please confirm",)"
    R"("requestedSchema":{"type":"object","properties":{"ok":{"type":"boolean"}},)"
    R"("required":["ok"]}}})"};
constexpr Question kContext = {
    "user_context",
    R"({"method":"elicitation/create","params":{"mode":"form","message":"What context?",)"
    R"("requestedSchema":{"type":"object","properties":{"context":{"type":"string"}},)"
    R"("required":["context"]}}})"};
constexpr Question kCapital = {
    "capital_question",
    R"({"method":"sampling/createMessage","params":{"maxTokens":100,"messages":[{"role":"user",)"
    R"("content":{"type":"text","text":"What is the capital of France?"}}]}})"};
constexpr Question kRoots = {"client_roots", R"({"method":"roots/list","params":{}})"};

// A client is only asked for what it declared.
bool declared(const Call& call, const Question& question) {
  if (question.request.find("elicitation/") != std::string_view::npos) {
    return call.capabilities.elicitationForm;
  }
  if (question.request.find("sampling/") != std::string_view::npos) {
    return call.capabilities.sampling;
  }
  return call.capabilities.roots;
}

Answer ask(const std::vector<Question>& questions, std::string_view state = {}) {
  std::string members = R"("inputRequests":{)";
  for (const auto& question : questions) {
    if (!members.ends_with('{')) members += ',';
    members += quoteJson(question.key) + ":" + std::string(question.request);
  }
  members += '}';
  if (!state.empty()) members += R"(,"requestState":)" + quoteJson(state);
  return {.members = std::move(members), .kind = Answer::Kind::input_required};
}

// An answer to the question, or null: absent ones and ill-formed ones are asked for again.
const json::object* answerTo(const json::object& responses, const Question& question) {
  const auto* answer = findObject(responses, question.key);
  if (!answer) return nullptr;
  bool elicited = question.request.find("elicitation/") != std::string_view::npos;
  if (!elicited) return answer;
  return findString(*answer, "action") == "accept" ? findObject(*answer, "content") : nullptr;
}

bool allAnswered(const json::object& responses, const std::vector<Question>& questions) {
  for (const auto& question : questions) {
    if (!answerTo(responses, question)) return false;
  }
  return true;
}

// Asks until all is answered; then `members` are the result's.
Task<Result<Answer>> oneRound(Call call, std::vector<Question> questions, std::string members) {
  EXECUTOR_CO_TRY(auto responses, mcp::inputResponsesOf(call));
  for (const auto& question : questions) {
    if (!declared(call, question)) co_return mcp::missingCapability(R"("elicitation":{})");
  }
  if (!allAnswered(responses, questions)) co_return ask(questions);
  co_return Answer{.members = std::move(members)};
}

// As oneRound, with a state that has to come back.
Task<Result<Answer>> withState(const RequestStates& states, Call call,
                               std::vector<Question> questions) {
  EXECUTOR_CO_TRY(auto responses, mcp::inputResponsesOf(call));
  EXECUTOR_CO_TRY(auto state, mcp::requestStateOf(call));
  if (!state.empty()) {
    EXECUTOR_CO_CHECK(states.open(call, state));
    if (allAnswered(responses, questions)) co_return textAnswer("state-ok");
  }
  co_return ask(questions, states.seal(call, {}, systemClock().now() + kStateLifeMs));
}

// Two questions, one after the other; the state says which comes next.
Task<Result<Answer>> twoRounds(const RequestStates& states, Call call) {
  EXECUTOR_CO_TRY(auto responses, mcp::inputResponsesOf(call));
  EXECUTOR_CO_TRY(auto state, mcp::requestStateOf(call));
  json::object at;
  if (!state.empty()) {
    EXECUTOR_CO_TRY(at, states.open(call, state));
  }
  auto step = findInteger(at, "step", 1);
  bool answered = !state.empty() && answerTo(responses, step == 1 ? kName : kColor);
  if (step == 2 && answered) co_return textAnswer("all steps are done");
  if (answered) step = 2;
  auto next = states.seal(call, {{"step", step}}, systemClock().now() + kStateLifeMs);
  co_return ask({step == 1 ? kName : kColor}, next);
}

// Whatever of the two the client can be asked for.
Task<Result<Answer>> whatIsDeclared(Call call, json::object) {
  EXECUTOR_CO_TRY(auto responses, mcp::inputResponsesOf(call));
  std::vector<Question> questions;
  for (const auto& question : {kName, kCapital}) {
    if (declared(call, question)) questions.push_back(question);
  }
  if (questions.empty() || allAnswered(responses, questions)) co_return textAnswer("done");
  co_return ask(questions);
}

Task<Result<Answer>> needsSampling(Call call, json::object) {
  if (!call.capabilities.sampling) co_return mcp::missingCapability(R"("sampling":{})");
  co_return textAnswer("sampling is declared");
}

// Says something first, so that there is a stream to look at.
Task<Result<Answer>> streamingElicitation(Call call, json::object) {
  call.channel->progress(1, 2, "asking");
  call.channel->log(mcp::LogLevel::info, "fixture", R"("asking")");
  co_return co_await oneRound(std::move(call), {kName}, textContent("done"));
}

Task<Result<Answer>> logs(Call call, json::object) {
  call.channel->log(mcp::LogLevel::info, "fixture", R"("a line")");
  co_return textAnswer("logged");
}

void addHeaderTool(Features& features) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},)"
      R"("count":{"type":"integer","x-mcp-header":"Count"}}})";
  addTool(features, "test_custom_headers", "Arguments that are mirrored into headers.",
          [](Call, json::object arguments) -> Task<Result<Answer>> {
            co_return textAnswer(serializeJson(arguments));
          },
          kSchema, {{"Region", {"region"}}, {"Count", {"count"}}});
}

// The list of tools changes whenever this one is called.
void addToolChange(Features& features) {
  auto version = std::make_shared<std::uint64_t>(1);
  addTool(features, "test_trigger_tool_change", "Changes the list of tools.",
          [version](Call, json::object) -> Task<Result<Answer>> {
            ++*version;
            co_return textAnswer("changed");
          });
  features.setToolsVersion([version](Call) -> Task<Result<std::uint64_t>> { co_return *version; });
}

void addPrompt(Features& features) {
  features.add(mcp::Prompt{
      .name = "test_input_required_result_prompt",
      .definition = R"({"name":"test_input_required_result_prompt","description":"Asks first."})",
      .get = [](Call call, json::object) {
        return oneRound(std::move(call), {kContext},
                        R"("messages":[{"role":"user","content":{"type":"text","text":"hi"}}])");
      }});
}

}  // namespace

void addRounds(Features& features, const RequestStates& states) {
  auto add = [&](std::string name, std::vector<Question> questions, std::string_view text) {
    addTool(features, std::move(name), "Asks its client first.",
            [questions = std::move(questions), text](Call call, json::object) {
              return oneRound(std::move(call), questions, textContent(text));
            });
  };
  add("test_input_required_result_elicitation", {kName}, "Hello!");
  add("test_input_required_result_sampling", {kCapital}, "Paris");
  add("test_input_required_result_list_roots", {kRoots}, "file:///test/root");
  auto addStated = [&](std::string name, std::vector<Question> questions) {
    addTool(features, std::move(name), "Asks its client first and wants its state back.",
            [&states, questions = std::move(questions)](Call call, json::object) {
              return withState(states, std::move(call), questions);
            });
  };
  addStated("test_input_required_result_request_state", {kConfirm});
  addStated("test_input_required_result_tampered_state", {kConfirm});
  addStated("test_input_required_result_multiple_inputs", {kName, kCapital, kRoots});
  addTool(features, "test_input_required_result_multi_round", "Asks twice.",
          [&states](Call call, json::object) { return twoRounds(states, std::move(call)); });
  addTool(features, "test_input_required_result_capabilities", "Asks what it may.", whatIsDeclared);
  addTool(features, "test_missing_capability", "Needs sampling.", needsSampling);
  addTool(features, "test_streaming_elicitation", "Speaks, then asks.", streamingElicitation);
  addTool(features, "test_logging_tool", "Logs a line.", logs);
  addHeaderTool(features);
  addToolChange(features);
  addPrompt(features);
}

}  // namespace executor::conformance
