// Names, the egress guard at dial time, and TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <boost/asio/ssl.hpp>
#include <filesystem>
#include <future>

#include "net/client.h"
#include "net/resolver.h"
#include "net/test-support.h"

namespace executor::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace ip = boost::asio::ip;
namespace ssl = boost::asio::ssl;

std::vector<ip::address> addresses(std::initializer_list<const char*> texts) {
  std::vector<ip::address> out;
  for (auto text : texts) out.push_back(ip::make_address(text));
  return out;
}

class DialTest : public ::testing::Test {
 protected:
  DialTest() {
    router_.add("GET", "/", [](Request) -> Task<Response> { co_return Response::text(200, "ok"); });
    EXPECT_TRUE(server_.listen().has_value());
  }

  // `answer` is what every name resolves to.
  void resolveTo(Result<std::vector<ip::address>> answer) {
    options_.lookup = [this, answer](std::string) {
      ++lookups_;
      return answer;
    };
  }

  Result<ClientResponse> get(std::string_view host) {
    HttpClient client(loop_, options_);
    return test::run(loop_, client.send({.url = url(host)}));
  }

  std::string url(std::string_view host) {
    return "http://" + std::string(host) + ":" + std::to_string(server_.port()) + "/";
  }

  // The test server answers for every name a test makes up.
  asio::io_context loop_{1};
  Router router_;
  HttpServer server_{loop_, router_, {.allowedHosts = {"up.example", "a.example"}}};
  ClientOptions options_;
  std::atomic<int> lookups_ = 0;
};

TEST_F(DialTest, LocalhostNeedsNoLookup) {
  resolveTo(fail(ErrorCode::internal, "must not be asked"));
  EXPECT_TRUE(get("localhost"));
  EXPECT_EQ(lookups_, 0);
}

TEST_F(DialTest, SystemLookupResolvesLiterals) {
  Resolver resolver(loop_, {});
  auto found = test::run(loop_, resolver.resolve("127.0.0.1", std::make_shared<Flight>()));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->front(), ip::make_address("127.0.0.1"));
}

TEST_F(DialTest, NameThatResolvesToAForbiddenAddressIsDenied) {
  resolveTo(addresses({"169.254.169.254"}));
  auto response = get("up.example");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::egress_denied);
  EXPECT_THAT(response.error().detail, StartsWith("unsent"));
}

TEST_F(DialTest, OnlyAddressesThatPassAreDialled) {
  resolveTo(addresses({"169.254.169.254", "127.0.0.1"}));
  EXPECT_TRUE(get("up.example"));
}

TEST_F(DialTest, OwnListenerIsDeniedUnderAnyName) {
  options_.egress.refuseOwn(ip::make_address("127.0.0.1"), server_.port());
  resolveTo(addresses({"127.0.0.1"}));
  EXPECT_EQ(get("up.example").error().code, ErrorCode::egress_denied);
  EXPECT_EQ(get("127.0.0.1").error().code, ErrorCode::egress_denied);
  EXPECT_EQ(get("2130706433").error().code, ErrorCode::egress_denied);
}

TEST_F(DialTest, PublicPolicyDeniesLoopbackNames) {
  options_.egress = *EgressPolicy::parse("public");
  EXPECT_EQ(get("localhost").error().code, ErrorCode::egress_denied);
}

TEST_F(DialTest, TheNextAddressIsTriedWhenOneRefuses) {
  // Nothing listens on ::1 or 127.0.0.2 at this port.
  resolveTo(addresses({"::1", "127.0.0.2", "127.0.0.1"}));
  EXPECT_TRUE(get("up.example"));
}

TEST_F(DialTest, UnknownNameIsUnreachable) {
  resolveTo(fail(ErrorCode::upstream_unreachable, "The host could not be resolved."));
  auto response = get("up.example");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::upstream_unreachable);
  EXPECT_THAT(response.error().detail, StartsWith("unsent"));
}

