#include "invocation/invoker.h"

#include <gtest/gtest.h>

#include "base/crypto.h"
#include "base/id.h"
#include "invocation/testing/world.h"

namespace executor::invocation {
namespace {

using testing::agent;
using testing::person;

// Writes down what the pipeline tells it, and rules at once.
class RecordingJournal : public CallJournal {
 public:
  explicit RecordingJournal(testing::World& world) : world_(world) {}

  Task<Status> requested(RequestedCall call) override {
    entries.push_back("requested " + call.toolPath);
    requests.push_back(std::move(call));
    if (refuse) co_return std::unexpected(*refuse);
    co_return Status();
  }

  Task<Result<approval::Ruling>> ask(RequestedCall call, approval::ApprovalDraft draft) override {
    entries.push_back("ask " + call.toolPath);
    drafts.push_back(draft);
    auto created = co_await world_.store->write([this, draft](store::Txn& txn) -> Status {
      return world_.approvals->create(txn, draft, world_.clock.now());
    });
    EXPECT_TRUE(created);
    if (meanwhile) co_await meanwhile();
    auto decided = co_await world_.approvals->decide(person(), draft.id, approve, reason);
    EXPECT_TRUE(decided);
    co_return co_await world_.approvals->wait(draft.id);
  }

  std::vector<std::string> entries;
  std::vector<RequestedCall> requests;
  std::vector<approval::ApprovalDraft> drafts;
  std::optional<Error> refuse;
  bool approve = true;
  std::string reason;
  std::function<Task<void>()> meanwhile;

 private:
  testing::World& world_;
};

class InvokerTest : public ::testing::Test {
 protected:
  InvokerTest() {
    world_.addShop();
    token_ = world_.gate.open("task_1");
  }

  CallRequest request(std::string path, std::string input = "{}", std::string options = "") {
    CallRequest call;
    call.principal = agent();
    call.executionId = "task_1";
    call.token = token_;
    call.n = ++n_;
    call.callId = newId(idPrefix::kCall);
    call.path = std::move(path);
    call.inputJson = std::move(input);
    call.optionsJson = std::move(options);
    call.catalog = world_.catalog();
    return call;
  }

  CallOutcome invoke(CallRequest call) {
    return world_.run(
        world_.invoker->invoke(std::move(call), journal_, std::make_shared<net::ClientCancel>()));
  }
  CallOutcome invoke(std::string path, std::string input = "{}", std::string options = "") {
    return invoke(request(std::move(path), std::move(input), std::move(options)));
  }

  void addPolicy(policy::Effect effect, std::string tool) {
    auto added = world_.run(world_.policies->add(person(), effect, std::move(tool)));
    ASSERT_TRUE(added) << added.error().message;
  }
  void addBearer(std::string secret) {
    auto added = world_.run(world_.connections->add(
        person(), {.source = "shop", .kind = "bearer", .secret = std::move(secret)}));
    ASSERT_TRUE(added) << added.error().message;
  }

