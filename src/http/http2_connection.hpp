// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/timed_leaf.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/http/error.hpp"
#include "leat/http/request.hpp"
#include "leat/http/response.hpp"
#include "leat/io/error.hpp"
#include "leat/pool/error.hpp"
#include "leat/pool/resource.hpp"
#include "leat/proto/http2/client_session.hpp"

#include "http/exchange_trace.hpp"

// Who drives a connection that many requests share (docs/adr/0021): whoever waits. The first that
// has nothing to do but wait reads for all, and one of them writes for all; whoever leaves, however
// that comes about, hands what is left to do to the next. So there is no task in the background,
// and nothing outlives a request.

namespace leat::http {

/// One of those who wait on a connection; see `http2_connection::wait_for()`.
class http2_waiter final : public timed_leaf {
 public:
  http2_waiter(ready_list& line, http2_waiter*& place, deadline until) noexcept
      : timed_leaf(until), line_(line), place_(place) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  /// Whether it was woken before the deadline.
  [[nodiscard]] bool await_resume() const noexcept { return !has_timed_out(); }

  void wake() noexcept {
    disarm_deadline();
    place_ = nullptr;
    complete();
  }

 private:
  void start() noexcept override {
    line_.push_back(*this);
    place_ = this;
    arm_deadline();
  }
  detach_result detach() noexcept override {
    disarm_deadline();
    ready_node::unlink();
    place_ = nullptr;
    return detach_result::detached;
  }
  void describe(wait_description& to) const noexcept override {
    to.add("http: an HTTP/2 connection");
  }

  ready_list& line_;
  http2_waiter*& place_;
};

/// What a limit on the fields of a head is over HTTP/2, where each counts for 32 bytes more than it
/// has.
[[nodiscard]] constexpr std::uint32_t http2_section_bytes(std::uint32_t limit) noexcept {
  return std::max(proto::http2::limits().max_field_section_bytes, limit);
}

[[noreturn]] void throw_http2_error(const std::string& peer, std::error_code cause,
                                    std::uint32_t peer_code);
[[noreturn]] void throw_http2_not_sendable(const std::string& method, std::error_code cause);

/// One HTTP/2 connection of a client.
template <class Io>
class http2_connection final : public pool::resource {
 public:
  /// One request on it. Destroying it before its end resets its stream and leaves the others
  /// alone. Lifetime: within that of the connection.
  class exchange {
   public:
    /// With `until`, it was crowded out before: it goes before those that come later, and waits for
    /// its stream no longer than that. `trace` is told what was sent, unless it is null.
    explicit exchange(http2_connection& on, std::optional<deadline> until = std::nullopt,
                      exchange_trace* trace = nullptr) noexcept
        : on_(on), until_(until), trace_(trace) {}
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    ~exchange() { on_.leave(*this); }

    /// Whether the body of the request may have been touched.
    [[nodiscard]] bool has_begun_body() const noexcept { return has_begun_body_; }
    /// Whether anything of an answer has come.
    [[nodiscard]] bool has_received() const noexcept {
      return id_ != 0 && on_.session_.has_head(id_);
    }
    /// Whether the server refused it beside others, and may take it behind them.
    [[nodiscard]] bool is_crowded_out() const noexcept {
      return id_ != 0 && on_.session_.is_crowded_out(id_);
    }

   private:
    friend class http2_connection;

    [[nodiscard]] bool has_failed() const noexcept {
      return id_ == 0 || bool(on_.session_.error(id_));
    }

    http2_connection& on_;
    std::optional<deadline> until_;
    exchange_trace* trace_;                                  // while it is sent
    proto::http2::stream_id id_ = 0;                         // 0: not open
    const proto::http2::outgoing_request* asked_ = nullptr;  // while it waits for a stream
    std::error_code refused_;
    http2_waiter* waiting_ = nullptr;
    byte_buffer shown_;  // of the body; the caller has a view of it
    std::size_t shown_size_ = 0;
    bool has_begun_body_ = false;
    bool has_told_head_ = false;
  };

  http2_connection(std::unique_ptr<typename Io::stream> stream, const proto::http2::limits& limits)
      : stream_(std::move(stream)), session_(limits) {}
  http2_connection(const http2_connection&) = delete;
  http2_connection& operator=(const http2_connection&) = delete;
  ~http2_connection() override { say_goodbye(); }

