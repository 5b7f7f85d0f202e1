// One call into the stripper: values go in as handles into a table of ours (swc-values.h),
// transformSync runs as guest code, and what it gives back is read from the table. Nothing of it
// can reach the process; what it returns is still only text from untrusted code and is compiled
// inside wall 1 like any other.
//
// swc parses the wrapped program, so its positions are one line off, as the engine's are.
#include "sandbox/strip.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "base/json.h"
#include "sandbox/fiber.h"
#include "sandbox/js-tokens.h"
#include "sandbox/machine-text.h"
#include "sandbox/program-form.h"
#include "sandbox/source-lines.h"
#include "sandbox/swc-module.h"

namespace executor::sandbox {
namespace {

// swc's code for valid TypeScript that strip-only mode cannot blank out.
constexpr std::string_view kUnsupported = "UnsupportedSyntax";
// How swc 1.13 prints our wrapper. If an update prints it otherwise, every transform is refused as
// unsupported, and program-error-test.cc says so.
constexpr std::string_view kTransformHead = "async ()=>{\n    {\n";
constexpr std::uint32_t kTransformHeadLines = 2;
constexpr std::string_view kTransformTail = "\n    }\n};\n";
// A bit of everything that needs a table: types, an assertion, a declaration.
constexpr std::string_view kWarmUp = "interface A { b?: string }\nconst x: number = 1 as any;";

// swc prints a transform anew; its layout of our wrapper is known, and checked.
bool endsWithTail(std::string_view text) {
  return text.starts_with(kTransformHead) && text.ends_with(kTransformTail) &&
         text.size() >= kTransformHead.size() + kTransformTail.size();
}

void initializeModuleOnce() {
  static const bool once = [] {
    Z_swc_init_module();
    return true;
  }();
  (void)once;
}

}  // namespace

// The instance and its memory, which is capped apart from a run's: parsing half a megabyte of
// source takes more than a program gets.
struct Stripper::Module {
  Z___wbindgen_placeholder___instance_t swc;

