// SPDX-License-Identifier: MIT
#include <memory>
#include <utility>

#include "leat/coro/task.hpp"

using namespace leat;

namespace {

struct connection {
  explicit connection(int of) noexcept : socket(of) {}
  int socket;
};

task<int> dial() {
  co_return 3;
}

// region mistake
task<std::unique_ptr<connection>> wrong() {
  auto* const made = new connection(co_await dial());  // refused: leat-new-await
  co_return std::unique_ptr<connection>(made);
}
// endregion mistake

// region instead
task<std::unique_ptr<connection>> right() {
  const int socket = co_await dial();
  co_return std::make_unique<connection>(socket);
}
// endregion instead

}  // namespace

task<void> all() {
  static_cast<void>(co_await wrong());
  static_cast<void>(co_await right());
}
