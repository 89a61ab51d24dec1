// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "leat/coro/shield.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/ws/connection.hpp"

#include "ws/connection_state.hpp"
#include "ws/link.hpp"
#include "ws/send_queue.hpp"

namespace leat::ws {

/// Writes on links, one task at a time for all: what waits in the queue, and what is owed to the
/// peer.
template <class Io>
class link_writer {
  template <class T>
  using task = typename Io::template task<T>;
  using kind = outgoing::kind;
  using state = outgoing::state;
  using link = ws::link<Io>;
  using link_ptr = std::shared_ptr<link>;

 public:
  /// Lifetime: `shared` outlives it.
  explicit link_writer(connection_state<Io>& shared) noexcept : state_(shared) {}

  /// Writes what can be written without waiting. Returns whether that was all. Not while somebody
  /// else writes.
  bool try_write(link& on) {
    if constexpr (!Io::is_blocking) {
      try {
        while (on.is_whole && (!on.out.is_empty() || gather(on))) {
          const auto written = on.stream->try_write_some(on.out.bytes());
          if (!written) return false;
          on.is_begun = true;
          on.out.consume(*written);
          if (on.out.is_empty()) settle(on);
        }
      } catch (const io::write_error&) {
        fail_write(on, std::current_exception());
      } catch (...) {
        fail_write(on, state_.cut_off());
        throw;
      }
      return true;
    }
    return false;
  }

  /// Writes the rest, which waits for the peer. Not while somebody else does.
  task<void> write_rest(link_ptr on) {
    const writer_role role(*this, on);
    if constexpr (Io::is_blocking) {
      if (on->is_whole && (!on->out.is_empty() || gather(*on))) co_await write_gathered(on);
    } else {
      // Others share the connection, so a stop of this task must not cut off a frame.
      co_await shield(write_gathered(on), write_grace);
    }
  }

  /// Sends what was not asked for by a caller. Whoever is sending does it behind his own.
  task<void> write_owed(link_ptr on) {
    if (!on->is_writing && on->is_whole && !try_write(*on)) co_await write_rest(on);
  }

  /// Puts the frame of a message into `out`.
  void frame(link& on, const outgoing& what) {
    auto& machine = *on.machine;
    switch (what.what) {
      case kind::text:
        check_sendable(machine.send_message(on.out, proto::ws::message_kind::text, what.data));
        break;
      case kind::binary:
        check_sendable(machine.send_message(on.out, proto::ws::message_kind::binary, what.data));
        break;
      case kind::ping: check_sendable(machine.send_ping(on.out, what.data)); break;
      case kind::pong: check_sendable(machine.send_pong(on.out, what.data)); break;
      case kind::close:
        if (!machine.has_sent_close())
          check_sendable(machine.send_close(on.out, what.code, what.data));
        break;
    }
  }

 private:
  // What one write takes of the queue: as much as makes a system call worth its price, and little
  // enough that few messages are in doubt when it fails.
  static constexpr std::size_t most_gathered = std::size_t{64} << 10;
  // What a stopped sender waits at most for the end of a write that others need whole.
  static constexpr duration write_grace = std::chrono::seconds(1);

  /// Puts what is owed, and what fits of what waits, into `out`. Returns whether there is anything.
  bool gather(link& on) {
    auto& machine = *on.machine;
    // What has been closed already takes none of these.
    if (const auto payload = std::exchange(on.owed_pong, std::nullopt)) {
      static_cast<void>(machine.send_pong(on.out, *payload));
    }
    if (std::exchange(on.owes_ping, false)) static_cast<void>(machine.send_ping(on.out));
    while (&on == state_.current.get() && !state_.queue.is_empty() &&
           on.out.size() < most_gathered) {
      frame(on, state_.queue.front());
      on.writing.push_back(state_.queue.pop());
    }
    if (const auto code = std::exchange(on.owed_close, std::nullopt)) {
      static_cast<void>(machine.send_close(on.out, *code));
    }
    if (on.out.is_empty()) settle(on);  // a second goodbye
    return !on.out.is_empty();
  }
  [[nodiscard]] static bool has_owed(const link& on) noexcept {
    return on.owed_pong || on.owes_ping || on.owed_close;
  }

  task<void> write_gathered(link_ptr on) {
    while (on->is_whole && (!on->out.is_empty() || (has_owed(*on) && gather(*on)))) {
      on->is_begun = true;
      try {
        const deadline until =
            earlier(state_.in(state_.options.timeouts.write), state_.close_until);
        if constexpr (Io::is_blocking) {
          co_await Io::write_all(*on->stream, on->out.bytes(), until);
        } else {
          co_await write_unless_lost(on, until);
          if (on->is_cut) co_return fail_write(*on, state_.cut_off());
        }
        on->out.clear();
        settle(*on);
      } catch (const io::write_error&) {
        fail_write(*on, std::current_exception());
      } catch (const io::write_timeout&) {
        fail_write(*on, std::current_exception());
      }
    }
  }

  task<void> write_unless_lost(link_ptr on, deadline until) {
    const scope_slot mine(on->writer);
    const auto ended = co_await with_cancel_scope([&on, until](cancel_scope& scope) {
      on->writer = &scope;
      return on->stream->write_all(on->out.bytes(), until);
    });
    on->is_cut = ended.is_cancelled();
  }

  void settle(link& on) noexcept {
    on.is_begun = false;
    while (!on.writing.is_empty()) on.writing.pop_front().become(state::sent);
  }

  /// What was to be written in one piece has not been, or not certainly.
  void fail_write(link& on, std::exception_ptr why) noexcept {
    on.is_whole = false;
    if (on.is_begun) {
      while (!on.writing.is_empty()) {
        outgoing& doubtful = on.writing.pop_front();
        doubtful.failure = why;
        doubtful.become(state::failed);
      }
    } else {
      state_.queue.put_back(on.writing);
      if (state_.over != nullptr) state_.queue.wake_all();
    }
    state_.lose(on, std::move(why));
  }

  /// Nobody else writes meanwhile; whatever cuts this one off has cut off a frame.
  class writer_role {
   public:
    writer_role(link_writer& of, const link_ptr& on) noexcept : of_(of), on_(on) {
      on_->is_writing = true;
    }
    writer_role(const writer_role&) = delete;
    writer_role& operator=(const writer_role&) = delete;
    ~writer_role() {
      on_->is_writing = false;
      if (on_->is_whole && !on_->out.is_empty()) {
        on_->is_begun = true;
        of_.fail_write(*on_, of_.state_.cut_off());
      }
      of_.state_.pass_on();
    }

   private:
    link_writer& of_;
    link_ptr on_;
  };

  connection_state<Io>& state_;
};

}  // namespace leat::ws
