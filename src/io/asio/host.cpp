// SPDX-License-Identifier: MIT
#include "io/asio/host.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>

namespace leat::io::asio_backend {
namespace {

// A foreign handler that posts itself again and again must not keep the loop from the rest.
constexpr int most_handlers_a_turn = 64;

int copy_of(int fd) {
  const int made = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (made < 0) {
    throw std::system_error(errno, std::system_category(), "cannot nest the loop into Asio");
  }
  return made;
}

}  // namespace

// Of a copy, because Asio closes what it is given.
asio_host::asio_host(const epoll_backend::epoll_reactor& guest)
    : guest_(context_, copy_of(guest.set())) {}

void asio_host::watch_guest() {
  if (is_watching_) return;
  guest_.async_wait(asio::posix::descriptor_base::wait_read,
                    [this](const boost::system::error_code&) { is_watching_ = false; });
  // Not before: if there is no memory for it now, the next wait has to try again.
  is_watching_ = true;
}

// One handler a call: the loop delivers what it completed before it looks for the next, and Asio
// asks the kernel only when its own queue is empty.
void asio_host::wait() {
  watch_guest();
  context_.run_one();
}

void asio_host::poll() {
  for (int i = 0; i < most_handlers_a_turn && context_.poll_one() != 0; ++i) {
  }
}

}  // namespace leat::io::asio_backend
