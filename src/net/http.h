// HTTP messages as the rest of the program sees them; no Beast type leaves net/.
//
// A Request is whole: its body has been read within the limits of its route. A Response is either
// whole or a stream: a coroutine that writes to a Sink while the connection stays open (SSE). A
// handler learns that its client went away through Request::disconnected; the connection starts to
// watch only when somebody asks, so a fast handler pays nothing for it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/error.h"

namespace executor::net {

// Header fields in order; names compare without case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  std::string_view get(std::string_view name) const;  // first value, or empty
  bool has(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  // set() replaces all of that name, add() appends. Both return false and change nothing if the
  // name is no token (RFC 9110 section 5.6.2) or the value holds CR, LF, NUL or another control
  // character: a value from outside can never start a header of its own.
  bool set(std::string_view name, std::string value);
  bool add(std::string_view name, std::string value);
  void remove(std::string_view name);
  const std::vector<Field>& all() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

// The connection's side of Disconnect: begins to look for the peer's close.
class PeerWatch {
 public:
  virtual ~PeerWatch() = default;
  virtual void watchPeer() = 0;
};

// Fires once when the peer closes before the response is complete. Callbacks run on the
// connection's executor. Shared so that an execution can outlive the request.
class Disconnect {
 public:
  Disconnect() = default;
  explicit Disconnect(std::weak_ptr<PeerWatch> watch) : watch_(std::move(watch)) {}

  bool fired() const;
  void fire();
  void onFire(std::function<void()> callback);  // runs at once if already fired

 private:
  void beginWatch() const;

  bool fired_ = false;
  std::vector<std::function<void()>> callbacks_;
  mutable std::weak_ptr<PeerWatch> watch_;
};

struct Request {
  std::string method;  // upper case
  std::string path;    // percent-decoded, begins with '/', no dot segments
  std::string query;   // raw, without '?'
  Headers headers;
  std::string body;
  std::string peer;       // address of the client as text, trusted proxies applied
  std::string requestId;  // req_…, also sent back as X-Request-Id
  std::string origin;     // scheme://host[:port] the client used (public URL if configured)
  std::vector<std::string> pathParameters;  // what `*` matched, in order
  std::shared_ptr<Disconnect> disconnected;

  // The decoded value of a query parameter, or empty. Empty and absent are the same (MCP-008).
  std::string queryParameter(std::string_view name) const;
  // A cookie's value, or empty.
  std::string cookie(std::string_view name) const;
};

// Where a streaming response writes. write() completes when the bytes are with the kernel and fails
// with `cancelled` when the client is gone or the response has ended. Writes from several
// coroutines go out one after the other, each whole.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Task<Status> write(std::string bytes) = 0;
};

// What an answer of 429 or 503 says in Retry-After, where trying again can help.
inline constexpr int kRetryAfterSeconds = 2;

struct Response {
  int status = 200;
  // Framing and Date, Connection, X-Request-Id are the server's; such fields here are ignored, but
  // `Connection: close` closes.
  Headers headers;
  std::string body;
  std::function<Task<void>(std::shared_ptr<Sink>)> stream;  // if set, body is ignored

  static Response json(int status, std::string body);
  static Response html(int status, std::string body);
  static Response text(int status, std::string body);
  static Response redirect(std::string location);  // 303
  // The product's error form: {"error":{code,message,hint?,requestId}} (product.md section 4).
  static Response error(const Error& error, std::string_view requestId);
};

// One server-sent event: optional id and event name, data split at newlines.
std::string formatSse(std::string_view data, std::string_view event = {}, std::string_view id = {});

// The reason phrase of a status code; "Unknown" if it has none.
std::string_view reasonPhrase(int status);

using Handler = std::function<Task<Response>(Request)>;
// Judges a request by its head, before its body is read.
using HeadCheck = std::function<Task<Status>(Request head)>;

}  // namespace executor::net
