// The world outside: it answers, fails, breaks, hangs, and remembers every request by its call.
//
// A script puts a token into each input (script.h), so that a request is known by the call it came
// from, however it got here. Each node sends through a Sender of its own; whoever observes is told
// of a request at the moment its bytes leave, which is when the rules about sending are judged.
// What becomes of a request is the dice's: refused before a byte left, answered at once or late,
// answered with an error, broken afterwards, or never answered.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "execution/simulation/script.h"
#include "net/client.h"

namespace executor::execution::simulation {

class Upstream {
 public:
  using Observer = std::function<void(const net::ClientRequest& request)>;

  Upstream(Dice& dice, Observer onSend) : dice_(dice), onSend_(std::move(onSend)) {}

  // `alive` turns false when the node dies: from then on nothing leaves it.
  std::unique_ptr<net::Sender> connect(const bool& alive);
  // Wakes the requests whose callers have given up; cheap if there are none.
  void noticeCancels();
  // From now on every request is answered at once.
  void calmDown();

  std::uint32_t sent(const std::string& token) const;
  // Whether a request of that call got a good answer (which its node may never have seen).
  bool answered(const std::string& token) const { return answered_.contains(token); }

 private:
  class NodeSender;
  struct Pending {
    SteadyTimer* timer;
    std::shared_ptr<net::ClientCancel> cancel;
  };
  struct Plan {
    enum class Kind : std::uint8_t { refuse, answer, error, breakOff, hang } kind;
    std::chrono::milliseconds delay{0};
  };

  Plan plan();
  Task<Result<net::ClientResponse>> serve(net::ClientRequest request,
                                          std::shared_ptr<net::ClientCancel> cancel);

  Dice& dice_;
  Observer onSend_;
  bool calm_ = false;
  std::list<Pending> pending_;
  std::map<std::string, std::uint32_t> sent_;
  std::map<std::string, std::uint32_t> answered_;
};

// The token of a request, from its query or its body, and the tool it belongs to.
std::string tokenOf(const net::ClientRequest& request);
const ScriptTool& toolOf(const net::ClientRequest& request);

}  // namespace executor::execution::simulation
