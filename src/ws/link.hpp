// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/cancel_scope.hpp"
#include "leat/proto/http1/client_connection.hpp"
#include "leat/proto/url/url.hpp"
#include "leat/proto/ws/connection.hpp"
#include "leat/proto/ws/handshake.hpp"
#include "leat/ws/error.hpp"
#include "leat/ws/message.hpp"
#include "leat/ws/options.hpp"

#include "route/connector.hpp"
#include "ws/credentials.hpp"
#include "ws/entropy.hpp"
#include "ws/send_queue.hpp"

namespace leat::ws {

// What a read takes at most.
inline constexpr std::size_t read_size = 16384;

/// One connection; each reconnect makes another. Whoever reads or writes on it holds it.
template <class Io>
struct link {
  std::unique_ptr<typename Io::stream> stream;
  proto::ws::agreement agreed;
  std::optional<proto::ws::connection> machine;
  byte_buffer received;
  byte_buffer out;
  std::optional<message> ahead;  // for the next receiver
  outgoing_list writing;         // the messages whose frames are in `out`
  std::exception_ptr lost;       // why it is of no more use
  cancel_scope* reader = nullptr;
  cancel_scope* writer = nullptr;
  time_point since;
  std::optional<std::string> owed_pong;
  std::optional<std::uint16_t> owed_close;
  bool owes_ping = false;
  bool is_pinged = false;
  bool is_reading = false;
  bool is_writing = false;
  bool is_begun = false;  // a part of `out` may have been sent
  bool is_whole = true;   // no frame was cut off
  bool is_cut = false;    // the last write was given up, because the connection was lost
  bool is_proven = false;
};

/// Where a scope can be found for as long as it lasts.
class scope_slot {
 public:
  explicit scope_slot(cancel_scope*& place) noexcept : place_(place) {}
  scope_slot(const scope_slot&) = delete;
  scope_slot& operator=(const scope_slot&) = delete;
  ~scope_slot() { place_ = nullptr; }

 private:
  cancel_scope*& place_;
};

/// Sets a flag, and takes it back.
class flag_guard {
 public:
  explicit flag_guard(bool& flag) noexcept : flag_(flag) { flag_ = true; }
  flag_guard(const flag_guard&) = delete;
  flag_guard& operator=(const flag_guard&) = delete;
  ~flag_guard() { flag_ = false; }

 private:
  bool& flag_;
};

/// Makes links: connects, through a proxy if there is one, and shakes hands.
template <class Io>
class link_maker {
  template <class T>
  using task = typename Io::template task<T>;

 public:
  /// Lifetime: the options outlive it. Errors: `route::invalid_proxy`, `invalid_argument`.
  explicit link_maker(const basic_options<Io>& options)
      : options_(options), connector_(connector_options_of(options)) {
    if (!proto::ws::can_be_offered(options.subprotocols)) {
      throw invalid_argument("a subprotocol is a token (RFC 9110), and each is offered once");
    }
  }

  /// Errors: those of `connection::connect()`.
  task<std::shared_ptr<link<Io>>> make(const proto::url& to) {
    const deadline until = deadline::after(Io::now(), options_.timeouts.connect);
    auto fresh = std::make_shared<link<Io>>();
    auto made = co_await connector_.connect(to, connector_.proxy_for(to), until);
    fresh->stream = std::move(made.stream);
    co_await shake_hands(*fresh, to, until);
    fresh->since = Io::now();
    co_return fresh;
  }

 private:
  static route::connector_options<Io> connector_options_of(const basic_options<Io>& options) {
    route::connector_options<Io> made{
        .network = options.network,
        .proxy = options.proxy,
        .environment = route::asked_environment(options.trust_env, options.environment,
                                                options.network == nullptr),
        .tls = options.tls,
        .tls_context = options.tls_context};
    route::add_trusted(made.tls, made.environment);
    return made;
  }

  task<void> shake_hands(link<Io>& on, const proto::url& to, deadline until) {
    proto::ws::offer offered{.key = proto::ws::make_key(random_nonce()),
                             .subprotocols = options_.subprotocols,
                             .deflate = options_.compression};
    proto::fields head = options_.headers;
    head.set("Host", to.authority());
    if (!to.userinfo().empty() && !head.contains("Authorization")) {
      head.set("Authorization", basic_credentials(to));
    }
    proto::ws::add_request_fields(head, offered);
    proto::http1::client_connection http;
    auto refused = http.send_head(on.out, {.method = "GET", .target = to.target(), .fields = head});
    if (!refused) refused = http.send_end(on.out);
    if (refused) throw invalid_argument("the handshake cannot be sent: " + refused.message());
    co_await Io::write_all(*on.stream, on.out.bytes(), until);
    on.out.clear();
    for (;;) {
      std::string_view input = on.received.text();
      const auto found = http.next(input);
      if (found.kind == proto::http1::event_kind::failed) {
        const std::error_code wrong = found.error;
        throw handshake_error(
            "handshake with " + on.stream->peer_name() + " failed: " + wrong.message(), 0, wrong);
      }
      if (found.kind == proto::http1::event_kind::head) {
        const auto answer = http.head();
        if (const auto wrong =
                proto::ws::check_response(answer.status, answer.fields, offered, on.agreed)) {
          throw handshake_error("handshake with " + on.stream->peer_name() +
                                    " failed with status " + std::to_string(answer.status) + ": " +
                                    wrong.message(),
                                answer.status, wrong);
        }
        on.received.consume(on.received.size() - input.size());
        break;
      }
      on.received.consume(on.received.size() - input.size());
      if (found.kind == proto::http1::event_kind::need_more) {
        const std::size_t size =
            co_await Io::read_some(*on.stream, on.received.prepare(read_size), until);
        on.received.commit(size);
        if (size == 0) http.end_of_input();
      }
    }
    on.machine.emplace(proto::ws::role::client, proto::ws::connection_options{
                                                    .max_frame_bytes = options_.max_frame_bytes,
                                                    .max_message_bytes = options_.max_message_bytes,
                                                    .deflate = on.agreed.deflate,
                                                    .mask_source = random_mask});
  }

  const basic_options<Io>& options_;
  route::connector<Io> connector_;
};

}  // namespace leat::ws
