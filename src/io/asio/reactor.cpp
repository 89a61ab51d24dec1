// SPDX-License-Identifier: MIT
#include "io/asio/reactor.hpp"

#include <boost/asio/post.hpp>

#include "leat/base/error.hpp"

namespace leat::io::asio_backend {

// One completion a call: the loop delivers it before it looks for the next, and Asio asks the
// kernel only when its own queue is empty.
void asio_reactor::wait(deadline until, bool /*expects_wake*/) {
  if (until.is_never()) {
    context_.run_one();
  } else {
    context_.run_one_until(until.at());
  }
}

void asio_reactor::poll() {
  context_.poll();
}

// One handler in memory of its own is under way at a time, so that waking allocates nothing: it
// cannot fail, and no wake-up gets lost when memory is short.
void asio_reactor::wake() noexcept {
  if (!is_waking_.exchange(true, std::memory_order_acq_rel)) asio::post(context_, waker{this});
}

asio_reactor& asio_reactor::current() {
  auto* const found = dynamic_cast<asio_reactor*>(&loop::current().outside());
  if (found == nullptr) {
    throw invalid_argument(
        "this loop has no sockets: a loop on virtual time needs a network of its own, "
        "such as testing::memory_network");
  }
  return *found;
}

}  // namespace leat::io::asio_backend
