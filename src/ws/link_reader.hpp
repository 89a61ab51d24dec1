// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "leat/coro/with_cancel_scope.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/ws/connection.hpp"
#include "leat/ws/error.hpp"
#include "leat/ws/message.hpp"

#include "ws/connection_state.hpp"
#include "ws/link.hpp"
#include "ws/link_writer.hpp"
#include "ws/turn.hpp"

namespace leat::ws {

/// Reads from links, one task at a time: messages for whoever receives, and what has to be answered
/// at once.
template <class Io>
class link_reader {
  template <class T>
  using task = typename Io::template task<T>;
  using link = ws::link<Io>;
  using link_ptr = std::shared_ptr<link>;

 public:
  /// Lifetime: both outlive it.
  link_reader(connection_state<Io>& shared, link_writer<Io>& writer) noexcept
      : state_(shared), writer_(writer) {}

  /// Held by whoever takes messages from a link.
  [[nodiscard]] turn<Io>& receiving() noexcept { return turn_; }

  /// The next message; none when the connection was lost.
  task<std::optional<message>> next_message(link_ptr on, deadline until) {
    for (bool has_read = false;;) {
      if (on->ahead) co_return std::exchange(on->ahead, std::nullopt);
      if (on->lost != nullptr) co_return std::nullopt;
      switch (take_event(*on)) {
        case to_do::read:
          if (std::exchange(has_read, true)) state_.check_time(until);
          co_await fill(on, until);
          break;
        case to_do::answer: co_await writer_.write_owed(on); break;
        case to_do::part: co_await part(on); break;
        case to_do::nothing: break;
      }
    }
  }

  /// A connection that the peer has left takes what is written all the same, and loses it. So a
  /// sender looks first, unless somebody reads anyway. What comes with a look is kept for the next
  /// receiver, but no more than one message.
  task<void> look(link_ptr on) {
    [[maybe_unused]] const auto held = turn_.try_lock();
    if (!held) co_return;
    while (!on->ahead && on->lost == nullptr) {
      switch (take_event(*on)) {
        case to_do::answer: co_await writer_.write_owed(on); continue;
        case to_do::part: co_await part(on); continue;
        case to_do::nothing: continue;
        case to_do::read: break;
      }
      try {
        if (const auto size = on->stream->try_read_some(on->received.prepare(read_size))) {
          take(*on, *size);
        } else if (Io::is_blocking || on->stream->is_idle_and_open()) {
          co_return;
        } else {
          // It has come, and the loop has not seen it yet.
          co_await read(on, state_.in(look_limit));
        }
      } catch (const io::read_timeout&) {
        co_return;  // less than can be understood, such as a part of a TLS record
      } catch (const io::read_error&) {
        state_.lose(*on, std::current_exception());
      }
    }
  }

 private:
  // What a look at the connection takes at most where something has come that says nothing.
  static constexpr duration look_limit = std::chrono::milliseconds(1);

  enum class to_do : std::uint8_t { read, answer, part, nothing };

  /// Takes the next event out of the bytes that are here, and says what it asks for.
  to_do take_event(link& on) {
    std::string_view input = on.received.text();
    const auto found = on.machine->next(input);
    on.received.consume(on.received.size() - input.size());
    switch (found.kind) {
      case proto::ws::event_kind::need_more: return to_do::read;
      case proto::ws::event_kind::message:
        on.is_proven = true;
        on.ahead.emplace(found.kind_of_message == proto::ws::message_kind::text
                             ? message_kind::text
                             : message_kind::binary,
                         std::string(found.data));
        return to_do::nothing;
      case proto::ws::event_kind::ping:
        on.owed_pong = std::string(found.data);
        return to_do::answer;
      case proto::ws::event_kind::pong: on.is_proven = true; return to_do::nothing;
      case proto::ws::event_kind::close:
        on.owed_close = found.code;
        state_.retire(
            on, std::make_exception_ptr(closed(state_.peer, found.code, std::string(found.data))),
            state_.is_worth_a_return(found.code));
        return to_do::part;
      case proto::ws::event_kind::failed: break;
    }
    const bool has_ended = found.error == proto::ws::errc::truncated;
    if (!has_ended) on.owed_close = proto::ws::suggested_close_code(found.error);
    state_.retire(
        on,
        std::make_exception_ptr(remote_protocol_error(
            state_.peer + " broke the WebSocket protocol: " + found.error.message(), found.error)),
        has_ended);
    return to_do::part;
  }

  /// Reads once, and keeps the connection alive meanwhile.
  task<void> fill(link_ptr on, deadline until) {
    const deadline quiet = state_.in(state_.options.ping_interval);
    bool is_quiet = false;
    try {
      co_await read(on, earlier(until, quiet));
      on->is_pinged = false;
    } catch (const io::read_timeout&) {
      if (!(quiet < until)) throw;
      is_quiet = true;
    } catch (const io::read_error&) {
      state_.lose(*on, std::current_exception());
    }
    if (!is_quiet) co_return;
    if (std::exchange(on->is_pinged, true)) {
      state_.lose(*on, std::make_exception_ptr(
                           ping_timeout(state_.peer + " has not answered a ping in time")));
      co_return;
    }
    on->owes_ping = true;
    co_await writer_.write_owed(on);
  }

  task<void> read(link_ptr on, deadline until) {
    const auto room = on->received.prepare(read_size);
    if (const auto size = on->stream->try_read_some(room)) co_return take(*on, *size);
    const flag_guard reading(on->is_reading);
    if constexpr (Io::is_blocking) {
      take(*on, co_await Io::read_some(*on->stream, room, until));
    } else {
      const scope_slot mine(on->reader);
      auto got = co_await with_cancel_scope([&on, room, until](cancel_scope& scope) {
        on->reader = &scope;
        return on->stream->read_some(room, until);
      });
      if (got.has_value()) take(*on, std::move(got).value());
    }
  }

  void take(link& on, std::size_t size) {
    on.received.commit(size);
    if (size == 0) on.machine->end_of_input();
  }

  /// Answers the peer's goodbye, unless a sender is in the middle of a frame, who then does.
  task<void> part(link_ptr on) {
    co_await writer_.write_owed(on);
    if (!on->is_writing) co_await Io::close(*on->stream, state_.in(state_.options.timeouts.close));
  }

  connection_state<Io>& state_;
  link_writer<Io>& writer_;
  turn<Io> turn_;
};

}  // namespace leat::ws
