// SPDX-License-Identifier: MIT
#include <string>
#include <utility>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"

using namespace leat;

namespace {

task<void> send(std::string text) {
  co_await sleep_for(std::chrono::seconds(static_cast<int>(text.size())));
}

// region mistake
task<void> wrong(std::string text) {
  auto work = [text]() -> task<void> { co_await send(text); }();  // refused: leat-dangling-lambda
  co_await std::move(work);  // the lambda is gone, and with it the text
}
// endregion mistake

// region instead
task<void> right(std::string text) {
  auto work = [](std::string its_own) -> task<void> { co_await send(its_own); }(text);
  co_await std::move(work);

  const auto lives_on = [text]() -> task<void> { co_await send(text); };
  co_await lives_on();

  co_await with_task_group([text](task_group& group) -> task<void> {
    group.spawn([text]() -> task<void> { co_await send(text); });  // kept by the child
    co_return;
  });
}
// endregion instead

}  // namespace

task<void> all() {
  co_await wrong("hello");
  co_await right("hello");
}
