// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "leat/io/loop.hpp"

#include "io/asio/operation.hpp"

namespace leat::io::asio_backend {

namespace asio = boost::asio;

using io_executor = asio::io_context::executor_type;

/// The loop's reactor on Boost.Asio.
///
/// Sockets are used on the loop's thread only, so Asio may leave out their locks; its queue
/// keeps its own, because `wake()` comes from other threads.
class asio_reactor final : public reactor {
 public:
  void wait(deadline until, bool expects_wake) override;
  void poll() override;
  void wake() noexcept override;

  [[nodiscard]] asio::io_context& context() noexcept { return context_; }

  /// The reactor of the loop that runs on this thread.
  /// Errors: `invalid_argument`, if that loop has no sockets (a loop on virtual time).
  [[nodiscard]] static asio_reactor& current();

 private:
  struct waker {
    using allocator_type = operation_allocator<void>;

    [[nodiscard]] allocator_type get_allocator() const noexcept {
      return allocator_type(self->wake_memory_);
    }
    // From here on the memory is free again, and what is posted from now on needs a new wake-up.
    void operator()() const noexcept { self->is_waking_.store(false, std::memory_order_release); }

    asio_reactor* self;
  };

  operation_memory wake_memory_;  // before the context, which gives it back
  std::atomic<bool> is_waking_ = false;
  asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  asio::executor_work_guard<io_executor> keeps_running_{context_.get_executor()};
};

}  // namespace leat::io::asio_backend
