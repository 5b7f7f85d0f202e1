#include "source/openapi/servers.h"

#include <fmt/format.h>

#include "base/text.h"

namespace executor::source::openapi {
namespace {

// "https://h" but not "/x?u=https://h".
bool hasScheme(std::string_view url) {
  const auto colon = url.find("://");
  return colon != url.npos && url.find('/') > colon;
}

// "/a/./b/../c" → "/a/c".
std::string withoutDotSegments(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto parts = splitText(path, '/');
  for (const auto part : parts) {
    if (part == "..") {
      if (kept.size() > 1) kept.pop_back();
    } else if (part != ".") {
      kept.push_back(part);
    }
  }
  if (!parts.empty() && (parts.back() == "." || parts.back() == "..")) kept.push_back({});
  return fmt::format("{}", fmt::join(kept, "/"));
}

// `{region}` → the variable's default. Values go in as they are: they are parts of a URL.
std::string substitute(std::string url, const json::object* variables, Warnings& warnings) {
  std::size_t from = 0;
  for (auto open = url.find('{'); open != url.npos; open = url.find('{', from)) {
    const auto close = url.find('}', open);
    if (close == url.npos) break;
    const std::string name = url.substr(open + 1, close - open - 1);
    const auto* variable = variables ? variables->if_contains(name) : nullptr;
    const auto* preset =
        variable && variable->is_object() ? variable->get_object().if_contains("default") : nullptr;
    if (!preset) {
      warnings.add(
          fmt::format("The server {} has a variable {} without a default; set the "
                      "source's base URL.",
                      url, name));
      from = close + 1;
      continue;
    }
    const std::string text =
        preset->is_string() ? std::string(preset->get_string()) : serializeJson(*preset);
    url.replace(open, close - open + 1, text);
    from = open + text.size();
  }
  return url;
}

}  // namespace

// Enough of RFC 3986 for server URLs: absolute, network-path, absolute-path and relative-path
// references. The base's own query is never kept.
std::string resolveUrl(std::string_view base, std::string_view reference) {
  if (base.empty() || hasScheme(reference)) return std::string(reference);
  const auto authority = base.find("://");
  if (authority == base.npos) return std::string(reference);
  const auto pathStart = base.find_first_of("/?#", authority + 3);
  const std::string origin(base.substr(0, pathStart));
  if (reference.starts_with("//"))
    return std::string(base.substr(0, authority + 1)) + std::string(reference);
  const auto cut = reference.find_first_of("?#");
  const std::string_view path = reference.substr(0, cut);
  const std::string_view tail = cut == reference.npos ? std::string_view{} : reference.substr(cut);
  if (path.starts_with('/')) return origin + withoutDotSegments(path) + std::string(tail);
  std::string_view basePath = pathStart == base.npos ? std::string_view{} : base.substr(pathStart);
  basePath = basePath.substr(0, basePath.find_first_of("?#"));
  const auto slash = basePath.rfind('/');
  const std::string folder(slash == basePath.npos ? "/" : basePath.substr(0, slash + 1));
  return origin + withoutDotSegments(folder + std::string(path)) + std::string(tail);
}

// Entries without a url are skipped: an empty one would mean the document's own address by
// accident.
std::vector<std::string> serverUrls(const json::value* servers, std::string_view documentUrl,
                                    Warnings& warnings) {
  std::vector<std::string> out;
  if (!servers || !servers->is_array()) return out;
  for (const auto& server : servers->get_array()) {
    const std::string_view url = trimText(findString(server, "url"));
    if (url.empty()) continue;
    const std::string filled =
        substitute(std::string(url), findObject(server, "variables"), warnings);
    out.push_back(resolveUrl(documentUrl, filled));
  }
  return out;
}

}  // namespace executor::source::openapi
