// One request from its URL to its answer: checks, the deadline, redirects. What happens on one hop
// is exchange.cc's. A request is a Flight: whoever wants it stopped (a deadline, a cancel, the
// client's end) stops the flight, and every step below asks it before it goes on.
#include "net/client.h"

#include "net/exchange.h"
#include "net/redirect.h"

namespace executor::net {
namespace {

// RFC 9110 allows any token; nothing but upper case letters is in use, and letters cannot inject.
bool isMethod(std::string_view method) {
  return !method.empty() && method.size() <= 32 &&
         std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Stops the flight at its deadline; nothing is armed for a request without one.
class DeadlineTimer {
 public:
  DeadlineTimer(asio::io_context& loop, Deadline deadline, std::weak_ptr<Flight> flight)
      : timer_(loop) {
    if (deadline == Deadline::max()) return;
    timer_.expires_at(deadline);
    timer_.async_wait([flight = std::move(flight)](auto error) {
      auto shared = flight.lock();
      if (!error && shared) shared->stop(ErrorCode::upstream_timeout);
    });
  }

 private:
  asio::steady_timer timer_;
};

}  // namespace

// The list is taken first: stopping a flight may run code that joins another.
void ClientCancel::cancel() {
  cancelled_ = true;
  for (auto& weak : std::exchange(flights_, {})) {
    if (auto flight = weak.lock()) flight->stop(ErrorCode::cancelled);
  }
}

class HttpClient::Impl {
 public:
  Impl(asio::io_context& loop, ClientOptions options)
      : parts_{.loop = loop,
               .options = options,
               .pool = {},
               .resolver = {loop, options.lookup},
               .tls = TlsContext(options.caFile)} {}

  // Completed once the listener's port is known (refuseOwn); from then on only read.
  EgressPolicy& egress() { return parts_.options.egress; }

  // The coroutines hold this object, so it lives until the last of them has seen its stop.
  void stopAll() {
    for (auto& weak : std::exchange(flights_, {})) {
      if (auto flight = weak.lock()) flight->stop(ErrorCode::cancelled);
    }
  }

  std::shared_ptr<Flight> takeOff() {
    auto flight = std::make_shared<Flight>();
    join(flights_, flight);
    return flight;
  }

  // Ended flights are forgotten as others join, so the list stays as long as what is under way.
  static void join(std::vector<std::weak_ptr<Flight>>& flights, std::weak_ptr<Flight> flight) {
    if (flights.size() == flights.capacity()) {
      std::erase_if(flights, [](const auto& weak) { return weak.expired(); });
    }
    flights.push_back(std::move(flight));
  }

  // Everything a request needs is in this frame; the steps below it refer to it.
  static Task<Result<ClientResponse>> run(std::shared_ptr<Impl> self, ClientRequest request,
                                          OnChunk onChunk, std::shared_ptr<Flight> flight) {
    auto url = parseUrl(request.url);
    if (!url) co_return flight->failure(std::move(url).error());
    if (!isMethod(request.method)) {
      co_return flight->failure(ErrorCode::invalid_argument, "Not an HTTP method.");
    }
    // A timer would fire only at the next turn of the loop, when bytes may be on their way.
    if (request.deadline <= std::chrono::steady_clock::now()) {
      flight->stop(ErrorCode::upstream_timeout);
    }
    if (flight->stopped) co_return flight->failure(ErrorCode::cancelled, {});
    DeadlineTimer timer(self->parts_.loop, request.deadline, flight);
    Hop hop{*std::move(url), request.method, std::move(request.headers), std::move(request.body)};
    self->addDefaults(hop, !onChunk);
    co_return co_await self->follow(request, hop, onChunk, flight);
  }

 private:
  // A stream is left uncompressed: a compressor at the other end would hold back events.
  void addDefaults(Hop& hop, bool compressed) {
    auto& headers = hop.headers;
    if (!headers.has("User-Agent")) headers.set("User-Agent", parts_.options.userAgent);
    if (!headers.has("Accept")) headers.set("Accept", "*/*");
    if (compressed && !headers.has("Accept-Encoding")) {
      headers.set("Accept-Encoding", std::string(kAcceptEncoding));
    }
  }

  // References into the frame of run(), which awaits this.
  Task<Result<ClientResponse>> follow(ClientRequest& request, Hop& hop, const OnChunk& onChunk,
                                      std::shared_ptr<Flight> flight) {
    for (unsigned redirects = 0;; ++redirects) {
      Exchange exchange(parts_, request, hop, flight, onChunk);
      EXECUTOR_CO_TRY(auto response, co_await exchange.run());
      if (request.maxRedirects == 0 || !isRedirect(response)) co_return response;
      if (redirects >= request.maxRedirects) {
        co_return flight->failure(ErrorCode::upstream_invalid, "The upstream redirects too often.");
      }
      auto next = followRedirect(hop, response, request.sensitive);
      if (next && request.onRedirect) next = request.onRedirect(hop.url.text());
      if (!next) co_return flight->failure(std::move(next).error());
    }
  }

  ClientParts parts_;
  std::vector<std::weak_ptr<Flight>> flights_;
};

HttpClient::HttpClient(asio::io_context& loop, ClientOptions options)
    : impl_(std::make_shared<Impl>(loop, std::move(options))) {}

// Requests under way end with `cancelled`, so nothing waits for an upstream that has hours.
HttpClient::~HttpClient() { impl_->stopAll(); }

// A plain request is a stream that nobody listens to: its body is collected under responseCap.
Task<Result<ClientResponse>> HttpClient::send(ClientRequest request,
                                              std::shared_ptr<ClientCancel> cancel) {
  return stream(std::move(request), nullptr, std::move(cancel));
}

Task<Result<ClientResponse>> HttpClient::stream(ClientRequest request,
                                                std::function<Task<Status>(std::string)> onChunk,
                                                std::shared_ptr<ClientCancel> cancel) {
  auto flight = impl_->takeOff();
  if (cancel && cancel->cancelled_) flight->stop(ErrorCode::cancelled);
  if (cancel) Impl::join(cancel->flights_, flight);
  return Impl::run(impl_, std::move(request), std::move(onChunk), std::move(flight));
}

EgressPolicy& HttpClient::egress() { return impl_->egress(); }

// What people and approvals see of a URL: paths and queries may hold secrets. Empty if it is none.
std::string originOf(std::string_view url) {
  auto parsed = parseUrl(url);
  return parsed ? parsed->origin() : std::string();
}

}  // namespace executor::net
