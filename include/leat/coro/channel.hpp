// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "leat/coro/leaf.hpp"
#include "leat/coro/overflow.hpp"

namespace leat {

namespace detail {

/// Errors: `invalid_argument` if it is zero.
std::size_t checked_capacity(std::size_t capacity);
[[noreturn]] void throw_channel_closed();
[[noreturn]] void throw_channel_full(std::size_t capacity);

/// A queue of fixed capacity that allocates only once, so that passing a message on cannot
/// fail.
template <class T>
class ring {
 public:
  explicit ring(std::size_t capacity) : places_(capacity) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return places_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool is_full() const noexcept { return size_ == places_.size(); }

  void push_back(T&& value) noexcept {
    LEAT_ASSERT(!is_full());
    places_[place(size_)].emplace(std::move(value));
    ++size_;
  }
  T pop_front() noexcept {
    LEAT_ASSERT(!is_empty());
    T value = std::move(*places_[first_]);
    places_[first_].reset();
    first_ = place(1);
    --size_;
    return value;
  }

 private:
  [[nodiscard]] std::size_t place(std::size_t offset) const noexcept {
    const std::size_t at = first_ + offset;
    return at < places_.size() ? at : at - places_.size();
  }

  std::vector<std::optional<T>> places_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace detail

/// Passes messages from any number of senders to any number of receivers, first in, first out,
/// and holds a limited number of them on the way.
///
/// A message goes to the receiver that has waited longest, and belongs to it from this moment
/// on. Senders that wait for room get it in the order in which they came.
///
/// Lifetime: must outlive its senders and receivers. Thread-safety: one executor.
template <class T>
class channel {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "a message must move without throwing, or it could be lost on its way");

 public:
  class [[nodiscard]] send_awaiter final : public leaf {
   public:
    send_awaiter(channel& to, T&& message) noexcept : channel_(to), message_(std::move(message)) {}
    send_awaiter(send_awaiter&& other) noexcept
        : leaf(std::move(other)), channel_(other.channel_), message_(std::move(other.message_)) {}

    [[nodiscard]] bool await_ready() {
      if (is_stop_pending()) return false;
      if (channel_.is_closed_) detail::throw_channel_closed();
      return channel_.put_or_overflow(message_) && goes_on_at_once();
    }
    void await_resume() const {
      if (was_refused_) detail::throw_channel_closed();
    }

   private:
    friend class channel;
    void start() noexcept override { channel_.senders_.push_back(*this); }
    void describe(wait_description& to) const noexcept override { to.add("channel: send"); }

    channel& channel_;
    T message_;
    bool was_refused_ = false;
  };

  class [[nodiscard]] receive_awaiter final : public leaf {
   public:
    explicit receive_awaiter(channel& from) noexcept : channel_(from) {}
    receive_awaiter(receive_awaiter&&) noexcept = default;

    [[nodiscard]] bool await_ready() noexcept {
      if (is_stop_pending()) return false;
      message_ = channel_.try_receive();
      return (message_.has_value() || channel_.is_closed_) && goes_on_at_once();
    }
    std::optional<T> await_resume() noexcept { return std::move(message_); }

   private:
    friend class channel;
    void start() noexcept override { channel_.receivers_.push_back(*this); }
    void describe(wait_description& to) const noexcept override { to.add("channel: receive"); }

    channel& channel_;
    std::optional<T> message_;
  };

  /// Room for `capacity` messages, which is allocated now and never again.
  /// Errors: `invalid_argument` if `capacity` is zero.
  explicit channel(std::size_t capacity, overflow when_full = overflow::wait)
      : messages_(detail::checked_capacity(capacity)), when_full_(when_full) {}

  /// The number of messages on the way.
  [[nodiscard]] std::size_t size() const noexcept { return messages_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return messages_.capacity(); }
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }
  [[nodiscard]] bool has_waiting_senders() const noexcept { return !senders_.is_empty(); }
  [[nodiscard]] bool has_waiting_receivers() const noexcept { return !receivers_.is_empty(); }
  /// How many messages were dropped because the channel was full.
  [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }

  /// Sends `message`. What happens when the channel is full is its `overflow` policy; only
  /// `overflow::wait` waits.
  ///
  /// Cancellation: safe; a send that was stopped has not sent, and one that has sent returns.
  /// Errors: `channel_closed`, also while it waits; `limit_exceeded` with `overflow::fail`.
  [[nodiscard]] send_awaiter send(T message) noexcept {
    return send_awaiter(*this, std::move(message));
  }

  /// Sends `message` if there is room, and otherwise leaves it where it is and returns false,
  /// whatever the policy. Errors: `channel_closed`.
  [[nodiscard]] bool try_send(T& message) {
    if (is_closed_) detail::throw_channel_closed();
    return put(message);
  }

  /// Waits for the next message. Nothing, once the channel is closed and empty.
  ///
  /// Cancellation: safe; no message is lost. Errors: none.
  [[nodiscard]] receive_awaiter receive() noexcept { return receive_awaiter(*this); }

  /// Takes the next message if there is one.
  [[nodiscard]] std::optional<T> try_receive() noexcept {
    if (messages_.is_empty()) return std::nullopt;
    std::optional<T> message(messages_.pop_front());
    if (!senders_.is_empty()) {
      auto& next = static_cast<send_awaiter&>(senders_.pop_front());
      messages_.push_back(std::move(next.message_));
      next.complete();
    }
    return message;
  }

  /// Takes no more messages. Those on the way can still be received; then receivers see the
  /// end. Senders that wait for room get `channel_closed`. Closing again does nothing.
  void close() noexcept {
    is_closed_ = true;
    while (!senders_.is_empty()) {
      auto& refused = static_cast<send_awaiter&>(senders_.pop_front());
      refused.was_refused_ = true;
      refused.complete();
    }
    // Receivers wait only while no message is on the way.
    while (!receivers_.is_empty()) {
      static_cast<receive_awaiter&>(receivers_.pop_front()).complete();
    }
  }

 private:
  /// Hands `message` to a receiver or puts it on the way. Returns whether there was room.
  bool put(T& message) noexcept {
    if (!receivers_.is_empty()) {
      auto& next = static_cast<receive_awaiter&>(receivers_.pop_front());
      next.message_.emplace(std::move(message));
      next.complete();
      return true;
    }
    if (messages_.is_full()) return false;
    messages_.push_back(std::move(message));
    return true;
  }

  /// Returns whether the send is done.
  bool put_or_overflow(T& message) {
    if (put(message)) return true;
    switch (when_full_) {
      case overflow::wait: return false;
      case overflow::fail: detail::throw_channel_full(capacity());
      case overflow::drop_oldest: {
        [[maybe_unused]] const T oldest = messages_.pop_front();
        messages_.push_back(std::move(message));
        break;
      }
      case overflow::drop_newest: break;
    }
    ++dropped_;
    return true;
  }

  detail::ring<T> messages_;
  ready_list senders_;
  ready_list receivers_;
  std::size_t dropped_ = 0;
  overflow when_full_;
  bool is_closed_ = false;
};

}  // namespace leat
