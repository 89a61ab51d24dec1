// SPDX-License-Identifier: MIT
#include <chrono>
#include <coroutine>
#include <exception>
#include <utility>

#include "leat/coro/event.hpp"
#include "leat/coro/stream.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/uncancellable.hpp"
#include "leat/coro/with_timeout.hpp"

using namespace leat;

namespace other_library {

struct answer {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) const noexcept { waiting.resume(); }
  [[nodiscard]] int await_resume() const noexcept { return 42; }
};

answer ask() {
  return {};
}

struct coroutine {
  struct promise_type {
    coroutine get_return_object() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace other_library

#ifdef MISTAKE_in_task
// region mistake
task<int> deep_thought() {
  co_return co_await other_library::ask();
}
// endregion mistake
#else
// region instead
task<int> deep_thought() {
  co_return co_await uncancellable(other_library::ask());
}
// endregion instead
#endif

other_library::coroutine foreign(event& ready, stream<int>& numbers) {
  static_cast<void>(co_await other_library::ask());
#ifdef MISTAKE_leaf_in_foreign
  co_await ready.wait();
#endif
#ifdef MISTAKE_group_in_foreign
  co_await with_task_group([](task_group&) -> task<void> { co_return; });
#endif
#ifdef MISTAKE_combinator_in_foreign
  static_cast<void>(co_await with_timeout(std::chrono::seconds(1), deep_thought()));
#endif
#ifdef MISTAKE_stream_in_foreign
  static_cast<void>(co_await numbers.next());
#endif
#ifdef MISTAKE_task_in_foreign
  static_cast<void>(co_await deep_thought());
#endif
  static_cast<void>(ready.is_set());
  static_cast<void>(numbers.is_over());
}