  /// What came while nobody looked, such as SETTINGS, a PING or a GOAWAY, is taken here.
  [[nodiscard]] bool is_usable() noexcept override {
    constexpr int most_reads = 256;
    try {
      for (int i = 0; i < most_reads && takes_more(); ++i) {
        if (const auto size = stream_->try_read_some(room_)) {
          take(*size);
        } else if (stream_->is_idle_and_open()) {
          return true;
        } else if (const auto more = stream_->try_read_some(room_)) {
          take(*more);
        } else {
          return false;
        }
      }
    } catch (const std::exception&) {
      // Whatever it was, another connection is made.
    }
    return false;
  }

  /// Whether it is fit for another request: nothing is known against it.
  [[nodiscard]] bool takes_more() const noexcept {
    return !is_lost() && !is_suspect_ && !session_.is_going_away();
  }
  /// Whether it lies idle as it was when it was new.
  [[nodiscard]] bool is_clean() const noexcept {
    return takes_more() && session_.open_streams() == 0 && opening_.empty();
  }
  [[nodiscard]] const std::string& peer_name() const noexcept { return stream_->peer_name(); }
  [[nodiscard]] std::string peer_address() const { return stream_->peer_address(); }
  /// Whether an earlier request was answered on it.
  [[nodiscard]] bool has_served() const noexcept { return has_served_; }

  /// Sends `request` and reads the head of the answer. Returns false if the server has certainly
  /// not acted on it: then it may be sent again on another connection.
  ///
  /// Cancellation: safe for the connection; the stream is reset when `mine` is destroyed.
  /// Errors: those of the stream and of the request's body; `pool_timeout` when no stream came
  /// free; `local_protocol_error`, `remote_protocol_error`.
  typename Io::template task<bool> send(exchange& mine, basic_request<Io>& request,
                                        response_head::parts& into) {
    proto::http2::outgoing_request head;
    const auto size =
        request.streamed != nullptr ? request.streamed->size() : std::optional<std::uint64_t>();
    const std::string target(request.target());
    head.method = request.method;
    head.scheme = request.url.scheme();
    head.target = target;
    head.fields = request.headers;
    head.has_body = request.streamed != nullptr || !request.content.empty();
    head.body_bytes = request.streamed != nullptr ? size : request.content.size();
    head.reports_sent = head.has_body || mine.trace_ != nullptr;
    if (request.extras != nullptr) limit_head(head, request.extras->head_limits);
    mine.asked_ = &head;
    stand_in_line(mine);
    open_waiting();
    const bool has_bytes = head.has_body && head.body_bytes != std::uint64_t{0};
    const bool asks_first = has_bytes && request.continue_wait.has_value();
    // What can be sent only once is not touched before the server is known to take the request.
    const auto is_under_way = [&] {
      return mine.id_ != 0 && ((request.streamed == nullptr && !asks_first) ||
                               session_.is_sent(mine.id_) || bool(session_.error(mine.id_)));
    };
    const deadline until = mine.until_.value_or(in(request.timeouts.pool));
    const bool is_in_time = co_await wait_for(mine, until, [&] {
      return is_under_way() || bool(mine.refused_) || session_.is_going_away();
    });
    if (mine.refused_) throw_http2_not_sendable(request.method, mine.refused_);
    if (!is_under_way()) {
      if (is_in_time) co_return false;
      throw pool::pool_timeout("no stream of the connection to " + stream_->peer_name() +
                               " came free in time; it allows " +
                               std::to_string(session_.peer_max_streams()));
    }
    if (asks_first) {
      // Not for long: there are servers that say nothing (RFC 9110, section 10.1.1).
      static_cast<void>(co_await wait_for(mine, in(*request.continue_wait), [&] {
        return session_.may_continue(mine.id_) || has_news_of_head(mine);
      }));
    }
    if (head.has_body && !(asks_first && has_news_of_head(mine))) {
      co_await send_body(mine, request);
    }
    if (!co_await wait_for(mine, in(request.timeouts.read),
                           [&] { return has_news_of_head(mine); })) {
      probe();
      throw io::read_timeout("read timed out: no answer from " + stream_->peer_name());
    }
    if (!session_.has_head(mine.id_)) {
      if (session_.is_unprocessed(mine.id_)) co_return false;
      throw_failure(mine);
    }
    const auto answer = session_.head(mine.id_);
    into.status = answer.status;
    into.reason.clear();
    into.http_version = "HTTP/2";
    into.headers = http::headers(answer.fields);
    mine.trace_ = nullptr;
    co_return true;
  }

