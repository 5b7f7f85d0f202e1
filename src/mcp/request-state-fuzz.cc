// A client may send anything as requestState: it is refused or it is one of ours, and nothing else
// happens. Half of the inputs are sealed first, so that the fuzzer also sees what is inside.
#include "mcp/request-state.h"

using namespace executor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const mcp::RequestStates states(Key256{}, systemClock());
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  mcp::Call call;
  call.method = "tools/call";
  call.params["name"] = "execute";
  auto opened = states.open(call, bytes);
  if (opened) __builtin_trap();  // nobody guesses a seal
  auto payload = parseJson(bytes);
  if (!payload || !payload->is_object()) return 0;
  auto state = states.seal(call, payload->as_object(), systemClock().now() + 60'000);
  auto again = states.open(call, state);
  if (again && canonicalJson(*again) != canonicalJson(*payload)) __builtin_trap();
  call.params = payload->as_object();
  (void)mcp::requestStateOf(call);
  (void)mcp::inputResponsesOf(call);
  return 0;
}
