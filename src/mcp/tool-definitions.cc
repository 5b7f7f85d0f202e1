// The words a model reads before it has seen anything else; every one is paid for in each
// conversation.
#include "mcp/tool-definitions.h"

#include "base/json.h"
#include "base/text.h"
#include "execution/executions.h"

namespace executor::mcp {
namespace {

constexpr std::string_view kIntroduction =
    "Run a TypeScript program that calls tools of the connected APIs, and get what it returns. "
    "`code` "
    "is the body of an async function: use await and return; imports, fetch and files do not "
    "exist.\n"
    "\n"
    "- Call a tool: `await tools.<source>.<group>.<tool>({ ...input })`. Input is one flat object: "
    "path, query, header and body properties side by side. It returns the response body.\n"
    "- Find tools first: `await tools.discover({ query: \"create issue\" })` gives "
    "{ bestPath, results: [{ path, description, approval, input, example }], total }.\n"
    "- Exact types: `await tools.catalog.describe({ path })`. Browse: "
    "`tools.catalog.namespaces({})`, "
    "`tools.catalog.tools({ namespace, limit })`.\n"
    "- A failed call throws an Error with code, status, body, toolPath and hint; catch it to "
    "react.\n"
    "- Do many calls in one program: loop, use Promise.all, filter, and return only what is "
    "needed.\n"
    "- `{ response: \"full\" }` as second argument gives { status, headers, body }.\n"
    "- Tools marked \"required\" wait for a human. If the answer says status waiting, tell the "
    "user the "
    "link and call the tool `resume` with its taskId for the rest. Nothing has to be run again.\n"
    "- console.log lines come back with the result; `emit(value)` shows text, images or files to "
    "the user. Never name a variable `tools`.\n";

constexpr std::string_view kExecuteInput =
    R"({"type":"object","properties":{)"
    R"("code":{"type":"string","minLength":1,)"
    R"("description":"Body of an async TypeScript function."},)"
    R"("timeoutMs":{"type":"integer","minimum":1,"maximum":600000,"default":300000},)"
    R"("runtimeId":{"type":"string"},"metadata":{"type":"object"},)"
    R"("typeCheck":{"type":"string","enum":["off","warn","error"]},)"
    R"("idempotencyKey":{"type":"string","minLength":1,"maxLength":255}},)"
    R"("required":["code"],"additionalProperties":false})";

constexpr std::string_view kResumeInput =
    R"({"type":"object","properties":{)"
    R"("taskId":{"type":"string","description":"taskId of a waiting execution."}},)"
    R"("required":["taskId"],"additionalProperties":false})";

constexpr std::string_view kOutput =
    R"({"type":"object","properties":{)"
    R"("taskId":{"type":"string"},"status":{"type":"string"},"runtimeId":{"type":"string"},)"
    R"("exitCode":{"type":"integer"},"error":{"type":"string"},"result":{},)"
    R"("resultHandle":{"type":"string"},"workspaceId":{"type":"string"},)"
    R"("accountId":{"type":"string"},"calls":{"type":"array"},"logs":{"type":"array"},)"
    R"("emitted":{"type":"array"},"approvals":{"type":"array"},"errorDetail":{"type":"object"},)"
    R"("typeCheck":{"type":"object"}},)"
    R"("required":["taskId","status"]})";

constexpr std::string_view kResumeDescription =
    "Get the result of an execution that answered with status waiting. Waits a little; answers "
    "again "
    "with what still waits if a human has not decided yet. It never decides anything itself.";

// A title is a document's own words: it must not look like a line of ours.
std::string oneLine(std::string_view title) {
  std::string out = truncateText(title, kMaxNamespaceTitle);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return out;
}

// The count tells a model whether to browse or to search.
std::string namespaceLine(const catalog::Catalog::Namespace& entry) {
  std::string line = "\n- tools." + entry.name + " (" + std::to_string(entry.tools) + " tools)";
  if (!entry.title.empty()) line += ": " + oneLine(entry.title);
  return line;
}

// `title` for people, `name` for programs.
std::string toolObject(std::string_view name, std::string_view title, std::string_view description,
                       std::string_view input, bool withOutputSchema) {
  std::string out = R"({"name":)" + quoteJson(name) + R"(,"title":)" + quoteJson(title);
  out += R"(,"description":)" + quoteJson(description);
  out.append(R"(,"inputSchema":)").append(input);
  if (withOutputSchema) out.append(R"(,"outputSchema":)").append(kOutput);
  return out + '}';
}

}  // namespace

std::string executeDescription(const catalog::Catalog& catalog) {
  std::string text(kIntroduction);
  auto namespaces = catalog.namespaces();
  if (namespaces.empty()) {
    return text +
           "\nNo sources are connected yet: the user can add one with `executor source add`.";
  }
  text += "\nConnected sources:";
  for (std::size_t i = 0; i < std::min(namespaces.size(), kMaxNamespaces); ++i) {
    text += namespaceLine(namespaces[i]);
  }
  if (namespaces.size() > kMaxNamespaces) {
    text += "\n+" + std::to_string(namespaces.size() - kMaxNamespaces) + " more";
  }
  return text;
}

std::string executeDefinition(const catalog::Catalog& catalog, bool withOutputSchema) {
  return toolObject("execute", "Execute", executeDescription(catalog), kExecuteInput,
                    withOutputSchema);
}

std::string resumeDefinition(bool withOutputSchema) {
  return toolObject("resume", "Resume", kResumeDescription, kResumeInput, withOutputSchema);
}

}  // namespace executor::mcp
