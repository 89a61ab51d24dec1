// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "leat/base/byte_buffer.hpp"
#include "leat/proto/socks5/error.hpp"

namespace leat::proto::socks5 {

/// Where a proxy is to connect to: an address, or a name that the proxy looks up.
class destination {
 public:
  [[nodiscard]] static destination ipv4(std::span<const std::byte, 4> address, std::uint16_t port) {
    return {kind::ipv4, text_of(address), port};
  }
  [[nodiscard]] static destination ipv6(std::span<const std::byte, 16> address,
                                        std::uint16_t port) {
    return {kind::ipv6, text_of(address), port};
  }
  [[nodiscard]] static destination name(std::string host, std::uint16_t port) {
    return {kind::name, std::move(host), port};
  }

 private:
  friend class connector;

  // The values of ATYP (RFC 1928, section 5).
  enum class kind : std::uint8_t { ipv4 = 1, name = 3, ipv6 = 4 };

  destination(kind what, std::string host, std::uint16_t port)
      : host_(std::move(host)), port_(port), kind_(what) {}
  static std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  std::string host_;
  std::uint16_t port_;
  kind kind_;
};

/// For proxies that ask (RFC 1929). Secret.
struct credentials {
  std::string username;
  std::string password;
};

/// What a connector found at the front of its input.
enum class event_kind : std::uint8_t {
  need_more,  ///< Write what is in the output, read, then ask again.
  connected,  ///< What follows in the input is the destination's.
  failed,     ///< `event::error`. Every later call says the same.
};

struct event {
  event_kind kind = event_kind::need_more;
  std::error_code error = {};
};

/// The client's side of SOCKS5 (RFC 1928), up to a connection through the proxy, without the
/// connection: one CONNECT, with no authentication or with user name and password (RFC 1929).
///
///     begin(out), then write `out`, read, next(in, out) and so on, until `connected` or `failed`
///
/// Its input is bounded by itself: no reply is longer than 262 bytes, and no more is taken.
///
/// Thread-safety: none.
class connector {
 public:
  /// Without credentials a proxy that asks for them is `no_acceptable_method`.
  explicit connector(destination to) : to_(std::move(to)) {}
  connector(destination to, credentials with)
      : to_(std::move(to)), credentials_(std::move(with)), has_credentials_(true) {}

  /// Writes the greeting. Errors: errc::invalid_host, errc::invalid_credentials.
  [[nodiscard]] std::error_code begin(byte_buffer& out);

  /// Consumes from the front of `input` what it understands, and writes what it answers.
  [[nodiscard]] event next(std::string_view& input, byte_buffer& out);

  /// The proxy will send no more: what is not complete by now has failed.
  [[nodiscard]] event end_of_input() noexcept;

 private:
  enum class phase : std::uint8_t { idle, greeted, authenticating, requested, connected, failed };

  event take_method(std::string_view& input, byte_buffer& out);
  event take_authentication(std::string_view& input, byte_buffer& out);
  event take_reply(std::string_view& input);
  void put_credentials(byte_buffer& out);
  void put_request(byte_buffer& out);
  event fail(errc why) noexcept;

  destination to_;
  credentials credentials_;
  errc failure_{};
  phase phase_ = phase::idle;
  bool has_credentials_ = false;
};

}  // namespace leat::proto::socks5
