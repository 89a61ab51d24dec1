// SPDX-License-Identifier: MIT
#include "leat/proto/http1/server_connection.hpp"

#include "leat/base/assert.hpp"
#include "leat/proto/fields/error.hpp"
#include "leat/proto/fields/validation.hpp"

#include "proto/http1/head_writer.hpp"
#include "proto/http1/transitions.hpp"

namespace leat::proto::http1 {

using detail::framing;
using detail::outgoing_facts;
using detail::phase;
using detail::step;
using detail::transitions;

namespace {

enum class framing_line : std::uint8_t { none, content_length, chunked };

/// How a response is framed, and which line says so, if the fields do not.
struct framing_plan {
  framing how = framing::none;
  framing_line line = framing_line::none;
  std::uint64_t size = 0;
};

/// Whether the fields and `body` tell the same.
bool agree(body_size body, const outgoing_facts& facts) noexcept {
  if (body.is_unknown()) return true;
  return !facts.is_chunked && facts.content_length.value_or(body.bytes()) == body.bytes();
}

// Each of these returns false where the fields and `body` do not go together.

/// For a status that must not have framing fields (RFC 9110, section 8.6, and RFC 9112, section
/// 6.1).
bool plan_nothing(body_size body, const outgoing_facts& facts) noexcept {
  const bool says_nothing = !facts.content_length && !facts.is_chunked;
  return says_nothing && !body.is_unknown() && body.bytes() == 0;
}

/// For an answer whose fields describe a body that is not sent. Where `body` tells nothing, what
/// the fields tell is right.
bool plan_description(int status, body_size body, const outgoing_facts& facts,
                      framing_plan& plan) noexcept {
  if (!body.is_none() && !agree(body, facts)) return false;
  const bool knows_size = !body.is_unknown() && !(body.is_none() && status == 304);
  if (knows_size && !facts.content_length && !facts.is_chunked) {
    plan = {.line = framing_line::content_length, .size = body.bytes()};
  }
  return true;
}

/// For an answer that has a body, if only of no bytes.
bool plan_body(body_size body, const outgoing_facts& facts, bool speaks_1_1,
               framing_plan& plan) noexcept {
  if (!agree(body, facts) || (facts.is_chunked && !speaks_1_1)) return false;
  if (!body.is_unknown() || facts.content_length) {
    plan = {.how = framing::sized,
            .line = facts.content_length ? framing_line::none : framing_line::content_length,
            .size = facts.content_length.value_or(body.bytes())};
  } else if (speaks_1_1) {
    plan = {.how = framing::chunked,
            .line = facts.is_chunked ? framing_line::none : framing_line::chunked};
  } else {
    plan = {.how = framing::until_close};
  }
  return true;
}

void put_status_line(detail::line_writer& lines, int status, std::string_view reason) noexcept {
  if (status == 200 && reason == "OK") return lines.put("HTTP/1.1 200 OK\r\n");
  lines.put("HTTP/1.1 ");
  lines.put_status(status);
  lines.put(" ");
  lines.put(reason);
  lines.put("\r\n");
}

void put_framing(detail::line_writer& lines, const framing_plan& plan) noexcept {
  switch (plan.line) {
    case framing_line::none: return;
    case framing_line::content_length:
      lines.put("Content-Length: ");
      lines.put_number(plan.size);
      lines.put("\r\n");
      return;
    case framing_line::chunked: lines.put("Transfer-Encoding: chunked\r\n"); return;
  }
}

}  // namespace

server_connection::server_connection(const limits& limits) noexcept
    : reader_(detail::head_parser::kind::request, limits) {}

event server_connection::next(std::string_view& input) {
  switch (exchange_.request()) {
    case phase::idle: break;
    case phase::body: return continue_request(input);
    case phase::done: return {.kind = event_kind::paused};
    case phase::switched: return {.kind = event_kind::switched};
    case phase::closed: return {.kind = event_kind::closed};
    case phase::failed: return reader_.failed();
  }
  // Whoever has answered already, before any request, will not answer another.
  if (exchange_.response() != phase::idle) return {.kind = event_kind::paused};

  const event found = reader_.read_head(input);
  switch (found.kind) {
    case event_kind::head: return begin_request();
    case event_kind::failed: return take_failure(found);
    case event_kind::closed:
      (void)transitions::apply(exchange_, step::request_closed);
      return found;
    default: return found;
  }
}

event server_connection::begin_request() noexcept {
  const auto& head = reader_.head();
  const auto& facts = head.facts();
  const bool is_1_1 = head.http_version() == version::http_1_1;
  (void)transitions::apply(exchange_, step::request_head);

  is_head_request_ = head.method() == "HEAD";
  is_connect_ = head.method() == "CONNECT";
  // RFC 9112, section 9.3.
  if (facts.connection_close || (!is_1_1 && !facts.connection_keep_alive)) {
    transitions::lose_keep_alive(exchange_);
  }
  // Upgrade in HTTP/1.0 must be ignored (RFC 9110, section 7.8).
  if (is_connect_ || (is_1_1 && facts.has_upgrade && facts.connection_upgrade)) {
    transitions::propose_switch(exchange_);
  }

  if (facts.is_chunked) {
    reader_.start_body(framing::chunked, 0);
  } else {
    reader_.start_body(facts.content_length != 0 ? framing::sized : framing::none,
                       facts.content_length);
  }
  const bool has_body = facts.is_chunked || facts.content_length != 0;
  expects_continue_ = facts.expects_continue && is_1_1 && has_body;
  return {.kind = event_kind::head};
}

event server_connection::continue_request(std::string_view& input) {
  if (!input.empty()) expects_continue_ = false;
  const event found = reader_.read_body(input);
  switch (found.kind) {
    case event_kind::end: (void)transitions::apply(exchange_, step::request_end); return found;
    case event_kind::failed: return take_failure(found);
    default: return found;
  }
}

event server_connection::take_failure(const event& failure) noexcept {
  (void)transitions::apply(exchange_, step::request_failed);
  expects_continue_ = false;
  return failure;
}

request_head server_connection::head() const noexcept {
  const auto& head = reader_.head();
  return {.method = head.method(),
          .target = head.target(),
          .http_version = head.http_version(),
          .fields = head.fields()};
}

std::optional<std::uint64_t> server_connection::body_length() const noexcept {
  return reader_.body_length();
}

fields_view server_connection::trailers() const noexcept {
  return reader_.trailers();
}

std::error_code server_connection::send_informational(byte_buffer& out, int status,
                                                      fields_view fields) {
  // 101 is final, and 1xx must not be sent to HTTP/1.0 (RFC 9110, section 15.2).
  if (status < 100 || status > 199 || status == 101) return errc::invalid_status;
  if (reader_.head().http_version() == version::http_1_0) return errc::wrong_phase;
  outgoing_facts facts;
  if (const auto error = detail::inspect(fields, {}, facts)) return error;
  if (facts.content_length || facts.is_chunked) return errc::invalid_framing;
  if (!transitions::apply(exchange_, step::informational)) return errc::wrong_phase;
  if (status == 100) expects_continue_ = false;

  const std::string_view reason = reason_phrase(status);
  detail::line_writer lines(out, facts.line_bytes + reason.size() + detail::own_lines_bytes);
  put_status_line(lines, status, reason);
  lines.put_fields(fields);
  lines.put("\r\n");
  return {};
}

bool server_connection::is_switch(int status) const noexcept {
  return status == 101 || (is_connect_ && status / 100 == 2);
}

std::error_code server_connection::send_head(byte_buffer& out, const outgoing_response& response) {
  return put_head(out, response, response.body, {});
}

std::error_code server_connection::send_whole(byte_buffer& out, const outgoing_response& response,
                                              std::string_view body) {
  const bool is_plain = response.status == 200 && response.reason.empty() &&
                        response.fields.is_empty() && response.more_fields.empty();
  if (is_plain && send_plain(out, response.ready_lines, body)) return {};
  const auto size = body.empty() ? body_size::none() : body_size::exactly(body.size());
  if (const auto error = put_head(out, response, size, body)) return error;
  (void)transitions::apply(exchange_, step::response_end);
  return {};
}

// A request that was read whole, in HTTP/1.1, by a client that stays: nothing about the framing
// or the connection is left to be decided.
bool server_connection::expects_plain_response() const noexcept {
  return exchange_.request() == phase::done && exchange_.response() == phase::idle &&
         exchange_.keep_alive() && !is_head_request_ && !is_connect_ &&
         reader_.head().http_version() == version::http_1_1;
}

bool server_connection::send_plain(byte_buffer& out, std::span<const std::string_view> ready_lines,
                                   std::string_view body) {
  if (!expects_plain_response()) return false;
  (void)transitions::apply(exchange_, step::response_head);
  (void)transitions::apply(exchange_, step::response_end);
  expects_continue_ = false;
  writer_.start(framing::sized, 0);

  std::size_t size = detail::own_lines_bytes + body.size();
  for (const std::string_view each : ready_lines) size += each.size();
  detail::line_writer lines(out, size);
  lines.put("HTTP/1.1 200 OK\r\n");
  for (const std::string_view each : ready_lines) {
    LEAT_ASSERT(each.empty() || each.ends_with("\r\n"));
    lines.put(each);
  }
  lines.put("Content-Length: ");
  lines.put_number(body.size());
  lines.put("\r\n\r\n");
  lines.put(body);
  return true;
}

std::error_code server_connection::put_head(byte_buffer& out, const outgoing_response& response,
                                            body_size body, std::string_view content) {
  const int status = response.status;
  if (status != 101 && (status < 200 || status > 599)) return errc::invalid_status;
  if (!response.reason.empty() && !is_reason(response.reason)) {
    return fields_errc::invalid_reason;
  }
  outgoing_facts facts;
  if (const auto error = detail::inspect(response.fields, response.more_fields, facts)) {
    return error;
  }

  const bool speaks_1_1 =
      exchange_.request() == phase::idle || reader_.head().http_version() == version::http_1_1;
  framing_plan plan;
  const bool is_framed = status == 204 || is_switch(status) ? plan_nothing(body, facts)
                         : is_head_request_ || status == 304
                             ? plan_description(status, body, facts, plan)
                             : plan_body(body, facts, speaks_1_1, plan);
  if (!is_framed) return errc::invalid_framing;

  if (const errc refused = begin_response(status); refused != errc{}) return refused;
  if (facts.connection_close || plan.how == framing::until_close) {
    transitions::lose_keep_alive(exchange_);
  }
  writer_.start(plan.how, plan.size);

  const std::string_view reason = response.reason.empty() ? reason_phrase(status) : response.reason;
  std::size_t size = facts.line_bytes + reason.size() + detail::own_lines_bytes + content.size();
  for (const std::string_view each : response.ready_lines) size += each.size();
  detail::line_writer lines(out, size);
  put_status_line(lines, status, reason);
  lines.put_fields(response.fields);
  lines.put_fields(response.more_fields);
  for (const std::string_view each : response.ready_lines) {
    LEAT_ASSERT(each.empty() || each.ends_with("\r\n"));
    lines.put(each);
  }
  put_framing(lines, plan);
  if (exchange_.response() == phase::switched) {
    // Connection belongs to the switch here.
  } else if (!exchange_.keep_alive()) {
    if (!facts.connection_close) lines.put("Connection: close\r\n");
  } else if (!speaks_1_1 && !facts.connection_keep_alive) {
    lines.put("Connection: keep-alive\r\n");
  }
  lines.put("\r\n");
  if (!content.empty() && plan.how != framing::none) {
    lines.put(content);
    writer_.start(plan.how, 0);
  }
  return {};
}

errc server_connection::begin_response(int status) noexcept {
  if (is_switch(status)) {
    if (!exchange_.switch_proposed() || is_connect_ == (status == 101)) {
      return errc::switch_not_proposed;
    }
    if (!transitions::apply(exchange_, step::protocol_switch)) return errc::wrong_phase;
  } else {
    if (!transitions::apply(exchange_, step::response_head)) return errc::wrong_phase;
    // What answers no request, or one that could not be read, is the last that is said.
    if (exchange_.request() == phase::idle) transitions::lose_keep_alive(exchange_);
  }
  expects_continue_ = false;
  return errc{};
}

bool server_connection::response_has_body() const noexcept {
  const bool has_head = exchange_.response() == phase::body || exchange_.response() == phase::done;
  return has_head && writer_.how() != framing::none;
}

std::error_code server_connection::begin_data(byte_buffer& out, std::uint64_t size) {
  if (exchange_.response() != phase::body) return errc::wrong_phase;
  const errc refused = writer_.begin(out, size);
  if (refused != errc{}) return refused;
  return {};
}

std::error_code server_connection::finish_data(byte_buffer& out) {
  if (exchange_.response() != phase::body) return errc::wrong_phase;
  writer_.finish(out);
  return {};
}

std::error_code server_connection::send_data(byte_buffer& out, std::string_view bytes) {
  if (exchange_.response() != phase::body) return errc::wrong_phase;
  const errc refused = writer_.begin(out, bytes.size());
  if (refused != errc{}) return refused;
  out.append(bytes);
  writer_.finish(out);
  return {};
}

std::error_code server_connection::send_end(byte_buffer& out, fields_view trailers) {
  if (exchange_.response() != phase::body) return errc::wrong_phase;
  if (const auto error = writer_.end(out, trailers)) return error;
  (void)transitions::apply(exchange_, step::response_end);
  return {};
}

void server_connection::disable_keep_alive() noexcept {
  transitions::lose_keep_alive(exchange_);
}

bool server_connection::must_close() const noexcept {
  if (exchange_.response() == phase::done) return !exchange_.keep_alive();
  return exchange_.request() == phase::closed;
}

bool server_connection::is_response_complete() const noexcept {
  return exchange_.response() == phase::done;
}

std::error_code server_connection::start_next_cycle() noexcept {
  if (!exchange_.keep_alive()) return errc::not_reusable;
  if (!transitions::apply(exchange_, step::next_cycle)) return errc::wrong_phase;
  reader_.start();
  is_head_request_ = is_connect_ = false;
  return {};
}

}  // namespace leat::proto::http1
