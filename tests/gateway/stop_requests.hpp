// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>

#include "leat/coro/event.hpp"
#include "leat/coro/task.hpp"

/// Asks the gateway to stop: once to drain, twice to stop at once.
class stop_requests {
 public:
  void ask() {
    ++asked_;
    changed_.set();
  }
  leat::task<void> wait() {
    while (asked_ == 0) {
      changed_.reset();
      co_await changed_.wait();
    }
    --asked_;
  }
  /// The same as a signal of the process.
  leat::task<int> next_signal() {
    co_await wait();
    co_return SIGTERM;
  }

 private:
  int asked_ = 0;
  leat::event changed_;
};
