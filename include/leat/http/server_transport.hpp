// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/impl_ptr.hpp"
#include "leat/base/memory.hpp"
#include "leat/http/router.hpp"
#include "leat/http/server_options.hpp"
#include "leat/http/transport.hpp"

namespace leat::http {

/// A transport that asks a server of ours in the same process, without a socket: for tests of a
/// service as a whole, and for services that live in one program.
///
///     options.transport = std::make_shared<http::async_server_transport>(service_routes());
///
/// Each request has a connection in memory to itself, over which the same HTTP/1.1 is spoken as on
/// a network, by both sides; so limits, framing, timeouts, and answers to what no handler takes are
/// the server's. The answer has been read when its head is given out.
///
/// Errors of a request: those of an exchange on a connection.
/// Cancellation: the handler is stopped as well, and has ended when the request has.
template <class Io>
class basic_server_transport final : public basic_transport<Io> {
 public:
  /// Errors: `invalid_argument` for options that make no sense.
  explicit basic_server_transport(router routes, server_options options = {});
  ~basic_server_transport() override;

  typename Io::template result<basic_transport_response<Io>> handle(
      basic_request<Io>& request) override;

 private:
  class impl;
  impl_ptr<impl> impl_;
};

extern template class basic_server_transport<io::async>;
extern template class basic_server_transport<io::blocking>;

/// For `async_client`. Thread-safety: one loop.
using async_server_transport = basic_server_transport<io::async>;
/// For `client`. Handlers are tasks, so they run on a loop of the transport's, on the thread that
/// makes the request and while it does. Thread-safety: any thread; one request at a time.
using server_transport = basic_server_transport<io::blocking>;

}  // namespace leat::http
