// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <new>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>

#include "leat/coro/timed_leaf.hpp"

namespace leat::io::asio_backend {

namespace asio = boost::asio;

/// Memory for the one operation that may be under way in one direction of a socket, so that
/// reading and writing allocate nothing.
class operation_memory {
 public:
  operation_memory() noexcept = default;
  operation_memory(const operation_memory&) = delete;
  operation_memory& operator=(const operation_memory&) = delete;

  void* allocate(std::size_t size) {
    if (is_used_ || size > storage_.size()) return ::operator new(size);
    is_used_ = true;
    return storage_.data();
  }
  void deallocate(void* memory) noexcept {
    if (memory == storage_.data()) {
      is_used_ = false;
    } else {
      ::operator delete(memory);
    }
  }

 private:
  // Asio's receive operation takes 136 bytes on x86-64; larger ones go to the heap.
  alignas(std::max_align_t) std::array<std::byte, 160> storage_;
  bool is_used_ = false;
};

template <class T>
class operation_allocator {
 public:
  using value_type = T;

  explicit operation_allocator(operation_memory& memory) noexcept : memory_(&memory) {}
  template <class U>
  operation_allocator(const operation_allocator<U>& other) noexcept  // NOLINT: rebinding
      : memory_(other.memory_) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory_->allocate(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t) noexcept { memory_->deallocate(memory); }

  friend bool operator==(const operation_allocator&, const operation_allocator&) = default;

 private:
  template <class>
  friend class operation_allocator;
  operation_memory* memory_;
};

/// What an operation needs besides itself: it outlives the operation, because Asio touches it
/// until the handler has run.
struct operation_slot {
  operation_memory memory;
  asio::cancellation_signal cancel;
};

/// A leaf around one asynchronous operation of Asio. A cancel is a request (`asked`): the frame
/// stays until Asio has called the handler, because the kernel or Asio may still write to it.
class operation : public timed_leaf {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return false; }

  [[nodiscard]] const boost::system::error_code& error() const noexcept { return error_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 protected:
  operation(operation_slot& slot, deadline until) noexcept : timed_leaf(until), slot_(slot) {}
  operation(operation&& other) noexcept : timed_leaf(std::move(other)), slot_(other.slot_) {}
  ~operation() = default;

  struct handler {
    using allocator_type = operation_allocator<void>;
    using cancellation_slot_type = asio::cancellation_slot;

    [[nodiscard]] allocator_type get_allocator() const noexcept {
      return allocator_type(self->slot_.memory);
    }
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
      return self->slot_.cancel.slot();
    }
    void operator()(const boost::system::error_code& ec, std::size_t size = 0) const noexcept {
      self->finished(ec, size);
    }

    operation* self;
  };

  /// Hands `handler()` to Asio. What it throws becomes the operation's error.
  virtual void initiate(handler on_end) = 0;

 private:
  void start() noexcept final {
    arm_deadline();
    try {
      initiate(handler{this});
    } catch (const boost::system::system_error& e) {
      finished(e.code(), 0);
    } catch (const std::bad_alloc&) {
      finished(asio::error::no_memory, 0);
    }
  }

  detach_result detach() noexcept final {
    stop_requested_ = true;
    slot_.cancel.emit(asio::cancellation_type::all);
    return detach_result::asked;
  }
  detach_result time_out() noexcept final {
    slot_.cancel.emit(asio::cancellation_type::all);
    return detach_result::asked;
  }

  void finished(const boost::system::error_code& ec, std::size_t size) noexcept {
    disarm_deadline();
    error_ = ec;
    size_ = size;
    // What had completed before the request reached it is delivered; nothing is lost.
    if (stop_requested_ && ec == asio::error::operation_aborted) {
      complete_stopped();
    } else {
      complete();
    }
  }

  operation_slot& slot_;
  boost::system::error_code error_;
  std::size_t size_ = 0;
  bool stop_requested_ = false;
};

}  // namespace leat::io::asio_backend
