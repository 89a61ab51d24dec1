// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"
#include "leat/io/network.hpp"
#include "leat/io/tls.hpp"
#include "leat/proto/http1/server_connection.hpp"
#include "leat/proto/ws/connection.hpp"
#include "leat/proto/ws/handshake.hpp"

/// The server's side of a WebSocket on any network: one conversation for each connection, in the
/// order in which they come, told by a list of coroutines.
class websocket_peer {
 public:
  class conversation {
   public:
    explicit conversation(std::unique_ptr<leat::io::async_stream> stream,
                          leat::duration limit = std::chrono::hours(1))
        : stream_(std::move(stream)), limit_(limit) {}

    /// What comes next, in a word: `text:...`, `binary:...`, `ping:...`, `pong:...`,
    /// `close:<code>:<reason>`; `end` where the connection ends.
    leat::task<std::string> next() {
      using leat::proto::ws::event_kind;
      for (;;) {
        std::string_view input = received_.text();
        const auto found = machine_->next(input);
        received_.consume(received_.size() - input.size());
        const std::string data(found.data);
        switch (found.kind) {
          case event_kind::need_more: break;
          case event_kind::message:
            co_return (found.kind_of_message == leat::proto::ws::message_kind::text ? "text:"
                                                                                    : "binary:") +
                data;
          case event_kind::ping: co_return "ping:" + data;
          case event_kind::pong: co_return "pong:" + data;
          case event_kind::close: co_return "close:" + std::to_string(found.code) + ":" + data;
          case event_kind::failed: co_return "failed:" + found.error.message();
        }
        const std::size_t size = co_await read();
        if (size == 0) co_return "end";
      }
    }
    leat::task<void> send_text(std::string text) {
      (void)machine_->send_message(out_, leat::proto::ws::message_kind::text, text);
      co_await flush();
    }
    leat::task<void> send_pong(std::string data = {}) {
      (void)machine_->send_pong(out_, data);
      co_await flush();
    }
    leat::task<void> send_ping(std::string data = {}) {
      (void)machine_->send_ping(out_, data);
      co_await flush();
    }
    leat::task<void> send_close(std::uint16_t code, std::string reason = {}) {
      (void)machine_->send_close(out_, code, reason);
      co_await flush();
    }
    leat::task<void> send_bytes(std::string bytes) {
      out_.append(bytes);
      co_await flush();
    }
    /// Answers whatever comes until the client has closed or gone.
    leat::task<void> echo() {
      for (;;) {
        const std::string came = co_await next();
        if (came.starts_with("text:")) {
          co_await send_text(came.substr(5));
        } else if (came.starts_with("ping:")) {
          co_await send_pong(came.substr(5));
        } else if (came.starts_with("close:")) {
          co_return co_await send_close(1000);
        } else if (came == "end" || came.starts_with("failed:")) {
          co_return;
        }
      }
    }
    leat::task<void> shake_hands() {
      leat::proto::http1::server_connection http;
      for (;;) {
        std::string_view input = received_.text();
        const auto found = http.next(input);
        received_.consume(received_.size() - input.size());
        if (found.kind == leat::proto::http1::event_kind::head) break;
        if (found.kind == leat::proto::http1::event_kind::failed || co_await read() == 0) {
          throw leat::io::read_error("no handshake came");
        }
      }
      leat::proto::fields answer;
      leat::proto::ws::agreement agreed;
      if (leat::proto::ws::accept_request(http.head(), {.deflate = false}, answer, agreed)) {
        throw leat::io::read_error("no handshake came");
      }
      std::string text = "HTTP/1.1 101 Switching Protocols\r\n";
      for (const auto each : leat::proto::fields_view(answer)) {
        text += std::string(each.name) + ": " + std::string(each.value) + "\r\n";
      }
      co_await send_bytes(text + "\r\n");
      machine_.emplace(leat::proto::ws::role::server, leat::proto::ws::connection_options{});
    }

   private:
    [[nodiscard]] leat::deadline limit() const noexcept {
      return leat::deadline::after(leat::executor::current().now(), limit_);
    }
    leat::task<std::size_t> read() {
      const auto room = received_.prepare(std::size_t{64} << 10);
      const std::size_t size = co_await stream_->read_some(room, limit());
      received_.commit(size);
      co_return size;
    }
    leat::task<void> flush() {
      co_await stream_->write_all(out_.bytes(), limit());
      out_.clear();
    }

    std::unique_ptr<leat::io::async_stream> stream_;
    leat::duration limit_;
    std::optional<leat::proto::ws::connection> machine_;
    leat::byte_buffer received_;
    leat::byte_buffer out_;
  };

  /// A conversation ends with the connection when its script returns. One that fails with an error
  /// of the connection is over, and no failure.
  using script = std::function<leat::task<void>(conversation&)>;

  /// Listens on `at` from now on.
  websocket_peer(leat::io::network& net, const leat::io::endpoint& at,
                 std::optional<leat::io::tls_context> tls = {})
      : listener_(net.listen(at)), tls_(std::move(tls)) {}

  /// What is said on each connection before the WebSocket begins, such as by a proxy.
  using opening = std::function<leat::task<std::unique_ptr<leat::io::async_stream>>(
      std::unique_ptr<leat::io::async_stream>)>;
  websocket_peer& open_by(opening first) {
    opening_ = std::move(first);
    return *this;
  }

  websocket_peer& on_connect(script next) {
    scripts_.push_back(std::move(next));
    return *this;
  }
  /// Answers the handshake with this.
  websocket_peer& refuse(std::string answer) {
    scripts_.emplace_back(nullptr);
    refusals_.push_back(std::move(answer));
    return *this;
  }

  /// Plays them all, or those that came until `stop_listening()`.
  leat::task<void> play() {
    std::size_t refused = 0;
    for (auto& each : scripts_) {
      std::unique_ptr<leat::io::async_stream> stream;
      try {
        stream = co_await listener_->accept();
      } catch (const leat::io::accept_error&) {
        co_return;  // it listens no more
      }
      ++connections_;
      try {
        if (each == nullptr) {
          std::byte some[4096];
          const auto until =
              leat::deadline::after(leat::executor::current().now(), std::chrono::hours(1));
          (void)co_await stream->read_some(some, until);
          co_await stream->write_all(leat::as_bytes(refusals_[refused++]), until);
          continue;
        }
        if (opening_) stream = co_await opening_(std::move(stream));
        if (tls_) {
          const auto until =
              leat::deadline::after(leat::executor::current().now(), std::chrono::hours(1));
          stream = co_await leat::io::accept_tls(std::move(stream), *tls_, until);
        }
        conversation talk(std::move(stream));
        co_await talk.shake_hands();
        co_await each(talk);
      } catch (const leat::io_error&) {
      } catch (const leat::timeout_error&) {
      }
    }
  }
  void stop_listening() noexcept { listener_->close(); }
  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }

 private:
  std::unique_ptr<leat::io::listener> listener_;
  std::optional<leat::io::tls_context> tls_;
  opening opening_;
  std::vector<script> scripts_;
  std::vector<std::string> refusals_;
  std::size_t connections_ = 0;
};
