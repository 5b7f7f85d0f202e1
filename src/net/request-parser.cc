#include "net/request-parser.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/text.h"
#include "net/raw-head.h"

namespace executor::net {
namespace http = boost::beast::http;

struct RequestParser::Impl {
  http::request_parser<http::string_body> parser;
};

namespace {

std::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::invalid_request, "Malformed HTTP request: " + std::move(why) + ".");
}

std::unexpected<Error> tooLarge(std::size_t limit) {
  return fail(ErrorCode::payload_too_large,
              "The request body is larger than " + std::to_string(limit) + " bytes.");
}

Headers copyFields(const http::fields& fields) {
  Headers out;
  for (const auto& field : fields) {
    auto name = field.name_string();
    auto value = field.value();
    out.add({name.data(), name.size()}, std::string(value.data(), value.size()));
  }
  return out;
}

// Beast refuses some of this by itself; the rules stand here so that they do not hang on its
// version.
Status checkFraming(const RequestHead& head) {
  auto coding = head.headers.count("Transfer-Encoding");
  auto length = head.headers.count("Content-Length");
  if (length > 1) return refuse("Content-Length is repeated");
  // Beast takes the list form "3, 3"; others take its first or its last.
  auto digits = head.headers.get("Content-Length");
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return refuse("Content-Length is not a number");
  }
  if (coding > 0 && length > 0) return refuse("both Content-Length and Transfer-Encoding");
  if (coding > 1 ||
      (coding == 1 && !equalsIgnoreCase(head.headers.get("Transfer-Encoding"), "chunked"))) {
    return refuse("a transfer coding other than chunked");
  }
  if (coding == 1 && !head.http11) return refuse("Transfer-Encoding in HTTP/1.0");
  if (head.headers.count("Host") > 1) return refuse("Host is repeated");
  return {};
}

Status checkExpectation(RequestHead& head) {
  auto expect = head.headers.get("Expect");
  if (expect.empty()) return {};
  if (!equalsIgnoreCase(expect, "100-continue")) return refuse("an unknown expectation");
  head.expectContinue = head.http11;
  return {};
}

}  // namespace

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {
  // Sizes are ours to check; Beast's defaults (8 KiB of header, 1 MiB of body) would come first.
  impl_->parser.header_limit(UINT32_MAX);
  impl_->parser.body_limit(boost::none);
}

RequestParser::~RequestParser() = default;

Result<RequestHead> RequestParser::head(std::string_view block) {
  EXECUTOR_CHECK(checkRawHead(block, kMaxHeaderCount));
  auto& parser = impl_->parser;
  boost::beast::error_code error;
  parser.put(asio::const_buffer(block.data(), block.size()), error);
  if (error) return refuse(error.message());
  if (!parser.is_header_done()) return refuse("the header is not complete");
  const auto& message = parser.get();
  RequestHead head{.method = std::string(message.method_string()),
                   .target = std::string(message.target()),
                   .headers = copyFields(message.base()),
                   .http11 = message.version() == 11,
                   .keepAlive = message.version() == 11 && parser.keep_alive(),
                   .chunked = parser.chunked()};
  if (message.version() != 11 && message.version() != 10) return refuse("an unknown version");
  if (auto length = parser.content_length()) head.contentLength = *length;
  EXECUTOR_CHECK(checkFraming(head));
  EXECUTOR_CHECK(checkExpectation(head));
  return head;
}

// Beast counts chunks against its own limit; a length is compared here, before a byte is read.
Status RequestParser::limitBody(std::uint64_t announced, std::size_t limit) {
  if (announced > limit) return tooLarge(limit);
  impl_->parser.body_limit(limit);
  impl_->parser.eager(true);
  return {};
}

Result<std::size_t> RequestParser::body(std::string_view bytes) {
  boost::beast::error_code error;
  auto used = impl_->parser.put(asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::need_more) return used;
  if (error == http::error::body_limit) {
    return fail(ErrorCode::payload_too_large, "The request body is larger than this route takes.");
  }
  if (error) return refuse(error.message());
  return used;
}

bool RequestParser::done() const { return impl_->parser.is_done(); }

std::string RequestParser::takeBody() { return std::move(impl_->parser.get().body()); }

}  // namespace executor::net
