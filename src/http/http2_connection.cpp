// SPDX-License-Identifier: MIT
#include "http/http2_connection.hpp"

namespace leat::http {

void throw_http2_error(const std::string& peer, std::error_code cause, std::uint32_t peer_code) {
  using proto::http2::errc;
  if (cause == errc::no_response) {
    throw no_response(peer + " closed the connection without an answer", cause);
  }
  std::string message = "the answer of " + peer + " was refused: " + cause.message();
  if (cause == errc::stream_reset || cause == errc::going_away) {
    message = peer + " gave up the request: " + cause.message() + " (" +
              std::string(proto::http2::code_name(peer_code)) + ")";
  }
  throw remote_protocol_error(message, cause);
}

void throw_http2_not_sendable(const std::string& method, std::error_code cause) {
  throw local_protocol_error("the " + method + " request cannot be sent: " + cause.message(),
                             cause);
}

}  // namespace leat::http
