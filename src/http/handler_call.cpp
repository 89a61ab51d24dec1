// SPDX-License-Identifier: MIT
#include "http/handler_call.hpp"

#include "leat/http/http_error.hpp"

#include "http/error_response.hpp"
#include "http/incoming_request.hpp"
#include "http/server_session.hpp"
#include "http/tracing.hpp"

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
                           server_request& shown, server_session& session)
    : single_child(call_handler(request.route, shown)),
      core_(core),
      request_(request),
      session_(session),
      values_(request.carried) {}

handler_call::flush_beside::flush_beside(server_session& session) : written(session.flush()) {}

std::coroutine_handle<> handler_call::await_suspend(std::coroutine_handle<> waiting) noexcept {
  has_values_ = !values_.is_empty();
  change_places();
  scope_.attach(*parent->scope);
  session_.handler_begins(scope_);
  if (session_.has_output()) executor::current().push(first_wait_);
  return start_child(waiting, scope_);
}

void handler_call::start_flush() noexcept {
  try {
    flush_.emplace(session_);
  } catch (...) {
    no_flush_ = std::current_exception();
    return;
  }
  flush_->joined.open(*parent, 2, parent->site);
  await_child_done();
  flush_->written.start(flush_->joined, leat::detail::join_policy::settle);
}

void handler_call::disarm() noexcept {
  change_places();
  has_values_ = false;
  session_.handler_ends();
  first_wait_.unlink();
}

// Only with a flush beside it; otherwise the handler's end resumes the parent.
std::coroutine_handle<> handler_call::child_done() noexcept {
  disarm();
  const auto next = flush_->joined.child_done();
  flush_->joined.parent_waits();
  return next;
}

after_stop handler_call::child_stopped() noexcept {
  disarm();
  const bool goes_on = parent->scope->is_stopped();
  if (!flush_) return goes_on ? unwind_parent() : resume_parent();
  // The handler's own deadline has stopped it, and that is no stop of the join.
  if (!goes_on) return {child_done(), nullptr};
  const after_stop next = flush_->joined.child_stopped();
  flush_->joined.parent_waits();
  return next;
}

server_response handler_call::await_resume() {
  disarm();
  server_response response = make_response();
  if (flush_) flush_->written.take_outcome().value();
  if (no_flush_ != nullptr) std::rethrow_exception(no_flush_);
  return response;
}

server_response handler_call::make_response() {
  if (was_stopped() || (scope_.own_reason() == stop_reason::deadline && scope_.was_observed())) {
    return make_error_response(status::service_unavailable, "the request took too long");
  }
  try {
    return take();
  } catch (const http_error& refusal) {
    return make_error_response(refusal);
  } catch (...) {
    const carrying there(request_.carried);
    core_.report({.where = server_error::place::handler,
                  .failure = std::current_exception(),
                  .method = request_.parts.method,
                  .route = request_.route.pattern()});
    return make_error_response(status::internal_server_error);
  }
}

}  // namespace leat::http::detail
