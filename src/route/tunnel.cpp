// SPDX-License-Identifier: MIT
#include "route/tunnel.hpp"

#include <memory>

#include "route/ip_address.hpp"

namespace leat::route {
namespace {

std::string attempt(const proxy_server& via, const proto::url& to) {
  return "no connection to " + authority_of(to) + " through the proxy " + via.name + ": ";
}

/// CONNECT (RFC 9110, section 9.3.6). The limits on a head bound what a proxy can make us read.
class connect_request final : public tunnel_request {
 public:
  connect_request(const proxy_server& via, const proto::url& to) : via_(via), to_(to) {}

  void begin(byte_buffer& out) override {
    const std::string origin = authority_of(to_);
    proto::fields fields{{"Host", origin}};
    if (via_.has_login) fields.add("Proxy-Authorization", via_.authorization());
    if (const auto refused =
            machine_.send_head(out, {.method = "CONNECT", .target = origin, .fields = fields})) {
      throw_tunnel_failed(via_, to_, refused);
    }
    static_cast<void>(machine_.send_end(out));
  }

  bool take(std::string_view& input, byte_buffer& /*out*/) override {
    using proto::http1::event_kind;
    for (;;) {
      const auto found = machine_.next(input);
      switch (found.kind) {
        case event_kind::need_more: return false;
        case event_kind::informational: break;
        case event_kind::head:
          if (machine_.head().status / 100 != 2) {
            throw_tunnel_refused(via_, to_, machine_.head().status);
          }
          return true;
        default: throw_tunnel_failed(via_, to_, found.error);
      }
    }
  }

  void end_of_input() override { machine_.end_of_input(); }

 private:
  const proxy_server& via_;
  const proto::url& to_;
  proto::http1::client_connection machine_;
};

proto::socks5::destination destination_of(const proto::url& to) {
  using proto::socks5::destination;
  if (const auto address = ip_address::parse(to.host())) {
    if (address->is_v4()) return destination::ipv4(address->bytes().first<4>(), to.port());
    return destination::ipv6(address->bytes().first<16>(), to.port());
  }
  return destination::name(std::string(to.host()), to.port());
}

proto::socks5::connector machine_for(const proxy_server& via, const proto::url& to) {
  if (!via.has_login) return proto::socks5::connector(destination_of(to));
  return {destination_of(to), {.username = via.username, .password = via.password}};
}

class socks_request final : public tunnel_request {
 public:
  socks_request(const proxy_server& via, const proto::url& to)
      : via_(via), to_(to), machine_(machine_for(via, to)) {}

  void begin(byte_buffer& out) override {
    if (const auto refused = machine_.begin(out)) throw_tunnel_failed(via_, to_, refused);
  }

  bool take(std::string_view& input, byte_buffer& out) override {
    auto found = machine_.next(input, out);
    using proto::socks5::event_kind;
    if (found.kind == event_kind::need_more && has_ended_) found = machine_.end_of_input();
    if (found.kind == event_kind::failed) throw_tunnel_failed(via_, to_, found.error);
    return found.kind == event_kind::connected;
  }

  void end_of_input() override { has_ended_ = true; }

 private:
  const proxy_server& via_;
  const proto::url& to_;
  proto::socks5::connector machine_;
  bool has_ended_ = false;
};

errc code_of(std::error_code cause) noexcept {
  using socks = proto::socks5::errc;
  if (cause == failure::transient) return errc::proxy_unavailable;
  if (cause == socks::credentials_refused || cause == socks::no_acceptable_method) {
    return errc::proxy_authentication;
  }
  if (cause == socks::not_allowed || cause == socks::command_not_supported ||
      cause == socks::address_type_not_supported || cause == socks::unassigned_reply ||
      cause == socks::invalid_host) {
    return errc::proxy_refused;
  }
  // The end in the middle of an answer is as good as a lost connection.
  if (cause == proto::http1::errc::truncated) return errc::proxy_unavailable;
  return errc::proxy_protocol;
}

errc code_of(int status) noexcept {
  // Some proxies, such as tinyproxy, answer with the wrong one of the two.
  constexpr int unauthorized = 401;
  constexpr int proxy_authentication_required = 407;
  if (status == proxy_authentication_required || status == unauthorized) {
    return errc::proxy_authentication;
  }
  return status / 100 == 5 ? errc::proxy_unavailable : errc::proxy_refused;
}

}  // namespace

std::string authority_of(const proto::url& to) {
  const std::string host(to.host());
  return (to.is_ipv6() ? "[" + host + "]" : host) + ":" + std::to_string(to.port());
}

std::unique_ptr<tunnel_request> make_tunnel_request(const proxy_server& via, const proto::url& to) {
  if (via.speaks == proxy_server::kind::socks5) return std::make_unique<socks_request>(via, to);
  return std::make_unique<connect_request>(via, to);
}

void throw_proxy_unreachable(const proxy_server& via, const leat::error& why) {
  throw proxy_error(errc::proxy_unavailable, via.name,
                    "the proxy " + via.name + " cannot be reached: " + why.what(), why.cause());
}

void throw_proxy_tls_failed(const proxy_server& via, const leat::error& why) {
  throw proxy_error(errc::proxy_protocol, via.name,
                    "no TLS with the proxy " + via.name + ": " + why.what(), why.cause());
}

void throw_tunnel_lost(const proxy_server& via, const proto::url& to, const leat::error& why) {
  throw proxy_error(errc::proxy_unavailable, via.name, attempt(via, to) + why.what(), why.cause());
}

void throw_tunnel_timeout(const proxy_server& via, const proto::url& to) {
  throw io::connect_timeout("connect timed out: " + attempt(via, to) + "it did not answer in time");
}

void throw_tunnel_refused(const proxy_server& via, const proto::url& to, int status) {
  const auto phrase = proto::http1::reason_phrase(status);
  throw proxy_error(code_of(status), via.name,
                    attempt(via, to) + "it answered " + std::to_string(status) +
                        (phrase.empty() ? "" : " ") + std::string(phrase),
                    {}, status);
}

void throw_tunnel_failed(const proxy_server& via, const proto::url& to, std::error_code cause) {
  throw proxy_error(code_of(cause), via.name, attempt(via, to) + cause.message(), cause);
}

}  // namespace leat::route
