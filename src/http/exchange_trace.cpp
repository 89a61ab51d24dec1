// SPDX-License-Identifier: MIT
#include "http/exchange_trace.hpp"

#include <utility>

#include "http/exchange_log.hpp"

namespace leat::http {
namespace {

/// In place of what a callback has thrown, on its way through handlers of errors.
struct callback_has_thrown {};

trace_event event_of(trace_step step) noexcept {
  trace_event made;
  made.step = step;
  return made;
}

}  // namespace

exchange_trace::exchange_trace(trace_ptr to, std::string_view method, const proto::url& url)
    : to_(std::move(to)), method_(method), url_(url.redacted()) {}

exchange_trace::~exchange_trace() {
  if (!is_decided_) note_failed(nullptr);
  if (!has_connection_) return;
  tell_quietly(
      event_of(is_kept_ ? trace_step::connection_returned : trace_step::connection_closed));
}

void exchange_trace::reuse(const std::string& peer, const std::string& address) {
  peer_ = peer;
  address_ = address;
  has_connection_ = true;
  tell(trace_step::connection_reused);
}

void exchange_trace::sent_body(std::uint64_t size) {
  auto event = event_of(trace_step::request_body_sent);
  event.body_bytes = size;
  tell(std::move(event));
}

void exchange_trace::received_head(std::string_view http_version, int status) {
  auto event = event_of(trace_step::response_headers_received);
  event.http_version = http_version;
  event.status = status;
  tell(std::move(event));
  is_decided_ = true;
}

void exchange_trace::connecting(const std::string& to) {
  peer_ = to;
  tell(trace_step::connect_started);
}

void exchange_trace::connected(const std::string& peer, const std::string& address) {
  peer_ = peer;
  address_ = address;
  has_connection_ = true;
  tell(trace_step::connect_finished);
}

void exchange_trace::failed_once(const std::exception_ptr& why) noexcept {
  auto event = event_of(trace_step::failed);
  event.error = why;
  tell_quietly(std::move(event));
}

void exchange_trace::opened_tunnel(const std::string& peer) {
  peer_ = peer;
  tell(trace_step::tunnel_finished);
}

void exchange_trace::began_tls(const io::tls_info& agreed) {
  auto event = event_of(trace_step::tls_finished);
  event.tls_version = agreed.version;
  event.alpn = agreed.alpn;
  tell(std::move(event));
}

void exchange_trace::note_failed(const std::exception_ptr& why) noexcept {
  if (std::exchange(has_failed_, true)) return;
  is_decided_ = true;
  auto event = event_of(trace_step::failed);
  event.error = thrown_ != nullptr ? thrown_ : why;
  tell_quietly(std::move(event));
}

void exchange_trace::end_failed() {
  note_failed(std::current_exception());
  if (thrown_ != nullptr) std::rethrow_exception(thrown_);
  throw;
}

void exchange_trace::finish(std::unique_ptr<exchange_trace> which, bool is_kept) {
  which->is_kept_ = is_kept;
  auto event = event_of(trace_step::response_body_finished);
  event.body_bytes = which->body_bytes_;
  try {
    which->tell(std::move(event));
  } catch (const callback_has_thrown&) {
    which->end_failed();
  }
}

void exchange_trace::tell(trace_step step) {
  tell(event_of(step));
}

void exchange_trace::tell(trace_event&& event) {
  fill(event);
  try {
    (*to_)(event);
  } catch (...) {
    thrown_ = std::current_exception();
    throw callback_has_thrown();
  }
}

void exchange_trace::tell_quietly(trace_event&& event) noexcept {
  fill(event);
  try {
    (*to_)(event);
  } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is there to be told
  }
}

void exchange_trace::fill(trace_event& event) noexcept {
  event.method = method_;
  event.url = url_;
  event.peer = peer_;
  event.address = address_;
  if (event.step == trace_step::failed) event.failed_after = last_;
  last_ = event.step;
}

trace_ptr trace_of_call(trace_ptr to, const log::logger& logger, std::uint64_t call) {
  return std::make_shared<const trace_callback>(
      [to = std::move(to), logger, call,
       attempt = std::uint32_t{0}](const trace_event& told) mutable {
        if (told.step == trace_step::pool_wait_started) ++attempt;
        trace_event event = told;
        event.call = call;
        event.attempt = attempt;
        log_step(logger, event);
        if (to != nullptr) (*to)(event);
      });
}

}  // namespace leat::http
