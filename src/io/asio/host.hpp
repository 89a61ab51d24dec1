// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "io/epoll/reactor.hpp"

namespace leat::io::asio_backend {

namespace asio = boost::asio;

using io_executor = asio::io_context::executor_type;

/// Boost.Asio's context as the host of the loop's reactor: it waits, with the reactor's set as one
/// of its descriptors. So only programs that use Asio pay for it.
///
/// I/O objects are used on the loop's thread only, so Asio may leave out their locks.
class asio_host final : public epoll_backend::host_loop {
 public:
  /// Errors: `std::system_error`.
  explicit asio_host(const epoll_backend::epoll_reactor& guest);

  void wait() override;
  void poll() override;

  [[nodiscard]] asio::io_context& context() noexcept { return context_; }

 private:
  void watch_guest();

  asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  asio::executor_work_guard<io_executor> keeps_running_{context_.get_executor()};
  asio::posix::basic_stream_descriptor<io_executor> guest_;
  bool is_watching_ = false;
};

}  // namespace leat::io::asio_backend
