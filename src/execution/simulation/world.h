// A whole small installation, its clients and its bad luck, as a function of a seed.
//
// One to three nodes share a database; clients submit scripts, persons decide, somebody cancels;
// nodes crash at the places crash-point.h names or right after a commit, come back, are suspended
// for a while, lose the workers of their guests; commits are slow, refused, run twice or answered
// by nobody; upstreams fail in every way; time jumps. After the troubled part everything is healed
// and time passes until nothing happens any more. All through this the rules are judged: on each
// commit (ledger.h), on each request that leaves (checkSend), on each answer to a client
// (checkView), and on what is left at the end (checkRest). The first rule that is broken ends the
// history, whose seed and step are printed.
//
// What is not judged here: real concurrency (the production code has one loop thread), the
// database's own promises (store/), and the real guest's determinism (sandbox/).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/crash-point.h"
#include "base/simulation.h"
#include "execution/simulation/ledger.h"
#include "execution/simulation/node.h"

namespace executor::execution::simulation {

// What a set of histories has come by; to see that the luck was bad enough.
struct Coverage {
  std::array<std::uint64_t, kCrashPoints> passed{}, crashed{};
  std::uint64_t histories = 0, executions = 0, finished = 0, sends = 0, decisions = 0;
  std::uint64_t crashes = 0, commits = 0, refusals = 0, freezes = 0, losses = 0;
};

struct Violation {
  std::string rule;  // what is broken, in one line
  std::size_t step;  // at which step of the history
};

class World {
 public:
  World(std::uint64_t seed, Coverage& coverage, bool verbose);
  ~World();

  // The whole history. None: every rule held.
  std::optional<Violation> run();

 private:
  // An execution as its client knows it.
  struct Client {
    std::string workspace, code, key, id;
    std::optional<std::uint32_t> tool;  // a direct call, by number of the tool
    std::uint32_t serial = 0, timeoutMs = 0;
    bool acknowledged = false;            // a view of it was shown
    bool started = false, asked = false;  // asked: to be cancelled
    std::uint32_t place = 0, life = 0;    // its place in the line, and of which process
    std::optional<State> told;            // the final state that was shown
  };
  using Commit = std::vector<store::testing::MemoryDatabase::Change>;

  // world.cc: the history
  void setUp();
  void step();
  void settle(std::size_t handlers);
  std::size_t poll(Node& node, std::size_t handlers);
  void advance(std::chrono::nanoseconds by);
  void heal();
  bool atRest() const;
  Node* someNode();
  void startNode(std::size_t index);
  static Task<void> recoverOn(Node& node);
  // On the node's loop, as a request that has come in.
  static void begin(Node& node, Task<void> task);
  void say(const std::string& text);
  void violate(std::string rule);

  // clients.cc: what people and programs outside do
  void makePolicies();
  void submit();
  void submitAgain();
  void look();
  void decide();
  void decideOne(const std::string& id);
  void decideEverything();
  void cancel();
  static ExecuteRequest requestOf(const Client& client);
  static Task<void> submitOn(World& world, Node& node, std::size_t which);
  static Task<void> lookOn(World& world, Node& node, std::size_t which,
                           std::chrono::milliseconds patience);
  static Task<void> decideOn(World& world, Node& node, std::string id, bool approve);
  static Task<void> cancelOn(World& world, Node& node, std::size_t which);

  // trouble.cc: what goes wrong
  void kill(Node& node, const std::string& why);
  void crashSomebody();
  void stopSomebody();
  static Task<void> drainOn(Node& node, std::chrono::milliseconds patience);
  void restartSomebody();
  void freezeSomebody();
  void loseWorker();
  void jumpInTime();
  store::testing::MemoryFate fate(bool write);
  void onCrashPoint(CrashPoint point);
  void onCommit(const Commit& commit);

  // rules.cc
  void checkStart(std::uint32_t serial);
  bool waitsInFrontOf(const Client& other, const Client& started) const;
  void checkSend(const net::ClientRequest& request);
  void checkApproved(const std::string* id, std::uint32_t n, const std::string& token);
  // `wasFinal`: when it was asked for, somebody had been told that it is final.
  void checkView(Client& client, const ExecutionView& view, bool wasFinal);
  void checkDecision(const std::string& id, bool approve);
  void checkLosses(const Commit& commit);
  void checkRest();
  void checkEnded(const std::string& id, const DurableExecution& durable);
  void checkOutcome(const std::string& token, const DurableCall& call);

  Coverage& coverage_;
  bool verbose_;
  Simulation simulation_;
  Dice dice_;
  store::testing::MemoryDatabase database_;
  Ledger ledger_;
  Upstream upstream_;
  // What each tool is in each workspace, as the policies say.
  std::map<std::pair<std::string, std::string>, policy::Effect> effects_;
  std::vector<std::unique_ptr<Node>> nodes_;  // by index; null: down
  std::vector<EpochMs> skews_;
  AdmissionLimits limits_;
  std::vector<Client> clients_;
  Node* running_ = nullptr;  // whose handler runs
  std::size_t step_ = 0;
  std::uint32_t lives_ = 0, places_ = 0;
  std::uint32_t crashIn_ = 0;  // passes of crash points until the next crash; 0: none planned
  bool troubled_ = true, refusing_ = false;
  std::optional<Violation> violation_;
};

}  // namespace executor::execution::simulation
