// Everything of this layer that reads text from outside, one input for all: URLs, request targets,
// routes, hosts, header blocks with bodies, responses, content codings. Beyond not crashing, the
// properties that others rely on are checked: what was accepted once reads the same again.
#include <cstdint>
#include <cstdlib>

#include <algorithm>
#include <string>

#include "net/body-decoder.h"
#include "net/egress.h"
#include "net/host-guard.h"
#include "net/request-parser.h"
#include "net/request-target.h"
#include "net/response-parser.h"
#include "net/router.h"
#include "net/server.h"
#include "net/url.h"

namespace executor::net {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void fuzzUrl(std::string_view text) {
  auto url = parseUrl(text);
  if (!url) return;
  auto again = parseUrl(url->text());
  require(again.has_value());
  require(again->text() == url->text());
  require(again->address == url->address);
  require(url->text().find_first_of("\r\n ") == std::string::npos);
  if (auto resolved = resolveUrl(*url, text)) require(parseUrl(resolved->text()).has_value());
  if (url->address) (void)EgressPolicy{}.check(*url->address, url->port);
}

void addRoutes(Router& router) {
  Handler handler = [](Request) -> Task<Response> { co_return Response{}; };
  for (auto pattern : {"/", "/a/*", "/a/*/b", "/a/b/**", "/*/*/c", "/**"}) {
    router.add("GET", pattern, handler);
  }
}

void fuzzTarget(std::string_view text) {
  auto target = parseRequestTarget(text);
  if (!target) return;
  require(target->path.starts_with('/'));
  require(("/" + target->path + "/").find("/../") == std::string::npos);
  static Router router;
  static const bool kReady = (addRoutes(router), true);
  require(kReady && router.match("GET", target->path).handler != nullptr);
}

void fuzzRequest(std::string_view text) {
  RequestParser parser;
  auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return;
  auto head = parser.head(text.substr(0, end + 4));
  if (!head || !parser.limitBody(head->contentLength, 1000)) return;
  auto rest = text.substr(end + 4);
  while (!rest.empty() && !parser.done()) {
    auto used = parser.body(rest);
    if (!used || *used == 0) return;
    rest.remove_prefix(*used);
  }
  if (parser.done()) require(parser.takeBody().size() <= 1000);
}

void fuzzResponse(std::string_view text) {
  ResponseParser parser(false, 1000);
  std::size_t body = 0;
  while (!text.empty() && !parser.done()) {
    auto used = parser.feed(text);
    if (!used) return;
    body += parser.takeBody().size();
    if (*used == 0) break;
    text.remove_prefix(*used);
  }
  require(body <= 1000);
  if (parser.begun() && !parser.done()) (void)parser.finish();
}

void fuzzCoding(std::string_view coding, std::string_view text) {
  auto decoder = *BodyDecoder::make(coding);
  std::string out;
  (void)decoder->feed(text, out, 100'000);
  require(out.size() <= 100'000);
}

}  // namespace
}  // namespace executor::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace executor::net;
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  static const HostGuard kGuard{ServerOptions{}};
  fuzzUrl(text);
  fuzzTarget(text);
  (void)kGuard.checkHost(text, boost::asio::ip::address_v4::loopback());
  fuzzRequest(text);
  fuzzResponse(text);
  for (auto coding : {"gzip", "deflate", "br", "zstd"}) fuzzCoding(coding, text);
  return 0;
}
