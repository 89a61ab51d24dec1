// SPDX-License-Identifier: MIT
#include "leat/proto/http1/client_connection.hpp"

#include "leat/proto/fields/validation.hpp"
#include "leat/proto/http1/ready_fields.hpp"

#include "proto/http1/head_writer.hpp"
#include "proto/http1/transitions.hpp"

namespace leat::proto::http1 {

using detail::framing;
using detail::outgoing_facts;
using detail::phase;
using detail::step;
using detail::transitions;

namespace {

/// Whether a server expects a length with this method even if there is no body.
bool anticipates_body(std::string_view method) noexcept {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

client_connection::client_connection(const limits& limits) noexcept
    : reader_(detail::head_parser::kind::response, limits) {}

std::error_code client_connection::send_head(byte_buffer& out, const outgoing_request& request) {
  if (!is_method(request.method)) return check_method(request.method);
  if (!is_request_target(request.target)) return check_target(request.target);
  outgoing_facts own;
  const outgoing_facts& facts = request.ready != nullptr ? request.ready->facts_ : own;
  if (request.ready == nullptr) {
    if (const auto error = detail::inspect(request.fields, request.more_fields, own)) return error;
  }
  if (facts.host_count != 1) return errc::host_required;

  const body_size body = request.body;
  if (!body.is_unknown() &&
      (facts.is_chunked || facts.content_length.value_or(body.bytes()) != body.bytes())) {
    return errc::invalid_framing;
  }
  const bool is_connect = request.method == "CONNECT";
  const bool is_sized = !body.is_unknown() || facts.content_length;
  const std::uint64_t size = facts.content_length.value_or(body.bytes());
  // What follows CONNECT is the tunnel (RFC 9110, section 9.3.6).
  if (is_connect && (!is_sized || size != 0)) return errc::invalid_framing;
  const bool writes_length = is_sized && !facts.content_length &&
                             (!body.is_none() || anticipates_body(request.method)) && !is_connect;

  if (!transitions::apply(exchange_, step::request_head)) return errc::wrong_phase;
  is_head_request_ = request.method == "HEAD";
  is_connect_ = is_connect;
  waits_for_continue_ = facts.expects_continue && (!is_sized || size != 0);
  if (facts.connection_close) transitions::lose_keep_alive(exchange_);
  if (is_connect || (facts.has_upgrade && facts.connection_upgrade)) {
    transitions::propose_switch(exchange_);
  }
  writer_.start(!is_sized ? framing::chunked : size != 0 ? framing::sized : framing::none, size);

  detail::line_writer lines(out, request.method.size() + request.target.size() + facts.line_bytes +
                                     detail::own_lines_bytes);
  lines.put(request.method);
  lines.put(" ");
  lines.put(request.target);
  lines.put(" HTTP/1.1\r\n");
  if (request.ready != nullptr) {
    lines.put(request.ready->lines_);
  } else {
    lines.put_fields(request.fields);
    lines.put_fields(request.more_fields);
  }
  if (writes_length) {
    lines.put("Content-Length: ");
    lines.put_number(size);
    lines.put("\r\n");
  } else if (!is_sized && !facts.is_chunked) {
    lines.put("Transfer-Encoding: chunked\r\n");
  }
  if (!exchange_.keep_alive() && !facts.connection_close) lines.put("Connection: close\r\n");
  lines.put("\r\n");
  return {};
}

std::error_code client_connection::begin_data(byte_buffer& out, std::uint64_t size) {
  if (exchange_.request() != phase::body) return errc::wrong_phase;
  const errc refused = writer_.begin(out, size);
  if (refused != errc{}) return refused;
  return {};
}

std::error_code client_connection::finish_data(byte_buffer& out) {
  if (exchange_.request() != phase::body) return errc::wrong_phase;
  writer_.finish(out);
  return {};
}

std::error_code client_connection::send_data(byte_buffer& out, std::string_view bytes) {
  if (const auto error = begin_data(out, bytes.size())) return error;
  out.append(bytes);
  return finish_data(out);
}

std::error_code client_connection::send_end(byte_buffer& out, fields_view trailers) {
  if (exchange_.request() != phase::body) return errc::wrong_phase;
  if (const auto error = writer_.end(out, trailers)) return error;
  (void)transitions::apply(exchange_, step::request_end);
  return {};
}

event client_connection::next(std::string_view& input) {
  switch (exchange_.response()) {
    case phase::idle: break;
    case phase::body: {
      const event found = reader_.read_body(input);
      if (found.kind == event_kind::failed) return take_failure(found);
      if (found.kind != event_kind::end) return found;
      end_response(input);
      return found;
    }
    case phase::done: return {.kind = event_kind::paused};
    case phase::switched: return {.kind = event_kind::switched};
    case phase::closed: return {.kind = event_kind::closed};
    case phase::failed: return reader_.failed();
  }

  if (exchange_.request() == phase::idle) {
    if (!input.empty()) return take_failure(reader_.fail(errc::unexpected_bytes));
    if (!reader_.has_input_ended()) return {.kind = event_kind::need_more};
    (void)transitions::apply(exchange_, step::response_closed);
    return {.kind = event_kind::closed};
  }

  const event found = reader_.read_head(input);
  switch (found.kind) {
    case event_kind::head: return begin_response();
    case event_kind::failed: return take_failure(found);
    case event_kind::closed:
      return take_failure(
          reader_.fail(informational_count_ == 0 ? errc::no_response : errc::truncated));
    default: return found;
  }
}

std::optional<std::string_view> client_connection::take_whole_body(
    std::string_view& input) noexcept {
  std::string_view body;
  if (exchange_.response() != phase::body || !reader_.take_rest_of_body(input, body)) {
    return std::nullopt;
  }
  end_response(input);
  return body;
}

void client_connection::end_response(std::string_view rest) noexcept {
  (void)transitions::apply(exchange_, step::response_end);
  // Nobody asked for what follows; it must not become the answer to the next request.
  if (!rest.empty()) transitions::lose_keep_alive(exchange_);
}

bool client_connection::is_switch(int status) const noexcept {
  return status == 101 || (is_connect_ && status / 100 == 2);
}

framing client_connection::response_framing(int status) const noexcept {
  const auto& facts = reader_.head().facts();
  if (is_head_request_ || status == 204 || status == 304) return framing::none;
  if (facts.is_chunked) return framing::chunked;
  if (!facts.has_content_length) return framing::until_close;
  return facts.content_length != 0 ? framing::sized : framing::none;
}

event client_connection::begin_response() noexcept {
  const auto& head = reader_.head();
  const auto& facts = head.facts();
  const int status = head.status_code();

  if (is_switch(status)) {
    const bool was_proposed = exchange_.switch_proposed() && is_connect_ == (status != 101);
    if (!was_proposed || !transitions::apply(exchange_, step::protocol_switch)) {
      return take_failure(reader_.fail(errc::unexpected_switch));
    }
    waits_for_continue_ = false;
    return {.kind = event_kind::head};
  }
  if (status < 200) return take_informational();

  (void)transitions::apply(exchange_, step::response_head);
  waits_for_continue_ = false;
  const framing how = response_framing(status);
  reader_.start_body(how, facts.content_length);
  const bool is_1_0 = head.http_version() == version::http_1_0;
  if (facts.connection_close || how == framing::until_close ||
      (is_1_0 && !facts.connection_keep_alive)) {
    transitions::lose_keep_alive(exchange_);
  }
  return {.kind = event_kind::head};
}

event client_connection::take_informational() noexcept {
  if (informational_count_ >= reader_.bounds().max_informational) {
    return take_failure(reader_.fail(errc::too_many_informational));
  }
  (void)transitions::apply(exchange_, step::informational);
  ++informational_count_;
  waits_for_continue_ = false;
  return {.kind = event_kind::informational};
}

event client_connection::take_failure(const event& failure) noexcept {
  (void)transitions::apply(exchange_, step::response_failed);
  waits_for_continue_ = false;
  return failure;
}

response_head client_connection::head() const noexcept {
  const auto& head = reader_.head();
  return {.status = head.status_code(),
          .reason = head.reason(),
          .http_version = head.http_version(),
          .fields = head.fields()};
}

std::optional<std::uint64_t> client_connection::body_length() const noexcept {
  return reader_.body_length();
}

fields_view client_connection::trailers() const noexcept {
  return reader_.trailers();
}

void client_connection::disable_keep_alive() noexcept {
  transitions::lose_keep_alive(exchange_);
}

bool client_connection::is_idle() const noexcept {
  return exchange_.request() == phase::idle && exchange_.response() == phase::idle;
}

bool client_connection::has_switched() const noexcept {
  return exchange_.response() == phase::switched;
}

bool client_connection::is_reusable() const noexcept {
  return exchange_.keep_alive() && exchange_.request() == phase::done &&
         exchange_.response() == phase::done;
}

std::error_code client_connection::start_next_cycle() noexcept {
  if (!exchange_.keep_alive()) return errc::not_reusable;
  if (!transitions::apply(exchange_, step::next_cycle)) return errc::wrong_phase;
  reader_.start();
  informational_count_ = 0;
  return {};
}

}  // namespace leat::proto::http1
