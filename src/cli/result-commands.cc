// result: stored contents (big results, big answers, emitted files) read from a terminal.
#include <fmt/format.h>

#include <fstream>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/rest-command.h"

namespace executor::cli {
namespace {

// A terminal is no place for bytes that may be anything: a file, or a pipe by an explicit "-".
Result<std::int64_t> download(Remote& remote, const std::string& handle, const std::string& out) {
  std::ofstream file;
  if (out != "-") {
    file.open(out, std::ios::binary | std::ios::trunc);
    if (!file) {
      return fail(ErrorCode::invalid_argument, fmt::format("Cannot write {}.", out),
                  "Name a file in a directory that exists, or - for standard output.");
    }
  }
  std::int64_t written = 0;
  const auto onBytes = [&](std::string_view bytes) -> Status {
    written += static_cast<std::int64_t>(bytes.size());
    const bool good = out == "-"
                          ? std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size()
                          : !!file.write(bytes.data(), std::ssize(bytes));
    if (good) return {};
    return fail(ErrorCode::store_full, fmt::format("Cannot write all of {}.", out));
  };
  EXECUTOR_CHECK(remote.download("/api/v1/results/" + percentEncode(handle), onBytes));
  return written;
}

void addGet(CLI::App& group, Context& context) {
  struct Options {
    std::string handle, out;
  };
  auto o = std::make_shared<Options>();
  auto* command = group.add_subcommand("get", "Write one to a file");
  command->add_option("handle", o->handle, "res_…, of an answer or of `result list`")->required();
  command->add_option("--out", o->out, "The file, or - for standard output")->required();
  command->callback([&context, o] {
    auto remote = Remote::open(context);
    if (!remote) return context.fail(remote.error());
    const auto written = download(*remote, o->handle, o->out);
    if (!written) return context.fail(written.error());
    if (o->out == "-") return;
    if (context.json) return context.printJson(json::object{{"bytes", *written}, {"file", o->out}});
    fmt::print("Wrote {} bytes to {}.\n", *written, o->out);
  });
}

}  // namespace

void addResultCommand(CLI::App& app, Context& context) {
  auto* group =
      app.add_subcommand("result", "Big results and files, by handle")->require_subcommand(1);
  auto execution = std::make_shared<std::string>();
  auto* list = group->add_subcommand("list", "Newest first");
  list->add_option("--execution", *execution, "Only those of this taskId");
  list->callback([&context, execution] {
    const auto path =
        "/api/v1/results" + (execution->empty() ? "" : "?executionId=" + percentEncode(*execution));
    runRest(
        context, [&](Remote& remote) { return remote.get(path); },
        showTable({"handle", "kind", "mimeType", "bytes", "name", "createdAt"},
                  "Nothing is stored."));
  });
  addGet(*group, context);
}

}  // namespace executor::cli
