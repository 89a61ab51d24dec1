// SPDX-License-Identifier: MIT
#include "ws/send_queue.hpp"

#include "leat/base/error.hpp"
#include "leat/base/utf8.hpp"
#include "leat/proto/ws/connection.hpp"

namespace leat::ws {

using kind = outgoing::kind;
using state = outgoing::state;

void check_payload(kind what, std::string_view data) {
  if (what == kind::text && !is_utf8(data)) check_sendable(proto::ws::errc::text_not_utf8);
  const bool is_control = what == kind::ping || what == kind::pong;
  if (is_control && data.size() > proto::ws::most_control_bytes) {
    check_sendable(proto::ws::errc::payload_too_long);
  }
}

void check_sendable(std::error_code refused) {
  if (refused) throw invalid_argument("cannot be sent: " + refused.message());
}

send_queue::send_queue(const queue_limits& limits) : limits_(limits) {
  if (limits_.max_messages == 0) {
    throw invalid_argument("queue_limits::max_messages is 0: no message could ever wait");
  }
}

bool send_queue::has_room_for(const outgoing& further) const noexcept {
  if (messages_ == 0) return true;
  return messages_ < limits_.max_messages && bytes_ < limits_.max_bytes &&
         further.data.size() <= limits_.max_bytes - bytes_;
}

void send_queue::enqueue(outgoing& one) noexcept {
  one.is = state::queued;
  ++messages_;
  bytes_ += one.data.size();
  queued_.push_back(one);
}

void send_queue::count_out(const outgoing& one) noexcept {
  --messages_;
  bytes_ -= one.data.size();
}

void send_queue::add(outgoing& further) {
  if (limits_.when_full == overflow::drop_oldest) {
    while (!has_room_for(further)) {
      outgoing& oldest = queued_.pop_front();
      count_out(oldest);
      ++dropped_;
      oldest.become(state::dropped);
    }
  }
  if (in_line_.is_empty() && has_room_for(further)) return enqueue(further);
  switch (limits_.when_full) {
    case overflow::fail:
      throw limit_exceeded("the queue of the WebSocket is full: " + std::to_string(messages_) +
                           " messages with " + std::to_string(bytes_) + " bytes wait");
    case overflow::drop_newest:
      ++dropped_;
      further.is = state::dropped;
      break;
    case overflow::wait:
    case overflow::drop_oldest: in_line_.push_back(further); break;
  }
}

void send_queue::add_last(outgoing& further) noexcept {
  if (in_line_.is_empty()) return enqueue(further);
  in_line_.push_back(further);
}

outgoing& send_queue::pop() noexcept {
  outgoing& next = queued_.pop_front();
  next.is = state::taken;
  count_out(next);
  admit();
  return next;
}

void send_queue::put_back(outgoing_list& unsent) noexcept {
  while (!unsent.is_empty()) {
    outgoing& last = unsent.pop_back();
    last.is = state::queued;
    ++messages_;
    bytes_ += last.data.size();
    queued_.push_front(last);
  }
}

void send_queue::remove(outgoing& gone) noexcept {
  gone.unlink();
  if (gone.is == state::queued) count_out(gone);
  gone.is = state::outside;
  admit();
}

void send_queue::admit() noexcept {
  while (!in_line_.is_empty() && has_room_for(in_line_.front())) enqueue(in_line_.pop_front());
}

void send_queue::wake_all() noexcept {
  for (auto* list : {&queued_, &in_line_}) {
    for (outgoing* each = list->first(); each != nullptr; each = list->next(*each)) {
      each->changed.set();
    }
  }
}

}  // namespace leat::ws
