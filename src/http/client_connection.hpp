// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/http/error.hpp"
#include "leat/http/request.hpp"
#include "leat/http/response.hpp"
#include "leat/io/error.hpp"
#include "leat/io/policy.hpp"
#include "leat/pool/resource.hpp"
#include "leat/proto/http1/client_connection.hpp"
#include "leat/proto/http1/ready_fields.hpp"

#include "http/begun_stream.hpp"
#include "http/exchange_trace.hpp"
#include "route/proxy_rules.hpp"

namespace leat::http {

// Small enough for every connection; enough for an answer that is not large.
inline constexpr std::size_t read_size = 16384;
// What a large body is read in: fewer calls to the kernel.
inline constexpr std::size_t most_read_size = std::size_t{64} << 10;
// A body below this size goes with the head in one write, which the kernel takes at once.
inline constexpr std::size_t most_gathered = std::size_t{16} << 10;
// What the server has to accept within `timeouts::write`.
inline constexpr std::size_t write_piece = std::size_t{64} << 10;

/// A client's machine with the bytes it has not yet looked at, and how its findings become
/// errors: what a connection is apart from its I/O.
class client_machine {
 public:
  /// With `forwarder`, a proxy is spoken to, which forwards requests to whatever their URLs say.
  explicit client_machine(const proto::http1::limits& limits,
                          const route::proxy_server* forwarder = nullptr)
      : machine_(limits), limits_(limits), is_forwarded_(forwarder != nullptr) {
    if (is_forwarded_) proxy_authorization_ = forwarder->authorization();
  }

  // Writing. Only what has been sent is told to the machine: a connection whose request is
  // incomplete must not be used again, whatever was answered.
  // Errors: `local_protocol_error`.
  template <class Request>
  void begin_request(byte_buffer& out, const Request& request, proto::http1::body_size size,
                     const proto::http1::ready_fields* ready = nullptr) {
    proto::http1::outgoing_request head;
    head.method = request.method;
    head.target = request.target();
    head.fields = request.headers;
    head.body = size;
    head.ready = ready;
    std::string absolute;  // RFC 9112, section 3.2.2
    const proto::field login{"Proxy-Authorization", proxy_authorization_};
    if (is_forwarded_) {
      if (!request.has_own_target()) {
        absolute = std::string(request.url.origin()) + std::string(request.url.target());
        head.target = absolute;
      }
      const bool has_own = request.headers.contains(login.name);
      if (!login.value.empty() && !has_own) head.more_fields = std::span(&login, 1);
    }
    method_ = request.method;
    has_received_ = false;
    has_news_ = false;
    has_head_ = false;
    if (request.extras != nullptr || has_own_limits_) set_limits(request.extras.get());
    check_sendable(machine_.send_head(out, head));
  }
  /// Writes a whole request into the memory that is there for the answer, with the fields that are
  /// `ready`, if that is set, in place of its own. Once it has been sent or given up, the memory is
  /// emptied; only what has been sent is reported.
  template <class Request>
  void gather(const Request& request, proto::http1::body_size size,
              const proto::http1::ready_fields* ready) {
    LEAT_ASSERT(received_.is_empty());
    static_cast<void>(room());
    begin_request(received_, request, size, ready);
    if (!request.content.empty()) {
      begin_data(received_, request.content.size());
      received_.append(request.content);
    }
  }
  /// What is left to be sent of it, as long as nothing was read.
  [[nodiscard]] byte_buffer& gathered() noexcept { return received_; }
  void drop_gathered() noexcept { received_.clear(); }
  void has_sent_gathered() {
    drop_gathered();
    finish_data(received_);
    end_request(received_);
    LEAT_ASSERT(received_.is_empty());  // a body of a known size needs no end
  }
  void begin_data(byte_buffer& out, std::uint64_t size) {
    check_sendable(machine_.begin_data(out, size));
  }
  void finish_data(byte_buffer& out) { check_sendable(machine_.finish_data(out)); }
  void end_request(byte_buffer& out) { check_sendable(machine_.send_end(out)); }

  // Reading.
  [[nodiscard]] std::span<std::byte> room() {
    const auto all = received_.prepare(room_size_);
    return all.first(std::min(all.size(), room_size_));
  }
  /// What was read into the room; nothing is the end of the input.
  void take(std::size_t size) noexcept;

