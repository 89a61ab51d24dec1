// SPDX-License-Identifier: MIT
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"

using namespace leat;

namespace {

task<void> send(std::string text) {
  co_await sleep_for(std::chrono::seconds(static_cast<int>(text.size())));
}

// region mistake
task<void> wrong() {
  co_await with_task_group([](task_group& group) -> task<void> {
    const std::string text = "hello";
    group.spawn([&] { return send(text); });  // refused: leat-spawn-by-reference
    co_return;                                // text is gone, and the child has not even begun
  });
}
// endregion mistake

// region instead
task<void> right() {
  co_await with_task_group([](task_group& group) -> task<void> {
    const std::string text = "hello";
    group.spawn(send, text);  // a copy that lives with the child
    co_return;
  });
}
// endregion instead

}  // namespace

task<void> all() {
  co_await wrong();
  co_await right();
}