  /// The next piece of the body; empty at its end.
  /// Cancellation: as `send()`. Errors: those of the stream; `remote_protocol_error`.
  typename Io::template task<std::string_view> read_body(exchange& mine, duration limit) {
    give_back_shown(mine);
    const auto id = mine.id_;
    const bool in_time = co_await wait_for(mine, in(limit), [&] {
      return !session_.data(id).empty() || session_.is_complete(id) || mine.has_failed();
    });
    if (const auto piece = find_data(mine)) co_return *piece;
    if (in_time) throw_failure(mine);
    probe();
    throw io::read_timeout("read timed out: the body from " + stream_->peer_name());
  }

  /// The same without a wait: nothing, if there would be one, or if nothing more will come.
  std::optional<std::string_view> try_read_body(exchange& mine) {
    give_back_shown(mine);
    return find_data(mine);
  }

 private:
  using task = typename Io::template task<void>;

  static deadline in(duration limit) { return deadline::after(Io::now(), limit); }

  static void limit_head(proto::http2::outgoing_request& head, const head_limits& to) noexcept {
    if (to.max_field_section_bytes) {
      head.max_field_section_bytes = http2_section_bytes(*to.max_field_section_bytes);
    }
    head.max_fields = to.max_fields;
    head.max_informational = to.max_informational;
  }

  void give_back_shown(exchange& mine) {
    if (mine.shown_size_ == 0) return;
    session_.give_credit(mine.id_, std::exchange(mine.shown_size_, 0));
    mine.shown_.clear();
  }
  std::optional<std::string_view> find_data(exchange& mine) {
    if (!session_.data(mine.id_).empty()) {
      session_.take_data(mine.id_, mine.shown_);
      mine.shown_size_ = mine.shown_.size();
      return mine.shown_.text();
    }
    if (session_.is_complete(mine.id_)) return std::string_view();
    return std::nullopt;
  }

  [[nodiscard]] bool is_lost() const noexcept { return is_lost_ || bool(session_.error()); }
  [[nodiscard]] bool has_news_of_head(const exchange& mine) const noexcept {
    return session_.has_head(mine.id_) || mine.has_failed() || is_lost();
  }

  /// Waits until `done()`, or the connection is lost. Returns false if `until` came first.
  template <class Done>
  typename Io::template task<bool> wait_for(exchange& mine, deadline until, Done done) {
    const leaving after(*this);
    for (;;) {
      if (mine.trace_ != nullptr) tell_sent(mine);
      if (done() || is_lost()) co_return true;
      if (!has_writer() && has_output()) {
        if constexpr (!Io::is_blocking) co_await collect();
        if (!is_writing_ && gather()) {
          co_await write_out(mine, until);
          if (has_passed(until)) co_return done() || is_lost();
          continue;
        }
        if (done() || is_lost()) co_return true;
      }
      if (reader_ == nullptr && !is_collecting_) {
        if (!co_await read_once(mine, until)) co_return done();
        if (has_passed(until)) co_return done() || is_lost();
      } else {
        // The blocking surface has one exchange at a time, which reads for itself.
        if constexpr (!Io::is_blocking) {
          if (!co_await http2_waiter(line_, mine.waiting_, until)) co_return done();
        }
      }
    }
  }

  /// Asked also where something was read, or a write was ended by input: there is a peer that
  /// always has something to say, but never what is waited for.
  [[nodiscard]] static bool has_passed(deadline until) {
    return !until.is_never() && Io::now() >= until.at();
  }

  /// Whoever has written it, it is told by the request itself.
  void tell_sent(exchange& mine) {
    if (mine.has_told_head_ || mine.id_ == 0 || !session_.is_sent(mine.id_)) return;
    mine.has_told_head_ = true;
    mine.trace_->sent_head();
  }

