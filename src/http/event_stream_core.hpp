// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "leat/http/event_stream.hpp"
#include "leat/http/response_stream.hpp"
#include "leat/io/policy.hpp"

#include "http/event_stream_rules.hpp"
#include "http/failed_request.hpp"
#include "http/surface.hpp"

namespace leat::http {

/// A stream of events over many connections, for both surfaces.
template <class Io, class Client>
class event_stream_core {
  template <class T>
  using task = typename Io::template task<T>;

 public:
  event_stream_core(Client& from, std::string url, event_stream_options options)
      : client_(from),
        url_(std::move(url)),
        options_(std::move(options)),
        parser_(options_.limits, options_.last_event_id),
        retry_(options_.first_delay) {
    check_event_stream_options(options_);
    if (!options_.random) options_.random = pseudo_random_numbers();
  }

  task<std::optional<server_event>> next() {
    if (is_called_) throw invalid_argument("next() of a stream of events waits already");
    call current(*this);
    while (!is_over_) {
      if (auto found = take_event()) {
        current.keeps_connection = true;
        co_return found;
      }
      bool has_ended = false;
      std::exception_ptr lost;
      try {
        if (answer_) {
          has_ended = co_await read();
        } else {
          co_await connect();
        }
      } catch (const leat::error& failed) {
        if (!is_lost_connection(failed)) throw;
        lost = std::current_exception();
      }
      if (has_ended || lost != nullptr) end_connection(lost);
    }
    co_return std::nullopt;
  }

  void close() noexcept {
    is_over_ = true;
    // What waits on the connection needs it until it is back.
    if (!is_called_) disconnect();
  }
  [[nodiscard]] bool is_over() const noexcept { return is_over_; }
  [[nodiscard]] const std::string& last_event_id() const noexcept {
    return parser_.last_event_id();
  }
  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }

 private:
  /// One call of `next()`. If it gives no event, be it that it was stopped, the connection goes.
  struct call {
    explicit call(event_stream_core& of) noexcept : self(of) { self.is_called_ = true; }
    call(const call&) = delete;
    call& operator=(const call&) = delete;
    ~call() {
      self.is_called_ = false;
      if (!keeps_connection) self.disconnect();
    }
    event_stream_core& self;
    bool keeps_connection = false;
  };

  task<void> connect() {
    if (connections_ > 0) {
      const duration delay = reconnect_delay(options_, retry_, failures_);
      co_await Io::sleep_for(with_jitter(delay, options_.jitter, options_.random()));
      if (is_over_) co_return;
    }
    ++connections_;
    has_brought_event_ = false;
    parser_.restart();
    auto answer = co_await Io::await(
        client_.stream(options_.method, url_, event_stream_request(options_, last_event_id())));
    if (answer.status() == status::no_content) {
      is_over_ = true;
      co_return;
    }
    source_ = answer.head();
    check_event_stream_answer(*source_);
    answer_.emplace(std::move(answer));
  }

  /// Returns whether the answer has ended.
  task<bool> read() {
    input_ = co_await Io::await(answer_->read_some());
    const bool has_ended = input_.empty();
    co_return has_ended;
  }

  /// The next event of what has come.
  std::optional<server_event> take_event() {
    while (answer_) {
      const auto found = parser_.next(input_);
      switch (found.kind) {
        case proto::sse::event_kind::need_more: return std::nullopt;
        case proto::sse::event_kind::retry:
          retry_ = std::min(duration(found.retry), options_.max_retry);
          break;
        case proto::sse::event_kind::message:
          failures_ = 0;
          has_brought_event_ = true;
          return server_event{std::string(found.type), std::string(found.data), last_event_id()};
        case proto::sse::event_kind::failed: throw_limit_exceeded(found.error);
      }
    }
    return std::nullopt;
  }

  /// Makes up its mind about a connection that ended, in order if `why` is null.
  void end_connection(const std::exception_ptr& why) {
    disconnect();
    if (options_.method != "GET") {
      is_over_ = true;
      if (why != nullptr) std::rethrow_exception(why);
      return;
    }
    if (has_brought_event_ || ++failures_ < options_.max_attempts) return;
    failures_ = 0;
    if (why != nullptr) std::rethrow_exception(why);
    throw_of(*source_, remote_protocol_error(
                           source_of(*source_) + ": " + std::to_string(options_.max_attempts) +
                           " connections in a row brought no event, and the last one ended"));
  }

  void disconnect() noexcept {
    input_ = {};
    answer_.reset();
  }

  [[noreturn]] void throw_limit_exceeded(std::error_code why) const {
    const bool is_line = why == proto::sse::errc::line_too_long;
    throw_of(
        *source_,
        limit_exceeded(
            "the events of " + source_of(*source_) + " have " +
            (is_line ? "a line of more than the " + std::to_string(options_.limits.max_line_bytes) +
                           " bytes of limits::max_line_bytes"
                     : "one of more than the " + std::to_string(options_.limits.max_event_bytes) +
                           " bytes of limits::max_event_bytes")));
  }

  Client& client_;
  std::string url_;
  event_stream_options options_;
  std::optional<typename surface<Io>::response_stream> answer_;
  std::string_view input_;  // what is left of the piece that was read last
  proto::sse::event_parser parser_;
  std::optional<response_head> source_;  // of the last connection; for messages
  duration retry_;
  std::size_t failures_ = 0;  // connections in a row that brought no event
  std::size_t connections_ = 0;
  bool has_brought_event_ = false;
  bool is_called_ = false;
  bool is_over_ = false;
};

}  // namespace leat::http
