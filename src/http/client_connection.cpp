// SPDX-License-Identifier: MIT
#include "http/client_connection.hpp"

#include <algorithm>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/executor.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/io/error.hpp"

namespace leat::http {
namespace {

using proto::http1::event_kind;

// Large enough that a big body takes few system calls, small enough for every connection.
constexpr std::size_t read_size = 16384;
// A length that a peer announces is no reason to reserve memory for it at once.
constexpr std::uint64_t most_reserved = 1 << 20;
// A body below this size goes with the head in one write, which the kernel takes at once.
constexpr std::size_t most_gathered = std::size_t{16} << 10;
// What the server has to accept within `timeouts::write`.
constexpr std::size_t write_piece = std::size_t{64} << 10;

void check_sendable(std::error_code refused, const wire_request& request) {
  if (!refused) return;
  throw local_protocol_error(
      "the " + request.method + " request cannot be sent: " + refused.message(), refused);
}

}  // namespace

/// What came of an answer while the request was still being sent.
struct client_connection::early_answer {
  bool is_over = false;
  std::exception_ptr failure;
};

task<void> client_connection::exchange(const wire_request& request, const timeouts& limits,
                                       response::parts& into) {
  has_received_ = false;
  early_answer answer;
  std::exception_ptr unsent;
  try {
    if (request.body.size() < most_gathered) {
      co_await send(request, limits.write);
    } else {
      co_await send_watching(request, limits.write, answer, into);
    }
  } catch (const io::write_error&) {
    // Some servers answer and close before they have read the body; the answer is still there.
    unsent = std::current_exception();
  } catch (const io::write_timeout&) {
    // A server that has begun to answer need not read any more.
    if (!has_received_) throw;
    unsent = std::current_exception();
  }
  if (answer.failure != nullptr) std::rethrow_exception(answer.failure);
  if (answer.is_over) co_return;
  if (unsent == nullptr) {
    co_await receive(limits.read, into);
  } else if (const auto answered = co_await as_outcome(receive(limits.read, into)); !answered) {
    std::rethrow_exception(unsent);
  }
}

void client_connection::put_head(byte_buffer& out, const wire_request& request) {
  proto::http1::outgoing_request head;
  head.method = request.method;
  head.target = request.target;
  head.fields = request.headers;
  head.body = request.body_size;
  check_sendable(machine_.send_head(out, head), request);
  check_sendable(machine_.begin_data(out, request.body.size()), request);
}

// Only what has been sent is told to the machine: a connection whose request is incomplete must
// not be used again, whatever was answered.
void client_connection::put_end(byte_buffer& out, const wire_request& request) {
  check_sendable(machine_.finish_data(out), request);
  check_sendable(machine_.send_end(out), request);
}

task<void> client_connection::send(const wire_request& request, duration write_limit) {
  byte_buffer out;
  put_head(out, request);
  out.append(request.body);
  co_await stream_->write_all(out.bytes(), deadline_after(write_limit));
  out.clear();
  put_end(out, request);
  LEAT_ASSERT(out.is_empty());  // a body of a known size needs no end
}

// A large body is written for a while, and meanwhile the server may say that it does not want
// it. Then no more of it is sent (RFC 9112, section 9.5).
task<void> client_connection::send_watching(const wire_request& request, duration write_limit,
                                            early_answer& answer, response::parts& into) {
  byte_buffer out;
  put_head(out, request);
  const auto ended = co_await with_cancel_scope([&](cancel_scope& sending) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](client_connection& self, early_answer& seen, response::parts& parts,
             cancel_scope& stops) -> task<void> {
            co_await self.watch(seen, parts);
            stops.cancel();
          },
          std::ref(*this), std::ref(answer), std::ref(into), std::ref(sending));
      co_await stream_->write_all(out.bytes(), deadline_after(write_limit));
      for (std::string_view rest = request.body; !rest.empty();) {
        const auto piece = rest.substr(0, write_piece);
        co_await stream_->write_all(as_bytes(piece), deadline_after(write_limit));
        rest.remove_prefix(piece.size());
      }
      group.cancel();
    });
  });
  if (ended.is_cancelled()) co_return;
  out.clear();
  put_end(out, request);
  LEAT_ASSERT(out.is_empty());
}

task<void> client_connection::watch(early_answer& answer, response::parts& into) {
  // The limits of the sending bound this wait; that of reading begins behind it.
  const auto answered = co_await as_outcome(receive(no_timeout, into));
  answer.is_over = answered.has_value();
  answer.failure = answered.error();
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
