// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "leat/base/utf8.hpp"
#include "leat/coro/mutex.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_deadline.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/url/url.hpp"
#include "leat/proto/ws/connection.hpp"
#include "leat/ws/error.hpp"
#include "leat/ws/options.hpp"

#include "ws/backoff.hpp"
#include "ws/entropy.hpp"
#include "ws/link.hpp"
#include "ws/send_queue.hpp"

// Who does the work of a connection (docs/adr/0022): whoever waits on it. A receiver reads; one of
// the senders writes for all; whoever finds the connection lost makes it anew. Each hands on what
// is left to do when it leaves, however that comes about, so there is no task in the background.

namespace leat::ws {

/// Locks as tasks need them, and as one thread does not.
template <class Io>
struct turn {
  auto lock() noexcept { return one.lock(); }
  auto try_lock() noexcept { return one.try_lock(); }
  mutex one;
};
template <>
struct turn<io::blocking> {
  static ready<bool> lock() noexcept { return ready(true); }
  static bool try_lock() noexcept { return true; }
};

/// The algorithm of both surfaces: carries bytes between streams and machines.
template <class Io>
class connection_core {
  template <class T>
  using task = typename Io::template task<T>;
  template <class T>
  using result = typename Io::template result<T>;
  using kind = outgoing::kind;
  using state = outgoing::state;

  using link = ws::link<Io>;
  using link_ptr = std::shared_ptr<link>;

 public:
  explicit connection_core(basic_options<Io> given)
      : options_(std::move(given)), maker_(options_), queue_(options_.queue) {
    if (options_.reconnect.enabled && options_.reconnect.max_attempts == 0) {
      throw invalid_argument("reconnect_policy::max_attempts is 0: turn `enabled` off instead");
    }
  }

  task<void> open(std::string text) {
    if (proto::parse_url(text, url_) || (url_.scheme() != "ws" && url_.scheme() != "wss")) {
      throw invalid_argument("no URL of a WebSocket: it begins with neither ws:// nor wss://");
    }
    link_ = co_await make_link();
    subprotocol_ = link_->agreed.subprotocol;
  }

  task<void> send(kind what, std::string data) {
    check_payload(what, data);
    co_await Io::checkpoint();
    check_open();
    outgoing mine(what, std::move(data));
    queue_.add(mine);
    co_await deliver(mine);
  }

  task<message> receive() {
    [[maybe_unused]] const auto held = co_await receiving_.lock();
    for (;;) {
      if (over_ != nullptr) std::rethrow_exception(over_);
      if (link_ == nullptr) {
        co_await restore();
        continue;
      }
      auto got = co_await next_message(link_, in(options_.timeouts.receive));
      if (got) co_return std::move(*got);
    }
  }

  task<void> close(std::uint16_t code, std::string reason) {
    if (const auto refused = proto::ws::check_close(code, reason)) throw_refused(refused);
    if (over_ != nullptr) co_return;
    if (!std::exchange(is_closing_, true)) close_until_ = in(options_.timeouts.close);
    if (link_ == nullptr) co_return end(closed_abnormally());
    const link_ptr last = link_;
    try {
      if constexpr (Io::is_blocking) {
        co_await finish(last, code, std::move(reason));
      } else {
        co_await with_deadline(close_until_, finish(last, code, std::move(reason)));
      }
    } catch (const deadline_exceeded&) {
      if constexpr (Io::is_blocking) {
        lose(*last, closed_abnormally());
        throw;
      }
    } catch (const error&) {
      // Whatever it was, the connection has ended by it.
    }
    lose(*last, closed_abnormally());
    // One that is still being left is aborted by the last who leaves it.
    if (!last->is_reading && !last->is_writing) co_await Io::close(*last->stream, close_until_);
  }

  [[nodiscard]] const std::string& subprotocol() const noexcept { return subprotocol_; }
  [[nodiscard]] ws::statistics statistics() const noexcept {
    return {.queued_messages = queue_.messages(),
            .queued_bytes = queue_.bytes(),
            .dropped = queue_.dropped(),
            .reconnects = reconnects_};
  }

 private:
  // What one write takes of the queue: as much as makes a system call worth its price, and little
  // enough that few messages are in doubt when it fails.
  static constexpr std::size_t most_gathered = std::size_t{64} << 10;
  // What a stopped sender waits at most for the end of a write that others need whole.
  static constexpr duration write_grace = std::chrono::seconds(1);
  // What a look at the connection takes at most where something has come that says nothing.
  static constexpr duration look_limit = std::chrono::milliseconds(1);

  static deadline in(duration limit) { return deadline::after(Io::now(), limit); }

  task<link_ptr> make_link() {
    auto fresh = co_await maker_.make(url_);
    peer_ = fresh->stream->peer_name();
    co_return fresh;
  }

  // --- Making it anew.