  testing::World world_;
  RecordingJournal journal_{world_};
  std::string token_;
  std::uint32_t n_ = 0;
};

TEST_F(InvokerTest, AReadRunsWithoutAskingAndPassesTheBodyThroughUntouched) {
  const CallOutcome outcome = invoke("shop.items.list", R"({"q":"a b"})");
  ASSERT_EQ(outcome.status, OutcomeStatus::completed) << outcome.error.message;
  EXPECT_EQ(outcome.valueJson, R"([{"id":1,"big":12345678901234567890}])");
  EXPECT_EQ(journal_.entries, std::vector<std::string>{"requested shop.items.list"});
  EXPECT_TRUE(journal_.requests[0].safe);
  EXPECT_EQ(world_.upstream.seen().size(), 1u);
}

TEST_F(InvokerTest, TheFullResponseHasStatusHeadersAndBody) {
  const CallOutcome outcome = invoke("shop.items.list", "{}", R"({"response":"full"})");
  ASSERT_EQ(outcome.status, OutcomeStatus::completed);
  const json::value value = *parseJson(outcome.valueJson);
  EXPECT_EQ(findInteger(value, "status"), 200);
  EXPECT_NE(findObject(value, "headers"), nullptr);
  EXPECT_NE(outcome.valueJson.find("12345678901234567890"), std::string::npos);
}

TEST_F(InvokerTest, AWriteAsksAHumanAndIsRecordedBeforeItIsSent) {
  const CallOutcome outcome = invoke("shop.items.create", R"({"name":"x"})");
  ASSERT_EQ(outcome.status, OutcomeStatus::completed) << outcome.error.message;
  EXPECT_EQ(journal_.entries,
            (std::vector<std::string>{"ask shop.items.create", "requested shop.items.create"}));
  EXPECT_EQ(world_.upstream.seen(), std::vector<std::string>{R"(POST /items {"name":"x"})"});
  EXPECT_EQ(journal_.drafts[0].origin, world_.upstream.url());
  EXPECT_EQ(journal_.drafts[0].method, "POST");
  EXPECT_EQ(journal_.drafts[0].inputJson, R"({"name":"x"})");
  EXPECT_EQ(journal_.requests[0].inputHash, sha256Hex(R"({"name":"x"})"));
  EXPECT_FALSE(journal_.requests[0].safe);
}

TEST_F(InvokerTest, ADeniedCallNeverReachesTheUpstreamAndCarriesTheReason) {
  journal_.approve = false;
  journal_.reason = "not on a Friday";
  const CallOutcome outcome = invoke("shop.items.create", R"({"name":"x"})");
  EXPECT_EQ(outcome.status, OutcomeStatus::denied);
  EXPECT_EQ(outcome.error.code, ErrorCode::approval_denied);
  EXPECT_NE(outcome.error.message.find("not on a Friday"), std::string::npos);
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, APolicyDeniesBeforeAnythingElseHappens) {
  addPolicy(policy::Effect::deny, "shop.items.list");
  const CallOutcome outcome = invoke("shop.items.list");
  EXPECT_EQ(outcome.status, OutcomeStatus::denied);
  EXPECT_EQ(outcome.error.code, ErrorCode::policy_denied);
  EXPECT_EQ(outcome.error.culprit(), Culprit::caller);
  EXPECT_TRUE(journal_.entries.empty());
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, APolicyMayAllowAWriteAndAskForARead) {
  addPolicy(policy::Effect::allow, "shop.items.create");
  addPolicy(policy::Effect::ask, "shop.items.list");
  invoke("shop.items.create", R"({"name":"x"})");
  invoke("shop.items.list");
  EXPECT_EQ(journal_.entries,
            (std::vector<std::string>{"requested shop.items.create", "ask shop.items.list",
                                      "requested shop.items.list"}));
}

TEST_F(InvokerTest, APolicyHoldsForSystemToolsToo) {
  addPolicy(policy::Effect::deny, "discover");
  EXPECT_EQ(invoke("discover", R"({"query":"item"})").status, OutcomeStatus::denied);
}

TEST_F(InvokerTest, SystemToolsAnswerAndHideWhatIsDenied) {
  const CallOutcome open = invoke("catalog.tools", R"({"namespace":"shop"})");
  ASSERT_EQ(open.status, OutcomeStatus::completed) << open.error.message;
  EXPECT_NE(open.valueJson.find("shop.items.create"), std::string::npos);
  addPolicy(policy::Effect::deny, "shop.items.create");
  const CallOutcome hidden = invoke("catalog.tools", R"({"namespace":"shop"})");
  EXPECT_EQ(hidden.valueJson.find("shop.items.create"), std::string::npos);
  EXPECT_EQ(journal_.entries[0], "requested catalog.tools");
}

TEST_F(InvokerTest, AnUnknownToolNamesNearOnes) {
  const CallOutcome outcome = invoke("shop.items.lst");
  EXPECT_EQ(outcome.error.code, ErrorCode::unknown_tool);
  EXPECT_NE((outcome.error.message + outcome.error.hint).find("shop.items.list"),
            std::string::npos);
}

struct BadCall {
  std::string path, input, options;
  ErrorCode code;
};

TEST_F(InvokerTest, BadInputFailsBeforeAnythingIsAskedOrSent) {
  const BadCall cases[] = {
      {"shop.items.create", "{}", "", ErrorCode::missing_input},
      {"shop.items.create", R"({"name":1})", "", ErrorCode::invalid_input},
      {"shop.items.create", R"({"name":"x","nme":1})", "", ErrorCode::invalid_input},
      {"shop.items.create", "[]", "", ErrorCode::invalid_input},
      {"shop.items.create", "{", "", ErrorCode::invalid_json},
      {"shop.items.create", R"({"name":"x"})", R"({"respons":1})", ErrorCode::unknown_option},
      {"shop.items.create", R"({"name":"x"})", R"({"connection":"none"})",
       ErrorCode::credential_missing},
      {"shop.items.list.call", "{}", "", ErrorCode::unknown_tool},
      {"discover", R"({"quary":"x"})", "", ErrorCode::invalid_input},
  };
  for (const BadCall& bad : cases) {
    const CallOutcome outcome = invoke(bad.path, bad.input, bad.options);
    EXPECT_EQ(outcome.status, OutcomeStatus::failed) << bad.path << bad.input;
    EXPECT_EQ(outcome.error.codeName(), traits(bad.code).name)
        << bad.path << bad.input << outcome.error.message;
  }
  EXPECT_TRUE(world_.upstream.seen().empty());
  EXPECT_TRUE(journal_.drafts.empty());
}

TEST_F(InvokerTest, AnUpstreamErrorHasStatusBodyAndShortMessage) {
  const CallOutcome outcome = invoke("shop.items.missing");
  EXPECT_EQ(outcome.status, OutcomeStatus::failed);
  EXPECT_EQ(outcome.error.message, "shop answered 404 Not Found: no such item");
  EXPECT_EQ(outcome.upstreamStatus, 404);
  EXPECT_EQ(outcome.upstreamBodyJson, R"({"message":"no such item"})");
}

TEST_F(InvokerTest, AnEchoedCredentialNeverReachesTheProgram) {
  addBearer("canary-token-1234");
  const CallOutcome good = invoke("shop.items.whoami");
  ASSERT_EQ(good.status, OutcomeStatus::completed) << good.error.message;
  EXPECT_NE(good.valueJson.find("Bearer [redacted]"), std::string::npos) << good.valueJson;
  const CallOutcome bad = invoke("shop.items.whoami", R"({"x-fail":"1"})");
  EXPECT_EQ(bad.status, OutcomeStatus::failed);
  EXPECT_EQ(bad.error.message.find("canary"), std::string::npos) << bad.error.message;
  EXPECT_EQ(bad.upstreamBodyJson.find("canary"), std::string::npos);
}

TEST_F(InvokerTest, AnIdempotencyKeyIsSentAndMakesACallRetryable) {
  const CallOutcome outcome = invoke("shop.items.whoami", "{}", R"({"idempotencyKey":"once-1"})");
  EXPECT_NE(outcome.valueJson.find("once-1"), std::string::npos);
  invoke("shop.items.create", R"({"name":"x"})", R"({"idempotencyKey":"once-2"})");
  EXPECT_TRUE(journal_.requests.back().retryable);
  EXPECT_FALSE(journal_.requests.back().safe);
}

TEST_F(InvokerTest, NothingIsSentWhenTheJournalRefuses) {
  addPolicy(policy::Effect::allow, "shop.items.create");
  journal_.refuse = Error{ErrorCode::store_full, "The disk is full."};
  const CallOutcome outcome = invoke("shop.items.create", R"({"name":"x"})");
  EXPECT_EQ(outcome.status, OutcomeStatus::failed);
  EXPECT_EQ(outcome.error.code, ErrorCode::store_full);
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, TheGateRefusesForeignTokensAndRepeatedNumbers) {
  const std::string foreign = world_.gate.open("task_2");
  CallRequest stolen = request("shop.items.list");
  stolen.token = foreign;
  EXPECT_EQ(invoke(stolen).error.code, ErrorCode::forbidden);
  CallRequest first = request("shop.items.list");
  EXPECT_EQ(invoke(first).status, OutcomeStatus::completed);
  EXPECT_EQ(invoke(first).error.code, ErrorCode::forbidden);
  world_.gate.close("task_1");
  EXPECT_EQ(invoke(request("shop.items.list")).error.code, ErrorCode::forbidden);
  EXPECT_EQ(world_.upstream.seen().size(), 1u);
}

TEST_F(InvokerTest, AStricterPolicyAfterTheApprovalStopsTheCall) {
  journal_.meanwhile = [this]() -> Task<void> {
    auto added = co_await world_.policies->add(person(), policy::Effect::deny, "shop.items.create");
    EXPECT_TRUE(added);
  };
  const CallOutcome outcome = invoke("shop.items.create", R"({"name":"x"})");
  EXPECT_EQ(outcome.error.code, ErrorCode::authority_changed) << outcome.error.message;
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, ARemovedSourceAfterTheApprovalStopsTheCall) {
  journal_.meanwhile = [this]() -> Task<void> {
    EXPECT_TRUE(co_await world_.sources->remove(person(), "shop"));
  };
  const CallOutcome outcome = invoke("shop.items.create", R"({"name":"x"})");
  EXPECT_EQ(outcome.error.code, ErrorCode::authority_changed);
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, AConnectionRemovedAfterTheApprovalStopsTheCall) {
  addBearer("canary-token-1234");
  journal_.meanwhile = [this]() -> Task<void> {
    EXPECT_TRUE(co_await world_.connections->remove(person(), "shop/default"));
  };
  const CallOutcome outcome =
      invoke("shop.items.create", R"({"name":"x"})", R"({"connection":"default"})");
  EXPECT_EQ(outcome.error.code, ErrorCode::authority_changed);
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, AResumedCallOfAnotherToolSetIsNotSent) {
  CallRequest call = request("shop.items.create", R"({"name":"x"})");
  call.expectedToolSet = "another";
  EXPECT_EQ(invoke(call).error.code, ErrorCode::authority_changed);
}

TEST_F(InvokerTest, ACancelledUnsafeRequestThatWasSentIsUnknown) {
  addPolicy(policy::Effect::allow, "shop.slow.write");
  world_.upstream.holdUntil(2);
  auto cancel = std::make_shared<net::ClientCancel>();
  std::optional<CallOutcome> outcome;
  asio::co_spawn(world_.loop, world_.invoker->invoke(request("shop.slow.write"), journal_, cancel),
                 [&](std::exception_ptr, CallOutcome ended) { outcome = std::move(ended); });
  world_.until([&] { return world_.upstream.seen().size() == 1; });
  cancel->cancel();
  world_.until([&] { return outcome.has_value(); });
  EXPECT_EQ(outcome->status, OutcomeStatus::unknown) << outcome->error.message;
  EXPECT_EQ(outcome->error.code, ErrorCode::outcome_unknown);
  world_.upstream.release();
}

TEST_F(InvokerTest, ATimedOutReadHasFailed) {
  world_.upstream.holdUntil(2);
  const CallOutcome outcome = invoke("shop.slow.read", "{}", R"({"timeoutMs":20})");
  EXPECT_EQ(outcome.status, OutcomeStatus::failed);
  EXPECT_EQ(outcome.error.code, ErrorCode::upstream_timeout) << outcome.error.message;
  world_.upstream.release();
}

// D4 end to end: nothing a program, an approval or a key says outweighs a deny.
TEST_F(InvokerTest, ADenyHoldsWhateverWasAllowedBefore) {
  addPolicy(policy::Effect::allow, "shop.items.create");
  ASSERT_EQ(invoke("shop.items.create", R"({"name":"x"})").status, OutcomeStatus::completed);
  const auto rules = world_.run(world_.policies->list(person()));
  ASSERT_TRUE(world_.run(world_.policies->remove(person(), rules->front().id)));
  addPolicy(policy::Effect::deny, "shop.items.create");
  for (const std::string options : {"", R"({"idempotencyKey":"k-1"})", R"({"response":"full"})"}) {
    const CallOutcome outcome = invoke("shop.items.create", R"({"name":"x"})", options);
    EXPECT_EQ(outcome.status, OutcomeStatus::denied) << options;
  }
  EXPECT_EQ(world_.upstream.count("POST /items"), 1u);
}

// Other spellings of the address are other tools, and there is none of that name.
TEST_F(InvokerTest, ADeniedToolHasNoOtherAddress) {
  addPolicy(policy::Effect::deny, "shop.items.create");
  for (const char* path : {"Shop.items.create", "shop.items.create.", "shop..items.create",
                           "shop.items.create ", "shop/items/create", " shop.items.create",
                           "shop.items.Create", "shop.items.create\n", "shop.items.cr\u0435ate"}) {
    const CallOutcome outcome = invoke(path, R"({"name":"x"})");
    EXPECT_NE(outcome.status, OutcomeStatus::completed) << path;
  }
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, AnAllowAfterTheQuestionDoesNotReplaceTheAnswer) {
  journal_.approve = false;
  journal_.meanwhile = [this]() -> Task<void> {
    EXPECT_TRUE(
        co_await world_.policies->add(person(), policy::Effect::allow, "shop.items.create"));
  };
  EXPECT_EQ(invoke("shop.items.create", R"({"name":"x"})").status, OutcomeStatus::denied);
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, EveryCallAsksForItself) {
  for (int i = 0; i < 3; ++i) invoke("shop.items.create", R"({"name":"x"})");
  ASSERT_EQ(journal_.drafts.size(), 3u);
  EXPECT_NE(journal_.drafts[0].id, journal_.drafts[1].id);
  EXPECT_EQ(world_.upstream.count("POST /items"), 3u);
}

// The approval of one call is no ticket for another, even with the same input.
TEST_F(InvokerTest, AnApprovalThatWasSpentSendsNothingAgain) {
  CallRequest first = request("shop.items.create", R"({"name":"x"})");
  ASSERT_EQ(invoke(first).status, OutcomeStatus::completed);
  const auto used =
      world_.run(world_.approvals->use(approvalIdOf(first.callId), sha256Hex(R"({"name":"x"})")));
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().code, ErrorCode::conflict);
}

// What a person sees and what is sent are the same canonical bytes, whatever order or form a
// program used (D21).
TEST_F(InvokerTest, FormsOfOneInputAreOneInput) {
  for (const char* input : {R"({"note":"n","name":"x"})", R"({"body":{"name":"x","note":"n"}})",
                            "{\"name\" : \"x\",\n\"note\":\"\\u006e\"}"}) {
    ASSERT_EQ(invoke("shop.items.create", input).status, OutcomeStatus::completed) << input;
    EXPECT_EQ(journal_.requests.back().inputJson, R"({"name":"x","note":"n"})");
    EXPECT_EQ(journal_.requests.back().inputHash, journal_.requests.front().inputHash);
    EXPECT_EQ(world_.upstream.seen().back(), R"(POST /items {"name":"x","note":"n"})");
  }
}

TEST_F(InvokerTest, ANamedConnectionIsTheOneThatIsUsed) {
  for (const char* name : {"home", "work"}) {
    ASSERT_TRUE(world_.run(
        world_.connections->add(person(), {.source = "shop",
                                           .name = name,
                                           .kind = "bearer",
                                           .secret = std::string("canary-") + name + "-123456"})));
  }
  EXPECT_EQ(invoke("shop.items.whoami").error.code, ErrorCode::credential_missing);
  EXPECT_EQ(invoke("shop.items.whoami", "{}", R"({"connection":"nobody"})").error.code,
            ErrorCode::credential_missing);
  EXPECT_TRUE(world_.upstream.seen().empty());
  const CallOutcome work = invoke("shop.items.whoami", "{}", R"({"connection":"work"})");
  EXPECT_NE(work.valueJson.find("Bearer [redacted]"), std::string::npos) << work.valueJson;
}

TEST_F(InvokerTest, TheJournalNeverLearnsTheCredential) {
  addBearer("canary-token-1234");
  ASSERT_EQ(invoke("shop.items.create", R"({"name":"x"})").status, OutcomeStatus::completed);
  const RequestedCall& call = journal_.requests.back();
  const approval::ApprovalDraft& draft = journal_.drafts.back();
  for (const std::string& text : {call.inputJson, call.toolPath, call.method, draft.inputJson,
                                  draft.summary, draft.origin, draft.toolPath})
    EXPECT_EQ(text.find("canary"), std::string::npos) << text;
}

TEST_F(InvokerTest, AProgramCannotBringItsOwnAuthorization) {
  addBearer("canary-token-1234");
  const CallOutcome outcome = invoke("shop.items.whoami", R"({"Authorization":"Bearer mine"})");
  EXPECT_EQ(outcome.error.code, ErrorCode::invalid_input);
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, ARefusalNamesThePathButNotAtAnyLength) {
  const CallOutcome outcome = invoke(std::string(100'000, 'x'));
  EXPECT_EQ(outcome.error.code, ErrorCode::unknown_tool);
  EXPECT_LT(outcome.toolPath.size(), 300u);
  EXPECT_LT(outcome.error.message.size() + outcome.error.hint.size(), 2'000u);
}

TEST_F(InvokerTest, NothingIsSentForACallThatWasCancelledWhilePeopleDecided) {
  auto cancel = std::make_shared<net::ClientCancel>();
  journal_.meanwhile = [cancel]() -> Task<void> {
    cancel->cancel();
    co_return;
  };
  const CallOutcome outcome = world_.run(
      world_.invoker->invoke(request("shop.items.create", R"({"name":"x"})"), journal_, cancel));
  EXPECT_EQ(outcome.status, OutcomeStatus::cancelled);
  EXPECT_EQ(journal_.entries, std::vector<std::string>{"ask shop.items.create"});
  EXPECT_TRUE(world_.upstream.seen().empty());
}

TEST_F(InvokerTest, ALargeAnswerArrivesWhole) {
  const CallOutcome outcome = invoke("shop.items.big");
  ASSERT_EQ(outcome.status, OutcomeStatus::completed) << outcome.error.message;
  EXPECT_EQ(outcome.valueJson.size(), 300'002u);
}

TEST_F(InvokerTest, AnUnreachableUpstreamHasFailedEvenForAWrite) {
  catalog::SourceDraft draft{.name = "gone",
                             .document = testing::shopDocument("http://127.0.0.1:1")};
  ASSERT_TRUE(world_.run(world_.sources->add(person(), draft, {})));
  const auto added =
      world_.run(world_.policies->add(person(), policy::Effect::allow, "gone.items.create"));
  ASSERT_TRUE(added) << added.error().message;
  const CallOutcome outcome = invoke("gone.items.create", R"({"name":"x"})");
  EXPECT_EQ(outcome.status, OutcomeStatus::failed);
  EXPECT_EQ(outcome.error.code, ErrorCode::upstream_unreachable) << outcome.error.message;
}

}  // namespace
}  // namespace executor::invocation
