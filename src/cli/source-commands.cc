// source, connection, policy, key: what a workspace has and who may use it.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/rest-command.h"

namespace executor::cli {
namespace {

// As the server's own limit (source/openapi): a larger file is refused before it is sent.
constexpr std::size_t kMaxDocumentBytes = 128u << 20;

// Anything else is a file; `-` is standard input.
bool isUrl(const std::string& text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

// The server tells an absent member from an empty one; a flag that was not given is absent.
void setIf(json::object& body, std::string_view name, const std::string& value) {
  if (!value.empty()) body[name] = value;
}

// What `source add` sends: an URL as it is, a file's content.
Result<json::value> sourceBody(const std::string& from, const std::string& name,
                               const std::string& baseUrl) {
  json::object body{{"name", name}};
  setIf(body, "baseUrl", baseUrl);
  if (isUrl(from)) {
    body["url"] = from;
    return body;
  }
  EXECUTOR_TRY(auto document, readInput(from, kMaxDocumentBytes));
  body["document"] = std::move(document);
  return body;
}

// Warnings are what the document promises and Executor cannot send exactly.
void showSource(const json::value& source) {
  fmt::print("{} {}: {} tools ({} {})\n", styled(Style::green, "Ready"),
             styled(Style::bold, cellOf(source, "name")), cellOf(source, "toolCount"),
             cellOf(source, "title"), cellOf(source, "documentVersion"));
  if (const auto* warnings = findArray(source, "warnings")) {
    for (const auto& warning : *warnings) {
      fmt::print("  {} {}\n", styled(Style::yellow, "warning:"),
                 std::string_view(warning.as_string()));
    }
  }
}

// Members that are absent are left out; --json has all.
void showSourceInFull(const json::value& source) {
  for (const char* member : {"name", "id", "kind", "state", "title", "documentVersion", "toolCount",
                             "url", "baseUrl", "error", "createdAt", "updatedAt"}) {
    if (find(source, member)) fmt::print("{:<16} {}\n", member, cellOf(source, member));
  }
}

// Large documents take a second or two: the steps are shown while the server works.
Result<json::value> addWithProgress(Context& context, Remote& remote, const std::string& path,
                                    const json::value& body) {
  ProgressLine line(!context.json);
  return remote.postEvents(path, body, [&](std::string_view event, const json::value& data) {
    if (event == "progress") line.show(fmt::format("{}…", findString(data, "step")));
  });
}

// The document goes to the server as text; the server compiles it in the jail.
void addSourceAdd(CLI::App& group, Context& context) {
  struct Options {
    std::string from, name, baseUrl;
  };
  auto options = std::make_shared<Options>();
  auto* add = group.add_subcommand("add", "Add an API by its OpenAPI document");
  add->add_option("document", options->from, "URL, file, or - for standard input")->required();
  add->add_option("--name", options->name, "First segment of its tools (tools.<name>.…)")
      ->required();
  add->add_option("--base-url", options->baseUrl,
                  "Send calls here instead of the document's server");
  add->callback([&context, options] {
    runRest(
        context,
        [&](Remote& remote) -> Result<json::value> {
          EXECUTOR_TRY(auto body, sourceBody(options->from, options->name, options->baseUrl));
          return addWithProgress(context, remote, "/api/v1/sources", body);
        },
        showSource);
  });
}

// A command with one required argument that names a thing.
template <class F>
void addNamed(CLI::App& group, const char* name, const char* text, const char* argument, F run) {
  auto value = std::make_shared<std::string>();
  auto* command = group.add_subcommand(name, text);
  command->add_option(argument, *value)->required();
  command->callback([value, run] { run(*value); });
}

// Each kind of thing is removed alike.
void addRemove(CLI::App& group, Context& context, const char* argument, std::string path) {
  addNamed(group, "remove", "Remove it", argument, [&context, path](const std::string& which) {
    runRest(
        context, [&](Remote& remote) { return remote.remove(path + percentEncode(which)); },
        showText("Removed " + which + "."));
  });
}

// One table for every kind of thing, so that lists read alike.
void addList(CLI::App& group, Context& context, std::string path, std::vector<std::string> columns,
             std::string none) {
  group.add_subcommand("list", "List them")->callback([&context, path, columns, none] {
    runRest(context, [&](Remote& remote) { return remote.get(path); }, showTable(columns, none));
  });
}

// No option takes the secret (D32): it would stand in the shell's history and in every `ps`.
void addConnectionAdd(CLI::App& group, Context& context) {
  struct Options {
    std::string source, name, kind = "bearer", in, parameter, fromFile;
  };
  auto o = std::make_shared<Options>();
  auto* add = group.add_subcommand(
      "add", "Give a source its credential; the secret comes from a prompt or standard input");
  add->add_option("source", o->source, "Name or id of the source")->required();
  add->add_option("--name", o->name, "Name of the connection (default: default)");
  add->add_option("--kind", o->kind, "bearer, basic (user:password) or apiKey")
      ->check(CLI::IsMember({"bearer", "basic", "apiKey"}));
  add->add_option("--in", o->in, "apiKey: header, query or cookie");
  add->add_option("--parameter", o->parameter, "apiKey: its name");
  add->add_option("--from-file", o->fromFile, "Read the secret from a file");
  add->callback([&context, o] {
    auto secret = readSecret("Secret for " + o->source, o->fromFile);
    if (!secret) return context.fail(secret.error());
    json::object body{{"source", o->source}, {"kind", o->kind}, {"secret", *secret}};
    setIf(body, "name", o->name);
    setIf(body, "in", o->in);
    setIf(body, "parameter", o->parameter);
    runRest(
        context, [&](Remote& remote) { return remote.post("/api/v1/connections", body); },
        showText("Connected " + o->source + "."));
  });
}

// Exact tools only now; the server refuses patterns instead of taking them as names.
void addPolicyAdd(CLI::App& group, Context& context) {
  auto effect = std::make_shared<std::string>();
  auto tool = std::make_shared<std::string>();
  auto* add = group.add_subcommand("add", "Allow, ask for or deny one exact tool");
  add->add_option("effect", *effect)->required()->check(CLI::IsMember({"allow", "ask", "deny"}));
  add->add_option("tool", *tool, "For example github.issues.create")->required();
  add->callback([&context, effect, tool] {
    json::object body{{"effect", *effect}, {"tool", *tool}};
    runRest(
        context, [&](Remote& remote) { return remote.post("/api/v1/policies", body); },
        showText("Policy: " + *effect + " " + *tool + "."));
  });
}

// The only moment the key is seen; it goes to standard output alone, for a pipe.
void addKeyCreate(CLI::App& group, Context& context) {
  auto name = std::make_shared<std::string>();
  auto mayApprove = std::make_shared<bool>(false);
  auto* create = group.add_subcommand("create", "Make a key for an agent; shown once");
  create->add_option("name", *name, "What it is for")->required();
  create->add_flag("--may-approve", *mayApprove, "Answers of its client count as yours");
  create->callback([&context, name, mayApprove] {
    json::object body{{"name", *name}, {"mayApprove", *mayApprove}};
    runRest(
        context, [&](Remote& remote) { return remote.post("/api/v1/keys", body); },
        [](const json::value& key) { fmt::print("{}\n", findString(key, "key")); });
  });
}

}  // namespace

void addSourceCommand(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("source", "APIs this workspace can use")->require_subcommand(1);
  addSourceAdd(*group, context);
  addList(*group, context, "/api/v1/sources", {"name", "kind", "state", "toolCount", "title"},
          "No sources yet. Add one: executor source add <url> --name <name>");
  addNamed(*group, "show", "Everything about one source", "source",
           [&context](const std::string& which) {
             auto path = "/api/v1/sources/" + percentEncode(which);
             runRest(context, [&](Remote& remote) { return remote.get(path); }, showSourceInFull);
           });
  addNamed(*group, "refresh", "Fetch the document again", "source",
           [&context](const std::string& which) {
             auto path = "/api/v1/sources/" + percentEncode(which) + "/refresh";
             runRest(
                 context,
                 [&](Remote& remote) { return addWithProgress(context, remote, path, nullptr); },
                 showSource);
           });
  addRemove(*group, context, "source", "/api/v1/sources/");
}

void addConnectionCommand(CLI::App& app, Context& context) {
  auto* group =
      app.add_subcommand("connection", "Credentials of the sources")->require_subcommand(1);
  addConnectionAdd(*group, context);
  addList(*group, context, "/api/v1/connections", {"source", "name", "kind", "id", "createdAt"},
          "No connections yet. Add one: executor connection add <source>");
  addRemove(*group, context, "connection", "/api/v1/connections/");
}

void addPolicyCommand(CLI::App& app, Context& context) {
  auto* group =
      app.add_subcommand("policy", "Which tools run, ask or are denied")->require_subcommand(1);
  addPolicyAdd(*group, context);
  addList(*group, context, "/api/v1/policies",
          {"effect", "tool", "id", "createdAt", "fromApproval"},
          "No policies: reads run, writes ask.");
  addRemove(*group, context, "policy", "/api/v1/policies/");
}

void addKeyCommand(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("key", "Keys with which agents connect")->require_subcommand(1);
  addKeyCreate(*group, context);
  addList(*group, context, "/api/v1/keys",
          {"name", "id", "mayApprove", "revoked", "lastUsedAt", "createdAt"}, "No keys.");
  addNamed(
      *group, "revoke", "Make a key worthless at once", "key",
      [&context](const std::string& which) {
        runRest(
            context,
            [&](Remote& remote) { return remote.remove("/api/v1/keys/" + percentEncode(which)); },
            showText("Revoked " + which + "."));
      });
}

}  // namespace executor::cli