  /// Lets the others who are ready add theirs to what is about to be written, since a record of TLS
  /// and a system call cost more than a frame. Who is alone has nobody to wait for.
  task collect() {
    if (exchanges_.size() < 2) co_return;
    const held role(is_collecting_, true);
    co_await yield_now();
  }

  /// Gives a member a value, and takes it back at the end of a scope, however that comes about.
  template <class T>
  class held {
   public:
    held(T& place, T value) noexcept : place_(place) { place_ = value; }
    held(const held&) = delete;
    held& operator=(const held&) = delete;
    ~held() { place_ = T(); }

   private:
    T& place_;
  };

  /// Hands on what is left to do, whatever ends a wait.
  struct leaving {
    explicit leaving(http2_connection& which) noexcept : of(which) {}
    leaving(const leaving&) = delete;
    leaving& operator=(const leaving&) = delete;
    ~leaving() { of.pass_on(); }
    http2_connection& of;
  };

  void pass_on() noexcept {
    const bool is_unwritten = !has_writer() && has_output();
    if (line_.is_empty()) {
      if (is_unwritten) call_off_read();
    } else if (reader_ == nullptr || is_lost() || is_unwritten) {
      wake_first();
    }
  }
  void wake_first() noexcept { static_cast<http2_waiter&>(line_.pop_front()).wake(); }
  void wake_all() noexcept {
    while (!line_.is_empty()) wake_first();
    call_off_read();
  }

  [[nodiscard]] bool has_writer() const noexcept { return is_writing_ || is_collecting_; }
  [[nodiscard]] bool has_output() const noexcept {
    return !out_.is_empty() || session_.has_output();
  }
  /// Gets what is to be written. Not while a write goes on, which has a view of it.
  bool gather() {
    if (out_.is_empty()) {
      with_memory([&] { static_cast<void>(session_.write(out_)); });
      wake_changed();  // who waited for its bytes to go
    }
    return !out_.is_empty();
  }

  /// Nobody else writes meanwhile; a write that does not end well leaves half a frame behind.
  class writing {
   public:
    explicit writing(http2_connection& which) noexcept : of_(which) { of_.is_writing_ = true; }
    writing(const writing&) = delete;
    writing& operator=(const writing&) = delete;
    ~writing() {
      of_.is_writing_ = false;
      if (is_done_) return;
      of_.is_lost_ = true;
      of_.wake_all();
    }
    void done() noexcept { is_done_ = true; }

   private:
    http2_connection& of_;
    bool is_done_ = false;
  };

  task write_out(exchange& mine, deadline until) {
    try {
      if constexpr (Io::is_blocking) {
        writing role(*this);
        const std::size_t size = out_.size();
        const std::size_t written = stream_->write_until_input(out_.bytes(), until);
        out_.consume(written);
        role.done();
        if (written < size) static_cast<void>(co_await read_once(mine, until));
      } else {
        if (try_write()) co_return;
        // Others share the connection, so neither a stop nor the limit of this task may cut off a
        // frame at once.
        if (exchanges_.size() > 1) until = deadline::after(until.at(), write_grace);
        co_await shield(write_while_reading(mine, until), write_grace);
      }
    } catch (const io::write_error&) {
      lose(std::current_exception());
    }
  }

  /// A peer may read no more before somebody has read what it writes.
  task write_while_reading(exchange& mine, deadline until) {
    co_await with_task_group([&](task_group& group) -> task {
      group.spawn([](http2_connection& self, exchange& who,
                     task_group& all) { return self.read_beside_write(who, all); },
                  std::ref(*this), std::ref(mine), std::ref(group));
      co_await write_gathered(until);
      group.cancel();
    });
  }

  /// Takes its turn as a reader until it is stopped; ends the write with the connection.
  task read_beside_write(exchange& mine, task_group& all) {
    const leaving after(*this);
    while (!is_lost()) {
      if (reader_ == nullptr) {
        static_cast<void>(co_await read_once(mine, deadline::never()));
      } else {
        static_cast<void>(co_await http2_waiter(line_, mine.waiting_, deadline::never()));
      }
    }
    all.cancel();
  }

