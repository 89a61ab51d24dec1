// SPDX-License-Identifier: MIT
#include "http/event_stream_rules.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <string_view>

#include "leat/base/doubled.hpp"
#include "leat/http/status.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/coding/error.hpp"
#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/validation.hpp"

#include "http/failed_request.hpp"

namespace leat::http {
namespace {

constexpr std::string_view event_stream_type = "text/event-stream";

bool is_event_stream(std::string_view content_type) noexcept {
  const auto type = content_type.substr(0, content_type.find(';'));
  return proto::equals_ignoring_case(proto::trim_blanks(type), event_stream_type);
}

void add_if_missing(headers& to, std::string_view name, std::string_view value) {
  if (!to.contains(name)) to.add(name, value);
}

}  // namespace

void check_event_stream_options(const event_stream_options& options) {
  checked_limit(options.max_idle, "event_stream_options::max_idle");
  checked_limit(options.first_delay, "event_stream_options::first_delay");
  checked_limit(options.max_delay, "event_stream_options::max_delay");
  checked_limit(options.max_retry, "event_stream_options::max_retry");
  if (options.max_attempts == 0) {
    throw invalid_argument("event_stream_options::max_attempts is 0, so nothing would be tried");
  }
  if (!(options.jitter >= 0 && options.jitter <= 1)) {
    throw invalid_argument("event_stream_options::jitter is not between 0 and 1");
  }
}

bool is_lost_connection(const leat::error& failed) noexcept {
  // A body that ends with its connection ends within its coding.
  if (failed.cause() == proto::coding_errc::truncated) return true;
  const std::error_code& why = failed.code();
  for (const auto each : {io::errc::resolve_failed, io::errc::connect_failed,
                          io::errc::connect_timeout, io::errc::read_failed, io::errc::read_timeout,
                          io::errc::write_failed, io::errc::write_timeout}) {
    if (why == each) return true;
  }
  return why == errc::no_response || why == errc::remote_protocol ||
         why == errc::server_error_status;
}

request_options event_stream_request(const event_stream_options& options,
                                     const std::string& last_event_id) {
  request_options request = options.request;
  add_if_missing(request.headers, "accept", event_stream_type);
  add_if_missing(request.headers, "cache-control", "no-store");
  request.headers.remove("last-event-id");
  if (!last_event_id.empty() && proto::is_field_value(last_event_id)) {
    request.headers.set("last-event-id", last_event_id);
  }
  if (!request.follows_redirects) request.follows_redirects = true;
  if (!request.timeouts.total) request.timeouts.total = no_timeout;
  request.timeouts.body = options.max_idle;
  return request;
}

std::string source_of(const response_head& answer) {
  return answer.method() + " " + answer.url();
}

void check_event_stream_answer(const response_head& answer) {
  if (answer.status() != status::ok) {
    throw_of(answer,
             status_error(source_of(answer) + " answered " + std::to_string(answer.status()) +
                              ", where a stream of events is announced by 200",
                          std::make_shared<const response_head>(answer)));
  }
  if (is_event_stream(answer.headers().get("content-type").value_or(""))) return;
  throw_of(answer, decode_error(source_of(answer) + " answered with something else than " +
                                std::string(event_stream_type)));
}

duration reconnect_delay(const event_stream_options& options, duration retry,
                         std::size_t failures) noexcept {
  if (failures == 0) return retry;
  // A server that wants no wait wants none between healthy connections; it may be gone by now.
  const duration first = std::max(retry, options.first_delay);
  return doubled(first, failures - 1, std::max(first, options.max_delay));
}

duration with_jitter(duration delay, double jitter, double chance) noexcept {
  const double more = static_cast<double>(delay.count()) * jitter * std::clamp(chance, 0.0, 1.0);
  // What is added to a wait of centuries is not worth an overflow.
  if (more >= static_cast<double>((duration::max() - delay).count())) return delay;
  return delay + duration(static_cast<duration::rep>(more));
}

std::function<double()> pseudo_random_numbers() {
  return [generator = std::minstd_rand(std::random_device()())]() mutable {
    return std::uniform_real_distribution<double>()(generator);
  };
}

}  // namespace leat::http
