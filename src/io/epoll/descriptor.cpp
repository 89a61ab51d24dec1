// SPDX-License-Identifier: MIT
#include "io/epoll/descriptor.hpp"

#include <utility>

#include <sys/epoll.h>

#include "io/epoll/reactor.hpp"

namespace leat::io::epoll_backend {
descriptor::descriptor(owned_file file)
    : reactor_(epoll_reactor::current()), file_(std::move(file)) {
  reactor_.watch(fd(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI, this);
}

void descriptor::close() noexcept {
  if (!is_open()) return;
  // Closing alone would not end it while a child process, before its exec, holds a copy; and
  // then an event could come for an object that is gone.
  reactor_.forget(fd());
  file_.close();
  input.became_ready();
  output.became_ready();
}

// Runs only while the loop takes its events, when no task runs: so no descriptor can go away
// while events for it are still to come in the same batch.
void descriptor::happened(std::uint32_t events) noexcept {
  if ((events & (EPOLLRDHUP | EPOLLPRI | EPOLLHUP | EPOLLERR)) != 0) [[unlikely]] {
    may_trust_short_reads_ = false;
  }
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0) input.became_ready();
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) output.became_ready();
}

}  // namespace leat::io::epoll_backend
