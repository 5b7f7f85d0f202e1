// The implementation of test262-fixture.h; named as a test so that it is no part of the product.
// A test's source is evaluated as a script of its own after the harness, in one realm, as
// INTERPRETING.md asks. A run that traps (no memory, no CPU left, too deep) has failed, with the
// trap's number; the next begins with a restored image, so that nothing of it is left.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/yaml.h"
#include "sandbox/fiber.h"
#include "sandbox/prepared.h"
#include "sandbox/runtime.h"
#include "sandbox/test262-fixture.h"
#include "sandbox/tick.h"

namespace executor::sandbox {
namespace {

namespace fs = std::filesystem;

// Proposals and parts that QuickJS-ng does not have; a name covers its sub-features.
constexpr std::string_view kLeftOut[] = {"Atomics",
                                         "Intl",
                                         "IsHTMLDDA",
                                         "ShadowRealm",
                                         "Temporal",
                                         "caller",
                                         "cross-realm",
                                         "decorators",
                                         "dynamic-import",
                                         "import-attributes",
                                         "import-bytes",
                                         "import-defer",
                                         "import-text",
                                         "import.meta",
                                         "json-modules",
                                         "legacy-regexp",
                                         "source-phase-imports",
                                         "tail-call-optimization"};

// What the suite asks of its host.
constexpr std::string_view kHost =
    "(function (print) { globalThis.print = print; globalThis.$262 = { global: globalThis,"
    "  gc() {}, evalScript: (text) => (0, eval)(text), detachArrayBuffer: (b) => { b.transfer() },"
    "  agent: {} }; })";

std::string readText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> textsOf(const json::value& value, std::string_view key) {
  std::vector<std::string> out;
  if (const json::array* list = findArray(value, key)) {
    for (const json::value& item : *list) {
      if (item.is_string()) out.emplace_back(item.get_string());
    }
  }
  return out;
}

}  // namespace

bool Test262Meta::has(std::string_view flag) const {
  return std::ranges::find(flags, flag) != flags.end();
}

// Line ends of three kinds occur on purpose.
Test262Meta readTest262Meta(std::string_view source) {
  const std::size_t begin = source.find("/*---"), end = source.find("---*/");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  std::string text(source.substr(begin + 5, end - begin - 5));
  std::ranges::replace(text, '\r', '\n');
  const auto yaml = parseYaml(text);
  if (!yaml || !yaml->is_object()) return {};
  Test262Meta meta{.includes = textsOf(*yaml, "includes"),
                   .flags = textsOf(*yaml, "flags"),
                   .features = textsOf(*yaml, "features")};
  if (const json::object* negative = findObject(*yaml, "negative")) {
    meta.negativePhase = findString(*negative, "phase");
    meta.negativeType = findString(*negative, "type");
  }
  return meta;
}

std::string notApplicable(const Test262Meta& meta) {
  if (meta.has("module")) return "module";
  if (meta.has("CanBlockIsTrue")) return "agents that block";
  for (const std::string& feature : meta.features) {
    for (const std::string_view out : kLeftOut) {
      const bool sub =
          feature.size() > out.size() && (feature[out.size()] == '.' || feature[out.size()] == '-');
      if (feature.starts_with(out) && (feature.size() == out.size() || sub)) return feature;
    }
  }
  return {};
}

// Of what was run; what is left out is neither.
double Test262Count::rate() const {
  const auto ran = static_cast<double>(passed + failed);
  return ran == 0 ? 0 : 100.0 * static_cast<double>(passed) / ran;
}

// The image, one machine, and what the test printed.
struct Test262::Engine final : GuestHost {
  Image image = prepareImage().value();
  Machine machine;
  Fiber fiber;
  std::string printed, text, thrown;

  Engine() {
    currentSlice() = {};
    installTick([] { return false; });
  }

  JsValue hostCall(std::string_view, std::span<const JsValue> arguments) override {
    bool failed = false;
    if (!arguments.empty()) machine.read(arguments[0], text, 4096, failed);
    HostSection host;
    printed += text + "\n";
    return kUndefined;
  }
  void onFuel() override {}
  void onEngineText(std::string_view) override {}

  // On the fiber, as guest code; false with the trap's number in `thrown`.
  template <class Body>
  bool enter(Body&& body) {
    Trap trap = Trap::none;
    fiber.run([&] { trap = enterGuest(body); });
    if (trap != Trap::none) thrown = "trap " + std::to_string(static_cast<int>(trap));
    return trap == Trap::none;
  }

