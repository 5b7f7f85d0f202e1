// The server file, credentials from the data directory, and one REST call at a time.
#include "cli/remote.h"

#include <signal.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "identity/secret-file.h"
#include "net/client.h"

namespace executor::cli {
namespace {

// Three short members; whatever is larger was not written by us.
constexpr std::size_t kMaxServerFileBytes = 16u << 10;

// The directory is named because two servers with two directories are the usual surprise.
std::unexpected<Error> noServer(const std::string& dataDir) {
  return executor::fail(ErrorCode::unavailable,
                        "No Executor server runs for the data directory " + dataDir + ".",
                        "Start one: executor serve");
}

// An answer that is not in our form (a proxy's page) is shown by its status and not by its text.
Error errorFromBody(int status, const json::value& body) {
  Error error{ErrorCode::internal, "The server answered " + std::to_string(status) + ".", {}, {}};
  const auto* inner = findObject(body, "error");
  if (!inner) return error;
  (void)parseErrorCode(findString(*inner, "code"), error.code);
  error.message = findString(*inner, "message", error.message);
  error.hint = findString(*inner, "hint");
  return error;
}

// 2xx is the body, anything else the error it holds.
Result<json::value> bodyOf(const net::ClientResponse& response) {
  json::value body;
  if (!response.body.empty()) {
    auto parsed = parseJson(response.body);
    if (parsed) body = *std::move(parsed);
  }
  if (response.status / 100 == 2) return body;
  return std::unexpected(errorFromBody(response.status, body));
}

// Null is no body at all: routes that take none refuse even an empty object.
std::string textOf(const json::value& body) {
  return body.is_null() ? std::string() : serializeJson(body);
}

// Splits a server-sent event stream; keeps what is not complete yet.
class EventReader {
 public:
  using OnEvent = std::function<void(std::string_view, const json::value&)>;
  explicit EventReader(const OnEvent& onEvent) : onEvent_(onEvent) {}

  void feed(std::string_view bytes) {
    pending_ += bytes;
    for (std::size_t end; (end = pending_.find("\n\n")) != std::string::npos;) {
      event(std::string_view(pending_).substr(0, end));
      pending_.erase(0, end + 2);
    }
  }
  const std::string& lastEvent() const { return name_; }
  const json::value& lastData() const { return data_; }

 private:
  void event(std::string_view block) {
    std::string name = "message", data;
    for (auto line : splitText(block, '\n')) {
      if (line.starts_with("event: ")) name = line.substr(7);
      if (line.starts_with("data: ")) data += line.substr(6);
    }
    if (data.empty()) return;
    auto parsed = parseJson(data);
    if (!parsed) return;
    name_ = name;
    data_ = *std::move(parsed);
    onEvent_(name_, data_);
  }

  const OnEvent& onEvent_;
  std::string pending_, name_;
  json::value data_;
};

}  // namespace

class Remote::Impl {
 public:
  explicit Impl(std::string token) : token(std::move(token)), client(loop, {}) {}

  net::ClientRequest request(std::string method, std::string url, std::string body) const {
    net::ClientRequest out;
    out.method = std::move(method);
    out.url = std::move(url);
    out.headers.set("Authorization", "Bearer " + token);
    out.sensitive = {"authorization"};
    if (!body.empty()) out.headers.set("Content-Type", "application/json");
    out.body = std::move(body);
    out.maxRedirects = 0;
    return out;
  }

  // Runs one coroutine to its end on this command's own loop.
  template <class T>
  Result<T> wait(Task<Result<T>> task) {
    std::optional<Result<T>> answer;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown, Result<T> result) {
      if (thrown) std::rethrow_exception(thrown);
      answer = std::move(result);
    });
    loop.restart();
    while (!answer && loop.run_one() > 0) {
    }
    return *std::move(answer);
  }

  std::string token;
  asio::io_context loop;
  net::HttpClient client;
};

std::string serverFilePath(const std::string& dataDir) { return dataDir + "/server.json"; }

// 0600: it names no secret, but a stranger who could write it could send the owner's token
// elsewhere.
Status writeServerFile(const std::string& dataDir, const ServerLocation& location) {
  json::object body{{"url", location.url}, {"mcpUrl", location.mcpUrl}, {"pid", location.pid}};
  return identity::writeSecretFile(serverFilePath(dataDir), serializeJson(body) + "\n");
}

void removeServerFile(const std::string& dataDir) {
  std::error_code ignored;
  std::filesystem::remove(serverFilePath(dataDir), ignored);
}

