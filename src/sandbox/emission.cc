// The rules, once, for both ends. They are about form alone and look at every byte at most twice:
// this runs on the server's loop for each output. A kind decides which of the other fields may be
// filled; anything else set means that somebody else than our harness made it.
#include "sandbox/emission.h"

#include <algorithm>

#include "base/text.h"

namespace executor::sandbox {
namespace {

bool isLetterOrDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 6838: restricted-name, of at most 127 characters; the whole is bounded by that here.
bool isRestrictedName(std::string_view text) {
  if (text.empty() || !isLetterOrDigit(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return isLetterOrDigit(c) || std::string_view("!#$&-^_.+").contains(c); });
}

// Canonical base64 without decoding it: this runs over megabytes on the loop's thread.
bool isBase64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return std::ranges::all_of(text,
                             [](char c) { return isLetterOrDigit(c) || c == '+' || c == '/'; });
}

// One component of a path: a client may offer it as the name to save under.
bool isFileName(std::string_view name) {
  if (name.empty() || name == "." || name == ".." || name.size() > kMaxEmitNameBytes) return false;
  return std::ranges::none_of(name, [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
}

}  // namespace

// Without parameters, because those may hold quotes, blanks and whatever a client would have to
// parse.
bool isMimeType(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && text.size() <= kMaxMimeTypeBytes &&
         isRestrictedName(text.substr(0, slash)) && isRestrictedName(text.substr(slash + 1));
}

// Sentences for the program; the server only asks whether there is one.
std::string_view emissionProblem(const Emission& e) {
  const bool text = e.kind == "text", file = e.kind == "file";
  if (!text && !file && e.kind != "image" && e.kind != "audio") {
    return "emit() shows text, image, audio and file, nothing else.";
  }
  if (!isValidUtf8(e.text) || !isValidUtf8(e.name)) return "emit() was given text that is none.";
  if (text) {
    const bool bare = e.mimeType.empty() && e.name.empty() && e.data.empty();
    return bare ? "" : "A text of emit() has nothing but its text.";
  }
  if (!isMimeType(e.mimeType))
    return "emit() needs a mimeType such as image/png, without parameters.";
  if (!file && !e.mimeType.starts_with(e.kind + "/")) {
    return "The mimeType given to emit() does not fit its type.";
  }
  if (file != !e.name.empty() || (file && !isFileName(e.name))) {
    return "A file of emit() needs a plain file name, and nothing else has one.";
  }
  if (!e.text.empty() && (!file || !e.data.empty())) return "emit() takes data or text, not both.";
  if (!isBase64(e.data) || (!file && e.data.empty()))
    return "The data given to emit() must be base64 or bytes.";
  return "";
}

}  // namespace executor::sandbox