  /// Waits until the connection is there again, or over; by doing it, if nobody does yet.
  task<void> restore() {
    [[maybe_unused]] const auto held = co_await restoring_.lock();
    if (over_ != nullptr || link_ != nullptr) co_return;
    if constexpr (Io::is_blocking) {
      co_await reconnect();
    } else {
      const scope_slot mine(restorer_);
      static_cast<void>(co_await with_cancel_scope([this](cancel_scope& scope) {
        restorer_ = &scope;
        return reconnect();
      }));
    }
  }

  task<void> reconnect() {
    const auto& policy = options_.reconnect;
    for (;;) {
      if (attempts_ >= policy.max_attempts) {
        co_return end(std::make_exception_ptr(reconnect_failed(attempts_, last_failure_)));
      }
      const double chance = policy.random ? policy.random() : random_fraction();
      // Counted before, so that one who is stopped here does not begin the count anew.
      const std::size_t number = attempts_++;
      co_await Io::sleep_for(
          backoff_delay(policy.delay, policy.max_delay, policy.jitter, number, chance));
      link_ptr fresh;
      try {
        fresh = co_await make_link();
        if (policy.on_reconnect) {
          fresh_connection handed(*this, fresh);
          co_await Io::call(policy.on_reconnect, static_cast<basic_resumption<Io>&>(handed));
          if (fresh->lost != nullptr) std::rethrow_exception(fresh->lost);
        }
      } catch (const deadline_exceeded&) {
        // On the blocking surface it is the whole that has no time left.
        if constexpr (Io::is_blocking) throw;
        last_failure_ = std::current_exception();
        continue;
      } catch (const error&) {
        last_failure_ = std::current_exception();
        continue;
      } catch (...) {
        end(std::current_exception());
        throw;
      }
      link_ = std::move(fresh);
      subprotocol_ = link_->agreed.subprotocol;
      ++reconnects_;
      pass_on();
      co_return;
    }
  }

  class fresh_connection final : public basic_resumption<Io> {
   public:
    fresh_connection(connection_core& of, link_ptr on) noexcept : of_(of), on_(std::move(on)) {}

    result<void> send_text(std::string text) override {
      return Io::expose(of_.send_first(on_, kind::text, std::move(text)));
    }
    result<void> send_binary(std::string bytes) override {
      return Io::expose(of_.send_first(on_, kind::binary, std::move(bytes)));
    }
    result<message> receive() override { return Io::expose(of_.receive_first(on_)); }
    [[nodiscard]] std::size_t attempts() const noexcept override { return of_.attempts_; }
    [[nodiscard]] const std::exception_ptr& cause() const noexcept override { return of_.lost_to_; }

   private:
    connection_core& of_;
    link_ptr on_;
  };

  task<void> send_first(link_ptr on, kind what, std::string data) {
    check_payload(what, data);
    if (on->lost != nullptr) std::rethrow_exception(on->lost);
    outgoing mine(what, std::move(data));
    frame(*on, mine);
    if (!try_write(*on)) co_await write_rest(on);
    if (on->lost != nullptr) std::rethrow_exception(on->lost);
  }

  task<message> receive_first(link_ptr on) {
    auto got = co_await next_message(on, in(options_.timeouts.receive));
    if (!got) std::rethrow_exception(on->lost);
    co_return std::move(*got);
  }

  // --- The end of one.

  /// No more is to come of it. `may_return`: another connection may do better.
  void retire(link& on, std::exception_ptr why, bool may_return) noexcept {
    if (on.lost != nullptr) return;
    on.lost = std::move(why);
    if (link_.get() != &on) return;
    const auto& policy = options_.reconnect;
    if (on.is_proven || Io::now() - on.since >= policy.max_delay) attempts_ = 0;
    lost_to_ = last_failure_ = on.lost;
    link_.reset();
    if (!policy.enabled || is_closing_ || !may_return) return end(lost_to_);
    pass_on();
  }

  /// It broke: nobody needs to wait for it any more.
  void lose(link& on, std::exception_ptr why) noexcept {
    retire(on, std::move(why), true);
    if (on.reader != nullptr) on.reader->cancel();
    if (on.writer != nullptr) on.writer->cancel();
  }

  void end(std::exception_ptr why) noexcept {
    if (over_ == nullptr) over_ = std::move(why);
    link_.reset();
    if (restorer_ != nullptr) restorer_->cancel();
    queue_.wake_all();
  }

  [[nodiscard]] std::exception_ptr closed_abnormally() const noexcept {
    try {
      return std::make_exception_ptr(closed(peer_, proto::ws::close_code::abnormal, {}));
    } catch (const std::bad_alloc&) {
      return std::current_exception();
    }
  }

