// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <deque>

#include "leat/coro/event.hpp"
#include "leat/coro/task.hpp"

/// Signals that a test sends, instead of those of the process. They are kept until somebody asks.
class signal_script {
 public:
  void send(int number) {
    sent_.push_back(number);
    was_used_ = true;
    changed_.set();
  }
  [[nodiscard]] bool was_used() const noexcept { return was_used_; }
  leat::task<int> next() {
    while (sent_.empty()) {
      changed_.reset();
      co_await changed_.wait();
    }
    const int number = sent_.front();
    sent_.pop_front();
    co_return number;
  }

 private:
  std::deque<int> sent_;
  bool was_used_ = false;
  leat::event changed_;
};
