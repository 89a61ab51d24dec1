// SPDX-License-Identifier: MIT
#include <leat/coro/sleep.hpp>
#include <leat/coro/with_timeout.hpp>
#include <leat/io/loop.hpp>

using namespace std::chrono_literals;

leat::task<int> answer() {
  co_await leat::with_timeout(1s, leat::yield_now());
  co_return 0;
}

int main() {
  return leat::run(answer());
}
