// One hop of an outbound request: lease a connection, send, read the answer.
//
// The order is the contract: name → egress policy → connection → beforeSend → first byte. A pooled
// connection that proves dead before the first byte is replaced once by a fresh one; after the
// first byte nothing is ever sent again. An upstream that answers and closes before it has read the
// whole body (413 and the like) is still heard. The connection returns to the pool only after a
// complete answer that allows it.
#pragma once

#include <memory>
#include <string>

#include "net/body-decoder.h"
#include "net/client.h"
#include "net/pool.h"
#include "net/resolver.h"
#include "net/response-parser.h"
#include "net/tls-context.h"

namespace executor::net {

using OnChunk = std::function<Task<Status>(std::string)>;

// The parts of the client that hops share.
struct ClientParts {
  asio::io_context& loop;
  ClientOptions options;
  ConnectionPool pool;
  Resolver resolver;
  TlsContext tls;
};

struct Hop {
  Url url;
  std::string method;
  Headers headers;
  std::string body;
};

// Lives in the frame of the request that runs it, and refers to what is in that frame.
class Exchange {
 public:
  Exchange(ClientParts& parts, ClientRequest& request, const Hop& hop,
           std::shared_ptr<Flight> flight, const OnChunk& onChunk)
      : parts_(parts),
        request_(request),
        hop_(hop),
        flight_(std::move(flight)),
        onChunk_(onChunk) {}

  Task<Result<ClientResponse>> run();

 private:
  Task<Result<ConnectionPool::Lease>> connect(bool fresh);
  Task<Status> dial(OutboundConnection& connection);
  Result<std::vector<asio::ip::address>> permitted(std::vector<asio::ip::address> addresses);
  Task<Status> announce();
  std::string head() const;
  Task<Result<ClientResponse>> answer(ConnectionPool::Lease lease);
  Task<Result<std::unique_ptr<ResponseParser>>> readHead(OutboundConnection& connection);
  Task<Status> advance(OutboundConnection& connection, ResponseParser& parser);
  Task<Status> readBody(OutboundConnection& connection, ResponseParser& parser,
                        ClientResponse& response);
  Status decode(std::string piece, std::string& out, std::size_t cap);
  void giveBack(ConnectionPool::Lease& lease, const ResponseParser& parser,
                const ClientResponse& response);
  std::unexpected<Error> broken(const boost::system::error_code& error) const;

  ClientParts& parts_;
  ClientRequest& request_;
  const Hop& hop_;
  std::shared_ptr<Flight> flight_;
  const OnChunk& onChunk_;
  std::unique_ptr<BodyDecoder> decoder_;
  bool reused_ = false;  // the present connection came from the pool
};

}  // namespace executor::net
