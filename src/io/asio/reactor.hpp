// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "leat/io/loop.hpp"

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
  asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  asio::executor_work_guard<io_executor> keeps_running_{context_.get_executor()};
};

}  // namespace leat::io::asio_backend
