// SPDX-License-Identifier: MIT
#include <leat/http/async_client.hpp>
#include <leat/io/loop.hpp>

leat::task<int> refused() {
  leat::http::async_client client;
  try {
    // Nobody listens on the discard port of a machine that runs tests.
    static_cast<void>(co_await client.get("http://127.0.0.1:9/"));
  } catch (const leat::io_error&) {
    co_return 0;
  }
  co_return 1;
}

int main() {
  return leat::run(refused());
}
