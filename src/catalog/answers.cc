// The four answers, from the snapshot and the caller's own policy decisions.
//
// A list filters before it cuts, so that `limit`, `total` and cursors speak of what the caller may
// use. That asks for a decision per candidate: exact-tool policies make one a hash lookup. When
// policies on patterns come, a source that is allowed as a whole should be counted without asking.
#include "catalog/answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto.h"
#include "base/text.h"
#include "catalog/near-tools.h"
#include "catalog/render.h"
#include "catalog/system-tools.h"
#include "catalog/type-text.h"

namespace executor::catalog {
namespace {

constexpr std::string_view kDenied = "denied";

using ApprovalOf = Catalog::ApprovalOf;

// A tool the caller may know of, with what a call of it would need.
struct Visible {
  ToolRef ref;
  std::string_view approval;
};

// Summary before description: descriptions begin with permissions and markdown. Operations without
// either are described by their request line (reference DSC-024).
std::string descriptionOf(const source::ToolView& tool) {
  for (std::string_view text : {tool.summary, tool.description}) {
    if (std::string line = firstSentence(text, kMaxDescriptionBytes); !line.empty()) return line;
  }
  return fmt::format("{} {}", tool.method, tool.pathTemplate);
}

// What every list says of a tool.
json::object listed(const Visible& entry) {
  return {{"path", entry.ref.path},
          {"description", descriptionOf(entry.ref.view())},
          {"approval", entry.approval}};
}

// The source a `namespace` argument names; nullopt for all.
Result<std::optional<std::size_t>> sourceArgument(const Snapshot& snapshot,
                                                  const SystemInput& input) {
  if (!input.has("namespace")) return std::nullopt;
  const std::string_view name = input.text("namespace");
  if (const auto source = snapshot.sourceNamed(name)) return source;
  const auto near = nearestNames(name, snapshot.sourceNames(), 1);
  return fail(ErrorCode::invalid_input,
              fmt::format("namespace must be the name of a source; none is named {}.",
                          quoteJson(truncateText(name, 60))),
              near.empty() ? "catalog.namespaces({}) lists them."
                           : fmt::format("Did you mean {}?", near.front()));
}

// --- the tools a question is about, in order, without the denied ones

// By source, then by path: the order of addresses as text, which cursors rely on (`.` sorts before
// all that a name may hold).
std::vector<Visible> everything(const Snapshot& snapshot, std::optional<std::size_t> only,
                                const ApprovalOf& approvalOf) {
  std::vector<Visible> out;
  for (std::size_t i = 0; i < snapshot.sources().size(); ++i) {
    if (only && *only != i) continue;
    for (std::uint32_t tool : snapshot.byPath(i)) {
      ToolRef ref = snapshot.ref(i, tool);
      const std::string_view approval = approvalOf(ref);
      if (approval != kDenied) out.push_back({std::move(ref), approval});
    }
  }
  return out;
}

// The tool that the query is the address of, with or without its source.
std::optional<ToolRef> addressed(const Snapshot& snapshot, std::optional<std::size_t> only,
                                 std::string_view query) {
  for (std::size_t i = 0; i < snapshot.sources().size(); ++i) {
    if (only && *only != i) continue;
    const SnapshotSource& source = snapshot.sources()[i];
    std::string_view rest = query;
    const bool qualified = rest.starts_with(source.name) && rest.size() > source.name.size() &&
                           rest[source.name.size()] == '.';
    if (qualified) rest.remove_prefix(source.name.size() + 1);
    if (const auto tool = source.set->findTool(rest)) return snapshot.ref(i, *tool);
  }
  return std::nullopt;
}

// Whoever gives the exact name means it, whatever the ranking says. Operation ids ("issues/create")
// are looked for among the best only: they are not indexed as a whole.
void putExactFirst(const Snapshot& snapshot, std::optional<std::size_t> only,
                   std::string_view query, std::vector<Visible>& found) {
  if (query.starts_with("tools.")) query.remove_prefix(6);
  const auto exact = addressed(snapshot, only, query);
  const auto end =
      found.begin() +
      static_cast<std::ptrdiff_t>(exact ? found.size() : std::min(found.size(), kRerankedHits));
  const auto at = std::find_if(found.begin(), end, [&](const Visible& entry) {
    return exact ? entry.ref.path == exact->path : entry.ref.view().operationId == query;
  });
  if (at != end) std::rotate(found.begin(), at, at + 1);
}

// By relevance. A source named in `namespace` is searched alone, so rarity is judged within it.
std::vector<Visible> matching(const Snapshot& snapshot, std::optional<std::size_t> only,
                              std::string_view query, const ApprovalOf& approvalOf) {
  const auto sets = snapshot.searched(only);
  std::vector<Visible> out;
  for (const Hit& hit : search(sets, parseQuery(query, snapshot.sourceNames()))) {
    ToolRef ref = snapshot.ref(only ? *only : hit.source, hit.tool);
    const std::string_view approval = approvalOf(ref);
    if (approval != kDenied) out.push_back({std::move(ref), approval});
  }
  putExactFirst(snapshot, only, query, out);
  return out;
}

std::vector<Visible> asked(const Snapshot& snapshot, std::optional<std::size_t> only,
                           std::string_view query, const ApprovalOf& approvalOf) {
  query = trimText(query);
  return query.empty() ? everything(snapshot, only, approvalOf)
                       : matching(snapshot, only, query, approvalOf);
}

// --- discover

// Adds types and an example while the answer has room; returns what the entry costs.
std::size_t enrich(json::object& entry, const ToolRef& ref, std::size_t position,
                   std::size_t spent) {
  std::size_t bytes = ref.path.size() + entry.at("description").get_string().size() + 60;
  if (spent + bytes > kDiscoverBytes) return bytes;
  const auto& set = *ref.set;
  const source::ToolView tool = ref.view();
  const bool rich = position < kRichResults;
  std::string input = inputLine(set, tool, rich ? kRichInputBytes : kPlainInputBytes);
  // Required properties always stand in an input line, and their types may be long.
  if (input.size() > 2 * kRichInputBytes) input = "see catalog.describe";
  bytes += input.size();
  entry["input"] = std::move(input);
  if (!rich) return bytes;
  std::string example = exampleCall(ref.path, set, tool);
  if (example.size() > kRichInputBytes) return bytes;
  bytes += example.size();
  entry["example"] = std::move(example);
  return bytes;
}

// `bestPath` is the first result only when something was asked: the first of a plain list is no
// advice.
Result<json::value> discover(const Snapshot& snapshot, const SystemInput& input,
                             const ApprovalOf& approvalOf) {
  EXECUTOR_TRY(const auto only, sourceArgument(snapshot, input));
  const auto found = asked(snapshot, only, input.text("query"), approvalOf);
  const std::size_t count = std::min(found.size(), input.count("limit"));
  json::array results;
  std::size_t spent = 0;
  for (std::size_t i = 0; i < count; ++i) {
    json::object entry = listed(found[i]);
    if (!input.flag("compact")) spent += enrich(entry, found[i].ref, i, spent);
    results.push_back(std::move(entry));
  }
  json::object out;
  const bool answered = !found.empty() && !trimText(input.text("query")).empty();
  out["bestPath"] = answered ? json::value(found.front().ref.path) : json::value();
  out["results"] = std::move(results);
  out["total"] = found.size();
  if (found.empty()) out["hint"] = "Nothing matches. catalog.namespaces({}) shows what there is.";
  return out;
}

// --- catalog.namespaces

// Counts what the caller may use, so a source that is denied as a whole shows as 0.
Result<json::value> namespacesAnswer(const Snapshot& snapshot, const ApprovalOf& approvalOf) {
  json::array names;
  for (std::size_t i = 0; i < snapshot.sources().size(); ++i) {
    const SnapshotSource& source = snapshot.sources()[i];
    names.push_back(json::object{{"name", source.name},
                                 {"title", source.title},
                                 {"tools", everything(snapshot, i, approvalOf).size()}});
  }
  const std::size_t total = names.size();
  return json::object{{"namespaces", std::move(names)}, {"total", total}};
}

// --- catalog.tools

// A cursor holds where to go on and a digest of the question, so that it fits no other.
std::string questionMark(const SystemInput& input) {
  const std::string question =
      fmt::format("{}\n{}", input.text("namespace"), trimText(input.text("query")));
  return base64UrlEncode(sha256(question).substr(0, 6));
}

std::string cursorAfter(const SystemInput& input, std::string_view place) {
  return base64UrlEncode(fmt::format("{}|{}", questionMark(input), place));
}

// A forged place can only start the list elsewhere; policy filters what it shows all the same.
Result<std::string> placeOf(const SystemInput& input) {
  std::string text;
  const bool decoded = base64UrlDecode(input.text("cursor"), text);
  const std::string mark = questionMark(input) + "|";
  if (decoded && text.starts_with(mark)) return text.substr(mark.size());
  return fail(ErrorCode::invalid_input,
              "cursor must be the nextCursor of a page with the same namespace and query.",
              "Leave cursor out to begin again.");
}

// Lists by path go on behind the last path, whatever a refresh did meanwhile; ranked ones by rank.
std::size_t startOf(const std::vector<Visible>& found, const std::string& place, bool ranked) {
  if (ranked) {
    std::size_t rank = 0;
    for (char c : place.substr(0, 9)) rank = rank * 10 + static_cast<std::size_t>(c - '0') % 10;
    return std::min(rank, found.size());
  }
  const auto at =
      std::ranges::find_if(found, [&](const Visible& entry) { return entry.ref.path > place; });
  return static_cast<std::size_t>(at - found.begin());
}

Result<json::value> toolsAnswer(const Snapshot& snapshot, const SystemInput& input,
                                const ApprovalOf& approvalOf) {
  EXECUTOR_TRY(const auto only, sourceArgument(snapshot, input));
  std::string place;
  if (input.has("cursor")) {
    EXECUTOR_TRY(place, placeOf(input));
  }
  const auto found = asked(snapshot, only, input.text("query"), approvalOf);
  const bool ranked = !trimText(input.text("query")).empty();
  const std::size_t start = place.empty() ? 0 : startOf(found, place, ranked);
  const std::size_t end = std::min(found.size(), start + input.count("limit"));
  json::array tools;
  for (std::size_t i = start; i < end; ++i) tools.push_back(listed(found[i]));
  json::value next;
  if (end < found.size()) {
    next = cursorAfter(input, ranked ? std::to_string(end) : found[end - 1].ref.path);
  }
  return json::object{
      {"tools", std::move(tools)}, {"total", found.size()}, {"nextCursor", std::move(next)}};
}

// --- catalog.describe

// Built-in tools have no request line and no component types.
json::object describeSystem(const ToolRef& ref, std::string_view approval) {
  const SystemToolEntry& entry = systemTool(ref.system);
  return {{"path", entry.path},
          {"description", entry.description},
          {"approval", approval},
          {"signature", systemSignature(entry)}};
}

// One signature instead of separate input and output: it is what the program will contain.
json::object describeTool(const ToolRef& ref, std::string_view approval, Declarations& types) {
  const source::ToolView tool = ref.view();
  json::object out{{"path", ref.path},
                   {"description", descriptionOf(tool)},
                   {"approval", approval},
                   {"method", tool.method},
                   {"pathTemplate", tool.pathTemplate}};
  if (tool.deprecated) out["deprecated"] = true;
  const std::string input = types.input(*ref.set, tool);
  const std::string output = types.output(*ref.set, tool);
  out["signature"] = fmt::format("tools.{}(input: {}): Promise<{}>", ref.path, input, output);
  return out;
}

// A denied tool is named as denied: whoever knows the address should not look for a spelling
// mistake.
Result<json::object> describeOne(const Snapshot& snapshot, std::string_view path,
                                 const ApprovalOf& approvalOf, Declarations& types) {
  if (path.starts_with("tools.")) path.remove_prefix(6);
  const auto ref = snapshot.find(path);
  if (!ref) return std::unexpected(snapshot.unknownTool(path));
  const std::string_view approval = approvalOf(*ref);
  if (approval == kDenied) {
    return fail(ErrorCode::policy_denied, fmt::format("A policy denies {}.", ref->path));
  }
  if (ref->system != SystemTool::none) return describeSystem(*ref, approval);
  return describeTool(*ref, approval, types);
}

// In a list of several, one wrong path must not cost the others.
json::object errorEntry(std::string_view path, const Error& error) {
  json::object body{{"code", error.codeName()}, {"message", error.message}};
  if (!error.hint.empty()) body["hint"] = error.hint;
  return {{"path", path}, {"error", std::move(body)}};
}

// `omittedTypes` is there only when something had no room: silence means complete.
void addTypes(json::object& out, Declarations& types) {
  out["types"] = types.finish();
  if (types.omitted().empty()) return;
  json::array names;
  for (const std::string& name : types.omitted()) names.emplace_back(name);
  out["omittedTypes"] = std::move(names);
}

Result<json::value> describeMany(const Snapshot& snapshot, const std::vector<std::string>& paths,
                                 const ApprovalOf& approvalOf, Declarations& types) {
  json::array tools;
  for (const std::string& path : paths) {
    auto entry = describeOne(snapshot, path, approvalOf, types);
    tools.push_back(entry ? std::move(*entry) : errorEntry(path, entry.error()));
  }
  json::object out{{"tools", std::move(tools)}};
  addTypes(out, types);
  return out;
}

Result<json::value> describeAnswer(const Snapshot& snapshot, const SystemInput& input,
                                   const ApprovalOf& approvalOf) {
  if (input.has("path") == input.has("paths")) {
    return fail(input.has("path") ? ErrorCode::invalid_input : ErrorCode::missing_input,
                "catalog.describe needs either path or paths.",
                "catalog.describe({ path: \"source.group.name\" })");
  }
  Declarations types;
  types.select(input.texts("types"));
  if (input.has("paths")) return describeMany(snapshot, input.texts("paths"), approvalOf, types);
  EXECUTOR_TRY(json::object out, describeOne(snapshot, input.text("path"), approvalOf, types));
  addTypes(out, types);
  return out;
}

}  // namespace

Result<json::value> answerSystemTool(const Snapshot& snapshot, SystemTool tool,
                                     const json::object& input, const ApprovalOf& approvalOf) {
  if (tool == SystemTool::none) return failInternal("answer() of a tool that is not built in");
  EXECUTOR_TRY(const SystemInput checked, SystemInput::check(systemTool(tool), input));
  switch (tool) {
    case SystemTool::discover: return discover(snapshot, checked, approvalOf);
    case SystemTool::catalogNamespaces: return namespacesAnswer(snapshot, approvalOf);
    case SystemTool::catalogTools: return toolsAnswer(snapshot, checked, approvalOf);
    case SystemTool::catalogDescribe: return describeAnswer(snapshot, checked, approvalOf);
    default: return failInternal("the catalogue was asked for what invocation/ answers");
  }
}

}  // namespace executor::catalog
