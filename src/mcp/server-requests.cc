// Matching of responses.
#include "mcp/server-requests.h"

#include "base/text.h"

namespace executor::mcp {
namespace {

constexpr std::size_t kMaxForeignMessage = 300;

// The client's own words are bounded and named as such.
Result<json::value> readAnswer(const json::object& response) {
  if (const auto* result = response.if_contains("result")) {
    if (result->is_object()) return *result;
    return fail(ErrorCode::invalid_argument, "The client's result is no object.");
  }
  const auto* error = findObject(response, "error");
  auto words = error ? findString(*error, "message") : std::string_view();
  return fail(ErrorCode::unavailable,
              "The client did not answer: " + truncateText(words, kMaxForeignMessage));
}

}  // namespace

std::shared_ptr<ServerRequests::Question> ServerRequests::open() {
  if (ended_ || open_.size() >= kMaxOpenQuestions) return nullptr;
  auto question = std::make_shared<Question>();
  question->id = next_++;
  open_.emplace(question->id, question);
  return question;
}

bool ServerRequests::answer(const Message& response) {
  if (!response.id.is_int64()) return false;
  auto found = open_.find(response.id.get_int64());
  if (found == open_.end()) return false;
  auto question = found->second;
  open_.erase(found);
  question->answer = readAnswer(response.response);
  question->changed.notify();
  return true;
}

void ServerRequests::end() {
  ended_ = true;
  for (auto& [id, question] : std::exchange(open_, {})) {
    question->answer = fail(ErrorCode::cancelled, "The session has ended.");
    question->changed.notify();
  }
}

}  // namespace executor::mcp
