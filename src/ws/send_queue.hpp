// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "leat/base/intrusive_list.hpp"
#include "leat/coro/event.hpp"
#include "leat/ws/options.hpp"

namespace leat::ws {

struct outgoing_tag;

/// What a sender has to send. It stands in the sender's frame and leaves its list with it.
struct outgoing : list_hook<outgoing_tag> {
  enum class kind : std::uint8_t { text, binary, ping, pong, close };
  enum class state : std::uint8_t {
    outside,  ///< In no queue, or in line for room.
    queued,
    taken,  ///< Its frame is being written.
    sent,
    dropped,
    failed,  ///< It is not known whether it was sent: `failure`.
  };

  outgoing(kind what, std::string payload) noexcept : what(what), data(std::move(payload)) {}

  void become(state now) noexcept {
    is = now;
    changed.set();
  }

  kind what;
  state is = state::outside;
  std::uint16_t code = 0;  // of a close
  std::string data;
  std::exception_ptr failure;
  event changed;
};

/// Refuses what no connection takes: text that is no UTF-8, and a ping or pong that is too long.
/// Errors: `invalid_argument`.
void check_payload(outgoing::kind what, std::string_view data);
/// Errors: `invalid_argument`, if a machine has refused what was to be sent.
void check_sendable(std::error_code refused);

using outgoing_list = intrusive_list<outgoing, outgoing_tag>;

/// The messages that wait to be sent, in the order of the calls.
class send_queue {
 public:
  /// Errors: `invalid_argument` if there is no room for a message.
  explicit send_queue(const queue_limits& limits);

  [[nodiscard]] bool is_empty() noexcept { return queued_.is_empty(); }
  [[nodiscard]] std::size_t messages() const noexcept { return messages_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }

  /// Takes a message in, or does with it what the policy says.
  /// Errors: `limit_exceeded` with `overflow::fail`.
  void add(outgoing& further);
  /// Takes in what has no limits.
  void add_last(outgoing& further) noexcept;

  [[nodiscard]] outgoing& front() noexcept { return queued_.front(); }
  /// Takes the message out whose turn it is.
  outgoing& pop() noexcept;
  /// Puts messages back, in their order, that were taken out and have not been sent.
  void put_back(outgoing_list& unsent) noexcept;
  /// Its sender has gone.
  void remove(outgoing& gone) noexcept;
  void wake_all() noexcept;

 private:
  [[nodiscard]] bool has_room_for(const outgoing& further) const noexcept;
  void enqueue(outgoing& one) noexcept;
  void count_out(const outgoing& one) noexcept;
  void admit() noexcept;

  queue_limits limits_;
  outgoing_list queued_;
  outgoing_list in_line_;  // with `overflow::wait`, for room
  std::size_t messages_ = 0;
  std::size_t bytes_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace leat::ws
