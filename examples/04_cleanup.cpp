// SPDX-License-Identifier: MIT
// Cleaning up when a task is stopped: by destructors, by an exit stack, and behind a shield.
// It runs on virtual time, so its waits take none; see 07_testing.cpp.

#include <cstdio>
#include <string>

#include <leat/base/error.hpp>
#include <leat/coro/exit_stack.hpp>
#include <leat/coro/shield.hpp>
#include <leat/coro/sleep.hpp>
#include <leat/coro/with_timeout.hpp>
#include <leat/testing/test_loop.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

// region guard
/// Undoes what was done unless it is told that all went well.
class transaction {
 public:
  explicit transaction(int& balance) noexcept : balance_(balance), before_(balance) {}
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction() {
    if (!is_committed_) balance_ = before_;
  }

  void commit() noexcept { is_committed_ = true; }

 private:
  int& balance_;
  int before_;
  bool is_committed_ = false;
};

task<void> pay(int& balance, duration time) {
  transaction change(balance);
  balance -= 10;
  co_await sleep_for(time);  // a stop here leaves the balance as it was
  change.commit();
}
// endregion guard

// region context
/// Something that is opened and closed by messages to somebody else.
class subscription {
 public:
  explicit subscription(std::string topic) : topic_(std::move(topic)) {}

  task<void> enter() {
    co_await sleep_for(1s);
    std::printf("subscribed to %s\n", topic_.c_str());
  }
  task<void> exit(const exit_status& status) {
    co_await sleep_for(1s);
    std::printf("left %s, %s\n", topic_.c_str(), status.is_cancelled() ? "stopped" : "done");
  }

 private:
  std::string topic_;
};
// endregion context

// region stack
task<void> listen(duration time) {
  co_await with_exit_stack([time](exit_stack& exits) -> task<void> {
    co_await exits.enter(subscription("prices"));
    co_await exits.enter(subscription("news"));
    exits.callback([] { std::puts("nobody listens any more"); });
    co_await sleep_for(time);
  });
}
// endregion stack

// region shield
task<void> say_goodbye() {
  co_await sleep_for(1s);
  std::puts("goodbye");
}

task<void> leave() {
  co_await shield(with_timeout(3s, say_goodbye()), 5s);
  co_await sleep_for(1h);
}
// endregion shield

/// Runs `work` and stops it when `limit` is over.
task<void> stop_after(duration limit, task<void> work) {
  try {
    co_await with_timeout(limit, std::move(work));
  } catch (const deadline_exceeded&) {
    std::puts("-- stopped");
  }
}

task<void> show_all() {
  int balance = 100;
  co_await pay(balance, 1s);
  std::printf("balance: %d\n", balance);
  co_await stop_after(1s, pay(balance, 2s));
  std::printf("balance: %d\n", balance);
  co_await listen(1s);
  co_await stop_after(3s, listen(1h));
  co_await stop_after(0s, leave());
}

}  // namespace

int main() {
  testing::test_loop virtual_time;
  virtual_time.run(show_all());
}
