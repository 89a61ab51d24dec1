// SPDX-License-Identifier: MIT
#include "http/handler_call.hpp"

#include "leat/http/http_error.hpp"

#include "http/error_response.hpp"
#include "http/incoming_request.hpp"

namespace leat::http::detail {
namespace {

task<server_response> fails_with(std::exception_ptr failure) {
  std::rethrow_exception(std::move(failure));
  co_return server_response();
}

// A handler need not be a coroutine: a plain function may throw before it has a task to return.
task<server_response> call_handler(const route_match& route, server_request& shown) {
  try {
    return route.call(shown);
  } catch (...) {
    return fails_with(std::current_exception());
  }
}

}  // namespace

handler_call::handler_call(server_core& core, const incoming_request& request,
                           server_request& shown, bool& is_over)
    : single_child(call_handler(request.route, shown)),
      core_(core),
      request_(request),
      is_over_(is_over) {}

std::coroutine_handle<> handler_call::await_suspend(std::coroutine_handle<> waiting) noexcept {
  scope_.attach(*parent->scope);
  executor& home = executor::current();
  const deadline end = deadline::after(home.limits_begin(), core_.timeouts().handler);
  if (!end.is_never()) home.arm(timer_, end.at());
  return start_child(waiting, scope_);
}

after_stop handler_call::child_stopped() noexcept {
  timer_.unlink();
  return parent->scope->is_stopped() ? unwind_parent() : resume_parent();
}

server_response handler_call::await_resume() {
  timer_.unlink();
  is_over_ = true;
  if (was_stopped() || (scope_.own_reason() == stop_reason::deadline && scope_.was_observed())) {
    return make_error_response(status::service_unavailable, "the request took too long");
  }
  try {
    return take();
  } catch (const http_error& refusal) {
    return make_error_response(refusal);
  } catch (...) {
    core_.report({.where = server_error::place::handler,
                  .failure = std::current_exception(),
                  .method = request_.parts.method,
                  .route = request_.route.pattern()});
    return make_error_response(status::internal_server_error);
  }
}

}  // namespace leat::http::detail
