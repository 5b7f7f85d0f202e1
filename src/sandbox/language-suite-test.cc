// The files of tests/language, each as one program in the sandbox as built: from type stripping to
// the verdict. A failing file is named with the line of its own that threw.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

namespace fs = std::filesystem;

// Stands on the first line, before the file's own: lines stay what they are.
constexpr std::string_view kHelpers =
    "const $text = (v) => JSON.stringify(v, (k, x) => typeof x === 'bigint' ? x + 'n' "
    ": x === undefined ? '<undefined>' : x);"
    "const assert = (ok, what) => { if (!ok) throw new Error('not true: ' + what) };"
    "const same = (got, expected) => { const a = $text(got), b = $text(expected);"
    "  if (a !== b) throw new Error('got ' + a + ', expected ' + b) };"
    "const $check = (e, kind, f) => { if (!(e instanceof kind)) throw new Error("
    "  'threw ' + e + ', expected ' + kind.name + ' of ' + f) };"
    "const throws = (f, kind) => { let threw = false;"
    "  try { f() } catch (e) { threw = true; $check(e, kind, f) }"
    "  assert(threw, 'throws: ' + f) };"
    "const throwsAsync = async (f, kind) => { let threw = false;"
    "  try { await f() } catch (e) { threw = true; $check(e, kind, f) }"
    "  assert(threw, 'rejects: ' + f) };";

fs::path suiteRoot() { return fs::path(EXECUTOR_SOURCE_DIR) / "tests" / "language"; }

std::vector<std::string> suiteFiles() {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(suiteRoot())) {
    const auto extension = entry.path().extension();
    if (extension != ".js" && extension != ".ts") continue;
    files.push_back(fs::relative(entry.path(), suiteRoot()).string());
  }
  std::ranges::sort(files);
  return files;
}

std::string readText(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string testName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class LanguageSuite : public testing::TestWithParam<std::string> {};

TEST_P(LanguageSuite, Holds) {
  const std::string code = readText(suiteRoot() / GetParam());
  ASSERT_FALSE(code.empty());
  const RunEnd end = runToEnd(std::string(kHelpers) + code);
  EXPECT_TRUE(end.ok) << GetParam() << ":" << end.position.line << ": " << end.error.message << "\n"
                      << end.stack;
}

INSTANTIATE_TEST_SUITE_P(Editions, LanguageSuite, testing::ValuesIn(suiteFiles()), testName);

TEST(LanguageSuiteFiles, HaveEveryEditionSince2023) {
  const auto files = suiteFiles();
  for (const char* edition : {"es2023/", "es2024/", "es2025/", "es2026/", "typescript/", "web/"}) {
    EXPECT_TRUE(std::ranges::any_of(files, [&](const auto& f) { return f.starts_with(edition); }))
        << edition;
  }
}

// A suite whose helpers never fail proves nothing.
TEST(LanguageSuiteFiles, HelpersFailWhenTheyShould) {
  for (const char* wrong : {"same(1, 2)", "assert(false, 'x')", "throws(() => 1, Error)",
                            "throws(() => { throw 1 }, Error)", "same(undefined, null)",
                            "await throwsAsync(async () => 1, Error)"}) {
    EXPECT_FALSE(runToEnd(std::string(kHelpers) + wrong).ok) << wrong;
  }
}

}  // namespace
}  // namespace executor::sandbox
