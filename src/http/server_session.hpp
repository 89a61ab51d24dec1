// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include "leat/base/byte_buffer.hpp"
#include "leat/base/intrusive_list.hpp"
#include "leat/coro/cancel_scope.hpp"
#include "leat/http/server_request.hpp"
#include "leat/http/server_response.hpp"
#include "leat/io/readiness.hpp"
#include "leat/io/stream.hpp"
#include "leat/proto/http1/server_connection.hpp"

#include "http/server_core.hpp"

namespace leat::http::detail {

struct incoming_request;

/// One connection of a server: it reads requests, calls handlers, and writes the answers.
///
/// Nothing is read while a handler runs, so the head of a request, and a body that came with it,
/// stay where they were received. Answers to requests that were sent ahead are gathered and
/// written at once, but never held back while something is waited for: before every wait, all
/// that is ready is written.
class server_session final : public list_hook<session_tag>, private client_watch {
 public:
  server_session(server_core& core, std::unique_ptr<io::async_stream> stream);
  ~server_session();

  /// The whole life of a connection. Whatever goes wrong ends here.
  task<void> serve();

  /// Ends the connection if it waits for a request of which nothing has come yet.
  void stop_if_idle() noexcept;

  [[nodiscard]] bool has_output() const noexcept { return !out_.is_empty(); }
  /// Writes the output that is ready.
  task<void> flush();

  /// A handler begins, which `scope` stops when it has taken too long, and ends.
  void handler_begins(cancel_scope& scope) noexcept {
    running_handler_ = &scope;
    set_limit(after(core_.timeouts().handler));
  }
  void handler_ends() noexcept { running_handler_ = nullptr; }

 private:
  /// What came while a handler wanted to know whether its client is still there. It joins the
  /// input when the exchange is over, because until then views refer to that.
  struct input_ahead {
    byte_buffer bytes;
    bool has_ended = false;
  };

  task<void> wait_gone() override;
  void take_input_ahead();

  /// One timer for everything that this connection waits for, one thing after the other. It is
  /// moved only to an earlier time: when it rings too early, it is set to the limit that holds
  /// by then. So most waits begin and end without touching the timers.
  struct limit_timer final : ready_node {
    explicit limit_timer(server_session& session) noexcept : self(session) {}
    void run() noexcept override { self.limit_rang(); }
    server_session& self;
  };

  void set_limit(deadline until) noexcept;
  void limit_rang() noexcept;

  [[nodiscard]] proto::http1::event next_event();
  [[nodiscard]] std::span<std::byte> room_for_head();
  /// Writes what the stream takes without a wait. Returns whether that was all.
  bool write_at_once();
  void release_output() noexcept;
  void release_memory() noexcept;
  void end_input() noexcept;

  /// From a head to its answer, which is left in the output. Returns whether another request
  /// may follow.
  task<bool> exchange();
  /// From a stream that does not tell when to read. Nothing if it is too late, or if the wait was
  /// ended because the server drains.
  task<std::optional<std::size_t>> read_in_task(std::span<std::byte> into, deadline until,
                                                bool is_idle);
  /// Returns why the request is refused, if the body cannot be read.
  task<std::optional<server_response>> read_rest_of_body(incoming_request& request,
                                                         proto::http1::event first);
  /// Returns whether anything came in time.
  task<bool> read_body_bytes(deadline until);
  [[nodiscard]] server_response refusal_of(const incoming_request& request) const;

  /// The head, and a body that is not large. Replaces a response that cannot be sent.
  void put_response(server_response& response, const incoming_request& request);
  [[nodiscard]] std::error_code try_put_response(const server_response& response);
  /// The same for most responses. False, and nothing is put, for the others.
  [[nodiscard]] bool put_plain(const server_response& response);
  task<void> send_large_body(std::string_view body);

  void refuse(int code, std::string_view message);
  task<void> finish();
  task<void> linger();

  [[nodiscard]] static deadline after(duration limit) noexcept {
    return deadline::after(executor::current().limits_begin(), limit);
  }

  server_core& core_;
  std::unique_ptr<io::async_stream> stream_;
  limit_timer timer_{*this};
  deadline limit_ = deadline::never();
  // What is waited for, if anything; what ends when the limit is reached.
  io::readiness* awaited_input_ = nullptr;
  cancel_scope* running_handler_ = nullptr;
  cancel_scope* idle_scope_ = nullptr;  // around a wait for a new request, in a task
  byte_buffer in_;
  std::unique_ptr<input_ahead> ahead_;  // few handlers ask
  byte_buffer out_;
  proto::http1::server_connection machine_;
  bool is_idle_ = false;      // waits for a new request
  bool is_late_ = false;      // the limit of the wait has been reached
  bool is_released_ = false;  // from the wait, because the server drains
  bool sends_much_ = false;
  bool has_input_ended_ = false;
  bool needs_lingering_ = false;
};

}  // namespace leat::http::detail
