// SPDX-License-Identifier: MIT
#include "http/client_connection.hpp"

#include <algorithm>

namespace leat::http {

using proto::http1::event_kind;

void client_machine::take(std::size_t size) noexcept {
  has_news_ = true;
  if (size == 0) {
    machine_.end_of_input();
  } else {
    received_.commit(size);
    has_received_ = true;
    has_filled_room_ = size == room_size_;
    if (has_head_ && has_filled_room_) room_size_ = most_read_size;
  }
}

void client_machine::set_limits(const request_extras* own) noexcept {
  const bool has_own = own != nullptr && own->head_limits.has_any();
  if (!has_own && !has_own_limits_) return;
  machine_.set_limits(has_own ? own->head_limits.applied_to(limits_) : limits_);
  has_own_limits_ = has_own;
}

std::size_t client_machine::room_for_body() const noexcept {
  // Of a body that does not say how long it is, what has come says whether it is large.
  const auto length = machine_.body_length();
  if (!length) return has_filled_room_ ? most_read_size : read_size;
  const std::uint64_t missing = *length - std::min<std::uint64_t>(*length, received_.size());
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(missing, read_size, most_read_size));
}

bool client_machine::find_head(const std::string& peer, response_head::parts& into) {
  has_news_ = false;
  for (;;) {
    std::string_view input = received_.text();
    const auto event = machine_.next(input);
    if (event.kind == event_kind::head) {
      const auto head = machine_.head();
      into.status = head.status;
      into.reason = std::string(head.reason);
      if (head.http_version == proto::http1::version::http_1_0) into.http_version = "HTTP/1.0";
      into.headers.assign(head.fields);
      const bool is_usual = head.fields.size() <= most_usual_fields &&
                            head.fields.text().size() <= most_usual_field_bytes;
      usual_fields_ = is_usual ? head.fields.size() : 0;
      usual_field_bytes_ = is_usual ? head.fields.text().size() : 0;
    }
    received_.consume(received_.size() - input.size());
    switch (event.kind) {
      case event_kind::need_more: return false;
      case event_kind::informational: break;
      case event_kind::head:
        has_head_ = true;
        room_size_ = room_for_body();
        return true;
      case event_kind::data:
      case event_kind::end:
      case event_kind::switched:
      case event_kind::paused:
      case event_kind::closed:
      case event_kind::failed: throw_remote_error(peer, event.error);
    }
  }
}

bool client_machine::take_whole_body(std::string& into, std::uint64_t most) {
  const auto length = machine_.body_length();
  if (!length || *length > most) return false;
  std::string_view input = received_.text();
  const auto body = machine_.take_whole_body(input);
  if (!body) return false;
  into.append(*body);
  received_.consume(received_.size() - input.size());
  return true;
}

client_machine::body_step client_machine::find_data(const std::string& peer,
                                                    std::string_view& piece) {
  received_.consume(std::exchange(shown_, 0));
  std::string_view input = received_.text();
  const auto event = machine_.next(input);
  const std::size_t used = received_.size() - input.size();
  if (event.kind == event_kind::data) {
    piece = event.data;
    shown_ = used;
    return body_step::data;
  }
  received_.consume(used);
  switch (event.kind) {
    case event_kind::need_more: return body_step::need_more;
    case event_kind::end:
    case event_kind::switched:
    case event_kind::paused: return body_step::end;
    case event_kind::data:
    case event_kind::informational:
    case event_kind::head:
    case event_kind::closed:
    case event_kind::failed: break;
  }
  throw_remote_error(peer, event.error);
}

bool client_machine::prepare_reuse() noexcept {
  if (!machine_.is_reusable() || !received_.is_empty()) return false;
  if (machine_.start_next_cycle()) return false;
  // The usual memory is kept for the next exchange, which mostly comes soon.
  if (received_.capacity() > read_size) {
    machine_.release_memory();
    received_.release();
  }
  room_size_ = read_size;
  method_ = {};
  return true;
}

void client_machine::throw_unsendable(std::error_code refused) const {
  throw local_protocol_error(
      "the " + std::string(method_) + " request cannot be sent: " + refused.message(), refused);
}

void client_machine::throw_remote_error(const std::string& peer, std::error_code cause) {
  if (cause == proto::http1::errc::no_response) {
    throw no_response(peer + " closed the connection without an answer", cause);
  }
  throw remote_protocol_error("the answer of " + peer + " was refused: " + cause.message(), cause);
}

}  // namespace leat::http