TEST_F(DialTest, NameWithoutAddressIsUnreachable) {
  resolveTo(std::vector<ip::address>{});
  EXPECT_EQ(get("up.example").error().code, ErrorCode::upstream_unreachable);
}

TEST_F(DialTest, OneLookupServesAllWhoAskAtOnceAndLater) {
  resolveTo(addresses({"127.0.0.1"}));
  Resolver resolver(loop_, options_.lookup);
  int done = 0;
  auto ask = [&]() -> Task<void> {
    EXPECT_TRUE(co_await resolver.resolve("a.example", std::make_shared<Flight>()));
    ++done;
  };
  for (int i = 0; i < 10; ++i) asio::co_spawn(loop_, ask(), asio::detached);
  while (done < 10 && loop_.run_one() > 0) {
  }
  test::run(loop_, ask());
  EXPECT_EQ(lookups_, 1);
}

TEST_F(DialTest, TheCacheIsBounded) {
  resolveTo(addresses({"127.0.0.1"}));
  Resolver resolver(loop_, options_.lookup);
  auto ask = [&](std::size_t i) {
    auto name = "h" + std::to_string(i) + ".example";
    ASSERT_TRUE(test::run(loop_, resolver.resolve(name, std::make_shared<Flight>())));
  };
  for (std::size_t i = 0; i <= kMaxDnsEntries; ++i) ask(i);
  int before = lookups_;
  ask(0);
  EXPECT_EQ(lookups_, before + 1);
}

TEST_F(DialTest, CancelEndsAWaitForAName) {
  std::promise<void> release;
  auto released = release.get_future().share();
  options_.lookup = [released](std::string) -> Result<std::vector<ip::address>> {
    released.wait();
    return std::vector<ip::address>{};
  };
  HttpClient client(loop_, options_);
  auto cancel = std::make_shared<ClientCancel>();
  asio::post(loop_, [&] { asio::post(loop_, [&] { cancel->cancel(); }); });
  auto response = test::run(loop_, client.send({.url = url("up.example")}, cancel));
  EXPECT_EQ(response.error().code, ErrorCode::cancelled);
  EXPECT_THAT(response.error().detail, StartsWith("unsent"));
  release.set_value();
}

// ---- TLS ----