// A process id may have been given to another program since; then the port does not answer, and the
// request says so.
Result<ServerLocation> findServer(const std::string& dataDir) {
  auto text = readInput(serverFilePath(dataDir), kMaxServerFileBytes);
  if (!text) return noServer(dataDir);
  auto parsed = parseJson(*text);
  if (!parsed) return noServer(dataDir);
  ServerLocation location{std::string(findString(*parsed, "url")),
                          std::string(findString(*parsed, "mcpUrl")),
                          static_cast<int>(findInteger(*parsed, "pid"))};
  bool alive = location.pid > 0 && (::kill(location.pid, 0) == 0 || errno == EPERM);
  if (!alive || location.url.empty()) return noServer(dataDir);
  return location;
}

Result<std::string> readCredential(const std::string& dataDir, std::string_view name) {
  auto text = identity::readSecretFile(dataDir + "/" + std::string(name));
  if (!text || text->empty()) {
    return executor::fail(ErrorCode::unauthorized,
                          "Cannot read the credential " + dataDir + "/" + std::string(name) + ".",
                          "Run the command as the user that runs the server.");
  }
  return *std::move(text);
}

// What base/config does for all variables, for the one that every command needs before it can load
// anything else.
Result<std::string> dataDirectory(const Context& context) {
  if (!context.dataDir.empty()) return context.dataDir;
  if (const char* set = std::getenv("EXECUTOR_DATA_DIR"); set && *set) return std::string(set);
  const char* home = std::getenv("HOME");
  if (!home || !*home) {
    return executor::fail(ErrorCode::invalid_configuration, "HOME is not set.",
                          "Set EXECUTOR_DATA_DIR or pass --data-dir.");
  }
  return std::string(home) + "/.executor";
}

Result<Remote> Remote::open(const Context& context) {
  EXECUTOR_TRY(auto dataDir, dataDirectory(context));
  EXECUTOR_TRY(auto location, findServer(dataDir));
  EXECUTOR_TRY(auto token, readCredential(dataDir, "owner-token"));
  return Remote(location.url, std::move(token));
}

Remote::Remote(std::string url, std::string token)
    : url_(std::move(url)), impl_(std::make_unique<Impl>(std::move(token))) {}
Remote::Remote(Remote&&) noexcept = default;
Remote::~Remote() = default;

Result<json::value> Remote::get(std::string path) { return call("GET", std::move(path), {}); }

Result<json::value> Remote::post(std::string path, const json::value& body) {
  return call("POST", std::move(path), textOf(body));
}

Result<json::value> Remote::patch(std::string path, const json::value& body) {
  return call("PATCH", std::move(path), textOf(body));
}

Result<json::value> Remote::remove(std::string path) { return call("DELETE", std::move(path), {}); }

// An unreachable server is `unavailable`, whatever the socket said: the fix is the same.
Result<json::value> Remote::call(std::string method, std::string path, std::string body) {
  auto request = impl_->request(std::move(method), url_ + path, std::move(body));
  auto response = impl_->wait(impl_->client.send(std::move(request)));
  if (!response) {
    auto error = std::move(response).error();
    error.code = ErrorCode::unavailable;
    error.message = "The server at " + url_ + " does not answer: " + error.message;
    return std::unexpected(std::move(error));
  }
  return bodyOf(*response);
}

Status Remote::download(std::string path, const std::function<Status(std::string_view)>& onBytes) {
  auto onChunk = [&onBytes](std::string bytes) -> Task<Status> { co_return onBytes(bytes); };
  EXECUTOR_TRY(auto response,
               impl_->wait(impl_->client.stream(impl_->request("GET", url_ + path, {}), onChunk)));
  if (response.status / 100 == 2) return {};
  auto refused = bodyOf(response);
  return refused ? Status() : std::unexpected(refused.error());
}

// The stream may end without a last event when the server dies; then what is there is no answer.
Result<json::value> Remote::postEvents(
    std::string path, const json::value& body,
    const std::function<void(std::string_view, const json::value&)>& onEvent) {
  auto request = impl_->request("POST", url_ + path, textOf(body));
  request.headers.set("Accept", "text/event-stream");
  EventReader reader(onEvent);
  auto onChunk = [&reader](std::string bytes) -> Task<Status> {
    reader.feed(bytes);
    co_return Status{};
  };
  EXECUTOR_TRY(auto response, impl_->wait(impl_->client.stream(std::move(request), onChunk)));
  if (response.status / 100 != 2) return bodyOf(response);
  if (reader.lastEvent() == "done") return reader.lastData();
  return std::unexpected(errorFromBody(response.status, reader.lastData()));
}

}  // namespace executor::cli