  /// Makes room for the head of the next answer, which mostly is as large as that of the last one,
  /// unless that was large.
  void expect_head(response_head::parts& into) const {
    into.headers.reserve(usual_fields_, usual_field_bytes_);
  }
  /// Looks for the head of the final answer. Returns whether it is there.
  /// Errors: `remote_protocol_error`, `no_response`.
  [[nodiscard]] bool find_head(const std::string& peer, response_head::parts& into);
  [[nodiscard]] bool has_head() const noexcept { return has_head_; }

  /// Behind the head: appends all of the body to `into`, if it says how long it is, which is at
  /// most `most`, and has come.
  [[nodiscard]] bool take_whole_body(std::string& into, std::uint64_t most);

  enum class body_step { need_more, data, end };
  /// Looks for the next piece of the body, which stays where it is until the next call.
  /// Errors: `remote_protocol_error`.
  [[nodiscard]] body_step find_data(const std::string& peer, std::string_view& piece);

  /// Whether the server has not yet said what it thinks of a body that is held back.
  [[nodiscard]] bool waits_for_continue() const noexcept { return machine_.waits_for_continue(); }

  /// Whether the connection is clean after an exchange; then it is ready for the next.
  [[nodiscard]] bool prepare_reuse() noexcept;
  /// Whether nothing was sent since the last exchange: the connection is as clean as before.
  [[nodiscard]] bool is_unused() const noexcept { return machine_.is_idle(); }
  /// Whether anything of an answer has come in the current exchange.
  [[nodiscard]] bool has_received() const noexcept { return has_received_; }
  [[nodiscard]] bool has_unread() const noexcept { return !received_.is_empty(); }
  /// Whether something has come, the end included, at which `find_head()` has not looked.
  [[nodiscard]] bool has_news() const noexcept { return has_news_; }
  /// Whether the connection is another protocol's now; what was read behind the answer is too.
  [[nodiscard]] bool has_switched() const noexcept { return machine_.has_switched(); }
  [[nodiscard]] byte_buffer take_unread() noexcept { return std::move(received_); }

 private:
  void check_sendable(std::error_code refused) const {
    if (refused) throw_unsendable(refused);
  }
  [[noreturn]] void throw_unsendable(std::error_code refused) const;
  /// How much of the body whose head has just come the next read takes.
  [[nodiscard]] std::size_t room_for_body() const noexcept;
  [[noreturn]] static void throw_remote_error(const std::string& peer, std::error_code cause);

  /// Of a request; null, if it has none of its own.
  void set_limits(const request_extras* own) noexcept;

  proto::http1::client_connection machine_;
  proto::http1::limits limits_;  // of requests that say nothing else
  byte_buffer received_;
  // What is kept ready for a head. Room for a larger one is made when it has come.
  static constexpr std::size_t most_usual_fields = 32;
  static constexpr std::size_t most_usual_field_bytes = 2048;

  std::string_view method_;  // of the request that is being sent
  std::size_t usual_fields_ = 0;
  std::size_t usual_field_bytes_ = 0;
  std::size_t room_size_ = read_size;
  std::size_t shown_ = 0;         // bytes in front that the last piece of a body refers to
  bool has_filled_room_ = false;  // the last read has: more is there
  bool has_received_ = false;
  bool has_news_ = false;
  bool has_head_ = false;
  bool is_forwarded_ = false;
  bool has_own_limits_ = false;      // the machine has those of the last request
  std::string proxy_authorization_;  // secret
};

/// When a request was asked for and when all that has come of its answer was read, by an exact
/// clock. `time_point()` where that is not known.
struct exchange_times {
  time_point asked{};
  time_point answered{};
};

/// The head of an answer, and when it came.
struct arrived_head {
  std::shared_ptr<response_head::parts> head;  // made by whoever needs it first
  exchange_times times;

  [[nodiscard]] response_head::parts& made() {
    if (head == nullptr) head = std::make_shared<response_head::parts>();
    return *head;
  }
};

/// One HTTP/1.1 connection of a client: a stream and the machine that speaks on it. It only
/// carries bytes between the two; every decision about HTTP is the machine's.
template <class Io>
class client_connection final : public pool::resource {
 public:
  client_connection(std::unique_ptr<typename Io::stream> stream, const proto::http1::limits& limits,
                    const route::proxy_server* forwarder = nullptr)
      : stream_(std::move(stream)), machine_(limits, forwarder) {}

  [[nodiscard]] bool is_usable() noexcept override {
    return !machine_.has_unread() && stream_->is_idle_and_open();
  }

