// SPDX-License-Identifier: MIT
#include "leat/proto/socks5/connector.hpp"

namespace leat::proto::socks5 {
namespace {

constexpr char version = 5;
constexpr char credentials_version = 1;  // RFC 1929, section 2
constexpr unsigned char without_authentication = 0;
constexpr unsigned char with_credentials = 2;
constexpr unsigned char none_acceptable = 0xff;
constexpr char connect_command = 1;
constexpr std::size_t most_bytes = 255;  // a length is one byte

unsigned char byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

void put_counted(byte_buffer& out, std::string_view text) {
  const char size = static_cast<char>(text.size());
  out.append(std::string_view(&size, 1));
  out.append(text);
}

errc meaning_of(unsigned char reply) noexcept {
  switch (reply) {
    case 1: return errc::general_failure;
    case 2: return errc::not_allowed;
    case 3: return errc::network_unreachable;
    case 4: return errc::host_unreachable;
    case 5: return errc::connection_refused;
    case 6: return errc::ttl_expired;
    case 7: return errc::command_not_supported;
    case 8: return errc::address_type_not_supported;
    default: return errc::unassigned_reply;
  }
}

}  // namespace

std::error_code connector::begin(byte_buffer& out) {
  if (to_.host_.empty() || to_.host_.size() > most_bytes) return errc::invalid_host;
  // RFC 1929 asks for a password of at least one byte; servers take an empty one all the same.
  if (has_credentials_ &&
      (credentials_.username.empty() || credentials_.username.size() > most_bytes ||
       credentials_.password.size() > most_bytes)) {
    return errc::invalid_credentials;
  }
  constexpr char plain[] = {version, 1, without_authentication};
  constexpr char either[] = {version, 2, without_authentication, with_credentials};
  out.append(has_credentials_ ? std::string_view(either, sizeof either)
                              : std::string_view(plain, sizeof plain));
  phase_ = phase::greeted;
  return {};
}

event connector::next(std::string_view& input, byte_buffer& out) {
  for (;;) {
    const phase before = phase_;
    event found;
    switch (phase_) {
      case phase::idle: return {};
      case phase::greeted: found = take_method(input, out); break;
      case phase::authenticating: found = take_authentication(input, out); break;
      case phase::requested: return take_reply(input);
      case phase::connected: return {.kind = event_kind::connected};
      case phase::failed: return {.kind = event_kind::failed, .error = failure_};
    }
    if (found.kind != event_kind::need_more || phase_ == before) return found;
  }
}

event connector::end_of_input() noexcept {
  if (phase_ == phase::connected) return {.kind = event_kind::connected};
  return fail(phase_ == phase::failed ? failure_ : errc::truncated);
}

event connector::take_method(std::string_view& input, byte_buffer& out) {
  if (!input.empty() && input[0] != version) return fail(errc::bad_version);
  if (input.size() < 2) return {};
  const unsigned char chosen = byte_at(input, 1);
  input.remove_prefix(2);
  if (chosen == none_acceptable) return fail(errc::no_acceptable_method);
  if (chosen == without_authentication) {
    put_request(out);
  } else if (chosen == with_credentials && has_credentials_) {
    put_credentials(out);
  } else {
    return fail(errc::unexpected_method);
  }
  return {};
}

event connector::take_authentication(std::string_view& input, byte_buffer& out) {
  if (!input.empty() && input[0] != credentials_version) return fail(errc::bad_version);
  if (input.size() < 2) return {};
  const unsigned char status = byte_at(input, 1);
  input.remove_prefix(2);
  if (status != 0) return fail(errc::credentials_refused);
  put_request(out);
  return {};
}

// VER REP RSV ATYP BND.ADDR BND.PORT. A proxy that refuses need not send all of it.
event connector::take_reply(std::string_view& input) {
  if (!input.empty() && input[0] != version) return fail(errc::bad_version);
  if (input.size() < 2) return {};
  if (input[1] != 0) return fail(meaning_of(byte_at(input, 1)));
  if (input.size() > 2 && input[2] != 0) return fail(errc::bad_reply);
  if (input.size() < 4) return {};
  std::size_t address_size = 0;
  switch (static_cast<destination::kind>(input[3])) {
    case destination::kind::ipv4: address_size = 4; break;
    case destination::kind::ipv6: address_size = 16; break;
    case destination::kind::name:
      if (input.size() < 5) return {};
      address_size = std::size_t{1} + byte_at(input, 4);
      break;
    default: return fail(errc::bad_reply);
  }
  const std::size_t size = 4 + address_size + 2;
  if (input.size() < size) return {};
  input.remove_prefix(size);
  phase_ = phase::connected;
  return {.kind = event_kind::connected};
}

void connector::put_credentials(byte_buffer& out) {
  out.append(std::string_view(&credentials_version, 1));
  put_counted(out, credentials_.username);
  put_counted(out, credentials_.password);
  phase_ = phase::authenticating;
}

void connector::put_request(byte_buffer& out) {
  const char head[] = {version, connect_command, 0, static_cast<char>(to_.kind_)};
  out.append(std::string_view(head, sizeof head));
  if (to_.kind_ == destination::kind::name) {
    put_counted(out, to_.host_);
  } else {
    out.append(to_.host_);
  }
  const char port[] = {static_cast<char>(to_.port_ >> 8U), static_cast<char>(to_.port_ & 0xffU)};
  out.append(std::string_view(port, sizeof port));
  phase_ = phase::requested;
}

event connector::fail(errc why) noexcept {
  failure_ = why;
  phase_ = phase::failed;
  return {.kind = event_kind::failed, .error = why};
}

}  // namespace leat::proto::socks5
