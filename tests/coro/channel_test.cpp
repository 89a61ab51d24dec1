// SPDX-License-Identifier: MIT
#include "leat/coro/channel.hpp"

#include <memory>
#include <string>

#include "leat/base/error.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_any.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<void> sends(channel<int>& to, int first, int last) {
  for (int i = first; i <= last; ++i) co_await to.send(i);
}

task<void> receives_all(channel<int>& from, std::string& seen, char name) {
  while (const auto message = co_await from.receive()) seen += name + std::to_string(*message);
}

task<void> receives_one(channel<int>& from, std::string& seen, char name) {
  const auto message = co_await from.receive();
  seen += name + (message ? std::to_string(*message) : "-");
}

/// A message that knows how many of its kind there are.
class counted {
 public:
  explicit counted(int& alive) noexcept : alive_(&alive) { ++*alive_; }
  counted(counted&& other) noexcept : alive_(std::exchange(other.alive_, nullptr)) {}
  counted& operator=(counted&&) = delete;
  ~counted() {
    if (alive_ != nullptr) --*alive_;
  }

 private:
  int* alive_;
};

}  // namespace

LEAT_ASYNC_TEST("channel: delivers messages in the order in which they were sent") {
  channel<int> numbers(3);
  co_await sends(numbers, 1, 3);

  CHECK(co_await numbers.receive() == 1);
  CHECK(co_await numbers.receive() == 2);
  CHECK(co_await numbers.receive() == 3);
}

LEAT_ASYNC_TEST("channel: keeps the order when it goes round") {
  channel<int> numbers(3);
  for (int i = 0; i < 10; i += 2) {
    co_await sends(numbers, i, i + 1);

    CHECK(numbers.try_receive() == i);
    CHECK(numbers.try_receive() == i + 1);
  }
}

LEAT_ASYNC_TEST("channel: refuses to have no room") {
  CHECK_THROWS_AS(channel<int>(0), invalid_argument);
  co_return;
}

LEAT_ASYNC_TEST("channel: a sender waits for room") {
  channel<int> numbers(2);
  co_await with_task_group([&](task_group& group) -> task<void> {
    auto sender = group.spawn(sends, std::ref(numbers), 1, 3);
    co_await sleep_for(1s);
    CHECK_FALSE(sender.is_done());
    CHECK(numbers.size() == 2);

    CHECK(co_await numbers.receive() == 1);

    co_await yield_now();
    CHECK(sender.is_done());
    CHECK(numbers.size() == 2);
  });
}

LEAT_ASYNC_TEST("channel: senders get room in the order in which they came") {
  channel<int> numbers(1);
  std::string seen;
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (int i = 1; i <= 4; ++i) group.spawn(sends, std::ref(numbers), i, i);
    co_await sleep_for(1s);
    for (int i = 1; i <= 4; ++i) seen += std::to_string((co_await numbers.receive()).value());
  });

  CHECK(seen == "1234");
}

LEAT_ASYNC_TEST("channel: receivers get messages in the order in which they came") {
  channel<int> numbers(1);
  std::string seen;
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (const char name : {'a', 'b', 'c'})
      group.spawn(receives_one, std::ref(numbers), std::ref(seen), name);
    co_await sleep_for(1s);
    co_await sends(numbers, 1, 3);
  });

  CHECK(seen == "a1b2c3");
}

LEAT_ASYNC_TEST("channel: messages on the way are received after it was closed") {
  channel<int> numbers(3);
  co_await sends(numbers, 1, 2);

  numbers.close();

  std::string seen;
  co_await receives_all(numbers, seen, 'a');
  CHECK(seen == "a1a2");
}

LEAT_ASYNC_TEST("channel: closing wakes those who wait for a message") {
  channel<int> numbers(1);
  std::string seen;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(receives_one, std::ref(numbers), std::ref(seen), 'a');
    group.spawn(receives_one, std::ref(numbers), std::ref(seen), 'b');
    co_await yield_now();
    numbers.close();
  });

  CHECK(seen == "a-b-");
}

LEAT_ASYNC_TEST("channel: nothing can be sent once it is closed") {
  channel<int> numbers(1);
  numbers.close();

  bool refused = false;
  try {
    co_await numbers.send(1);
  } catch (const channel_closed&) {
    refused = true;
  }
  CHECK(refused);
  int message = 1;
  CHECK_THROWS_AS(static_cast<void>(numbers.try_send(message)), channel_closed);
}

