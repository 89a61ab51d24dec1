// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/mutex.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/http1/client_connection.hpp"
#include "leat/proto/url/url.hpp"
#include "leat/proto/ws/connection.hpp"
#include "leat/proto/ws/handshake.hpp"
#include "leat/ws/error.hpp"
#include "leat/ws/options.hpp"

#include "ws/entropy.hpp"

namespace leat::ws {

/// Locks as tasks need them, and as one thread does not.
template <class Io>
struct turn {
  using guard = mutex::guard;
  auto lock() noexcept { return one.lock(); }
  guard try_lock() noexcept { return one.try_lock(); }
  mutex one;
};
template <>
struct turn<io::blocking> {
  using guard = bool;
  static ready<bool> lock() noexcept { return ready(true); }
  static bool try_lock() noexcept { return true; }
};

inline io::network& system_network_of(const io::async*) noexcept {
  return io::system_network();
}
inline io::blocking_network& system_network_of(const io::blocking*) noexcept {
  return io::system_blocking_network();
}

/// The algorithm of both surfaces: carries bytes between a stream and the machine.
template <class Io>
class connection_core {
  template <class T>
  using task = typename Io::template task<T>;

 public:
  explicit connection_core(basic_options<Io> given) : options_(std::move(given)) {}

  task<void> open(std::string text) {
    proto::url url;
    if (proto::parse_url(text, url) || (url.scheme() != "ws" && url.scheme() != "wss")) {
      throw invalid_argument("no URL of a WebSocket: it begins with neither ws:// nor wss://");
    }
    const deadline until = deadline::after(Io::now(), options_.timeouts.connect);
    auto& net = options_.network != nullptr ? *options_.network
                                            : system_network_of(static_cast<const Io*>(nullptr));
    const std::string host(url.host());
    stream_ = co_await Io::connect(net, io::endpoint::tcp(host, url.port()), until);
    if (url.scheme() == "wss") {
      auto context = co_await Io::offload([this] { return io::tls_context::client(options_.tls); });
      stream_ =
          co_await Io::await(io::connect_tls(std::move(stream_), std::move(context), host, until));
    }
    co_await shake_hands(std::move(url), until);
  }

  task<void> send(proto::ws::message_kind kind, std::string data) {
    [[maybe_unused]] const auto held = co_await sending_.lock();
    check_sendable();
    check_written(machine_->send_message(out_, kind, data));
    co_await flush();
  }

  task<void> ping(std::string payload) {
    [[maybe_unused]] const auto held = co_await sending_.lock();
    check_sendable();
    check_written(machine_->send_ping(out_, payload));
    co_await flush();
  }

  task<message> receive() {
    [[maybe_unused]] const auto held = co_await receiving_.lock();
    co_return co_await next_message(deadline::after(Io::now(), options_.timeouts.receive));
  }

  task<void> close(std::uint16_t code, std::string reason) {
    {
      [[maybe_unused]] const auto held = co_await sending_.lock();
      if (over_ != nullptr || machine_->has_sent_close()) co_return;
      check_written(machine_->send_close(out_, code, reason));
      if (is_write_whole_) co_await flush();
    }
    close_until_ = deadline::after(Io::now(), options_.timeouts.close);
    [[maybe_unused]] const auto held = co_await receiving_.lock();
    while (over_ == nullptr) {
      try {
        (void)co_await next_message(close_until_);
      } catch (const closed&) {
      } catch (const io::read_error&) {
      } catch (const io::read_timeout&) {
        end(std::make_exception_ptr(
            closed(stream_->peer_name(), proto::ws::close_code::abnormal, {})));
      } catch (const ping_timeout&) {
      } catch (const remote_protocol_error&) {
      }
    }
    co_await Io::close(*stream_, close_until_);
  }

  [[nodiscard]] const std::string& subprotocol() const noexcept { return agreed_.subprotocol; }

 private:
  task<void> shake_hands(proto::url url, deadline until) {
    proto::ws::offer offered{.key = proto::ws::make_key(random_nonce()),
                             .subprotocols = options_.subprotocols,
                             .deflate = options_.compression};
    proto::fields head = options_.headers;
    head.set("Host", url.authority());
    proto::ws::add_request_fields(head, offered);
    proto::http1::client_connection http;
    if (const auto refused =
            http.send_head(out_, {.method = "GET", .target = url.target(), .fields = head})) {
      throw invalid_argument("the handshake cannot be sent: " + refused.message());
    }
    check_written(http.send_end(out_));
    co_await Io::write_all(*stream_, out_.bytes(), until);
    out_.clear();
    for (;;) {
      std::string_view input = received_.text();
      const auto found = http.next(input);
      if (found.kind == proto::http1::event_kind::failed) {
        const auto why = make_error_code(found.error);
        throw handshake_error(
            "handshake with " + stream_->peer_name() + " failed: " + why.message(), 0, why);
      }
      if (found.kind == proto::http1::event_kind::head) {
        const auto answer = http.head();
        if (const auto wrong =
                proto::ws::check_response(answer.status, answer.fields, offered, agreed_)) {
          throw handshake_error("handshake with " + stream_->peer_name() + " failed with status " +
                                    std::to_string(answer.status) + ": " + wrong.message(),
                                answer.status, wrong);
        }
        received_.consume(received_.size() - input.size());
        break;
      }
      received_.consume(received_.size() - input.size());
      if (found.kind == proto::http1::event_kind::need_more && co_await read(until) == 0) {
        http.end_of_input();
      }
    }
    machine_.emplace(proto::ws::role::client,
                     proto::ws::connection_options{.max_frame_bytes = options_.max_frame_bytes,
                                                   .max_message_bytes = options_.max_message_bytes,
                                                   .deflate = agreed_.deflate,
                                                   .mask_source = random_mask});
  }

