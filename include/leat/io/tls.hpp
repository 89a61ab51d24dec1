// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "leat/base/memory.hpp"
#include "leat/coro/task.hpp"
#include "leat/io/blocking_stream.hpp"
#include "leat/io/stream.hpp"
#include "leat/io/tls_context.hpp"

/// TLS over any stream, on both surfaces. OpenSSL works as an engine on bytes in memory; the
/// streams below it are those of Leat, with their deadlines.
namespace leat::io {

/// What was agreed on with the peer.
struct tls_info {
  std::string version;  ///< For instance `TLSv1.3`.
  std::string cipher;
  std::string alpn;  ///< The protocol that was chosen; empty if none was.
};

/// A stream inside of TLS. The end of the stream is what the peer said; a connection that ends
/// without that is a `read_error`, because whoever cut it may have done so in the middle.
class async_tls_stream : public async_stream {
 public:
  [[nodiscard]] virtual const tls_info& tls() const noexcept = 0;
};
class blocking_tls_stream : public blocking_stream {
 public:
  [[nodiscard]] virtual const tls_info& tls() const noexcept = 0;
};

/// Begins TLS as a client on a fresh connection to `host`, a name or a numeric address, whose
/// certificate is checked against it.
///
/// Cancellation: lossy; the connection is closed.
/// Errors: `tls_error`, with the reason; `connect_timeout`; `read_error`, `write_error`.
task<std::unique_ptr<async_tls_stream>> connect_tls(std::unique_ptr<async_stream> over,
                                                    tls_context context, std::string host,
                                                    deadline until);
/// The same, which blocks. Errors: also `deadline_exceeded` of a `blocking_deadline`.
std::unique_ptr<blocking_tls_stream> connect_tls(std::unique_ptr<blocking_stream> over,
                                                 tls_context context, std::string host,
                                                 deadline until);

/// Begins TLS as a server on a connection that was accepted.
/// Cancellation: lossy. Errors: as `connect_tls`.
task<std::unique_ptr<async_tls_stream>> accept_tls(std::unique_ptr<async_stream> over,
                                                   tls_context context, deadline until);

}  // namespace leat::io