LEAT_ASYNC_TEST("channel: closing refuses those who wait for room") {
  channel<int> numbers(1);
  bool refused = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(
        [](channel<int>& to, bool& flag) -> task<void> {
          try {
            co_await sends(to, 1, 2);
          } catch (const channel_closed&) {
            flag = true;
          }
        },
        std::ref(numbers), std::ref(refused));
    co_await sleep_for(1s);
    numbers.close();
  });

  CHECK(refused);
  CHECK(numbers.try_receive() == 1);
  CHECK(numbers.try_receive() == std::nullopt);
}

LEAT_ASYNC_TEST("channel: may drop the newest when it is full") {
  channel<int> numbers(2, overflow::drop_newest);
  co_await sends(numbers, 1, 4);

  CHECK(numbers.dropped() == 2);
  CHECK(numbers.try_receive() == 1);
  CHECK(numbers.try_receive() == 2);
}

LEAT_ASYNC_TEST("channel: may drop the oldest when it is full") {
  channel<int> numbers(2, overflow::drop_oldest);
  co_await sends(numbers, 1, 4);

  CHECK(numbers.dropped() == 2);
  CHECK(numbers.try_receive() == 3);
  CHECK(numbers.try_receive() == 4);
}

LEAT_ASYNC_TEST("channel: may fail when it is full") {
  channel<int> numbers(2, overflow::fail);
  std::string what;
  try {
    co_await sends(numbers, 1, 4);
  } catch (const limit_exceeded& e) {
    what = e.what();
  }

  CHECK(what == "a channel is full: its limit is 2 messages");
  CHECK(numbers.size() == 2);
}

LEAT_ASYNC_TEST("channel: try_send leaves a message that has no room where it is") {
  channel<std::unique_ptr<int>> boxes(1);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);

  CHECK(boxes.try_send(first));
  CHECK_FALSE(boxes.try_send(second));

  CHECK(*second == 2);
  co_return;
}

LEAT_ASYNC_TEST("channel: a message handed over just before a cancel is delivered") {
  channel<int> numbers(1);
  std::string seen;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(receives_one, std::ref(numbers), std::ref(seen), 'a');
      co_await yield_now();
      co_await numbers.send(7);  // now the receiver owns it, but has not run
      scope.cancel();
      co_await yield_now();
    });
  });

  CHECK(ended.is_cancelled());
  CHECK(seen == "a7");
}

LEAT_ASYNC_TEST("channel: a receive that loses against a timer takes no message") {
  channel<int> numbers(1);
  auto result = co_await when_any(numbers.receive(), sleep_for(1s));
  CHECK(result.get<0>().is_cancelled());

  co_await numbers.send(7);

  CHECK(co_await numbers.receive() == 7);
}

LEAT_ASYNC_TEST("channel: a send that timed out has not sent") {
  channel<int> numbers(1);
  co_await numbers.send(1);
  bool timed_out = false;
  try {
    co_await with_timeout(1s, numbers.send(2));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }

  CHECK(timed_out);
  CHECK(numbers.try_receive() == 1);
  CHECK(numbers.try_receive() == std::nullopt);
}

LEAT_ASYNC_TEST("channel: destroys the messages that nobody received") {
  int alive = 0;
  {
    channel<counted> messages(2, overflow::drop_oldest);
    for (int i = 0; i < 3; ++i) co_await messages.send(counted(alive));
    CHECK(alive == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("channel: cancelled anywhere, every message that was sent is received or on the way") {
  struct world {
    channel<int> numbers{2};
    int sent = 0;
    int received = 0;
  };
  std::unique_ptr<world> all;
  const auto sender = [](world& in) -> task<void> {
    for (int i = 0; i < 4; ++i) {
      co_await in.numbers.send(i);
      ++in.sent;
    }
  };
  const auto receiver = [](world& in, duration pause) -> task<void> {
    while (co_await in.numbers.receive()) {
      ++in.received;
      co_await sleep_for(pause);
    }
  };
  const auto scenario = [&]() -> task<void> {
    all = std::make_unique<world>();
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(receiver, std::ref(*all), 1ms);
      group.spawn(receiver, std::ref(*all), 2ms);
      co_await with_task_group([&](task_group& senders) -> task<void> {
        for (int i = 0; i < 3; ++i) senders.spawn(sender, std::ref(*all));
        co_return;
      });
      all->numbers.close();
    });
  };

  const auto report = testing::for_each_cancellation(scenario, [&](const outcome<void>& ended) {
    const int on_the_way = static_cast<int>(all->numbers.size());
    CHECK(all->sent == all->received + on_the_way);
    if (ended.has_value()) CHECK(all->received == 12);
    CHECK_FALSE(all->numbers.has_waiting_senders());
    CHECK_FALSE(all->numbers.has_waiting_receivers());
  });
  CHECK(report.stopped > 20);
}
