// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <optional>

#include "leat/coro/join.hpp"
#include "leat/coro/single_child.hpp"
#include "leat/http/server_response.hpp"

#include "http/server_core.hpp"

namespace leat::http::detail {

struct incoming_request;
class server_session;

/// Awaits a handler for no longer than it may take, and turns whatever becomes of it into a
/// response. It is to `with_timeout` inside of a coroutine that catches what that one is to the
/// handler alone: the same, without a frame of its own on the way of every request.
///
/// Where answers are ready that have not been written, they are written beside a handler that
/// waits, from the loop's first turn on in which it does; then both have to end. The answer of
/// one that does not wait joins those that are gathered, and no flush is made for it.
class [[nodiscard]] handler_call final : public leat::detail::single_child<server_response> {
 public:
  /// `session` is whose request it is: it keeps the time, and may have output to flush.
  handler_call(server_core& core, const incoming_request& request, server_request& shown,
               server_session& session);
  handler_call(handler_call&& other) noexcept
      : single_child(std::move(other)),
        core_(other.core_),
        request_(other.request_),
        session_(other.session_),
        values_(std::move(other.values_)) {}
  ~handler_call() {
    disarm();
    destroy_child();
  }

  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept;
  std::coroutine_handle<> child_done() noexcept override;
  after_stop child_stopped() noexcept override;

  /// Cancellation: safe for the handler, which is stopped; lossy for what is written beside it.
  /// Errors: those of the flush.
  server_response await_resume();

 private:
  /// Stands in the ready queue from the handler's start on, so its turn comes before that of
  /// anything the handler can wait for.
  struct first_wait final : ready_node {
    explicit first_wait(handler_call& call) noexcept : self(call) {}
    void run() noexcept override { self.start_flush(); }
    handler_call& self;
  };

  /// The flush, and the join of it and the handler. The handler goes on as a part of the
  /// parent's task, as the body of a group does, so it is counted there but stands in no slot.
  struct flush_beside {
    explicit flush_beside(server_session& session);
    leat::detail::join joined{"a handler beside a flush", "http::server: a flush"};
    leat::detail::join_slot<void> written;
  };

  void start_flush() noexcept;
  void disarm() noexcept;
  void change_places() noexcept {
    if (has_values_) parent->node->values.swap(values_);
  }
  server_response make_response();

  cancel_scope scope_;
  first_wait first_wait_{*this};
  server_core& core_;
  const incoming_request& request_;
  server_session& session_;
  context values_;           // the handler's before and after it, and while it runs the session's
  bool has_values_ = false;  // and has changed places with those of the task
  std::optional<flush_beside> flush_;
  std::exception_ptr no_flush_;  // why there is none
};

}  // namespace leat::http::detail
