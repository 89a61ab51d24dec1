// SPDX-License-Identifier: MIT
#include "leat/io/signals.hpp"

#include <atomic>
#include <csignal>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

using namespace leat;

LEAT_LOOPBACK_TEST("signals: one that comes while it is awaited is received") {
  io::signal_receiver signals{SIGUSR1, SIGUSR2};
  int received = 0;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&signals, &received]() -> task<void> { received = co_await signals.next(); });
    co_await yield_now();
    ::raise(SIGUSR2);
  });
  CHECK(received == SIGUSR2);
}

LEAT_LOOPBACK_TEST("signals: those that come before they are awaited are kept") {
  io::signal_receiver signals{SIGUSR1, SIGUSR2};
  ::raise(SIGUSR1);
  ::raise(SIGUSR2);
  ::raise(SIGUSR1);
  int ones = 0;
  int twos = 0;
  for (int i = 0; i < 3; ++i) {
    const int which = co_await signals.next();
    ones += which == SIGUSR1 ? 1 : 0;
    twos += which == SIGUSR2 ? 1 : 0;
  }
  CHECK(ones == 2);
  CHECK(twos == 1);
}

LEAT_LOOPBACK_TEST("signals: one that comes after a stopped wait is kept for the next") {
  io::signal_receiver signals{SIGUSR1};
  bool timed_out = false;
  try {
    static_cast<void>(co_await with_timeout(1ms, signals.next()));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }
  CHECK(timed_out);
  ::raise(SIGUSR1);
  CHECK(co_await signals.next() == SIGUSR1);
}

LEAT_LOOPBACK_TEST("signals: one that comes at the moment of the stop is not lost") {
  io::signal_receiver signals{SIGUSR1};
  int received = 0;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&signals, &received]() -> task<void> { received = co_await signals.next(); });
    co_await some_turns();
    ::raise(SIGUSR1);
    group.cancel();
  });
  if (received == 0) received = co_await signals.next();
  CHECK(received == SIGUSR1);
}

LEAT_LOOPBACK_TEST("signals: each of two receivers gets the signal") {
  io::signal_receiver one{SIGUSR1};
  io::signal_receiver two{SIGUSR1};
  ::raise(SIGUSR1);
  CHECK(co_await one.next() == SIGUSR1);
  CHECK(co_await two.next() == SIGUSR1);
}

LEAT_LOOPBACK_TEST("signals: refuses a number that cannot be caught") {
  CHECK_THROWS_AS(io::signal_receiver{SIGKILL}, std::system_error);
  co_return;
}

LEAT_LOOPBACK_TEST("signals: one that comes as a receiver goes is written nowhere else") {
  io::signal_receiver stays{SIGUSR1};
  std::atomic<bool> is_over = false;
  std::thread raising([&is_over] {
    while (!is_over) ::raise(SIGUSR1);
  });
  int strays = 0;
  for (int i = 0; i < 2000; ++i) {
    {
      const io::signal_receiver goes{SIGUSR1};
    }
    // It has the numbers of the descriptors that the receiver had.
    int ends[2];
    REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    char byte = 0;
    strays += ::read(ends[0], &byte, 1) > 0 ? 1 : 0;
    ::close(ends[0]);
    ::close(ends[1]);
  }
  is_over = true;
  raising.join();
  CHECK(strays == 0);
  CHECK(co_await stays.next() == SIGUSR1);
}

LEAT_LOOPBACK_TEST("signals: the tree of tasks is dumped for each one") {
  int dumps = 0;
  std::string tree;
  event dumped;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(task_name("dump"), io::dump_tasks_on, SIGUSR1,
                [&tree, &dumps, &dumped](std::string_view text) {
                  tree = text;
                  ++dumps;
                  dumped.set();
                });
    group.spawn(task_name("the other"), []() -> task<void> { co_await sleep_for(1h); });
    for (int i = 0; i < 2; ++i) {
      co_await some_turns();
      dumped.reset();
      ::raise(SIGUSR1);
      co_await dumped.wait();
    }
    group.cancel();
  });
  CHECK(dumps == 2);
  CHECK(tree.find("  dump [task group]: running or ready") != std::string::npos);
  CHECK(tree.find("  the other [task group]: sleep at signals_test.cpp:") != std::string::npos);
}
