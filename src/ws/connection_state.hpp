// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/coro/cancel_scope.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/ws/error.hpp"
#include "leat/ws/error.hpp"
#include "leat/ws/options.hpp"

#include "ws/link.hpp"
#include "ws/send_queue.hpp"

namespace leat::ws {

/// What the parts of a connection share: the link that there is now, what waits to be sent, and
/// how a link, and the whole of it, come to their ends.
template <class Io>
struct connection_state {
  using link = ws::link<Io>;
  using link_ptr = std::shared_ptr<link>;

  explicit connection_state(basic_options<Io> given)
      : options(std::move(given)), queue(options.queue) {}

  static deadline in(duration limit) { return deadline::after(Io::now(), limit); }

  /// No more is to come of it. `may_return`: another connection may do better.
  void retire(link& on, std::exception_ptr why, bool may_return) noexcept {
    if (on.lost != nullptr) return;
    on.lost = std::move(why);
    if (current.get() != &on) return;
    const auto& policy = options.reconnect;
    if (on.is_proven || Io::now() - on.since >= policy.max_delay) attempts = 0;
    lost_to = last_failure = on.lost;
    current.reset();
    if (!policy.enabled || is_closing || !may_return) return end(lost_to);
    pass_on();
  }

  /// It broke: nobody needs to wait for it any more.
  void lose(link& on, std::exception_ptr why) noexcept {
    retire(on, std::move(why), true);
    if (on.reader != nullptr) on.reader->cancel();
    if (on.writer != nullptr) on.writer->cancel();
  }

  void end(std::exception_ptr why) noexcept {
    if (over == nullptr) over = std::move(why);
    current.reset();
    if (restorer != nullptr) restorer->cancel();
    queue.wake_all();
  }

  [[nodiscard]] std::exception_ptr closed_abnormally() const noexcept {
    try {
      return std::make_exception_ptr(closed(peer, proto::ws::close_code::abnormal, {}));
    } catch (const std::bad_alloc&) {
      return std::current_exception();
    }
  }

  [[nodiscard]] std::exception_ptr cut_off() const noexcept {
    try {
      return std::make_exception_ptr(
          io::write_error("write failed: the connection with " + peer + " was given up meanwhile"));
    } catch (const std::bad_alloc&) {
      return std::current_exception();
    }
  }

  /// For a sender whose message has certainly not been sent: no error that leaves that open.
  [[noreturn]] void throw_unsent() const {
    try {
      std::rethrow_exception(over);
    } catch (const io::write_error&) {
    } catch (const io::write_timeout&) {
    }
    std::rethrow_exception(closed_abnormally());
  }

  [[nodiscard]] bool is_worth_a_return(std::uint16_t code) const noexcept {
    const auto& codes = options.reconnect.close_codes;
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  }

  /// For whoever reads without having to wait: a peer may always have something to say.
  /// Errors: `io::read_timeout` if `until` has passed; `deadline_exceeded`, if that of the thread.
  void check_time(deadline until) const {
    const deadline bound = Io::is_blocking ? blocking_deadline::bound(until) : until;
    if (bound.is_never() || Io::now() < bound.at()) return;
    if constexpr (Io::is_blocking) {
      blocking_deadline::throw_if_exceeded(until, "receiving from " + peer);
    }
    io::detail::throw_read_timeout(peer);
  }

  /// Wakes the sender who has to go on, if there is something to do.
  void pass_on() noexcept {
    if (queue.is_empty()) return;
    if (current == nullptr || !current->is_writing) queue.front().changed.set();
  }

  /// Errors: what has ended the connection, if it has.
  void check_open() const {
    if (over != nullptr) throw_unsent();
    if (is_closing) std::rethrow_exception(closed_abnormally());
  }

  basic_options<Io> options;
  send_queue queue;
  link_ptr current;         // none while it is lost, and when it is over
  std::exception_ptr over;  // why there will be none any more
  std::string peer;
  cancel_scope* restorer = nullptr;  // around the making of another link
  std::exception_ptr lost_to;
  std::exception_ptr last_failure;
  std::size_t attempts = 0;
  deadline close_until = deadline::never();
  bool is_closing = false;
};

}  // namespace leat::ws
