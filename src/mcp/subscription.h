// subscriptions/listen of the modern era: one request whose answer is a stream of changes (MCP
// 2026-07-28, subscriptions; SEP-2663 for tasks).
//
// The first message says what will be told of; nothing else is ever sent, and every message names
// the subscription. What a client may not see is left out of the acknowledgement, as what the
// server does not offer is. Changes are found by comparing versions at a floor of kChangePoll: a
// change is told of at least once, several in one interval as one. A task is told of whenever it
// looks different, and no more once it is over. The server's own end is a result, the client's is
// closing the stream; nothing of a subscription outlives its request.
#pragma once

#include <string>
#include <vector>

#include "mcp/features.h"

namespace executor::mcp {

inline constexpr std::chrono::milliseconds kChangePoll{500};
inline constexpr std::chrono::seconds kStreamQuiet{15};  // then a comment keeps proxies awake
// Of one subscription; the rest is not acknowledged.
inline constexpr std::size_t kMaxWatchedTasks = 50;
inline constexpr std::size_t kMaxWatchedResources = 50;

class Subscription {
 public:
  // `invalid_argument` for a filter that is none. The caller has seen that a client that asks for
  // tasks declared them.
  static Task<Result<Subscription>> open(const Features& features, Call call);

  // The messages, until `stopped` or the client is gone.
  static Task<void> run(std::shared_ptr<Subscription> subscription, std::shared_ptr<net::Sink> sink,
                        std::function<bool()> stopped);

 private:
  explicit Subscription(const Features& features, Call call)
      : features_(features), call_(std::move(call)) {}
  struct Watched {
    std::string id;    // a URI or a task's id
    std::string seen;  // what was last told of
    bool over = false;
  };
  Task<void> watchTools(bool wanted);
  Task<void> watchResources(std::vector<std::string> uris);
  Task<void> watchTasks(std::vector<std::string> ids);
  Task<std::string> toolsVersion();
  Task<Result<std::string>> lookAtResource(std::string uri);
  Task<Result<std::string>> lookAtTask(std::string id);
  std::string acknowledgement() const;
  // The params of a message: the subscription's id, and `more` that begins with a comma.
  std::string params(std::string_view more) const;
  Task<std::string> changes();

  const Features& features_;
  Call call_;
  bool tools_ = false;
  std::string seenTools_;
  std::vector<Watched> resources_, tasks_;
};

}  // namespace executor::mcp