  task write_gathered(deadline until) {
    writing role(*this);
    co_await Io::write_all(*stream_, out_.bytes(), until);
    out_.clear();
    role.done();
  }

  /// Writes what can be written without waiting. Returns whether that was all; on the blocking
  /// surface anything else is a `write_timeout`.
  bool try_write() {
    while (gather()) {
      if constexpr (Io::is_blocking) {
        stream_->write_all(out_.bytes(), deadline(Io::now()));
        out_.clear();
      } else {
        const auto written = stream_->try_write_some(out_.bytes());
        if (!written) return false;
        out_.consume(*written);
      }
    }
    return true;
  }
  void flush_now() noexcept {
    if (has_writer() || is_lost()) return;
    if (!Io::is_blocking && executor::current_or_null() == nullptr) return;
    try {
      static_cast<void>(try_write());
    } catch (const std::exception&) {
      lose(std::current_exception());
    }
  }

  /// A connection that is in order, or that the session has given up, ends with a GOAWAY (RFC 9113,
  /// section 6.8), if that can be sent without waiting.
  void say_goodbye() noexcept {
    if (is_lost_ || is_writing_) return;
    if (!Io::is_blocking && executor::current_or_null() == nullptr) return;
    try {
      if (!session_.error()) session_.send_goaway();
      static_cast<void>(try_write());
    } catch (const std::exception&) {
      // The peer sees the end of the connection all the same.
    }
  }

  /// Returns false if `until` came first. It ends early for news that came in no bytes, such as a
  /// stream that another task gave up, or the reader's own body having been written.
  typename Io::template task<bool> read_once(exchange& mine, deadline until) {
    const held role(reader_, &mine);
    try {
      if constexpr (Io::is_blocking) {
        take(co_await Io::read_some(*stream_, room_, until));
      } else {
        static_cast<void>(co_await with_cancel_scope(
            [this, until](cancel_scope& scope) { return read_within(scope, until); }));
      }
    } catch (const io::read_timeout&) {
      co_return false;
    } catch (const io::read_error&) {
      lose(std::current_exception());
    }
    co_return true;
  }

  task read_within(cancel_scope& scope, deadline until) {
    std::size_t size = 0;
    {
      const held within(reading_, &scope);
      size = co_await Io::read_some(*stream_, room_, until);
    }
    take(size);
  }
  void call_off_read() noexcept {
    if (reading_ != nullptr) reading_->cancel();
  }

  /// A session that has run out of memory is given up, by all who share it.
  template <class Step>
  void with_memory(Step step) {
    try {
      step();
    } catch (const std::bad_alloc&) {
      lose(std::current_exception());
      throw;
    }
  }

  void take(std::size_t size) {
    if (size == 0) {
      session_.end_of_input();
      is_lost_ = true;
    } else {
      is_suspect_ = false;
      with_memory(
          [&] { static_cast<void>(session_.receive(as_text(std::span(room_).first(size)))); });
    }
    if (!has_served_) {
      has_served_ = std::ranges::any_of(
          exchanges_, [this](const auto& each) { return session_.has_head(each.first); });
    }
    if (is_lost() || session_.is_going_away()) {
      wake_all();
    } else {
      wake_changed();
    }
    open_waiting();
  }

  /// Wakes those about whose streams there is news, whoever has caused it.
  void wake_changed() noexcept {
    while (const auto changed = session_.next_changed()) {
      const auto found = exchanges_.find(*changed);
      if (found != exchanges_.end()) wake(*found->second);
    }
  }

  void wake(exchange& which) noexcept {
    if (which.waiting_ != nullptr) {
      which.waiting_->wake();
    } else if (&which == reader_) {
      call_off_read();
    }
  }

  /// At the end of the line, or behind those who were crowded out as well.
  void stand_in_line(exchange& mine) {
    const auto place =
        mine.until_ ? std::ranges::find_if(opening_, [](const auto* each) { return !each->until_; })
                    : opening_.end();
    opening_.insert(place, &mine);
  }

  /// Opens streams for those who wait, in their order. A stream belongs to its request from then
  /// on, even before it has run.
  void open_waiting() {
    while (!opening_.empty() && session_.can_open()) {
      exchange& next = *opening_.front();
      opening_.pop_front();
      with_memory([&] {
        next.refused_ = session_.open(*std::exchange(next.asked_, nullptr), next.id_);
        if (next.id_ != 0) exchanges_[next.id_] = &next;
      });
      wake(next);
    }
  }

