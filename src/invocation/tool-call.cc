// The steps of one call. A step that ends the call returns its outcome; nothing throws, nothing is
// undone, because nothing before `record` has an effect outside this object.
#include "invocation/tool-call.h"

#include <fmt/format.h>

#include "base/crash-point.h"
#include "base/crypto.h"
#include "base/text.h"
#include "invocation/result-read.h"
#include "invocation/upstream-error.h"

namespace executor::invocation {
namespace {

// Of a path that names no tool: it is the program's own text, of any length.
constexpr std::size_t kMaxPathInText = 200;
constexpr int kMaxAttempts = 2;  // of a safe operation, when the connection broke

// Names the rule, so that a person can find and change it.
std::string describeDenial(std::string_view path, const policy::Decision& decision) {
  std::string text = fmt::format("The tool {} is denied by policy", path);
  if (!decision.policyId.empty()) text += fmt::format(" {}", decision.policyId);
  if (!decision.reason.empty()) text += fmt::format(": {}", decision.reason);
  return text;
}

// The reviewer's own words are the part that helps the program; they come last and whole.
std::string describeRuling(std::string_view path, const approval::Ruling& ruling) {
  switch (ruling.verdict) {
    case approval::Verdict::denied:
      return ruling.reason.empty()
                 ? fmt::format("A person denied the call of {}.", path)
                 : fmt::format("A person denied the call of {}: {}", path, ruling.reason);
    case approval::Verdict::expired:
      return fmt::format("The approval for {} expired before anyone decided.", path);
    case approval::Verdict::cancelled:
      return fmt::format("The approval for {} was cancelled.", path);
    case approval::Verdict::approved: break;
  }
  return {};
}

}  // namespace

ToolCall::ToolCall(Pipeline& pipeline, CallRequest request, CallJournal& journal,
                   std::shared_ptr<net::ClientCancel> cancel)
    : pipeline_(pipeline),
      request_(std::move(request)),
      journal_(journal),
      cancel_(std::move(cancel)) {}

// Before the tool is resolved, the path is the program's text and may be anything: it is cut.
CallOutcome ToolCall::outcome(OutcomeStatus status, Error error) const {
  CallOutcome outcome;
  outcome.status = status;
  outcome.error = std::move(error);
  outcome.toolPath = tool_.path.empty() ? truncateText(request_.path, kMaxPathInText) : tool_.path;
  return outcome;
}

std::unexpected<CallOutcome> ToolCall::stop(OutcomeStatus status, Error error) const {
  return std::unexpected(outcome(status, std::move(error)));
}

// The journal refuses with `cancelled` when the execution has ended meanwhile.
std::unexpected<CallOutcome> ToolCall::notRecorded(Error error) const {
  const bool cancelled = error.code == ErrorCode::cancelled;
  return stop(cancelled ? OutcomeStatus::cancelled : OutcomeStatus::failed, std::move(error));
}

// `failed` and not `denied`: a human said yes, the world changed.
std::unexpected<CallOutcome> ToolCall::authorityChanged(std::string what) const {
  return stop(
      OutcomeStatus::failed,
      Error{ErrorCode::authority_changed,
            fmt::format("{} was approved, but {} since; nothing was sent.", tool_.path, what),
            "Call the tool again to ask for a new approval.",
            {}});
}

// The order is the security case: see the head of tool-call.h.
Task<CallOutcome> ToolCall::run() {
  if (Step step = co_await prepare(); !step) co_return std::move(step).error();
  if (decision_.effect == policy::Effect::ask) {
    if (Step step = co_await askHuman(); !step) co_return std::move(step).error();
  }
  if (Step step = co_await record(); !step) co_return std::move(step).error();
  if (isSystem()) co_return co_await answerSystemTool();
  co_return co_await send();
}

// Everything that can refuse the call without asking anyone. The credential comes before the human,
// so that nobody is asked about a call that cannot be sent.
Task<ToolCall::Step> ToolCall::prepare() {
  if (Step step = admit(); !step) co_return step;
  if (Step step = resolve(); !step) co_return step;
  if (Step step = validate(); !step) co_return step;
  if (Step step = co_await decide(); !step) co_return step;
  if (isSystem()) co_return Step();
  if (Step step = co_await authorize(); !step) co_return step;
  co_return co_await build();
}

// First of all, so that a forged call costs nothing and learns nothing.
ToolCall::Step ToolCall::admit() {
  Status admitted = pipeline_.gate.admit(request_.executionId, request_.token, request_.n);
  if (!admitted) return stop(OutcomeStatus::failed, std::move(admitted).error());
  return {};
}

// Against the snapshot the execution started with: a refresh in between changes nothing under a
// running program. From here on only the canonical address is used.
ToolCall::Step ToolCall::resolve() {
  std::optional<catalog::ToolRef> found = request_.catalog->find(request_.path);
  if (!found) {
    return stop(OutcomeStatus::failed, request_.catalog->unknownTool(request_.path));
  }
  tool_ = *std::move(found);
  safe_ = tool_.safe();
  if (isSystem()) return {};
  if (!request_.expectedToolSet.empty() && request_.expectedToolSet != tool_.set->hash()) {
    return authorityChanged("its source was refreshed");
  }
  const source::ToolView view = tool_.view();
  method_ = view.method;
  summary_ = view.summary.empty() ? fmt::format("{} {}", view.method, view.pathTemplate)
                                  : std::string(view.summary);
  return {};
}

Error ToolCall::inputTooLarge(std::size_t bytes) const {
  return {ErrorCode::payload_too_large,
          fmt::format("The input of {} has {} bytes; a call may have {}.", tool_.path, bytes,
                      request_.maxInputBytes),
          request_.maxInputBytes < kMaxInputBytes
              ? "Send less in one call. The limit is the setting callInputBytes of the workspace."
              : "Send less in one call.",
          {}};
}

// The one place where the input is parsed. What is left afterwards is the canonical flat form
// (D21), and its hash is what a human's decision is bound to.
ToolCall::Step ToolCall::validate() {
  Result<CallOptions> options = CallOptions::parse(request_.optionsJson);
  if (!options) return stop(OutcomeStatus::failed, std::move(options).error());
  options_ = *std::move(options);
  Result<json::value> value = parseJson(request_.inputJson);
  if (!value) return stop(OutcomeStatus::failed, std::move(value).error());
  if (!value->is_object()) {
    return stop(OutcomeStatus::failed,
                Error{ErrorCode::invalid_input,
                      fmt::format("The input of {} must be an object, not {}.", tool_.path,
                                  jsonTypeName(*value)),
                      "Write tools.source.tool({name: value}).",
                      {}});
  }
  if (isSystem()) {
    input_ = std::move(value->get_object());
  } else {
    Result<json::object> flat = source::prepareInput(*tool_.set, tool_.view(), *value);
    if (!flat) return stop(OutcomeStatus::failed, std::move(flat).error());
    input_ = *std::move(flat);
  }
  inputJson_ = canonicalJson(input_);
  if (inputJson_.size() > request_.maxInputBytes) {
    return stop(OutcomeStatus::failed, inputTooLarge(inputJson_.size()));
  }
  inputHash_ = sha256Hex(inputJson_);
  return {};
}

// No cache here: policies answer from memory, and a stale answer would be a hole.
Task<ToolCall::Step> ToolCall::decide() {
  Result<policy::Decision> decision = co_await pipeline_.policies.decide(request_.principal, tool_);
  if (!decision) co_return stop(OutcomeStatus::failed, std::move(decision).error());
  decision_ = *std::move(decision);
  if (decision_.effect != policy::Effect::deny) co_return Step();
  co_return stop(OutcomeStatus::denied, Error{ErrorCode::policy_denied,
                                              describeDenial(tool_.path, decision_),
                                              "A person of the workspace can change its policies.",
                                              {}});
}

// Only here does a secret enter; it goes into outgoing_ and, for redaction, stays in
// authorization_.
Task<ToolCall::Step> ToolCall::authorize() {
  Result<source::Authorization> found = co_await pipeline_.connections.authorize(
      request_.principal.workspaceId, tool_.sourceId, options_.connection);
  if (!found) co_return stop(OutcomeStatus::failed, std::move(found).error());
  authorization_ = *std::move(found);
  co_return Step();
}

// Reads at most a stored body: a request that cannot be built fails before anyone is asked or told.
Task<ToolCall::Step> ToolCall::build() {
  Result<json::object> sent = co_await withStoredBody();
  if (!sent) co_return stop(OutcomeStatus::failed, std::move(sent).error());
  Result<net::ClientRequest> built =
      source::buildRequest(*tool_.set, tool_.view(), *sent, tool_.baseUrl, authorization_);
  if (!built) co_return stop(OutcomeStatus::failed, std::move(built).error());
  outgoing_ = *std::move(built);
  if (!options_.idempotencyKey.empty()) {
    outgoing_.headers.set("Idempotency-Key", options_.idempotencyKey);
  }
  origin_ = net::originOf(outgoing_.url);
  co_return Step();
}

// What the journal keeps is what is needed to know, after a crash, whether this may be sent again.
RequestedCall ToolCall::requestedCall() const {
  RequestedCall call;
  call.n = request_.n;
  call.callId = request_.callId;
  call.toolPath = tool_.path;
  call.sourceId = tool_.sourceId;
  if (tool_.set) call.toolSetHash = tool_.set->hash();
  call.method = method_;
  call.inputJson = inputJson_;
  call.inputHash = inputHash_;
  call.safe = safe_;
  call.retryable = mayRepeat();
  return call;
}

// Everything a person needs to judge the call, and the id under which a resumed call finds it.
approval::ApprovalDraft ToolCall::draft() const {
  approval::ApprovalDraft draft;
  draft.id = approvalIdOf(request_.callId);
  draft.workspaceId = request_.principal.workspaceId;
  draft.executionId = request_.executionId;
  draft.callId = request_.callId;
  draft.toolPath = tool_.path;
  if (tool_.set) draft.toolSetHash = tool_.set->hash();
  draft.method = method_;
  draft.origin = origin_;
  draft.summary = summary_;
  draft.n = request_.n;
  draft.inputJson = inputJson_;
  draft.maxAge = request_.approvalMaxAge;
  return draft;
}

// The journal waits; this coroutine costs a frame meanwhile, for days if need be.
Task<ToolCall::Step> ToolCall::askHuman() {
  Result<approval::Ruling> ruling = co_await journal_.ask(requestedCall(), draft());
  if (!ruling) co_return notRecorded(std::move(ruling).error());
  std::string text = describeRuling(tool_.path, *ruling);
  switch (ruling->verdict) {
    case approval::Verdict::approved: co_return co_await checkAuthority();
    case approval::Verdict::denied:
      co_return stop(OutcomeStatus::denied, Error{ErrorCode::approval_denied, std::move(text)});
    case approval::Verdict::expired:
      co_return stop(OutcomeStatus::failed, Error{ErrorCode::approval_expired, std::move(text)});
    case approval::Verdict::cancelled:
      co_return stop(OutcomeStatus::cancelled, Error{ErrorCode::cancelled, std::move(text)});
  }
  std::unreachable();
}

// D14: what allowed the question must still hold when the answer comes, days later perhaps.
Task<ToolCall::Step> ToolCall::checkAuthority() {
  Result<policy::Decision> decision = co_await pipeline_.policies.decide(request_.principal, tool_);
  if (!decision) co_return stop(OutcomeStatus::failed, std::move(decision).error());
  if (decision->effect == policy::Effect::deny) {
    co_return authorityChanged("a policy denied it");
  }
  if (isSystem()) co_return Step();
  if (Step step = co_await checkSource(); !step) co_return step;
  co_return co_await renewRequest();
}

// Only what makes the call something else than was approved stops it; a refreshed document that
// still has the tool does not, because the recipe that was approved is what is sent.
Task<ToolCall::Step> ToolCall::checkSource() {
  auto now = co_await pipeline_.sources.of(request_.principal.workspaceId);
  if (!now) co_return stop(OutcomeStatus::failed, std::move(now).error());
  const std::optional<catalog::ToolRef> found = (*now)->find(tool_.path);
  if (!found || found->sourceId != tool_.sourceId) {
    co_return authorityChanged("the tool was removed");
  }
  if (found->baseUrl != tool_.baseUrl) co_return authorityChanged("its base URL was changed");
  co_return Step();
}

// The recipe and the frozen input stay; only the credential is read anew.
Task<ToolCall::Step> ToolCall::renewRequest() {
  if (Step step = co_await authorize(); !step) {
    co_return authorityChanged("its connection was removed or changed");
  }
  const std::string approved = origin_;
  if (Step step = co_await build(); !step) co_return step;
  if (origin_ != approved) co_return authorityChanged("its origin was changed");
  co_return Step();
}

// `requested` is durable before the approval is spent: a crash between the two leaves a call that
// is reported as unknown, never one that is sent twice.
Task<ToolCall::Step> ToolCall::record() {
  if (cancel_ && cancel_->cancelled()) {
    co_return stop(OutcomeStatus::cancelled,
                   Error{ErrorCode::cancelled, "The call was cancelled before it was sent."});
  }
  Status recorded = co_await journal_.requested(requestedCall());
  if (!recorded) co_return notRecorded(std::move(recorded).error());
  if (decision_.effect != policy::Effect::ask) co_return Step();
  crashPoint(CrashPoint::before_use);
  Status used =
      co_await pipeline_.approvals.use(approvalIdOf(request_.callId), inputHash_, mayRepeat());
  crashPoint(CrashPoint::after_use);
  if (!used) co_return stop(OutcomeStatus::failed, std::move(used).error());
  co_return Step();
}

Task<CallOutcome> ToolCall::answerSystemTool() {
  if (tool_.system != catalog::SystemTool::resultsGet) co_return co_await answerCatalog();
  Result<std::string> answer =
      co_await answerResultsGet(pipeline_.results, request_.principal, input_);
  if (!answer) co_return outcome(OutcomeStatus::failed, std::move(answer).error());
  CallOutcome done = outcome(OutcomeStatus::completed, {});
  done.valueJson = *std::move(answer);
  co_return done;
}

// Answers list what this principal may call: the policy is asked for every tool that is named.
Task<CallOutcome> ToolCall::answerCatalog() {
  const auto approvalOf = [this](const catalog::ToolRef& tool) -> std::string_view {
    switch (pipeline_.policies.decideNow(request_.principal, tool).effect) {
      case policy::Effect::allow: return "auto";
      case policy::Effect::ask: return "required";
      case policy::Effect::deny: return "denied";
    }
    std::unreachable();
  };
  Result<json::value> answer = request_.catalog->answer(tool_.system, input_, approvalOf);
  if (!answer) co_return outcome(OutcomeStatus::failed, std::move(answer).error());
  CallOutcome done = outcome(OutcomeStatus::completed, {});
  done.valueJson = serializeJson(*answer);
  co_return done;
}

// At most one retry, and only when the connection broke on something that may be repeated; what the
// upstream answered is never asked again.
Task<CallOutcome> ToolCall::send() {
  const auto span =
      options_.timeoutMs == 0 ? kUpstreamTimeout : std::chrono::milliseconds(options_.timeoutMs);
  outgoing_.deadline = deadlineAfter(span);
  outgoing_.responseCap = request_.maxOutputBytes;
  for (int attempt = 1;; ++attempt) {
    crashPoint(CrashPoint::before_send);
    Result<net::ClientResponse> response = co_await pipeline_.client.send(outgoing_, cancel_);
    crashPoint(CrashPoint::after_send);
    if (response) co_return co_await readAnswer(*std::move(response));
    const Error& error = response.error();
    const bool broken = error.code == ErrorCode::upstream_unreachable && wasSent(error);
    if (broken && mayRepeat() && attempt < kMaxAttempts) continue;
    CallOutcome ended = outcomeOfFailure(error, safe_, tool_.sourceName);
    ended.toolPath = tool_.path;
    co_return ended;
  }
}

// An answer that cannot be read was still an answer to something that was sent.
Task<CallOutcome> ToolCall::readAnswer(net::ClientResponse response) {
  Result<source::UpstreamReply> reply = source::readReply(std::move(response));
  CallOutcome ended;
  if (!reply) {
    Error error = std::move(reply).error();
    error.detail = "sent; " + error.detail;
    ended = outcomeOfFailure(error, safe_, tool_.sourceName);
  } else if (reply->status < 200 || reply->status > 299) {
    ended = outcomeOfErrorReply(*reply, tool_.sourceName);
    ended.error.message = withoutSecret(std::move(ended.error.message), authorization_);
    ended.upstreamBodyJson = withoutSecret(std::move(ended.upstreamBodyJson), authorization_);
  } else {
    ended = co_await completed(*std::move(reply));
  }
  ended.toolPath = tool_.path;
  co_return ended;
}

// The credential is taken out of what succeeded as well: debugging endpoints echo their request. An
// answer that cannot be kept is a failure of ours; what was called has happened all the same.
Task<CallOutcome> ToolCall::completed(source::UpstreamReply reply) {
  Result<std::string> body = co_await bodyOf(reply);
  if (!body) {
    Error error = std::move(body).error();
    error.message = fmt::format("{} answered {}, but the answer could not be stored: {}",
                                tool_.sourceName, reply.status, error.message);
    CallOutcome lost = outcome(OutcomeStatus::failed, std::move(error));
    lost.upstreamStatus = reply.status;
    co_return lost;
  }
  CallOutcome done = outcome(OutcomeStatus::completed, {});
  done.upstreamStatus = reply.status;
  std::string text = *std::move(body);
  if (options_.fullResponse) {
    // Joined as text: the body is never parsed and written again (D22).
    text = fmt::format(R"({{"status":{},"headers":{},"body":{}}})", reply.status,
                       serializeJson(reply.headers), text);
  }
  done.valueJson = withoutSecret(std::move(text), authorization_);
  co_return done;
}

}  // namespace executor::invocation
