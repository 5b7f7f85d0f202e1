// Look-ups over few entries: a server has a handful of tools of its own.
#include "mcp/features.h"

#include <algorithm>
#include <stdexcept>

namespace executor::mcp {
namespace {

template <class T>
const T* named(const std::vector<T>& items, std::string_view name) {
  auto found = std::ranges::find(items, name, &T::name);
  return found == items.end() ? nullptr : &*found;
}

template <class T>
void addNamed(std::vector<T>& items, T item) {
  if (named(items, item.name)) throw std::logic_error("registered twice: " + item.name);
  items.push_back(std::move(item));
}

}  // namespace

void Features::add(Tool tool) { addNamed(tools_, std::move(tool)); }
void Features::add(Prompt prompt) { addNamed(prompts_, std::move(prompt)); }
const Tool* Features::tool(std::string_view name) const { return named(tools_, name); }
const Prompt* Features::prompt(std::string_view name) const { return named(prompts_, name); }

// listChanged only where somebody can tell of changes.
std::string Features::capabilities(Era era) const {
  std::string out;
  auto declare = [&](std::string_view text) {
    out += out.empty() ? "{" : ",";
    out += text;
  };
  if (!tools_.empty()) declare(toolsVersion_ ? R"("tools":{"listChanged":true})" : R"("tools":{})");
  if (!prompts_.empty()) declare(R"("prompts":{})");
  if (!resources_.empty()) {
    declare(resourceVersion_ ? R"("resources":{"subscribe":true})" : R"("resources":{})");
  }
  if (completion_) declare(R"("completions":{})");
  declare(R"("logging":{})");  // console lines of programs, where a client asks for them
  if (tasks_ && era == Era::modern) {
    declare(R"("extensions":{")" + std::string(kTasksExtension) + R"(":{}})");
  }
  return out + "}";
}

}  // namespace executor::mcp