  Module() {
    initializeModuleOnce();
    setNextMemoryCap(kStripperPages);
    Z_swc_instantiate(&swc.instance, &swc);
  }
  ~Module() {
    releaseMemory(swc.instance.w2c_memory);
    wasm_rt_free_funcref_table(&swc.instance.w2c___wbindgen_export_1);
  }
};

// Of one transformSync: a trap, or the value it returned (ok) or threw.
struct Stripper::Outcome {
  Trap trap = Trap::none;
  bool ok = false;
  SwcRef value;
};

// How one text is parsed. The module's parser takes decorators unless told otherwise, and no JSX.
struct Stripper::Mode {
  bool transform = false;  // print anew, with a source map
  bool jsx = false;
  bool decorators = true;
};

// Warm: the first strip allocates tables that all later ones, in all children, share.
Stripper::Stripper() : module_(std::make_unique<Module>()) {
  Fiber fiber;
  fiber.run([this] { (void)strip(kWarmUp); });
}

Stripper::~Stripper() = default;

// Options are made anew each time: the module takes their handles.
Stripper::Outcome Stripper::transform(std::string_view wrapped, Mode mode) {
  auto& swc = module_->swc;
  const auto flag = [&](bool value) {
    const SwcRef made = swc.values.make(SwcValue::Kind::boolean);
    made->number = value;
    return made;
  };
  const SwcRef options = swc.values.make(SwcValue::Kind::object);
  options->set("filename", swc.values.makeText(kProgramFile));
  options->set("mode", swc.values.makeText(mode.transform ? "transform" : "strip-only"));
  if (mode.transform) options->set("sourceMap", flag(true));
  if (mode.jsx || !mode.decorators) {
    const SwcRef parser = swc.values.make(SwcValue::Kind::object);
    parser->set("tsx", flag(mode.jsx));
    parser->set("decorators", flag(mode.decorators));
    options->set("parser", parser);
  }
  const u32 source = swc.values.add(swc.values.makeText(wrapped));
  const u32 settings = swc.values.add(options);
  u32 good = 0, bad = 0, failed = 1;
  Outcome outcome;
  outcome.trap = enterGuest([&] {
    Z_swc_instance_t* in = &swc.instance;
    const u32 result = Z_swcZ___wbindgen_add_to_stack_pointer(in, static_cast<u32>(-16));
    Z_swcZ_transformSync(in, result, source, settings);
    good = swc.word(result);
    bad = swc.word(result + 4);
    failed = swc.word(result + 8);
    Z_swcZ___wbindgen_add_to_stack_pointer(in, 16);
  });
  if (outcome.trap != Trap::none) usable_ = false;
  outcome.ok = failed == 0;
  outcome.value = swc.values.take(outcome.ok ? good : bad);
  return outcome;
}

// The module expects Rust's str: bytes that are no UTF-8 must not reach it.
std::expected<ProgramText, StripFailure> Stripper::strip(std::string_view code) {
  std::string clean;
  assignUtf8(code, clean);
  const std::string body = nameLoneFunction(asBody(clean));
  const std::string wrapped = wrapForStripping(body);
  const Outcome outcome = transform(wrapped, {});
  if (outcome.trap != Trap::none) return std::unexpected(trapped(outcome.trap));
  if (outcome.ok) {
    if (auto decorator = findDecorator(body, wrapped)) return std::unexpected(*decorator);
    ProgramText program;
    if (unwrap(outcome.value->textOf("code"), program.code)) return program;
  }
  StripFailure failure = explain(outcome, wrapped);
  if (outcome.ok || outcome.value->textOf("code") != kUnsupported) {
    return std::unexpected(std::move(failure));
  }
  if (auto decorator = findDecorator(body, wrapped)) return std::unexpected(*decorator);
  return print(wrapped, std::move(failure));
}

// Enums, namespaces, parameter properties: printed anew as JavaScript.
std::expected<ProgramText, StripFailure> Stripper::print(std::string_view wrapped,
                                                         StripFailure unsupported) {
  const Outcome outcome = transform(wrapped, {.transform = true});
  if (outcome.trap != Trap::none) return std::unexpected(trapped(outcome.trap));
  const std::string_view text = outcome.value->textOf("code");
  if (!outcome.ok || !endsWithTail(text)) return std::unexpected(std::move(unsupported));
  ProgramText program;
  program.code = text.substr(kTransformHead.size(),
                             text.size() - kTransformHead.size() - kTransformTail.size());
  if (auto map = parseJson(outcome.value->textOf("map"))) {
    program.map = SourceMap(findString(*map, "mappings"), kTransformHeadLines, kWrapperLines);
  }
  return program;
}

// swc's words are good; only what our own wrapper and rules cause is said in ours.
StripFailure Stripper::explain(const Outcome& outcome, std::string_view wrapped) {
  const SwcValue& value = *outcome.value;
  StripFailure failure;
  failure.position.line = value.integerOf("startLine");
  failure.position.column =
      columnOfStripper(lineOf(wrapped, failure.position.line), value.integerOf("startColumn") + 1);
  failure.position.line -= std::min(failure.position.line, kWrapperLines);
  failure.error = {ErrorCode::syntax_error,
                   std::string(value.textOf("message")),
                   "The program is the body of an async function, in TypeScript or JavaScript.",
                   {}};
  if (failure.error.message.empty()) failure.error.message = "The program could not be parsed.";
  if (failure.error.message.find("'import', and 'export'") != std::string::npos) {
    failure.error.message = "import and export are not available: a program has no modules.";
    failure.error.hint = "Remove them and call tools.<source>.<tool>(input); return the result.";
  } else if (value.textOf("code") == kUnsupported) {
    failure.error.code = ErrorCode::unsupported_syntax;
    failure.error.hint =
        "Write it as plain JavaScript: a const object instead of an enum, "
        "assignments in the constructor instead of parameter properties.";
  } else if (transform(wrapped, {.jsx = true}).ok) {
    failure.error.code = ErrorCode::unsupported_syntax;
    failure.error.message = "JSX is not available: a program has no elements to make.";
    failure.error.hint = "Build the text yourself, with a template: `<p>${name}</p>`.";
  }
  return failure;
}

// The engine has no decorators. A program that holds an @ outside of texts is parsed once more with
// them forbidden; what that complains about is one.
std::optional<StripFailure> Stripper::findDecorator(std::string_view body,
                                                    std::string_view wrapped) {
  if (!hasPunctuator(body, "@")) return std::nullopt;
  const Outcome outcome = transform(wrapped, {.decorators = false});
  if (outcome.ok || outcome.value->textOf("code") == kUnsupported) return std::nullopt;
  StripFailure failure = explain(outcome, wrapped);
  failure.error = {ErrorCode::unsupported_syntax,
                   "Decorators are not available: the engine does not have them.",
                   "Call the decorator as a function on what it decorates.",
                   {}};
  return failure;
}

// Only hostile nesting or a bug traps; the module is not restored, the worker is replaced.
StripFailure Stripper::trapped(Trap trap) {
  StripFailure failure;
  failure.error = {ErrorCode::syntax_error,
                   "The program could not be parsed: it is nested too deeply.",
                   "Write it in smaller expressions.",
                   fmt::format("type stripper: trap {}", static_cast<int>(trap))};
  if (trap == Trap::cpuBudget) {
    failure.error.code = ErrorCode::cpu_limit;
    failure.error.message = "Parsing the program took too long.";
  }
  return failure;
}

}  // namespace executor::sandbox
