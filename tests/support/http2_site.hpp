// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/event.hpp"
#include "leat/coro/executor.hpp"
#include "leat/coro/mutex.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/io/error.hpp"
#include "leat/io/network.hpp"
#include "leat/io/tls.hpp"

#include "support/http2_peer.hpp"

/// A server of scripted HTTP/2 peers on a network of tests. A connection writes what its peer has
/// to say before it reads again, as simple servers do.
class http2_site {
 public:
  struct connection {
    connection(std::unique_ptr<leat::io::async_stream> over, const http2_peer::settings& wanted)
        : peer(wanted), stream(std::move(over)) {
      may_read.set();
    }

    /// Sends what the peer has to say.
    leat::task<void> say() {
      const auto held = co_await writing.lock();
      const std::string bytes = peer.take_output();
      if (!bytes.empty()) co_await write(bytes);
    }
    /// Sends these bytes, whatever they are.
    leat::task<void> say(std::string bytes) {
      const auto held = co_await writing.lock();
      co_await write(bytes);
    }
    [[nodiscard]] std::size_t open_streams() const {
      std::size_t open = 0;
      for (const auto& [id, each] : peer.requests) open += each.is_closed ? 0 : 1;
      return open;
    }
    /// The stream that asked for this path, or 0.
    [[nodiscard]] std::int32_t id_of(const std::string& path) const {
      for (const auto& [id, each] : peer.requests) {
        if (each.get(":path") == path) return id;
      }
      return 0;
    }

    http2_peer peer;
    std::unique_ptr<leat::io::async_stream> stream;
    leat::event may_read;  ///< Reset it, and the peer reads no more.
    leat::mutex writing;
    bool is_over = false;
    bool keeps_rules = true;  ///< The client, as the peer sees it.

   private:
    leat::task<void> write(const std::string& bytes) {
      co_await stream->write_all(leat::as_bytes(bytes),
                                 leat::deadline_after(std::chrono::hours(1)));
    }
  };

  http2_site(leat::io::network& net, const leat::io::endpoint& at,
             const http2_peer::settings& wanted = {},
             std::optional<leat::io::tls_context> tls = std::nullopt)
      : wanted_(wanted), tls_(std::move(tls)), listener_(net.listen(at)) {}

  /// Tells a new connection what to do; by default it answers each request with its path.
  std::function<void(connection&)> on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t id) {
      made.peer.respond(id, made.peer.requests[id].get(":path"));
    };
  };
  std::vector<std::unique_ptr<connection>> connections;

  /// Serves until it is stopped.
  leat::task<void> run() {
    co_await leat::with_task_group([this](leat::task_group& group) -> leat::task<void> {
      for (;;) {
        std::unique_ptr<leat::io::async_stream> stream;
        try {
          stream = co_await listener_->accept();
        } catch (const leat::io_error&) {
          continue;
        }
        group.spawn(
            [](http2_site& self, std::unique_ptr<leat::io::async_stream> over) {
              return self.serve(std::move(over));
            },
            std::ref(*this), std::move(stream));
      }
    });
  }

 private:
  leat::task<void> serve(std::unique_ptr<leat::io::async_stream> over) {
    connection* talk = nullptr;
    try {
      if (tls_) {
        over = co_await leat::io::accept_tls(std::move(over), *tls_,
                                             leat::deadline_after(std::chrono::hours(1)));
      }
      connections.push_back(std::make_unique<connection>(std::move(over), wanted_));
      talk = connections.back().get();
      on_connection(*talk);
      co_await converse(*talk);
    } catch (const leat::io_error&) {  // the client has gone
    } catch (const leat::timeout_error&) {
    }
    if (talk == nullptr) co_return;
    talk->is_over = true;
    co_await talk->stream->close(leat::deadline_after(std::chrono::seconds(1)));
  }

  static leat::task<void> converse(connection& talk) {
    co_await talk.say();
    std::string room(20'000, '\0');
    for (;;) {
      const auto size = co_await talk.stream->read_some(
          std::as_writable_bytes(std::span(room)), leat::deadline_after(std::chrono::hours(1)));
      if (size == 0) co_return;
      co_await talk.may_read.wait();  // what it was reading meanwhile has not come
      if (!talk.peer.receive(std::string_view(room).substr(0, size))) talk.keeps_rules = false;
      co_await talk.say();
    }
  }

  http2_peer::settings wanted_;
  std::optional<leat::io::tls_context> tls_;
  std::unique_ptr<leat::io::listener> listener_;
};
