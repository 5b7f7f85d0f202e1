// What programs and people outside do. Each is a coroutine on the loop of the node it talks to, and
// goes with it, as a connection does.
#include <fmt/format.h>

#include "execution/simulation/world.h"

namespace executor::execution::simulation {

// A rule for some of the tools; the others are as their method says: safe ones run, others ask.
void World::makePolicies() {
  for (const std::string_view workspace : kWorkspaces) {
    for (const ScriptTool& tool : scriptTools()) {
      policy::Effect& effect = effects_[{std::string(workspace), tool.path}];
      effect = tool.safe ? policy::Effect::allow : policy::Effect::ask;
      if (!dice_.percent(35)) continue;
      effect = static_cast<policy::Effect>(dice_.roll(3));
      auto add = [](Node& node, std::string in, policy::Effect what,
                    std::string path) -> Task<void> {
        static_cast<void>(co_await node.policies->add(personOf(in), what, path));
      };
      begin(*nodes_[0], add(*nodes_[0], std::string(workspace), effect, tool.path));
    }
  }
}

// A program, or one call without a program; with or without an idempotency key.
void World::submit() {
  Node* node = someNode();
  if (node == nullptr) return;
  Client client;
  client.serial = static_cast<std::uint32_t>(clients_.size()) + 1;
  client.workspace = kWorkspaces[dice_.percent(80) ? 0 : 1];
  client.timeoutMs = dice_.percent(80) ? kDefaultTimeoutMs : dice_.between(20, 3'000);
  if (dice_.percent(20)) client.key = fmt::format("submission-{}", client.serial);
  if (dice_.percent(15)) {
    client.tool = dice_.roll(static_cast<std::uint32_t>(scriptTools().size()));
  } else {
    client.code = makeScript(dice_, client.serial);
  }
  clients_.push_back(client);
  say(fmt::format("submit {} to {}: {}", client.serial, node->id(),
                  client.code.empty() ? scriptTools()[*client.tool].path : client.code));
  begin(*node, submitOn(*this, *node, clients_.size() - 1));
}

// A client with a key that has heard nothing asks again, wherever.
void World::submitAgain() {
  Node* node = someNode();
  if (node == nullptr || clients_.empty()) return;
  const std::size_t which = dice_.roll(static_cast<std::uint32_t>(clients_.size()));
  if (clients_[which].key.empty()) return;
  say(fmt::format("submit {} again to {}", clients_[which].serial, node->id()));
  begin(*node, submitOn(*this, *node, which));
}

ExecuteRequest World::requestOf(const Client& client) {
  ExecuteRequest request;
  request.principal = agentOf(client.workspace);
  request.code = client.code;
  if (client.tool) {
    const ScriptTool& tool = scriptTools()[*client.tool];
    request.tool = tool.path;
    request.inputJson =
        fmt::format(R"({{"{}":"{}"}})", tool.inputName, callToken(client.serial, 1));
  }
  request.timeoutMs = client.timeoutMs;
  request.idempotencyKey = client.key;
  request.client = "simulation";
  return request;
}

Task<void> World::submitOn(World& world, Node& node, std::size_t which) {
  const Result<std::string> id = co_await node.executions->start(requestOf(world.clients_[which]));
  if (!id) {
    world.say(fmt::format("{} is refused: {}", which + 1, id.error().codeName()));
    co_return;
  }
  Client& client = world.clients_[which];
  if (client.acknowledged && client.id != *id) {
    world.violate(fmt::format("one key, two executions: {} and {}", client.id, *id));
  }
  client.id = *id;
  if (client.key.empty()) {
    client.place = ++world.places_;
    client.life = node.life();
  }
  co_await lookOn(world, node, which, std::chrono::milliseconds(world.dice_.roll(2'000)));
}

void World::look() {
  Node* node = someNode();
  if (node == nullptr || clients_.empty()) return;
  const std::size_t which = dice_.roll(static_cast<std::uint32_t>(clients_.size()));
  if (clients_[which].id.empty()) return;
  begin(*node, lookOn(*this, *node, which, std::chrono::milliseconds(dice_.roll(30'000))));
}

Task<void> World::lookOn(World& world, Node& node, std::size_t which,
                         std::chrono::milliseconds patience) {
  const std::string id = world.clients_[which].id;
  const bool wasFinal = world.clients_[which].told.has_value();
  const auto view =
      co_await node.executions->wait(agentOf(world.clients_[which].workspace), id,
                                     deadlineAfter(patience), std::chrono::milliseconds(200));
  if (view) world.checkView(world.clients_[which], *view, wasFinal);
}

// One of the pending approvals, sometimes by two people at once.
void World::decide() {
  std::vector<std::string> pending;
  for (const auto& [id, one] : ledger_.approvals()) {
    if (one.status == approval::ApprovalStatus::pending) pending.push_back(id);
  }
  if (pending.empty()) return;
  const std::string id = dice_.pick(pending);
  for (int people = dice_.percent(20) ? 2 : 1; people > 0; --people) decideOne(id);
}

void World::decideOne(const std::string& id) {
  Node* node = someNode();
  if (node == nullptr) return;
  const bool approve = dice_.percent(70);
  say(fmt::format("{} {} on {}", approve ? "approve" : "deny", id, node->id()));
  begin(*node, decideOn(*this, *node, id, approve));
}

void World::decideEverything() {
  for (const auto& [id, one] : ledger_.approvals()) {
    if (one.status == approval::ApprovalStatus::pending) decideOne(id);
  }
}

Task<void> World::decideOn(World& world, Node& node, std::string id, bool approve) {
  const std::string workspace = world.ledger_.approvals().find(id)->second.workspaceId;
  // Some allow the tool for the whole execution.
  const auto scope =
      approve && world.dice_.percent(15) ? approval::Scope::execution : approval::Scope::once;
  const auto decided = co_await node.approvals->decide(personOf(workspace), id, approve, {}, scope);
  if (decided) world.checkDecision(id, approve);
}

void World::cancel() {
  Node* node = someNode();
  if (node == nullptr || clients_.empty()) return;
  const std::size_t which = dice_.roll(static_cast<std::uint32_t>(clients_.size()));
  if (clients_[which].id.empty()) return;
  say(fmt::format("cancel {} on {}", which + 1, node->id()));
  begin(*node, cancelOn(*this, *node, which));
}

Task<void> World::cancelOn(World& world, Node& node, std::size_t which) {
  const std::string id = world.clients_[which].id;
  world.clients_[which].asked = true;
  const auto view =
      co_await node.executions->cancel(agentOf(world.clients_[which].workspace), id, "enough");
  if (!view) co_return;
  world.checkView(world.clients_[which], *view, false);
  if (!isFinal(view->state)) world.violate(fmt::format("{} was cancelled and goes on", id));
}

}  // namespace executor::execution::simulation