  task<std::size_t> read(deadline until) {
    const auto room = received_.prepare(16384);
    const std::size_t size = co_await Io::read_some(*stream_, room, until);
    received_.commit(size);
    co_return size;
  }

  task<message> next_message(deadline until) {
    for (;;) {
      if (over_ != nullptr) std::rethrow_exception(over_);
      std::string_view input = received_.text();
      const auto found = machine_->next(input);
      received_.consume(received_.size() - input.size());
      switch (found.kind) {
        case proto::ws::event_kind::need_more: co_await fill(until); break;
        case proto::ws::event_kind::message:
          co_return message{found.kind_of_message == proto::ws::message_kind::text
                                ? message_kind::text
                                : message_kind::binary,
                            std::string(found.data)};
        case proto::ws::event_kind::ping:
          owed_pong_ = std::string(found.data);
          co_await send_owed();
          break;
        case proto::ws::event_kind::pong: break;
        case proto::ws::event_kind::close:
          end(std::make_exception_ptr(
              closed(stream_->peer_name(), found.code, std::string(found.data))));
          owed_close_ = found.code;
          co_await send_last();
          break;
        case proto::ws::event_kind::failed: {
          end(std::make_exception_ptr(failure_of(found.error)));
          owed_close_ = proto::ws::suggested_close_code(found.error);
          co_await send_last();
          break;
        }
      }
    }
  }

  remote_protocol_error failure_of(std::error_code why) const {
    return {stream_->peer_name() + " broke the WebSocket protocol: " + why.message(), why};
  }

  /// Reads once, and keeps the connection alive meanwhile.
  task<void> fill(deadline until) {
    const deadline quiet = deadline::after(Io::now(), options_.ping_interval);
    bool is_quiet = false;
    std::exception_ptr lost;
    try {
      if (co_await read(earlier(until, quiet)) == 0) machine_->end_of_input();
      is_pinged_ = false;
    } catch (const io::read_timeout&) {
      if (!(quiet < until)) throw;
      is_quiet = true;
    } catch (const io::read_error&) {
      lost = std::current_exception();
    }
    if (lost != nullptr) end(lost);
    if (!is_quiet) co_return;
    if (std::exchange(is_pinged_, true)) {
      end(std::make_exception_ptr(
          ping_timeout(stream_->peer_name() + " has not answered a ping in time")));
      co_return;
    }
    owes_ping_ = true;
    co_await send_owed();
  }

  /// Sends what was not asked for by a caller. Whoever is sending does it behind his own.
  task<void> send_owed() {
    const auto held = sending_.try_lock();
    if (held && is_write_whole_) co_await flush();
  }

  /// Sends the close frame and ends the connection, unless a sender is in the middle of it.
  task<void> send_last() {
    const auto held = sending_.try_lock();
    if (!held) co_return;
    if (is_write_whole_) co_await flush();
    co_await Io::close(*stream_, deadline::after(Io::now(), options_.timeouts.close));
  }

  /// Writes what is there and what is owed. A write that does not end whole is the last one.
  task<void> flush() {
    for (;;) {
      if (owed_pong_) (void)machine_->send_pong(out_, *owed_pong_);
      owed_pong_.reset();
      if (std::exchange(owes_ping_, false)) (void)machine_->send_ping(out_);
      if (owed_close_) (void)machine_->send_close(out_, *owed_close_);
      owed_close_.reset();
      if (out_.is_empty()) co_return;
      is_write_whole_ = false;
      co_await Io::write_all(*stream_, out_.bytes(),
                             deadline::after(Io::now(), options_.timeouts.write));
      out_.clear();
      is_write_whole_ = true;
    }
  }

  void end(std::exception_ptr why) noexcept {
    if (over_ == nullptr) over_ = std::move(why);
  }

  void check_sendable() const {
    if (over_ != nullptr) std::rethrow_exception(over_);
    if (!is_write_whole_ || machine_->has_sent_close()) {
      throw closed(stream_->peer_name(), proto::ws::close_code::abnormal, {});
    }
  }

  static void check_written(std::error_code refused) {
    if (refused) throw invalid_argument("cannot be sent: " + refused.message());
  }

  basic_options<Io> options_;
  std::unique_ptr<typename Io::stream> stream_;
  proto::ws::agreement agreed_;
  std::optional<proto::ws::connection> machine_;
  byte_buffer received_;
  byte_buffer out_;
  turn<Io> sending_;
  turn<Io> receiving_;
  std::exception_ptr over_;  // why nothing can be received any more
  deadline close_until_ = deadline::never();
  std::optional<std::string> owed_pong_;
  std::optional<std::uint16_t> owed_close_;
  bool owes_ping_ = false;
  bool is_pinged_ = false;
  bool is_write_whole_ = true;
};

}  // namespace leat::ws
