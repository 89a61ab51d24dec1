// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "leat/coro/with_deadline.hpp"
#include "leat/proto/url/url.hpp"
#include "leat/proto/ws/connection.hpp"
#include "leat/ws/error.hpp"
#include "leat/ws/message.hpp"
#include "leat/ws/options.hpp"

#include "ws/connection_state.hpp"
#include "ws/link.hpp"
#include "ws/link_reader.hpp"
#include "ws/link_restorer.hpp"
#include "ws/link_writer.hpp"
#include "ws/send_queue.hpp"

// Who does the work of a connection (docs/adr/0022): whoever waits on it. A receiver reads
// (link_reader.hpp); one of the senders writes for all (link_writer.hpp); whoever finds the
// connection lost makes it anew (link_restorer.hpp). Each hands on what is left to do when it
// leaves, however that comes about, so there is no task in the background.

namespace leat::ws {

/// The algorithm of both surfaces: carries bytes between streams and machines.
template <class Io>
class connection_core {
  template <class T>
  using task = typename Io::template task<T>;
  using kind = outgoing::kind;
  using state = outgoing::state;
  using link_ptr = std::shared_ptr<link<Io>>;

 public:
  explicit connection_core(basic_options<Io> given)
      : state_(std::move(given)),
        writer_(state_),
        reader_(state_, writer_),
        restorer_(state_, reader_, writer_) {
    if (state_.options.reconnect.enabled && state_.options.reconnect.max_attempts == 0) {
      throw invalid_argument("reconnect_policy::max_attempts is 0: turn `enabled` off instead");
    }
  }

  task<void> open(std::string text) {
    proto::url to;
    if (proto::parse_url(text, to) || (to.scheme() != "ws" && to.scheme() != "wss")) {
      throw invalid_argument("no URL of a WebSocket: it begins with neither ws:// nor wss://");
    }
    co_await restorer_.open(std::move(to));
  }

  task<void> send(kind what, std::string data) {
    check_payload(what, data);
    co_await Io::checkpoint();
    state_.check_open();
    outgoing mine(what, std::move(data));
    state_.queue.add(mine);
    co_await deliver(mine);
  }

  task<message> receive() {
    [[maybe_unused]] const auto held = co_await reader_.receiving().lock();
    for (;;) {
      if (state_.over != nullptr) std::rethrow_exception(state_.over);
      if (state_.current == nullptr) {
        co_await restorer_.restore();
        continue;
      }
      auto got =
          co_await reader_.next_message(state_.current, state_.in(state_.options.timeouts.receive));
      if (got) co_return std::move(*got);
    }
  }

  task<void> close(std::uint16_t code, std::string reason) {
    check_sendable(proto::ws::check_close(code, reason));
    if (state_.over != nullptr) co_return;
    if (!std::exchange(state_.is_closing, true))
      state_.close_until = state_.in(state_.options.timeouts.close);
    if (state_.current == nullptr) co_return state_.end(state_.closed_abnormally());
    const link_ptr last = state_.current;
    try {
      if constexpr (Io::is_blocking) {
        co_await finish(last, code, std::move(reason));
      } else {
        co_await with_deadline(state_.close_until, finish(last, code, std::move(reason)));
      }
    } catch (const deadline_exceeded&) {
      if constexpr (Io::is_blocking) {
        state_.lose(*last, state_.closed_abnormally());
        throw;
      }
    } catch (const error&) {
      // Whatever it was, the connection has ended by it.
    }
    state_.lose(*last, state_.closed_abnormally());
    // One that is still being left is aborted by the last who leaves it.
    if (!last->is_reading && !last->is_writing)
      co_await Io::close(*last->stream, state_.close_until);
  }

  [[nodiscard]] const std::string& subprotocol() const noexcept { return restorer_.subprotocol(); }
  [[nodiscard]] ws::statistics statistics() const noexcept {
    return {.queued_messages = state_.queue.messages(),
            .queued_bytes = state_.queue.bytes(),
            .dropped = state_.queue.dropped(),
            .reconnects = restorer_.reconnects()};
  }

 private:
  /// Sees what stands in the queue through to its end.
  task<void> deliver(outgoing& mine) {
    const place_in_queue until_the_end(*this, mine);
    for (;;) {
      switch (mine.is) {
        case state::sent:
        case state::dropped: co_return;
        case state::failed:
          // A write that went on behind a stop is no reason to fail in its place.
          co_await Io::checkpoint();
          std::rethrow_exception(mine.failure);
        case state::taken: break;
        case state::outside:
        case state::queued:
          if (state_.over != nullptr) state_.throw_unsent();
          if (state_.current == nullptr) {
            co_await restorer_.restore();
            continue;
          }
          if (!state_.current->is_writing) {
            const link_ptr on = state_.current;
            if (state_.options.reconnect.enabled) co_await reader_.look(on);
            // Others may have begun while the look answered a ping.
            if (on->lost == nullptr && !on->is_writing && !writer_.try_write(*on))
              co_await writer_.write_rest(on);
            continue;
          }
      }
      if constexpr (!Io::is_blocking) {
        co_await mine.changed.wait();
        mine.changed.reset();
      }
    }
  }

  class place_in_queue {
   public:
    place_in_queue(connection_core& of, outgoing& mine) noexcept : of_(of), mine_(mine) {}
    place_in_queue(const place_in_queue&) = delete;
    place_in_queue& operator=(const place_in_queue&) = delete;
    ~place_in_queue() {
      if (mine_.is == state::queued || mine_.is == state::outside) of_.state_.queue.remove(mine_);
      of_.state_.pass_on();
    }

   private:
    connection_core& of_;
    outgoing& mine_;
  };

  /// Says goodbye behind what waits to be sent, and drops what still comes.
  task<void> finish(link_ptr on, std::uint16_t code, std::string reason) {
    if (!on->machine->has_sent_close()) {
      outgoing goodbye(kind::close, std::move(reason));
      goodbye.code = code;
      state_.queue.add_last(goodbye);
      co_await deliver(goodbye);
    }
    [[maybe_unused]] const auto held = co_await reader_.receiving().lock();
    while (on->lost == nullptr) {
      state_.check_time(state_.close_until);
      static_cast<void>(co_await reader_.next_message(on, state_.close_until));
    }
  }

  connection_state<Io> state_;
  link_writer<Io> writer_;
  link_reader<Io> reader_;
  link_restorer<Io> restorer_;
};

}  // namespace leat::ws
