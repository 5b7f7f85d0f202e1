// Questions that a session's client has been asked and has not answered.
//
// Ids are counted per session and only this table is asked when a response comes in, so an answer
// counts only in the session that was asked, only once, and only while the question is open. An
// answer to anything else is dropped: it may be late, doubled or made up, and none of the three is
// worth an error to a client that cannot act on it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "base/json.h"
#include "base/signal.h"
#include "mcp/protocol.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxOpenQuestions = 64;  // of one session

class ServerRequests {
 public:
  struct Question {
    std::int64_t id = 0;
    std::optional<Result<json::value>> answer;
    Signal changed;
  };

  // nullptr when kMaxOpenQuestions are open or the session has ended.
  std::shared_ptr<Question> open();
  // No answer is taken for it any more.
  void close(std::int64_t id) { open_.erase(id); }
  // False when the response answers no open question.
  bool answer(const Message& response);
  // The session ended: all open questions end with `cancelled`.
  void end();
  std::size_t size() const { return open_.size(); }

 private:
  std::int64_t next_ = 1;
  bool ended_ = false;
  std::map<std::int64_t, std::shared_ptr<Question>> open_;
};

}  // namespace executor::mcp
