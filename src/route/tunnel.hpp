// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "leat/base/byte_buffer.hpp"
#include "leat/io/error.hpp"
#include "leat/io/policy.hpp"
#include "leat/proto/http1/client_connection.hpp"
#include "leat/proto/socks5/connector.hpp"
#include "leat/proto/url/url.hpp"
#include "leat/route/error.hpp"

#include "route/proxy_rules.hpp"

namespace leat::route {

/// Host and port, as proxies are asked for them: `[::1]:443`.
[[nodiscard]] std::string authority_of(const proto::url& to);

// What went wrong with a proxy, as the error that says so.
[[noreturn]] void throw_proxy_unreachable(const proxy_server& via, const leat::error& why);
[[noreturn]] void throw_proxy_tls_failed(const proxy_server& via, const leat::error& why);
[[noreturn]] void throw_tunnel_lost(const proxy_server& via, const proto::url& to,
                                    const leat::error& why);
[[noreturn]] void throw_tunnel_timeout(const proxy_server& via, const proto::url& to);
[[noreturn]] void throw_tunnel_refused(const proxy_server& via, const proto::url& to, int status);
[[noreturn]] void throw_tunnel_failed(const proxy_server& via, const proto::url& to,
                                      std::error_code cause);

/// The two conversations with which proxies are asked for a connection, as bytes: what to write,
/// and what to make of what was read. What is common to them for the driver.
class tunnel_request {
 public:
  tunnel_request() = default;
  tunnel_request(const tunnel_request&) = delete;
  tunnel_request& operator=(const tunnel_request&) = delete;
  virtual ~tunnel_request() = default;

  /// Writes what comes first. Errors: `proxy_error`.
  virtual void begin(byte_buffer& out) = 0;
  /// Consumes what came, writes what is answered, and returns whether the connection is there.
  /// Errors: `proxy_error`.
  virtual bool take(std::string_view& input, byte_buffer& out) = 0;
  virtual void end_of_input() = 0;
};

[[nodiscard]] std::unique_ptr<tunnel_request> make_tunnel_request(const proxy_server& via,
                                                                  const proto::url& to);

/// Asks a proxy for a connection with the origin of `to`, on a fresh connection with it.
///
/// Cancellation: lossy; close the stream. Errors: `proxy_error`, `io::connect_timeout`.
template <class Io>
typename Io::template task<void> open_tunnel(typename Io::stream& over, const proxy_server& via,
                                             const proto::url& to, deadline until) {
  const auto request = make_tunnel_request(via, to);
  byte_buffer out;
  byte_buffer in;
  request->begin(out);
  try {
    for (;;) {
      if (!out.is_empty()) {
        co_await Io::write_all(over, out.bytes(), until);
        out.clear();
      }
      constexpr std::size_t room = 4096;
      const std::size_t size = co_await Io::read_some(over, in.prepare(room), until);
      in.commit(size);
      if (size == 0) request->end_of_input();
      std::string_view input = in.text();
      const bool is_open = request->take(input, out);
      in.consume(in.size() - input.size());
      if (is_open) break;
    }
  } catch (const io::read_timeout&) {
    throw_tunnel_timeout(via, to);
  } catch (const io::write_timeout&) {
    throw_tunnel_timeout(via, to);
  } catch (const io::read_error& lost) {
    throw_tunnel_lost(via, to, lost);
  } catch (const io::write_error& lost) {
    throw_tunnel_lost(via, to, lost);
  }
  // The client speaks first, in HTTP as in TLS: what is here already is not of the origin.
  if (!in.is_empty()) throw_tunnel_failed(via, to, proto::http1::errc::unexpected_bytes);
}

}  // namespace leat::route