  [[nodiscard]] std::exception_ptr cut_off() const noexcept {
    try {
      return std::make_exception_ptr(io::write_error("write failed: the connection with " + peer_ +
                                                     " was given up meanwhile"));
    } catch (const std::bad_alloc&) {
      return std::current_exception();
    }
  }

  /// For a sender whose message has certainly not been sent: no error that leaves that open.
  [[noreturn]] void throw_unsent() const {
    try {
      std::rethrow_exception(over_);
    } catch (const io::write_error&) {
    } catch (const io::write_timeout&) {
    }
    std::rethrow_exception(closed_abnormally());
  }

  [[nodiscard]] bool is_worth_a_return(std::uint16_t code) const noexcept {
    const auto& codes = options_.reconnect.close_codes;
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  }

  /// Says goodbye behind what waits to be sent, and drops what still comes.
  task<void> finish(link_ptr on, std::uint16_t code, std::string reason) {
    if (!on->machine->has_sent_close()) {
      outgoing goodbye(kind::close, std::move(reason));
      goodbye.code = code;
      queue_.add_last(goodbye);
      co_await deliver(goodbye);
    }
    [[maybe_unused]] const auto held = co_await receiving_.lock();
    while (on->lost == nullptr) static_cast<void>(co_await next_message(on, close_until_));
  }

  // --- Receiving.

