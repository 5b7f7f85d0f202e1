// The methods of the older era that change a session and nothing else: logging/setLevel,
// resources/subscribe and unsubscribe; and what subscribers and tool lists are told afterwards.
//
// All of it lives as long as the session, so without one there is nowhere to keep it and the method
// is refused. Changes are found by comparing versions when the session's own stream looks for them:
// a missed intermediate version loses nothing, because a notification only says "look again".
#pragma once

#include "mcp/features.h"
#include "mcp/sessions.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxResourceSubscriptions = 100;  // of one session
inline constexpr std::size_t kMaxResourceUriBytes = 2'000;

class SessionMethods {
 public:
  explicit SessionMethods(const Features& features) : features_(features) {}

  bool serve(std::string_view method) const;
  // A method that is served here; `call.params` is set.
  Task<Result<Answer>> request(Call call, std::string method);

  // Pushes to the session's own stream what its client does not know yet. The first look only
  // remembers.
  Task<void> lookForChanges(Call call);

 private:
  Result<Answer> setLogLevel(const Call& call) const;
  Task<Result<Answer>> subscribe(Call call) const;
  Result<Answer> unsubscribe(const Call& call) const;
  Task<void> lookAtTools(Call call);
  Task<void> lookAtResources(Call call);

  const Features& features_;
};

}  // namespace executor::mcp
