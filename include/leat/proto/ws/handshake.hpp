// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "leat/proto/fields/fields.hpp"
#include "leat/proto/http1/events.hpp"
#include "leat/proto/ws/deflate.hpp"
#include "leat/proto/ws/error.hpp"

/// The handshake that turns an HTTP/1.1 exchange into a WebSocket (RFC 6455, section 4). The
/// exchange itself is proto/http1's.
namespace leat::proto::ws {

/// The key of a request from 16 bytes that nobody can predict.
[[nodiscard]] std::string make_key(const std::array<std::byte, 16>& nonce);

/// The Sec-WebSocket-Accept that answers `key`; none where the system forbids SHA-1.
[[nodiscard]] std::optional<std::string> accept_for(std::string_view key);

struct offer {
  std::string key;
  std::span<const std::string> subprotocols = {};  ///< In order of preference.
  bool deflate = true;                             ///< Offer permessage-deflate.
};

/// Whether all are tokens, and each is there once (RFC 6455, section 4.1): anything else would be
/// read as another offer.
[[nodiscard]] bool can_be_offered(std::span<const std::string> subprotocols) noexcept;

/// Adds what makes a GET a request for a WebSocket. The subprotocols are such that
/// `can_be_offered()`.
void add_request_fields(fields& to, const offer& offered);

/// What a handshake has agreed on.
struct agreement {
  std::string subprotocol;  ///< Empty: none.
  std::optional<deflate_parameters> deflate;
};

/// Checks the answer to `offered`.
/// Errors: errc::not_switched, errc::upgrade_missing, errc::bad_accept,
/// errc::unknown_subprotocol, errc::bad_extension, errc::hash_forbidden.
[[nodiscard]] std::error_code check_response(int status, fields_view answer, const offer& offered,
                                             agreement& into);

struct accept_options {
  std::span<const std::string> subprotocols = {};  ///< In order of preference.
  bool deflate = true;
};

/// Checks a request as a server and writes the fields of the answer, whose status is 101.
/// Errors: errc::bad_request, errc::hash_forbidden; then nothing was written.
[[nodiscard]] std::error_code accept_request(const http1::request_head& request,
                                             const accept_options& options, fields& answer,
                                             agreement& into);

}  // namespace leat::proto::ws
