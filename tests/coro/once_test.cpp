// SPDX-License-Identifier: MIT
#include "leat/coro/once.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// Work that takes a second and counts how often it was begun and finished.
struct fetcher {
  int begun = 0;
  int finished = 0;
  int failures = 0;  // that are still to come

  task<std::string> operator()() {
    ++begun;
    co_await sleep_for(1s);
    ++finished;
    if (failures-- > 0) throw std::runtime_error("boom");
    co_return "profile";
  }
};

task<std::string> asks(once<std::string>& profile) {
  const auto value = co_await profile.get();
  co_return *value;
}

/// Whether the profile came in time.
task<bool> asks_for(once<std::string>& profile, duration limit) {
  try {
    co_await with_timeout(limit, asks(profile));
    co_return true;
  } catch (const deadline_exceeded&) {
    co_return false;
  }
}

}  // namespace

LEAT_ASYNC_TEST("once: ten callers are one run") {
  fetcher work;
  co_await with_task_group([&](task_group& group) -> task<void> {
    once<std::string> profile(group, std::ref(work));
    std::vector<task<std::string>> callers;
    for (int i = 0; i < 10; ++i) callers.push_back(asks(profile));

    const auto values = co_await when_all(std::move(callers));

    CHECK(values == std::vector<std::string>(10, "profile"));
  });
  CHECK(work.begun == 1);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("once: keeps the value") {
  fetcher work;
  co_await with_task_group([&](task_group& group) -> task<void> {
    once<std::string> profile(group, std::ref(work));
    const auto first = co_await profile.get();
    const auto second = co_await profile.get();

    CHECK(profile.has_value());
    CHECK(first == second);
  });
  CHECK(work.begun == 1);
}

LEAT_ASYNC_TEST("once: does nothing before somebody asks") {
  fetcher work;
  co_await with_task_group([&](task_group& group) -> task<void> {
    const once<std::string> profile(group, std::ref(work));
    co_await sleep_for(1h);
  });
  CHECK(work.begun == 0);
}

LEAT_ASYNC_TEST("once: a failure goes to all who waited for it, and not to the group") {
  fetcher work{.failures = 1};
  co_await with_task_group([&](task_group& group) -> task<void> {
    once<std::string> profile(group, std::ref(work));

    const auto [a, b] = co_await when_all_settled(asks(profile), asks(profile));

    CHECK(describe(a.error()) == "boom");
    CHECK(describe(b.error()) == "boom");
    CHECK_FALSE(group.is_stopped());
  });
}

LEAT_ASYNC_TEST("once: a failure is not kept") {
  fetcher work{.failures = 1};
  co_await with_task_group([&](task_group& group) -> task<void> {
    once<std::string> profile(group, std::ref(work));
    CHECK((co_await as_outcome(asks(profile))).has_error());

    CHECK(co_await asks(profile) == "profile");
  });
  CHECK(work.begun == 2);
}

LEAT_ASYNC_TEST("once: a first caller that is stopped takes nothing away from the others") {
  fetcher work;
  co_await with_task_group([&](task_group& group) -> task<void> {
    once<std::string> profile(group, std::ref(work));

    const auto [first, second] = co_await when_all(asks_for(profile, 500ms), asks_for(profile, 2s));

    CHECK_FALSE(first);
    CHECK(second);
  });
  CHECK(work.begun == 1);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("once: the work is stopped when the last caller has left") {
  fetcher work;
  co_await with_task_group([&](task_group& group) -> task<void> {
    once<std::string> profile(group, std::ref(work));
    static_cast<void>(co_await when_all(asks_for(profile, 200ms), asks_for(profile, 500ms)));
    co_await sleep_for(1h);
    CHECK_FALSE(profile.has_value());
  });
  CHECK(work.begun == 1);
  CHECK(work.finished == 0);
}

LEAT_ASYNC_TEST("once: work whose callers left before it began does not begin") {
  fetcher work;
  co_await with_task_group([&](task_group& group) -> task<void> {
    once<std::string> profile(group, std::ref(work));
    co_await with_task_group([&profile](task_group& callers) -> task<void> {
      callers.spawn(asks, std::ref(profile));
      callers.cancel();
      co_return;
    });
  });
  CHECK(work.begun == 0);
}

LEAT_ASYNC_TEST("once: who asks while the work is being stopped gets a new run") {
  int begun = 0;
  const auto work = [&begun]() -> task<std::string> {
    if (++begun == 1) {
      co_await shield(sleep_for(5s), 1h);  // takes its time to stop
      co_await yield_now();
    }
    co_return std::to_string(begun);
  };
  co_await with_task_group([&](task_group& group) -> task<void> {
    once<std::string> profile(group, work);
    CHECK_FALSE(co_await asks_for(profile, 1s));

    CHECK(co_await asks(profile) == "2");
  });
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("once: callers from outside learn that the group was stopped") {
  fetcher work;
  event opened;
  std::optional<once<std::string>> profile;
  const auto owner = [&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      profile.emplace(group, std::ref(work));
      opened.set();
      co_await sleep_for(500ms);
      group.cancel();
      co_await sleep_for(1h);
    });
  };
  const auto outsider = [&]() -> task<bool> {
    co_await opened.wait();
    try {
      co_await asks(*profile);
      co_return false;
    } catch (const owner_stopped&) {
      co_return true;
    }
  };

  const auto [unit, told] = co_await when_all(owner(), outsider());

  CHECK(told);
  CHECK(work.finished == 0);
}

LEAT_ASYNC_TEST("once: holds what cannot be copied") {
  co_await with_task_group([](task_group& group) -> task<void> {
    once<std::unique_ptr<int>> box(
        group, []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); });

    CHECK(**co_await box.get() == 7);
  });
}

