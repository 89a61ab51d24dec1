// SPDX-License-Identifier: MIT
#include "http/client_connection.hpp"

#include <algorithm>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/executor.hpp"
#include "leat/io/error.hpp"

namespace leat::http {
namespace {

using proto::http1::event_kind;

// Large enough that a big body takes few system calls, small enough for every connection.
constexpr std::size_t read_size = 16384;
// A length that a peer announces is no reason to reserve memory for it at once.
constexpr std::uint64_t most_reserved = 1 << 20;

void check_sendable(std::error_code refused, const wire_request& request) {
  if (!refused) return;
  throw local_protocol_error(
      "the " + request.method + " request cannot be sent: " + refused.message(), refused);
}

}  // namespace

task<void> client_connection::exchange(const wire_request& request, const timeouts& limits,
                                       response::parts& into) {
  has_received_ = false;
  std::exception_ptr unsent;
  try {
    co_await send(request, limits.write);
  } catch (const io::write_error&) {
    // Some servers answer and close before they have read the body; the answer is still there.
    unsent = std::current_exception();
  }
  if (unsent == nullptr) {
    co_await receive(limits.read, into);
  } else if (const auto answered = co_await as_outcome(receive(limits.read, into)); !answered) {
    std::rethrow_exception(unsent);
  }
}

task<void> client_connection::send(const wire_request& request, duration write_limit) {
  byte_buffer out;
  proto::http1::outgoing_request head;
  head.method = request.method;
  head.target = request.target;
  head.fields = request.headers;
  head.body = request.body_size;
  check_sendable(machine_.send_head(out, head), request);
  check_sendable(machine_.send_data(out, request.body), request);
  check_sendable(machine_.send_end(out), request);
  co_await stream_->write_all(out.bytes(), deadline_after(write_limit));
}

task<void> client_connection::receive(duration read_limit, response::parts& into) {
  for (;;) {
    std::string_view input = received_.text();
    const auto event = machine_.next(input);
    if (event.kind == event_kind::head) take_head(into);
    if (event.kind == event_kind::data) into.body += event.data;
    received_.consume(received_.size() - input.size());
    switch (event.kind) {
      case event_kind::need_more: co_await read_more(read_limit); break;
      case event_kind::informational:
      case event_kind::head:
      case event_kind::data: break;
      case event_kind::end:
      case event_kind::switched: co_return;
      case event_kind::paused:
      case event_kind::closed:
      case event_kind::failed: throw_remote_error(event.error);
    }
  }
}

task<void> client_connection::read_more(duration read_limit) {
  const auto room = received_.prepare(read_size);
  const std::size_t size = co_await stream_->read_some(room, deadline_after(read_limit));
  if (size == 0) {
    machine_.end_of_input();
  } else {
    received_.commit(size);
    has_received_ = true;
  }
}

void client_connection::take_head(response::parts& into) {
  const auto head = machine_.head();
  into.status = head.status;
  into.reason = head.reason;
  into.is_http_1_0 = head.http_version == proto::http1::version::http_1_0;
  into.headers = http::headers(head.fields);
  if (const auto length = machine_.body_length()) {
    into.body.reserve(static_cast<std::size_t>(std::min(*length, most_reserved)));
  }
}

bool client_connection::prepare_reuse() noexcept {
  if (!machine_.is_reusable() || !received_.is_empty()) return false;
  if (machine_.start_next_cycle()) return false;
  machine_.release_memory();
  received_.release();
  return true;
}

void client_connection::throw_remote_error(std::error_code cause) const {
  if (cause == proto::http1::errc::no_response) {
    throw no_response(stream_->peer_name() + " closed the connection without an answer", cause);
  }
  throw remote_protocol_error(
      "the answer of " + stream_->peer_name() + " was refused: " + cause.message(), cause);
}

}  // namespace leat::http
