// SPDX-License-Identifier: MIT
#include "leat/coro/refuse_on_loop.hpp"

#include <string>

#include "leat/base/error.hpp"
#include "leat/coro/to_thread.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// What a blocking function with an asynchronous twin says, or nothing.
std::string refusal() {
  try {
    refuse_on_loop("shop::async_stock::count");
  } catch (const blocking_call_on_loop& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("refuse on loop: a thread without a loop may block") {
  CHECK(refusal().empty());
}

LEAT_ASYNC_TEST("refuse on loop: a thread that runs a loop may not, and is told the twin") {
  CHECK(refusal() ==
        "blocking call on a loop thread: use shop::async_stock::count, or to_thread()");
  co_return;
}

LEAT_ASYNC_TEST("refuse on loop: a thread of to_thread may block while the loop goes on") {
  CHECK((co_await to_thread(refusal)).empty());
}

TEST_CASE("refuse on loop: a thread may block again when its loop has ended") {
  testing::test_loop loop;
  loop.run([]() -> task<void> { co_return; }());
  CHECK(refusal().empty());
}
