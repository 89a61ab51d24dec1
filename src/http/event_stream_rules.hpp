// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include "leat/base/error.hpp"
#include "leat/http/event_stream.hpp"
#include "leat/http/headers.hpp"
#include "leat/http/response.hpp"

/// What both surfaces of a stream of events decide the same way, without I/O.
namespace leat::http {

/// Errors: `invalid_argument`.
void check_event_stream_options(const event_stream_options& options);

/// Whether a connection that failed with this was lost, and another one may do better. A deadline
/// of the caller's is not among them.
[[nodiscard]] bool is_lost_connection(const leat::error& failed) noexcept;

/// The request of the next connection.
[[nodiscard]] request_options event_stream_request(const event_stream_options& options,
                                                   const std::string& last_event_id);

/// Whom the events of `answer` come from, for messages.
[[nodiscard]] std::string source_of(const response_head& answer);

/// Errors: `status_error`, `decode_error`, unless it is an answer with events.
void check_event_stream_answer(const response_head& answer);

/// The wait before the next connection, before the jitter. `retry` is the wait that the server
/// wants; `failures` so many connections in a row brought no event.
[[nodiscard]] duration reconnect_delay(const event_stream_options& options, duration retry,
                                       std::size_t failures) noexcept;

/// The same with the jitter; `chance` is from 0 to 1.
[[nodiscard]] duration with_jitter(duration delay, double jitter, double chance) noexcept;

[[nodiscard]] std::function<double()> pseudo_random_numbers();

}  // namespace leat::http