  void leave(exchange& gone) noexcept {
    std::erase(opening_, &gone);
    if (gone.id_ != 0) {
      exchanges_.erase(gone.id_);
      session_.release(gone.id_);
    }
    try {
      open_waiting();
    } catch (const std::bad_alloc&) {
      lose(std::current_exception());
    }
    flush_now();
    pass_on();
  }

  void lose(std::exception_ptr why) noexcept {
    if (cause_ == nullptr) {
      mark_shared(why);
      cause_ = std::move(why);
    }
    if (!is_lost_) {
      is_lost_ = true;
      try {
        session_.end_of_input();
      } catch (const std::bad_alloc&) {
        // The streams stay as they are; `is_lost_` ends every wait for them.
      }
    }
    wake_all();
  }

  [[noreturn]] void throw_failure(const exchange& mine) {
    if (mine.id_ != 0 && session_.error(mine.id_) == proto::http2::errc::no_response &&
        cause_ != nullptr) {
      std::rethrow_exception(cause_);
    }
    const auto why = mine.id_ != 0 ? session_.error(mine.id_) : session_.error();
    throw_http2_error(stream_->peer_name(), why ? why : proto::http2::errc::no_response,
                      mine.id_ != 0 ? session_.peer_code(mine.id_) : 0);
  }

  /// A server that is silent may be gone: it is asked, and gets nothing new until it has spoken.
  void probe() {
    if (is_lost()) return;
    is_suspect_ = true;
    if (session_.unanswered_pings() == 0) session_.send_ping();
    flush_now();
  }

  /// The body piece by piece, until the answer is there.
  task send_body(exchange& mine, basic_request<Io>& request) {
    mine.has_begun_body_ = true;
    std::uint64_t size = request.content.size();
    if (request.streamed == nullptr) {
      co_await send_piece(mine, request.content, request);
    } else {
      size = 0;
      while (!has_news_of_head(mine)) {
        const auto piece = co_await Io::await(request.streamed->next());
        if (!piece) break;
        size += piece->size();
        co_await send_piece(mine, *piece, request);
      }
    }
    if (has_news_of_head(mine)) co_return;
    if (const auto bad = session_.end_body(mine.id_)) {
      throw_http2_not_sendable(request.method, bad);
    }
    if (mine.trace_ != nullptr) mine.trace_->sent_body(size);
  }

  task send_piece(exchange& mine, std::string_view piece, const basic_request<Io>& request) {
    while (!piece.empty()) {
      const auto part = piece.substr(0, most_unsent);
      if (const auto bad = session_.send_data(mine.id_, part)) {
        throw_http2_not_sendable(request.method, bad);
      }
      piece.remove_prefix(part.size());
      const bool in_time = co_await wait_for(mine, in(request.timeouts.write), [&] {
        return has_news_of_head(mine) || session_.unsent(mine.id_) == 0;
      });
      if (has_news_of_head(mine)) co_return;
      if (!in_time) {
        probe();
        throw io::write_timeout("write timed out: " + stream_->peer_name() +
                                " does not take the body of the request");
      }
    }
  }

  // What the server has to take within `timeouts::write`.
  static constexpr std::size_t most_unsent = std::size_t{64} << 10;
  // What a stopped task waits at most for the end of a write that others need whole.
  static constexpr duration write_grace = std::chrono::seconds(1);

  std::unique_ptr<typename Io::stream> stream_;
  proto::http2::client_session session_;
  std::unordered_map<proto::http2::stream_id, exchange*> exchanges_;
  std::deque<exchange*> opening_;
  ready_list line_;  // of `http2_waiter`
  byte_buffer out_;
  std::array<std::byte, 16384> room_;
  std::exception_ptr cause_;
  exchange* reader_ = nullptr;       // who reads for all
  cancel_scope* reading_ = nullptr;  // around its read
  bool is_writing_ = false;
  bool is_collecting_ = false;  // somebody is about to write
  bool is_lost_ = false;
  bool is_suspect_ = false;
  bool has_served_ = false;
};

}  // namespace leat::http
