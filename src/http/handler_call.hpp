// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/single_child.hpp"
#include "leat/http/server_response.hpp"

#include "http/server_core.hpp"

namespace leat::http::detail {

struct incoming_request;

/// Awaits a handler for no longer than it may take, and turns whatever becomes of it into a
/// response. It is to `with_timeout` inside of a coroutine that catches what that one is to the
/// handler alone: the same, without a frame of its own on the way of every request.
class [[nodiscard]] handler_call final : public leat::detail::single_child<server_response> {
 public:
  handler_call(server_core& core, const incoming_request& request, server_request& shown,
               bool& is_over);
  handler_call(handler_call&& other) noexcept
      : single_child(std::move(other)),
        core_(other.core_),
        request_(other.request_),
        is_over_(other.is_over_) {}
  ~handler_call() { destroy_child(); }

  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept;
  after_stop child_stopped() noexcept override;

  /// Cancellation: safe; stops the handler. Errors: none.
  server_response await_resume();

 private:
  cancel_scope scope_;
  scope_timer timer_{scope_};
  server_core& core_;
  const incoming_request& request_;
  bool& is_over_;
};

}  // namespace leat::http::detail
