#include "net/tls-context.h"

#include <boost/asio/ssl/context.hpp>

namespace executor::net {
namespace {

using Made = Result<std::shared_ptr<asio::ssl::context>>;

// Blocking: reads and parses every certificate of the system.
Made make(const std::string& caFile) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(asio::ssl::verify_peer);
  static constexpr unsigned char kAlpn[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context->native_handle(), kAlpn, sizeof kAlpn - 1);
  boost::system::error_code error;
  if (caFile.empty()) {
    context->set_default_verify_paths(error);
  } else {
    context->load_verify_file(caFile, error);
  }
  if (!error) return context;
  return fail(ErrorCode::invalid_configuration, "The TLS certificates cannot be read.",
              "Check the file of certificate authorities.", caFile + ": " + error.message());
}

}  // namespace

// Two requests at once may both load it: rare, harmless, and simpler than waiting for each other.
Task<Made> TlsContext::get(ThreadPool& threads, std::shared_ptr<Flight> flight) {
  if (context_) co_return context_;
  auto made = co_await threads.run([file = caFile_] { return make(file); });
  if (!made) co_return flight->failure(made.error());
  if (flight->stopped) co_return flight->failure(ErrorCode::cancelled, {}, "loading certificates");
  context_ = *made;
  co_return context_;
}

}  // namespace executor::net
