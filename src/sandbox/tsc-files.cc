#include "sandbox/tsc-files.h"

#include "sandbox/tsc-library.h"

namespace executor::sandbox {
namespace {

// A module without content, until the first check.
constexpr std::string_view kNoProgram = "export {};";

std::string boolean(bool value) { return value ? "true" : "false"; }

}  // namespace

TscFiles::TscFiles() {
  put(kTscGlobalsFile, std::string(globalDeclarations()));
  putProgram(std::string(kNoProgram));
}

// The project's list follows the library, which is known only when the launcher has read it.
void TscFiles::putLibrary(std::vector<std::string> texts) {
  put(kTscProject, projectText(texts.size()));
  for (std::size_t n = 0; n < texts.size(); ++n) put(libraryFile(n), std::move(texts[n]));
}

void TscFiles::putProgram(std::string text) { put(kTscProgramFile, std::move(text)); }

void TscFiles::put(std::string_view path, std::string text) {
  texts_.insert_or_assign(std::string(path), std::move(text));
}

// Null content is "no such file"; a plain null would let the compiler look at the disk itself.
std::string TscFiles::content(std::string_view path) const {
  const auto text = texts_.find(path);
  if (text == texts_.end()) return R"({"content":null})";
  return R"({"content":)" + quoteJson(text->second) + "}";
}

// Also for directories that do not exist: an empty list ends the search there.
std::string TscFiles::entries(std::string_view directory) const {
  std::string files;
  if (directory == kTscRoot) {
    for (const auto& [path, text] : texts_) {
      files += (files.empty() ? "" : ",") + quoteJson(path.substr(kTscRoot.size() + 1));
    }
  }
  return R"({"files":[)" + files + R"(],"directories":[]})";
}

// `realpath` gives back any path: it is only spoken of, never opened.
std::string TscFiles::answer(const TscQuestion& question) const {
  if (question.method == "readFile") return content(question.path);
  if (question.method == "fileExists") return boolean(texts_.contains(question.path));
  if (question.method == "directoryExists") return boolean(question.path == kTscRoot);
  if (question.method == "getAccessibleEntries") return entries(question.path);
  if (question.method == "realpath") return quoteJson(question.path);
  return "null";
}

}  // namespace executor::sandbox