  /// A look at the connection is a call to the kernel, and tells nothing that the last read did
  /// not, if that was just before, and what it read had lain there for a while (docs/adr/0041).
  [[nodiscard]] bool is_usable_since(time_point asked) noexcept override {
    if constexpr (!Io::is_blocking) {
      const bool has_just_read = asked >= read_at_ && asked - read_at_ < just_now;
      if (has_just_read && stream_->has_read_everything()) return !machine_.has_unread();
    }
    return is_usable();
  }

  // An exchange, step by step; whoever drives it does what has to be awaited, so that most
  // exchanges need no frame of their own. First the request:
  //
  //     if (!c.try_send(...)) co_await c.send(...);
  //
  // then the head of the answer:
  //
  //     while (!c.try_read_head(...)) co_await <more input>;
  //
  // The answer may come before the request has been sent whole; then no more of it is (RFC 9112,
  // section 9.5).
  //
  // Cancellation: lossy. Errors: those of the stream and of the request's body;
  // `local_protocol_error`, `remote_protocol_error`.

  /// Sends a request that goes out at once. Returns false if `send()` has to go on. Fields that are
  /// `ready` go out in place of those of the request, which has no body then. `trace` is told what
  /// is sent, unless it is null.
  [[nodiscard]] bool try_send(const basic_request<Io>& request,
                              const proto::http1::ready_fields* ready, exchange_trace* trace) {
    trace_ = trace;
    read_at_ = arrived_ = never_read;
    unsent_ = nullptr;
    LEAT_ASSERT(!machine_.has_unread());
    const bool is_small = request.streamed == nullptr && request.content.size() < most_gathered &&
                          !request.continue_wait;
    if (!is_small) return false;
    gathering rest(machine_);
    machine_.gather(request, size_of(request), ready);
    byte_buffer& bytes = machine_.gathered();
    try {
      if (!write_at_once(bytes)) {
        if constexpr (Io::is_blocking) {
          stream_->write_all(bytes.bytes(), in(request.timeouts.write));
        } else {
          rest.stays();
          return false;
        }
      }
      has_sent_gathered(request);
    } catch (const leat::error&) {
      note_unsent();
    }
    return true;
  }

  /// Sends what is left of it. The head of the answer may have come then.
  typename Io::template task<void> send(basic_request<Io>& request, arrived_head& into) {
    try {
      if (!machine_.gathered().is_empty()) {
        const gathering rest(machine_);
        co_await Io::write_all(*stream_, machine_.gathered().bytes(), in(request.timeouts.write));
        has_sent_gathered(request);
      } else {
        co_await send_watching(request, into.made());
      }
    } catch (const leat::error&) {
      note_unsent();
    }
  }

  /// Reads what has come, or waits for it, if the surface blocks. Returns whether the head is
  /// there; else there is an `input_to_wait_for()` or more to read. If `into` says when the request
  /// was asked for, it may get when it was answered.
  [[nodiscard]] bool try_read_head(duration limit, arrived_head& into) {
    if (machine_.has_head()) return true;
    // Not before, because now the server has something to do meanwhile.
    response_head::parts& head = into.made();
    machine_.expect_head(head);
    try {
      // Mostly nothing has come yet.
      for (;;) {
        if (machine_.has_news() && machine_.find_head(stream_->peer_name(), head)) return true;
        if constexpr (Io::is_blocking) {
          const deadline until = in(limit);
          machine_.take(stream_->read_some(machine_.room(), until));
        } else {
          const auto size = stream_->try_read_some(machine_.room());
          if (!size) return false;
          machine_.take(*size);
          if (into.times.asked != time_point()) time_read(into.times);
        }
      }
    } catch (const leat::error&) {
      prefer_unsent();
    }
  }

  /// What tells that there may be more of the head; null where only `read_more_of_head()` does.
  [[nodiscard]] io::readiness* input_to_wait_for() noexcept
    requires(!Io::is_blocking)
  {
    return stream_->input_to_wait_for();
  }
  void has_input() noexcept { arrived_ = executor::current().now(); }
  [[noreturn]] void has_no_input() {
    if (unsent_ != nullptr) std::rethrow_exception(unsent_);
    io::detail::throw_read_timeout(stream_->peer_name());
  }
  typename Io::template task<void> read_more_of_head(duration limit) {
    try {
      co_await read_more(limit);
    } catch (const leat::error&) {
      prefer_unsent();
    }
  }