LEAT_ASYNC_TEST("once: may have no value to hold") {
  int runs = 0;
  co_await with_task_group([&runs](task_group& group) -> task<void> {
    once<> started(group, [&runs]() -> task<void> {
      ++runs;
      co_await yield_now();
    });
    co_await when_all(started.get(), started.get());
    co_await started.get();
  });
  CHECK(runs == 1);
}

TEST_CASE("once: cancelled anywhere, no caller waits for ever") {
  fetcher work;
  const auto scenario = [&]() -> task<void> {
    work = fetcher{.failures = 1};
    co_await with_task_group([&](task_group& group) -> task<void> {
      once<std::string> profile(group, std::ref(work));
      const auto caller = [&profile](duration limit) -> task<void> {
        static_cast<void>(co_await as_outcome(asks_for(profile, limit)));
      };
      co_await when_all(caller(500ms), caller(2s), caller(3s));
      co_await when_all(caller(500ms), caller(600ms));
      co_await when_all(caller(500ms), caller(2s));
      CHECK(profile.has_value());
    });
  };

  const auto report = testing::for_each_cancellation(scenario);
  CHECK(report.stopped > 20);
}

TEST_CASE("once: its group may be cancelled anywhere while others wait") {
  fetcher work;
  const auto scenario = [&]() -> task<void> {
    work = fetcher{};
    const auto outside = [](once<std::string>& profile) -> task<void> {
      static_cast<void>(co_await as_outcome(asks(profile)));
    };
    co_await with_task_group([&](task_group& callers) -> task<void> {
      co_await with_task_group([&](task_group& owner) -> task<void> {
        once<std::string> profile(owner, std::ref(work));
        co_await with_task_group([&](task_group& inner) -> task<void> {
          inner.spawn(outside, std::ref(profile));
          inner.spawn(outside, std::ref(profile));
          co_await sleep_for(500ms);
          owner.cancel();
          co_await sleep_for(1s);
        });
      });
      callers.cancel();
    });
  };

  const auto report = testing::for_each_cancellation(scenario);
  CHECK(report.stopped > 3);
}
