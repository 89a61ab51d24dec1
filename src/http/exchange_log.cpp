// SPDX-License-Identifier: MIT
#include "http/exchange_log.hpp"

#include <string>
#include <vector>

#include "leat/base/error.hpp"

namespace leat::http {

void log_exchange(const log::logger& to, const response_head::parts& answer, duration took) {
  std::string line = "HTTP Request: " + answer.method + " " + answer.url + " \"";
  line.append(answer.http_version).append(" ").append(std::to_string(answer.status));
  if (!answer.reason.empty()) line.append(" ").append(answer.reason);
  line += '"';
  to.info(line, {{"status", answer.status}, {"elapsed", took}});
}

void log_step(const log::logger& to, const trace_event& event) {
  if (!to.is_enabled(log::level::debug)) return;
  std::string line = "HTTP Trace: ";
  line.append(to_string(event.step)).append(" ").append(event.method).append(" ").append(event.url);
  std::string error;
  std::vector<log::field> fields{{"call", event.call}, {"attempt", event.attempt}};
  if (!event.peer.empty()) fields.push_back({"peer", event.peer});
  if (!event.address.empty()) fields.push_back({"address", event.address});
  switch (event.step) {
    case trace_step::tls_finished:
      fields.push_back({"tls_version", event.tls_version});
      fields.push_back({"alpn", event.alpn});
      break;
    case trace_step::response_headers_received:
      fields.push_back({"http_version", event.http_version});
      fields.push_back({"status", event.status});
      break;
    case trace_step::request_body_sent:
    case trace_step::response_body_finished:
      fields.push_back({"body_bytes", event.body_bytes});
      break;
    case trace_step::failed:
      fields.push_back({"failed_after", to_string(event.failed_after)});
      error = event.error != nullptr ? describe(event.error) : "it was stopped";
      fields.push_back({"error", error});
      break;
    case trace_step::pool_wait_started:
    case trace_step::connection_reused:
    case trace_step::connect_started:
    case trace_step::connect_finished:
    case trace_step::tunnel_started:
    case trace_step::tunnel_finished:
    case trace_step::tls_started:
    case trace_step::request_headers_sent:
    case trace_step::connection_returned:
    case trace_step::connection_closed: break;
  }
  to.log(log::level::debug, line, fields);
}

std::string_view to_string(trace_step step) noexcept {
  switch (step) {
    case trace_step::pool_wait_started: return "pool_wait_started";
    case trace_step::connection_reused: return "connection_reused";
    case trace_step::connect_started: return "connect_started";
    case trace_step::connect_finished: return "connect_finished";
    case trace_step::tunnel_started: return "tunnel_started";
    case trace_step::tunnel_finished: return "tunnel_finished";
    case trace_step::tls_started: return "tls_started";
    case trace_step::tls_finished: return "tls_finished";
    case trace_step::request_headers_sent: return "request_headers_sent";
    case trace_step::request_body_sent: return "request_body_sent";
    case trace_step::response_headers_received: return "response_headers_received";
    case trace_step::response_body_finished: return "response_body_finished";
    case trace_step::connection_returned: return "connection_returned";
    case trace_step::connection_closed: return "connection_closed";
    case trace_step::failed: return "failed";
  }
  return "unknown";
}

}  // namespace leat::http
