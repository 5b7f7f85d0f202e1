// Any text as a program: what is made of it keeps its lines and bytes, and places in it can be
// shown. Whether it means the same is the compiler's business; here nothing may be lost or moved.
#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "sandbox/program-form.h"
#include "sandbox/source-lines.h"

namespace {

using namespace executor::sandbox;

void expect(bool holds) {
  if (!holds) std::abort();
}

// Line ends stay where they are; what follows the end is ours.
void checkBody(std::string_view code) {
  const std::string body = asBody(code);
  expect(body.size() >= code.size());
  for (std::size_t i = 0; i < code.size(); ++i) expect((code[i] == '\n') == (body[i] == '\n'));
  (void)nameLoneFunction(body);
}

void checkEnding(std::string_view code) {
  const BodyEnding ending = findEnding(code);
  expect(ending.at <= code.size());
  const std::string whole = completeBody(code, ending);
  expect(whole.starts_with(code.substr(0, ending.at)));
  expect(whole.contains(code.substr(ending.at)));
  (void)findInsertion(whole);
}

void checkExcerpt(std::string_view code, std::uint8_t choice) {
  const SourcePosition place{1u + choice / 16u, 1u + choice % 16u * 16u};
  const SourceExcerpt excerpt = excerptAt(code, place);
  expect(excerpt.line.size() <= kMaxExcerptBytes + 8);
  if (executor::isValidUtf8(code)) expect(executor::isValidUtf8(excerpt.line));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view code(reinterpret_cast<const char*>(data) + 1, size - 1);
  checkBody(code);
  checkEnding(code);
  checkExcerpt(code, data[0]);
  return 0;
}