  // Guest. The name and message of what was thrown.
  void noteException() {
    bool failed = false;
    const JsValue error = machine.takeException();
    const JsValue name = machine.property(error, "name");
    machine.read(name, thrown, 200, failed);
    machine.read(error, text, 400, failed);
    HostSection host;
    thrown += "\n" + text;
  }

  // Guest.
  bool evaluate(std::string_view code, std::uint32_t flags) {
    const JsValue value = machine.eval(code, "test262", flags);
    if (!isException(value)) return true;
    noteException();
    return false;
  }

  // Guest.
  void installHost() {
    const JsValue print = machine.newHostFunction("print");
    machine.call(machine.eval(kHost, "host", 0), {&print, 1});
  }

  // Guest. Asynchronous tests end in here; timers do not exist in the suite.
  void drain() {
    bool failed = false;
    while (machine.runJob(failed)) {
      if (failed) machine.takeException();
    }
  }
};

Test262::Test262(fs::path root) : root_(std::move(root)), engine_(std::make_unique<Engine>()) {}

Test262::~Test262() = default;

// Read once; every test asks for the same few.
std::string Test262::harnessText(std::string_view name) {
  const auto found = harness_.find(name);
  if (found != harness_.end()) return found->second;
  return harness_.emplace(name, readText(root_ / "harness" / name)).first->second;
}

// One mode of one test.
std::string Test262::runOnce(const Test262Meta& meta, const std::string& source, bool strict) {
  Engine& e = *engine_;
  std::string includes;
  if (!meta.has("raw")) {
    includes = harnessText("assert.js") + "\n" + harnessText("sta.js");
    for (const auto& name : meta.includes) includes += "\n" + harnessText(name);
    if (meta.has("async")) includes += "\n" + harnessText("doneprintHandle.js");
  }
  const std::string code = strict ? "\"use strict\";\n" + source : source;
  e.machine.restore(e.image);
  e.machine.setMemoryCap(kMaxMemoryBytes);
  e.machine.setClock(1'700'000'000'000);
  e.machine.attach(&e);
  e.printed.clear();
  e.thrown.clear();
  currentSlice() = {.budgetMicros = kTest262Micros, .startedMicros = threadCpuMicros()};
  const bool parse = meta.negativePhase == "parse";
  bool ended = false;
  const bool whole = e.enter([&] {
    e.installHost();
    ended = e.evaluate(includes, 0) && e.evaluate(code, parse ? kEvalCompileOnly : 0);
    if (ended) e.drain();
  });
  e.machine.attach(nullptr);
  if (!whole) return e.thrown;
  if (!meta.negativeType.empty()) {
    if (ended) return "did not throw " + meta.negativeType;
    return e.thrown.starts_with(meta.negativeType + "\n") ? "" : "threw " + e.thrown;
  }
  if (!ended) return e.thrown.empty() ? "failed" : e.thrown;
  if (!meta.has("async")) return {};
  return e.printed.contains("Test262:AsyncTestComplete") ? "" : "printed: " + e.printed;
}

std::string Test262::run(const fs::path& path) {
  const std::string source = readText(root_ / path);
  const Test262Meta meta = readTest262Meta(source);
  if (!notApplicable(meta).empty()) return "left out: " + notApplicable(meta);
  const bool raw = meta.has("raw");
  if (!meta.has("onlyStrict")) {
    if (auto why = runOnce(meta, source, false); !why.empty()) return "sloppy: " + why;
  }
  if (meta.has("noStrict") || raw) return {};
  if (auto why = runOnce(meta, source, true); !why.empty()) return "strict: " + why;
  return {};
}

// Counted for the first two folders below `test`.
void Test262::count(const fs::path& path) {
  const std::string why = run(path);
  auto part = std::next(path.begin());
  std::string folder = part->string();
  if (++part != path.end()) folder += "/" + part->string();
  for (Test262Count* counts : {&total_, &byFolder_[folder]}) {
    if (why.starts_with("left out")) {
      ++counts->leftOut;
    } else {
      ++(why.empty() ? counts->passed : counts->failed);
    }
  }
  if (!why.empty() && !why.starts_with("left out")) {
    failures_.push_back(path.string() + ": " + why.substr(0, why.find('\n', why.find('\n') + 1)));
  }
}

// Files with _FIXTURE in their name are imported by others.
void Test262::runAll(std::string_view filter) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(root_ / "test")) {
    const fs::path path = fs::relative(entry.path(), root_);
    if (path.extension() != ".js" || path.string().contains("_FIXTURE")) continue;
    if (path.string().contains(filter)) paths.push_back(path);
  }
  std::ranges::sort(paths);
  for (const fs::path& path : paths) count(path);
}

}  // namespace executor::sandbox
