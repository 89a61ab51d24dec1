// SPDX-License-Identifier: MIT
//
// A million awaits that complete at once, one after the other in one task. What they need of the
// native stack is measured, not waited for: it must not depend on how many there were.
#include <algorithm>
#include <cstdint>

#include "leat/coro/channel.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/mutex.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/stream.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

constexpr int rounds = 1'000'000;

/// The addresses of the native stack at which its callers run.
class stack_meter {
 public:
  // Not inlined, so that it has a frame. Not the address of a local: with the address sanitizer
  // that may lie elsewhere.
  [[gnu::noinline]] void note() noexcept {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    lowest_ = std::min(lowest_, here);
    highest_ = std::max(highest_, here);
  }
  [[nodiscard]] std::uintptr_t spread() const noexcept { return highest_ - lowest_; }

 private:
  std::uintptr_t lowest_ = UINTPTR_MAX;
  std::uintptr_t highest_ = 0;
};

/// A byte more an await would be a million.
constexpr std::uintptr_t most_spread = std::uintptr_t{64} << 10;

task<int> ready_child(stack_meter& stack) {
  stack.note();
  co_return 1;
}

stream<int> count(stack_meter& stack) {
  for (int i = 0; i < rounds; ++i) {
    stack.note();
    co_yield i;
  }
}

}  // namespace

LEAT_ASYNC_TEST("depth: tasks that return at once") {
  stack_meter stack;
  int sum = 0;
  for (int i = 0; i < rounds; ++i) {
    sum += co_await ready_child(stack);
    stack.note();
  }
  CHECK(sum == rounds);
  CHECK(stack.spread() < most_spread);
}

LEAT_ASYNC_TEST("depth: an event that is set") {
  stack_meter stack;
  event set;
  set.set();
  for (int i = 0; i < rounds; ++i) {
    co_await set.wait();
    stack.note();
  }
  CHECK(stack.spread() < most_spread);
}

LEAT_ASYNC_TEST("depth: a channel with room and a message") {
  stack_meter stack;
  channel<int> numbers(1);
  for (int i = 0; i < rounds; ++i) {
    co_await numbers.send(i);
    static_cast<void>(co_await numbers.receive());
    stack.note();
  }
  CHECK(stack.spread() < most_spread);
}

LEAT_ASYNC_TEST("depth: two tasks that wake each other through channels") {
  stack_meter stack;
  channel<int> there(1);
  channel<int> back(1);
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(
        [](channel<int>& from, channel<int>& to, stack_meter& meter) -> task<void> {
          while (const auto number = co_await from.receive()) {
            meter.note();
            co_await to.send(*number);
          }
        },
        std::ref(there), std::ref(back), std::ref(stack));
    for (int i = 0; i < rounds / 4; ++i) {
      co_await there.send(i);
      static_cast<void>(co_await back.receive());
      stack.note();
    }
    there.close();
  });
  CHECK(stack.spread() < most_spread);
}

LEAT_ASYNC_TEST("depth: a semaphore and a mutex that are free") {
  stack_meter stack;
  semaphore free(1);
  mutex unheld;
  for (int i = 0; i < rounds; ++i) {
    const auto permit = co_await free.acquire();
    const auto lock = co_await unheld.lock();
    stack.note();
  }
  CHECK(stack.spread() < most_spread);
}

LEAT_ASYNC_TEST("depth: the items of a stream that has them ready") {
  stack_meter stack;
  auto numbers = count(stack);
  int items = 0;
  while (co_await numbers.next()) {
    stack.note();
    ++items;
  }
  CHECK(items == rounds);
  CHECK(stack.spread() < most_spread);
}

LEAT_ASYNC_TEST("depth: when_all of children that return at once") {
  stack_meter stack;
  for (int i = 0; i < rounds; ++i) {
    static_cast<void>(co_await when_all(ready_child(stack), ready_child(stack)));
    stack.note();
  }
  CHECK(stack.spread() < most_spread);
}

LEAT_ASYNC_TEST("depth: with_timeout around a child that returns at once") {
  stack_meter stack;
  for (int i = 0; i < rounds; ++i) {
    static_cast<void>(co_await with_timeout(1h, ready_child(stack)));
    stack.note();
  }
  CHECK(stack.spread() < most_spread);
}

LEAT_ASYNC_TEST("depth: children that are spawned, return at once and are joined") {
  stack_meter stack;
  co_await with_task_group([&stack](task_group& group) -> task<void> {
    for (int i = 0; i < rounds; ++i) {
      auto child = group.spawn(ready_child, std::ref(stack));
      static_cast<void>(co_await child.join());
      stack.note();
    }
  });
  CHECK(stack.spread() < most_spread);
}