  /// The next piece of the body; empty at its end.
  /// Cancellation: lossy. Errors: those of the stream; `remote_protocol_error`.
  typename Io::template task<std::string_view> read_body(duration limit) {
    for (;;) {
      std::string_view piece;
      switch (machine_.find_data(stream_->peer_name(), piece)) {
        case client_machine::body_step::data: co_return piece;
        case client_machine::body_step::end: co_return std::string_view();
        case client_machine::body_step::need_more: co_await read_more(limit); break;
      }
    }
  }

  /// The same without a wait: nothing, if there would be one.
  std::optional<std::string_view> try_read_body() {
    std::string_view piece;
    switch (machine_.find_data(stream_->peer_name(), piece)) {
      case client_machine::body_step::data: return piece;
      case client_machine::body_step::end: return std::string_view();
      case client_machine::body_step::need_more: break;
    }
    return std::nullopt;
  }

  [[nodiscard]] client_machine& machine() noexcept { return machine_; }
  [[nodiscard]] const std::string& peer_name() const noexcept { return stream_->peer_name(); }
  [[nodiscard]] std::string peer_address() const { return stream_->peer_address(); }

  /// What another protocol goes on with. This connection has come to its end then.
  [[nodiscard]] std::unique_ptr<typename Io::stream> release_stream() {
    return make_begun_stream(std::move(stream_), machine_.take_unread());
  }

 private:
  using task = typename Io::template task<void>;

  // What a peer does because of something that it was sent comes later than this.
  static constexpr duration just_now = std::chrono::microseconds(3);
  // What a peer sends along with its answer has come within this.
  static constexpr duration a_while = std::chrono::microseconds(20);
  static constexpr time_point never_read = time_point::max();

  /// What is to be sent, while it may have to be dropped.
  class gathering {
   public:
    explicit gathering(client_machine& machine) noexcept : machine_(&machine) {}
    gathering(const gathering&) = delete;
    gathering& operator=(const gathering&) = delete;
    ~gathering() {
      if (machine_ != nullptr) machine_->drop_gathered();
    }
    void stays() noexcept { machine_ = nullptr; }

   private:
    client_machine* machine_;
  };

  void has_sent_gathered(const basic_request<Io>& request) {
    machine_.has_sent_gathered();
    if (trace_ == nullptr) return;
    trace_->sent_head();
    if (!request.content.empty()) trace_->sent_body(request.content.size());
  }

  /// In a handler of what has ended the sending: keeps it for when there is no answer either.
  void note_unsent() {
    try {
      throw;
    } catch (const io::write_error&) {
      // Some servers answer and close before they have read the body; the answer is still there.
      unsent_ = std::current_exception();
    } catch (const io::write_timeout&) {
      // A server that has begun to answer need not read any more.
      if (!machine_.has_received()) throw;
      unsent_ = std::current_exception();
    }
  }

  /// In a handler of what has ended the reading: says why the request was not sent, if that was
  /// before.
  [[noreturn]] void prefer_unsent() const {
    if (unsent_ == nullptr) throw;
    try {
      throw;
    } catch (const io_error&) {
    } catch (const io::read_timeout&) {
    } catch (const protocol_error&) {
    }
    std::rethrow_exception(unsent_);
  }

  void time_read(exchange_times& times) noexcept {
    times.answered = Io::read_clock();
    const bool had_come = times.answered >= arrived_ && times.answered - arrived_ >= a_while;
    read_at_ = had_come ? times.answered : never_read;
  }

  static deadline in(duration limit) { return deadline::after(Io::now(), limit); }

  static proto::http1::body_size size_of(const basic_request<Io>& request) {
    using proto::http1::body_size;
    if (request.streamed == nullptr) {
      return request.content.empty() ? body_size::none()
                                     : body_size::exactly(request.content.size());
    }
    const auto size = request.streamed->size();
    return size ? body_size::exactly(*size) : body_size::unknown();
  }

  /// Writes what the stream takes without a wait. Returns whether that was all.
  bool write_at_once(byte_buffer& out) {
    if (const auto sent = stream_->try_write_some(out.bytes())) out.consume(*sent);
    return out.is_empty();
  }

  /// Sends a body that takes a while, and meanwhile looks at what the server says to it.
  task send_watching(basic_request<Io>& request, response_head::parts& into) {
    byte_buffer out;
    machine_.begin_request(out, request, size_of(request));
    co_await Io::write_all(*stream_, out.bytes(), in(request.timeouts.write));
    if (trace_ != nullptr) trace_->sent_head();
    if (request.continue_wait) {
      co_await wait_for_consent(*request.continue_wait, into);
      if (machine_.has_head()) co_return;
    }
    if constexpr (Io::is_blocking) {
      co_await send_body(request, into);
    } else {
      co_await send_while_reading(request, into);
    }
  }

