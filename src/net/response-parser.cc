// Beast's parser with our limits and errors. An upstream is not trusted: its header block and body
// are bounded while they arrive, and every malformed answer is `upstream_invalid`.
#include "net/response-parser.h"

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>

#include "net/body-decoder.h"
#include "net/client.h"

namespace executor::net {
namespace http = boost::beast::http;

namespace {

// As Beast's string_body, but nothing is reserved for a length that an upstream only announces.
struct PieceBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool isRequest, class Fields>
    reader(http::header<isRequest, Fields>&, std::string& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>&, boost::beast::error_code& error) {
      error = {};
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::beast::error_code& error) {
      error = {};
      std::size_t size = 0;
      for (auto piece : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(piece.data()), piece.size());
        size += piece.size();
      }
      return size;
    }

    void finish(boost::beast::error_code& error) { error = {}; }

   private:
    std::string& body_;
  };
};

}  // namespace

struct ResponseParser::Impl {
  http::response_parser<PieceBody> parser;
  std::size_t cap;
};

namespace {

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::upstream_invalid,
              "The upstream's response is malformed: " + std::string(why) + ".");
}

}  // namespace

// Eager: one feed() goes on from the head into the body.
ResponseParser::ResponseParser(bool noBody, std::size_t bodyCap) : impl_(std::make_unique<Impl>()) {
  impl_->cap = bodyCap;
  impl_->parser.header_limit(kMaxResponseHeaderBytes);
  impl_->parser.body_limit(bodyCap);
  impl_->parser.eager(true);
  if (noBody) impl_->parser.skip(true);
}

ResponseParser::~ResponseParser() = default;

// How many bytes were used; 0 with no error asks for more.
Result<std::size_t> ResponseParser::feed(std::string_view bytes) {
  boost::beast::error_code error;
  auto used = impl_->parser.put(asio::const_buffer(bytes.data(), bytes.size()), error);
  if (!error || error == http::error::need_more) return used;
  if (error == http::error::body_limit) return responseTooLarge(impl_->cap);
  return malformed(error.message());
}

// Proper only where the answer had no length of its own.
Status ResponseParser::finish() {
  boost::beast::error_code error;
  impl_->parser.put_eof(error);
  if (error) return malformed("it ends too early");
  return {};
}

bool ResponseParser::begun() const { return impl_->parser.got_some(); }
bool ResponseParser::headDone() const { return impl_->parser.is_header_done(); }
bool ResponseParser::done() const { return impl_->parser.is_done(); }
int ResponseParser::status() const { return static_cast<int>(impl_->parser.get().result_int()); }

// A field that Headers refuses (a control character in its value) is left out.
Headers ResponseParser::headers() const {
  Headers out;
  for (const auto& field : impl_->parser.get().base()) {
    auto name = field.name_string();
    auto value = field.value();
    out.add({name.data(), name.size()}, std::string(value.data(), value.size()));
  }
  return out;
}

bool ResponseParser::keepAlive() const { return impl_->parser.keep_alive(); }

// What came since the last call; the parser goes on with an empty string.
std::string ResponseParser::takeBody() {
  auto body = std::move(impl_->parser.get().body());
  impl_->parser.get().body().clear();
  return body;
}

}  // namespace executor::net
