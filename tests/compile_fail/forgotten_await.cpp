// SPDX-License-Identifier: MIT
#include <utility>

#include "leat/coro/event.hpp"
#include "leat/coro/task.hpp"

namespace {

leat::task<int> save(int record) {
  co_return record;
}

#ifdef MISTAKE_task
// region mistake
leat::task<void> save_both() {
  save(1);
  co_await save(2);
}
// endregion mistake
#else
// region instead
leat::task<void> save_both() {
  co_await save(1);
  co_await save(2);
}
// endregion instead
#endif

leat::task<void> wait_for(leat::event& ready) {
#ifdef MISTAKE_leaf
  ready.wait();
  co_return;
#else
  co_await ready.wait();
#endif
}

leat::task<int> await_named() {
  auto named = save(3);
#ifdef MISTAKE_named_task
  co_return co_await named;
#else
  co_return co_await std::move(named);
#endif
}

}  // namespace

leat::task<void> all(leat::event& ready) {
  co_await save_both();
  co_await wait_for(ready);
  static_cast<void>(co_await await_named());
}
