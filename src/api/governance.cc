// Connections, policies and keys: what a person sets up once.
//
// All three change what agents may do, so their writes are for persons by the table of routes, and
// again by the layer that keeps them. The functions here only read the body: limits, near names and
// duplicates are judged where the records are, in the same transaction that writes.
#include "api/arguments.h"
#include "api/endpoints.h"
#include "api/json-text.h"
#include "api/views.h"

namespace executor::api {
namespace {

// The secret passes through to be sealed; no view can hold it.
Result<credential::ConnectionDraft> readConnection(const json::object& body) {
  EXECUTOR_CHECK(rejectUnknownMembers(body, "a connection",
                                      {"source", "name", "kind", "in", "parameter", "secret"}));
  credential::ConnectionDraft draft;
  EXECUTOR_TRY(draft.source, requireString(body, "source"));
  EXECUTOR_TRY(draft.name, optionalString(body, "name"));
  EXECUTOR_TRY(draft.kind, requireString(body, "kind"));
  EXECUTOR_TRY(draft.in, optionalString(body, "in"));
  EXECUTOR_TRY(draft.parameter, optionalString(body, "parameter"));
  EXECUTOR_TRY(draft.secret, requireString(body, "secret"));
  return draft;
}

// The words are policy/'s own, so that a new effect needs no second list.
Result<policy::Effect> readEffect(const json::object& body) {
  EXECUTOR_TRY(const auto text, requireString(body, "effect"));
  for (const auto effect : {policy::Effect::allow, policy::Effect::ask, policy::Effect::deny}) {
    if (text == policy::name(effect)) return effect;
  }
  return fail(ErrorCode::invalid_argument, "\"effect\" must be \"allow\", \"ask\" or \"deny\".");
}

// These lists are bounded by their layers' limits and come whole.
template <class T, class F>
net::Response listOf(const std::vector<T>& values, F&& view) {
  std::vector<std::string> items;
  items.reserve(values.size());
  for (const auto& value : values) items.push_back(view(value));
  return okJson(listText(items));
}

}  // namespace

Task<Result<net::Response>> listConnections(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto connections, co_await deps->connections.list(call.principal));
  co_return listOf(connections, connectionJson);
}

Task<Result<net::Response>> addConnection(Deps deps, Call call) {
  EXECUTOR_CO_TRY(auto draft, readConnection(call.body));
  EXECUTOR_CO_TRY(const auto connection,
                  co_await deps->connections.add(call.principal, std::move(draft)));
  co_return createdJson(connectionJson(connection), "/api/v1/connections/" + connection.id);
}

Task<Result<net::Response>> removeConnection(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(co_await deps->connections.remove(call.principal, call.parameter()));
  co_return done();
}

Task<Result<net::Response>> listPolicies(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto policies, co_await deps->policies.list(call.principal));
  co_return listOf(policies, policyJson);
}

// Whether the tool exists is policy/'s question; it names near ones.
Task<Result<net::Response>> addPolicy(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(rejectUnknownMembers(call.body, "a policy", {"effect", "tool"}));
  EXECUTOR_CO_TRY(const auto effect, readEffect(call.body));
  EXECUTOR_CO_TRY(auto tool, requireString(call.body, "tool"));
  EXECUTOR_CO_TRY(const auto policy,
                  co_await deps->policies.add(call.principal, effect, std::move(tool)));
  co_return createdJson(policyJson(policy), "/api/v1/policies/" + policy.id);
}

// Removing a deny widens what agents may do, as adding an allow does.
Task<Result<net::Response>> removePolicy(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(co_await deps->policies.remove(call.principal, call.parameter()));
  co_return done();
}

Task<Result<net::Response>> listKeys(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto keys, co_await deps->identity.listKeys(call.principal));
  co_return listOf(keys, keyJson);
}

// The one answer that holds a key; it is never shown again.
Task<Result<net::Response>> createKey(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(rejectUnknownMembers(call.body, "a key", {"name", "mayApprove"}));
  EXECUTOR_CO_TRY(auto name, requireString(call.body, "name"));
  EXECUTOR_CO_TRY(const bool mayApprove, optionalBool(call.body, "mayApprove", false));
  EXECUTOR_CO_TRY(const auto created,
                  co_await deps->identity.createKey(call.principal, std::move(name), mayApprove));
  co_return createdJson(
      ObjectText().raw("view", keyJson(created.view)).text("key", created.key).take(),
      "/api/v1/keys/" + created.view.id);
}

// DELETE by the words of REST; the record stays, revoked, for the list and the journals.
Task<Result<net::Response>> revokeKey(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(co_await deps->identity.revokeKey(call.principal, call.parameter()));
  co_return done();
}

}  // namespace executor::api
