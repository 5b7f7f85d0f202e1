// One call on its way through the pipeline: the state that its steps hand on.
//
// Each step either succeeds or ends the call with an outcome, so run() reads as the list of the
// steps in the order the security case needs (invariant 3): nothing after `decide` is reached by a
// denied call, nothing after `askHuman` by one that no human approved. The input is parsed and
// frozen in `validate`; every later step, the approval included, sees only that copy (invariant 4).
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "invocation/invoker.h"
#include "invocation/result-store.h"
#include "source/operation.h"

namespace executor::invocation {

struct Pipeline {
  policy::Policies& policies;
  credential::Connections& connections;
  approval::Approvals& approvals;
  catalog::Sources& sources;
  net::Sender& client;
  CallGate& gate;
  ResultStore& results;
};

class ToolCall {
 public:
  ToolCall(Pipeline& pipeline, CallRequest request, CallJournal& journal,
           std::shared_ptr<net::ClientCancel> cancel);

  Task<CallOutcome> run();

 private:
  using Step = std::expected<void, CallOutcome>;

  // The steps, in order.
  Task<Step> prepare();
  Step admit();
  Step resolve();
  Step validate();
  Task<Step> decide();
  Task<Step> authorize();
  Task<Step> build();
  Task<Step> askHuman();
  Task<Step> checkAuthority();
  Task<Step> checkSource();
  Task<Step> renewRequest();
  Task<Step> record();
  Task<CallOutcome> answerSystemTool();
  Task<CallOutcome> answerCatalog();
  Task<CallOutcome> send();
  Task<CallOutcome> readAnswer(net::ClientResponse response);
  Task<CallOutcome> completed(source::UpstreamReply reply);

  // stored-body.cc: what goes to and comes from the store of results
  Task<Result<json::object>> withStoredBody() const;
  Task<Result<std::string>> bodyOf(source::UpstreamReply& reply) const;

  bool isSystem() const { return tool_.system != catalog::SystemTool::none; }
  bool mayRepeat() const { return safe_ || !options_.idempotencyKey.empty(); }
  RequestedCall requestedCall() const;
  approval::ApprovalDraft draft() const;
  CallOutcome outcome(OutcomeStatus status, Error error) const;
  std::unexpected<CallOutcome> stop(OutcomeStatus status, Error error) const;
  Error inputTooLarge(std::size_t bytes) const;
  std::unexpected<CallOutcome> notRecorded(Error error) const;
  std::unexpected<CallOutcome> authorityChanged(std::string what) const;

  Pipeline& pipeline_;
  CallRequest request_;
  CallJournal& journal_;
  std::shared_ptr<net::ClientCancel> cancel_;

  // Filled by the steps; each is set once, but for what renewRequest() reads anew.
  CallOptions options_;
  catalog::ToolRef tool_;
  bool safe_ = false;
  std::string method_, summary_;
  json::object input_;
  std::string inputJson_, inputHash_;  // canonical, and its SHA-256
  policy::Decision decision_;
  source::Authorization authorization_;
  net::ClientRequest outgoing_;
  std::string origin_;
};

}  // namespace executor::invocation