// A self-signed certificate for the names given, as PEM files in a directory of its own.
struct Certificate {
  explicit Certificate(const std::string& names) {
    auto pattern = (std::filesystem::temp_directory_path() / "executor-net-XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
    auto* key = EVP_EC_gen("P-256");
    auto* cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    auto* subject = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(cert, subject);
    auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(cert, key, EVP_sha256());
    auto* file = std::fopen(certFile().c_str(), "w");
    PEM_write_X509(file, cert);
    std::fclose(file);
    file = std::fopen(keyFile().c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(cert);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::filesystem::remove_all(directory); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  std::string certFile() const { return directory + "/cert.pem"; }
  std::string keyFile() const { return directory + "/key.pem"; }
  std::string directory;
};

// Serves `connections` TLS connections, two answers each; remembers the name asked for.
class TlsUpstream {
 public:
  TlsUpstream(const Certificate& certificate, int connections)
      : acceptor_(loop_, {ip::address_v4::loopback(), 0}) {
    context_.use_certificate_file(certificate.certFile(), ssl::context::pem);
    context_.use_private_key_file(certificate.keyFile(), ssl::context::pem);
    thread_ = std::thread([this, connections] {
      for (int i = 0; i < connections; ++i) serve();
    });
  }
  ~TlsUpstream() { thread_.join(); }

  std::string url(std::string_view host) const {
    return "https://" + std::string(host) + ":" +
           std::to_string(acceptor_.local_endpoint().port()) + "/";
  }
  std::string sni;

 private:
  void serve() {
    ssl::stream<ip::tcp::socket> stream(acceptor_.accept(), context_);
    boost::system::error_code error;
    stream.handshake(ssl::stream_base::server, error);
    if (error) return;
    const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    sni = name != nullptr ? name : "";
    for (int i = 0; i < 2 && !error; ++i) {
      std::string in;
      asio::read_until(stream, asio::dynamic_buffer(in), "\r\n\r\n", error);
      if (error) return;
      asio::write(
          stream,
          asio::buffer(std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")),
          error);
    }
  }

  asio::io_context loop_;
  ssl::context context_{ssl::context::tls_server};
  ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

class TlsTest : public DialTest {
 protected:
  TlsTest() : certificate_("DNS:up.example,IP:127.0.0.1") {
    resolveTo(addresses({"127.0.0.1"}));
    options_.caFile = certificate_.certFile();
  }

  Certificate certificate_;
};

TEST_F(TlsTest, ConnectsWithNameVerificationAndReuses) {
  TlsUpstream upstream(certificate_, 1);
  HttpClient client(loop_, options_);
  for (int i = 0; i < 2; ++i) {
    auto response = test::run(loop_, client.send({.url = upstream.url("up.example")}));
    ASSERT_TRUE(response) << response.error().message << response.error().detail;
    EXPECT_EQ(response->body, "secret");
  }
  EXPECT_EQ(upstream.sni, "up.example");
}

TEST_F(TlsTest, ConnectsToAnAddressInTheCertificateWithoutSni) {
  TlsUpstream upstream(certificate_, 1);
  HttpClient client(loop_, options_);
  auto response = test::run(loop_, client.send({.url = upstream.url("127.0.0.1")}));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(upstream.sni, "");
}

TEST_F(TlsTest, AnotherNameIsRefusedUnsent) {
  TlsUpstream upstream(certificate_, 1);
  HttpClient client(loop_, options_);
  auto response = test::run(loop_, client.send({.url = upstream.url("a.example")}));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::upstream_unreachable);
  EXPECT_THAT(response.error().message, HasSubstr("mismatch"));
  EXPECT_THAT(response.error().detail, StartsWith("unsent"));
}

TEST_F(TlsTest, AnUnknownAuthorityIsRefusedUnsent) {
  TlsUpstream upstream(certificate_, 1);
  Certificate other("DNS:up.example");
  options_.caFile = other.certFile();
  HttpClient client(loop_, options_);
  auto response = test::run(loop_, client.send({.url = upstream.url("up.example")}));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::upstream_unreachable);
  EXPECT_THAT(response.error().detail, StartsWith("unsent"));
}

TEST_F(TlsTest, UnreadableAuthoritiesAreInvalidConfiguration) {
  options_.caFile = certificate_.directory + "/none.pem";
  HttpClient client(loop_, options_);
  auto target = "https://127.0.0.1:" + std::to_string(server_.port()) + "/";
  auto response = test::run(loop_, client.send({.url = target}));
  EXPECT_EQ(response.error().code, ErrorCode::invalid_configuration);
}

TEST_F(TlsTest, PlainServerOnTheOtherEndIsUnreachable) {
  test::RawUpstream upstream({[](auto& socket) {
    asio::write(socket, asio::buffer(std::string_view("HTTP/1.1 400 Bad Request\r\n\r\n")));
    std::array<char, 1024> waste;
    boost::system::error_code error;
    while (!error) socket.read_some(asio::buffer(waste), error);
  }});
  HttpClient client(loop_, options_);
  auto target = "https" + upstream.url().substr(4);
  auto response = test::run(loop_, client.send({.url = target}));
  EXPECT_EQ(response.error().code, ErrorCode::upstream_unreachable);
}

TEST_F(TlsTest, HandshakeThatNeverComesTimesOut) {
  std::promise<void> release;
  test::RawUpstream upstream({[&](auto&) { release.get_future().wait(); }});
  options_.connectTimeout = 20ms;
  HttpClient client(loop_, options_);
  auto target = "https" + upstream.url().substr(4);
  auto response = test::run(loop_, client.send({.url = target}));
  release.set_value();
  EXPECT_EQ(response.error().code, ErrorCode::upstream_timeout);
}

}  // namespace
}  // namespace executor::net