  /// The next message; none when the connection was lost.
  task<std::optional<message>> next_message(link_ptr on, deadline until) {
    for (;;) {
      if (on->ahead) co_return std::exchange(on->ahead, std::nullopt);
      if (on->lost != nullptr) co_return std::nullopt;
      switch (take_event(*on)) {
        case to_do::read: co_await fill(on, until); break;
        case to_do::answer: co_await write_owed(on); break;
        case to_do::part: co_await part(on); break;
        case to_do::nothing: break;
      }
    }
  }

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
        retire(on, std::make_exception_ptr(closed(peer_, found.code, std::string(found.data))),
               is_worth_a_return(found.code));
        return to_do::part;
      case proto::ws::event_kind::failed: break;
    }
    const bool has_ended = found.error == proto::ws::errc::truncated;
    if (!has_ended) on.owed_close = proto::ws::suggested_close_code(found.error);
    retire(on,
           std::make_exception_ptr(remote_protocol_error(
               peer_ + " broke the WebSocket protocol: " + found.error.message(), found.error)),
           has_ended);
    return to_do::part;
  }

  /// Reads once, and keeps the connection alive meanwhile.
  task<void> fill(link_ptr on, deadline until) {
    const deadline quiet = in(options_.ping_interval);
    bool is_quiet = false;
    try {
      co_await read(on, earlier(until, quiet));
      on->is_pinged = false;
    } catch (const io::read_timeout&) {
      if (!(quiet < until)) throw;
      is_quiet = true;
    } catch (const io::read_error&) {
      lose(*on, std::current_exception());
    }
    if (!is_quiet) co_return;
    if (std::exchange(on->is_pinged, true)) {
      lose(*on, std::make_exception_ptr(ping_timeout(peer_ + " has not answered a ping in time")));
      co_return;
    }
    on->owes_ping = true;
    co_await write_owed(on);
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
    co_await write_owed(on);
    if (!on->is_writing) co_await Io::close(*on->stream, in(options_.timeouts.close));
  }

  // --- Sending.

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
          if (over_ != nullptr) throw_unsent();
          if (link_ == nullptr) {
            co_await restore();
            continue;
          }
          if (!link_->is_writing) {
            const link_ptr on = link_;
            if (options_.reconnect.enabled) co_await look(on);
            // Others may have begun while the look answered a ping.
            if (on->lost == nullptr && !on->is_writing && !try_write(*on)) co_await write_rest(on);
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
      if (mine_.is == state::queued || mine_.is == state::outside) of_.queue_.remove(mine_);
      of_.pass_on();
    }

   private:
    connection_core& of_;
    outgoing& mine_;
  };

  /// Wakes the sender who has to go on, if there is something to do.
  void pass_on() noexcept {
    if (queue_.is_empty()) return;
    if (link_ == nullptr || !link_->is_writing) queue_.front().changed.set();
  }

  /// A connection that the peer has left takes what is written all the same, and loses it. So a
  /// sender looks first, unless somebody reads anyway. What comes with a look is kept for the next
  /// receiver, but no more than one message.
  task<void> look(link_ptr on) {
    [[maybe_unused]] const auto held = receiving_.try_lock();
    if (!held) co_return;
    while (!on->ahead && on->lost == nullptr) {
      switch (take_event(*on)) {
        case to_do::answer: co_await write_owed(on); continue;
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
          co_await read(on, in(look_limit));
        }
      } catch (const io::read_timeout&) {
        co_return;  // less than can be understood, such as a part of a TLS record
      } catch (const io::read_error&) {
        lose(*on, std::current_exception());
      }
    }
  }

  /// Sends what was not asked for by a caller. Whoever is sending does it behind his own.
  task<void> write_owed(link_ptr on) {
    if (!on->is_writing && on->is_whole && !try_write(*on)) co_await write_rest(on);
  }

  void frame(link& on, const outgoing& what) {
    auto& machine = *on.machine;
    switch (what.what) {
      case kind::text:
        check(machine.send_message(on.out, proto::ws::message_kind::text, what.data));
        break;
      case kind::binary:
        check(machine.send_message(on.out, proto::ws::message_kind::binary, what.data));
        break;
      case kind::ping: check(machine.send_ping(on.out, what.data)); break;
      case kind::close:
        if (!machine.has_sent_close()) check(machine.send_close(on.out, what.code, what.data));
        break;
    }
  }

  /// Puts what is owed, and what fits of what waits, into `out`. Returns whether there is anything.
  bool gather(link& on) {
    auto& machine = *on.machine;
    // What has been closed already takes none of these.
    if (const auto payload = std::exchange(on.owed_pong, std::nullopt)) {
      static_cast<void>(machine.send_pong(on.out, *payload));
    }
    if (std::exchange(on.owes_ping, false)) static_cast<void>(machine.send_ping(on.out));
    while (&on == link_.get() && !queue_.is_empty() && on.out.size() < most_gathered) {
      frame(on, queue_.front());
      on.writing.push_back(queue_.pop());
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
        fail_write(on, cut_off());
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

  task<void> write_gathered(link_ptr on) {
    while (on->is_whole && (!on->out.is_empty() || (has_owed(*on) && gather(*on)))) {
      on->is_begun = true;
      try {
        const deadline until = earlier(in(options_.timeouts.write), close_until_);
        if constexpr (Io::is_blocking) {
          co_await Io::write_all(*on->stream, on->out.bytes(), until);
        } else {
          co_await write_unless_lost(on, until);
          if (on->is_cut) co_return fail_write(*on, cut_off());
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
      queue_.put_back(on.writing);
      if (over_ != nullptr) queue_.wake_all();
    }
    lose(on, std::move(why));
  }

  /// Nobody else writes meanwhile; whatever cuts this one off has cut off a frame.
  class writer_role {
   public:
    writer_role(connection_core& of, const link_ptr& on) noexcept : of_(of), on_(on) {
      on_->is_writing = true;
    }
    writer_role(const writer_role&) = delete;
    writer_role& operator=(const writer_role&) = delete;
    ~writer_role() {
      on_->is_writing = false;
      if (on_->is_whole && !on_->out.is_empty()) {
        on_->is_begun = true;
        of_.fail_write(*on_, of_.cut_off());
      }
      of_.pass_on();
    }

   private:
    connection_core& of_;
    link_ptr on_;
  };

  // --- Small things.

  class scope_slot {
   public:
    explicit scope_slot(cancel_scope*& place) noexcept : place_(place) {}
    scope_slot(const scope_slot&) = delete;
    scope_slot& operator=(const scope_slot&) = delete;
    ~scope_slot() { place_ = nullptr; }

   private:
    cancel_scope*& place_;
  };

  class flag_guard {
   public:
    explicit flag_guard(bool& flag) noexcept : flag_(flag) { flag_ = true; }
    flag_guard(const flag_guard&) = delete;
    flag_guard& operator=(const flag_guard&) = delete;
    ~flag_guard() { flag_ = false; }

   private:
    bool& flag_;
  };

  void check_open() const {
    if (over_ != nullptr) throw_unsent();
    if (is_closing_) std::rethrow_exception(closed_abnormally());
  }

  static void check_payload(kind what, std::string_view data) {
    if (what == kind::text && !is_utf8(data)) throw_refused(proto::ws::errc::text_not_utf8);
    if (what == kind::ping && data.size() > proto::ws::most_control_bytes) {
      throw_refused(proto::ws::errc::payload_too_long);
    }
  }

  [[noreturn]] static void throw_refused(std::error_code why) {
    throw invalid_argument("cannot be sent: " + why.message());
  }
  static void check(std::error_code refused) {
    if (refused) throw_refused(refused);
  }

  basic_options<Io> options_;
  link_maker<Io> maker_;
  proto::url url_;
  send_queue queue_;
  link_ptr link_;            // none while it is lost, and when it is over
  std::exception_ptr over_;  // why there will be none any more
  std::string peer_;
  std::string subprotocol_;
  turn<Io> receiving_;
  turn<Io> restoring_;
  cancel_scope* restorer_ = nullptr;
  std::exception_ptr lost_to_;
  std::exception_ptr last_failure_;
  std::size_t attempts_ = 0;
  std::size_t reconnects_ = 0;
  deadline close_until_ = deadline::never();
  bool is_closing_ = false;
};

}  // namespace leat::ws