  /// Waits for `100 Continue` or what the server says instead, but not for long: there are
  /// servers that do neither (RFC 9110, section 10.1.1).
  task wait_for_consent(duration limit, response_head::parts& into) {
    const deadline until = in(limit);
    try {
      while (machine_.waits_for_continue()) {
        machine_.take(co_await Io::read_some(*stream_, machine_.room(), until));
        if (machine_.find_head(stream_->peer_name(), into)) co_return;
      }
    } catch (const io::read_timeout&) {
      co_return;  // the body goes without
    }
  }

  /// The body piece by piece, until the answer is there.
  task send_body(basic_request<Io>& request, response_head::parts& into) {
    std::uint64_t size = request.content.size();
    if (request.streamed == nullptr) {
      co_await send_piece(request.content, request.timeouts.write, into);
    } else {
      size = 0;
      for (;;) {
        const auto piece = co_await Io::await(request.streamed->next());
        if (!piece) break;
        size += piece->size();
        co_await send_piece(*piece, request.timeouts.write, into);
        if (machine_.has_head()) co_return;
      }
    }
    if (machine_.has_head()) co_return;
    byte_buffer end;
    machine_.end_request(end);
    if (!end.is_empty()) co_await Io::write_all(*stream_, end.bytes(), in(request.timeouts.write));
    const bool has_body = request.streamed != nullptr || !request.content.empty();
    if (trace_ != nullptr && has_body) trace_->sent_body(size);
  }

  task send_piece(std::string_view piece, duration limit, response_head::parts& into) {
    if (piece.empty()) co_return;
    byte_buffer frame;
    machine_.begin_data(frame, piece.size());
    if (!frame.is_empty()) co_await Io::write_all(*stream_, frame.bytes(), in(limit));
    while (!piece.empty()) {
      const auto part = piece.substr(0, write_piece);
      if constexpr (Io::is_blocking) {
        const std::size_t written = stream_->write_until_input(as_bytes(part), in(limit));
        piece.remove_prefix(written);
        if (written < part.size()) {
          // There is something to read: a final answer ends the sending, a 1xx does not.
          co_await read_more(limit);
          if (machine_.find_head(stream_->peer_name(), into)) co_return;
        }
      } else {
        co_await Io::write_all(*stream_, as_bytes(part), in(limit));
        piece.remove_prefix(part.size());
      }
    }
    frame.clear();
    machine_.finish_data(frame);
    if (!frame.is_empty()) co_await Io::write_all(*stream_, frame.bytes(), in(limit));
  }

  task send_while_reading(basic_request<Io>& request, response_head::parts& into) {
    std::exception_ptr failure;
    static_cast<void>(co_await with_cancel_scope(
        [&](cancel_scope& sending) { return send_beside_watch(request, into, sending, failure); }));
    if (failure != nullptr) std::rethrow_exception(failure);
  }

  task send_beside_watch(basic_request<Io>& request, response_head::parts& into,
                         cancel_scope& sending, std::exception_ptr& failure) {
    co_await with_task_group([&](task_group& group) -> task {
      group.spawn([](client_connection& self, response_head::parts& head, cancel_scope& sender,
                     std::exception_ptr& seen) { return self.watch(head, sender, seen); },
                  std::ref(*this), std::ref(into), std::ref(sending), std::ref(failure));
      co_await send_body(request, into);
      group.cancel();
    });
  }

  /// The limits of the sending bound this wait; that of reading begins behind it.
  task watch(response_head::parts& into, cancel_scope& sending, std::exception_ptr& failure) {
    try {
      co_await read_head(no_timeout, into);
    } catch (const leat::error&) {
      failure = std::current_exception();
    }
    sending.cancel();
  }

  task read_head(duration limit, response_head::parts& into) {
    while (!machine_.find_head(stream_->peer_name(), into)) co_await read_more(limit);
  }

  task read_more(duration limit) {
    read_at_ = never_read;
    machine_.take(co_await Io::read_some(*stream_, machine_.room(), in(limit)));
  }

  std::unique_ptr<typename Io::stream> stream_;
  client_machine machine_;
  exchange_trace* trace_ = nullptr;  // of the exchange that is under way
  std::exception_ptr unsent_;        // what has ended the sending of the request
  time_point arrived_ = never_read;  // when the input was told of, or before
  time_point read_at_ = never_read;  // if that was the last, of what had lain there for a while
};

}  // namespace leat::http
