// SPDX-License-Identifier: MIT
#include "io/timing_wheel.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "support/test.hpp"

using namespace leat;
using namespace std::chrono_literals;
using io::timing_wheel;

namespace {

/// Notes when it expires; may do something more then.
struct timer final : ready_node {
  explicit timer(std::vector<int>& log, int number) : expirations(log), id(number) {}
  void run() noexcept override {}
  void expired() noexcept override {
    expirations.push_back(id);
    if (then) then();
  }

  std::vector<int>& expirations;
  int id;
  std::function<void()> then;
};

constexpr time_point start{1h};

time_point after(std::uint64_t ticks) {
  return start + duration(static_cast<duration::rep>(ticks));
}

}  // namespace

TEST_CASE("timing wheel: a timer expires exactly at its time, at every boundary of a level") {
  for (unsigned level = 0; level < 10; ++level) {
    const std::uint64_t span = std::uint64_t{1} << (6 * level);
    for (const std::uint64_t distance : {span - 1, span, span + 1, 63 * span, 64 * span - 1}) {
      // Armed from the middle of a slot, too, where carries go through several levels.
      for (const std::uint64_t from : {std::uint64_t{0}, std::uint64_t{12'345'678'901}}) {
        if (distance == 0) continue;
        CAPTURE(distance);
        CAPTURE(from);
        std::vector<int> log;
        timing_wheel wheel(after(from));
        timer one(log, 1);
        wheel.arm(one, after(from + distance));
        CHECK(wheel.next_expiry() == after(from + distance));

        wheel.advance(after(from + distance - 1));
        CHECK(log.empty());
        wheel.advance(after(from + distance));
        CHECK(log.size() == 1);
        CHECK(wheel.next_expiry() == time_point::max());
      }
    }
  }
}

TEST_CASE("timing wheel: a long step expires timers in the order of their times") {
  std::vector<int> log;
  timing_wheel wheel(start);
  std::deque<timer> timers;
  const std::vector<std::uint64_t> times{5'000'000, 64, 3, 4096, 63, 65, 1, 262'144, 4095};
  for (std::size_t i = 0; i < times.size(); ++i) {
    wheel.arm(timers.emplace_back(log, static_cast<int>(times[i])), after(times[i]));
  }
  wheel.advance(after(10'000'000));
  CHECK(log == std::vector<int>{1, 3, 63, 64, 65, 4095, 4096, 262'144, 5'000'000});
}

TEST_CASE("timing wheel: timers of one instant expire as they were armed, from whichever level") {
  std::vector<int> log;
  timing_wheel wheel(start);
  std::deque<timer> timers;
  const std::uint64_t instant = 1'000'000'000;
  int id = 0;
  // Ever closer, so that each one is armed at another level.
  for (const std::uint64_t now : {std::uint64_t{0}, instant - 100'000'000, instant - 1'000'000,
                                  instant - 5'000, instant - 70, instant - 2}) {
    wheel.advance(after(now));
    wheel.arm(timers.emplace_back(log, ++id), after(instant));
    wheel.arm(timers.emplace_back(log, ++id), after(instant));
  }
  wheel.advance(after(instant));
  CHECK(log == std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
}

TEST_CASE("timing wheel: a timer for a time that has passed expires at the next step") {
  std::vector<int> log;
  timing_wheel wheel(start);
  wheel.advance(after(1000));
  timer now(log, 1);
  timer before(log, 2);
  timer before_the_epoch(log, 3);
  wheel.arm(now, after(1000));
  wheel.arm(before, start);
  wheel.arm(before_the_epoch, time_point(-1h));
  CHECK(wheel.next_expiry() <= after(1000));
  wheel.advance(after(1000));
  CHECK(log == std::vector<int>{1, 2, 3});
}

TEST_CASE("timing wheel: an unlinked timer does not expire") {
  std::vector<int> log;
  timing_wheel wheel(start);
  timer one(log, 1);
  timer two(log, 2);
  wheel.arm(one, after(100));
  wheel.arm(two, after(200));
  one.unlink();
  CHECK(wheel.next_expiry() == after(200));
  wheel.advance(after(1000));
  CHECK(log == std::vector<int>{2});
}

TEST_CASE("timing wheel: an unlinked timer can be armed again") {
  std::vector<int> log;
  timing_wheel wheel(start);
  timer one(log, 1);
  wheel.arm(one, after(100));
  one.unlink();
  wheel.arm(one, after(50));
  wheel.advance(after(50));
  CHECK(log == std::vector<int>{1});
}

TEST_CASE("timing wheel: a timer armed from an expiry expires in the same step if it is in it") {
  std::vector<int> log;
  timing_wheel wheel(start);
  timer one(log, 1);
  timer two(log, 2);
  one.then = [&] { wheel.arm(two, after(150)); };
  wheel.arm(one, after(100));
  wheel.advance(after(200));
  CHECK(log == std::vector<int>{1, 2});
}

TEST_CASE("timing wheel: a timer that arms itself for the present waits for the next step") {
  std::vector<int> log;
  timing_wheel wheel(start);
  timer one(log, 1);
  one.then = [&] { wheel.arm(one, after(100)); };
  wheel.arm(one, after(100));
  wheel.advance(after(100));
  CHECK(log.size() == 1);
  wheel.advance(after(100));
  CHECK(log.size() == 2);
}

TEST_CASE("timing wheel: an expiry may unlink a timer of the same instant") {
  std::vector<int> log;
  timing_wheel wheel(start);
  timer one(log, 1);
  timer two(log, 2);
  one.then = [&] { two.unlink(); };
  wheel.arm(one, after(100));
  wheel.arm(two, after(100));
  wheel.advance(after(100));
  CHECK(log == std::vector<int>{1});
}

TEST_CASE("timing wheel: keeps timers years ahead, up to the end of the clock") {
  std::vector<int> log;
  timing_wheel wheel(start);
  timer decade(log, 1);
  timer last(log, 2);
  wheel.arm(decade, start + 24h * 3650);
  wheel.arm(last, time_point::max() - 1ns);
  CHECK(wheel.next_expiry() == start + 24h * 3650);
  wheel.advance(start + 24h * 3650 - 1ns);
  CHECK(log.empty());
  wheel.advance(start + 24h * 3650);
  CHECK(log == std::vector<int>{1});
  CHECK(wheel.next_expiry() == time_point::max() - 1ns);
  wheel.advance(time_point::max() - 1ns);
  CHECK(log == std::vector<int>{1, 2});
}

TEST_CASE("timing wheel: with a crowd of timers it may ask to be woken early, never late") {
  std::vector<int> log;
  timing_wheel wheel(start);
  std::deque<timer> timers;
  const auto first = after(1'000'000'007);
  for (int i = 0; i < 100; ++i) {
    wheel.arm(timers.emplace_back(log, i), first + duration(100 - i));
  }
  int wakes = 0;
  while (log.empty()) {
    const auto next = wheel.next_expiry();
    REQUIRE(next <= first + 1ns);
    wheel.advance(next);
    REQUIRE(++wakes < 12);  // once per level at most
  }
  CHECK(log == std::vector<int>{99});
}

TEST_CASE("timing wheel: does what a sorted list does, over 100,000 random operations") {
  constexpr unsigned seed = 20'240'229;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const auto below = [&random](std::uint64_t limit) { return random() % limit; };

  std::vector<int> log;
  std::vector<int> expected;
  timing_wheel wheel(start);
  std::uint64_t now = 0;
  std::multimap<std::uint64_t, int> model;
  std::deque<timer> timers;
  for (int i = 0; i < 500; ++i) timers.emplace_back(log, i);
  const auto forget = [&model](int id) {
    for (auto at = model.begin(); at != model.end(); ++at) {
      if (at->second == id) {
        model.erase(at);
        return;
      }
    }
  };

  for (int step = 0; step < 100'000; ++step) {
    auto& one = timers[below(timers.size())];
    // Distances of every magnitude, and often small round ones, so that times coincide.
    const std::uint64_t distance = below(3) == 0 ? below(8) * 64 : below(1ULL << below(45));
    switch (below(4)) {
      case 0:
      case 1:
        one.unlink();
        forget(one.id);
        wheel.arm(one, after(now + distance));
        model.emplace(now + distance, one.id);
        break;
      case 2:
        one.unlink();
        forget(one.id);
        break;
      default: {
        // Often to the very time of the next timer, which is where mistakes are.
        const bool exactly = below(2) == 0 && !model.empty();
        now = exactly ? model.begin()->first : now + below(1ULL << below(40));
        while (!model.empty() && model.begin()->first <= now) {
          expected.push_back(model.begin()->second);
          model.erase(model.begin());
        }
        wheel.advance(after(now));
        REQUIRE(log == expected);
        log.clear();
        expected.clear();
      }
    }
    const auto next = wheel.next_expiry();
    if (model.empty()) {
      REQUIRE(next == time_point::max());
    } else {
      REQUIRE(next <= after(model.begin()->first));
    }
  }
}

TEST_CASE("timing wheel: no timer is due before the earliest expiry, whatever was disarmed") {
  std::vector<int> log;
  timing_wheel wheel(start);
  CHECK(wheel.earliest_expiry() == time_point::max());
  timer later(log, 1);
  wheel.arm(later, after(1'000'000));
  CHECK(wheel.earliest_expiry() == after(1'000'000));
  {
    timer sooner(log, 2);
    wheel.arm(sooner, after(500));
    CHECK(wheel.earliest_expiry() == after(500));
  }
  CHECK(wheel.earliest_expiry() <= after(1'000'000));
  CHECK(wheel.next_expiry() == after(1'000'000));
  CHECK(wheel.earliest_expiry() == after(1'000'000));
  wheel.advance(after(1'000'000));
  CHECK(wheel.earliest_expiry() == time_point::max());
  timer passed(log, 3);
  wheel.arm(passed, after(10));
  CHECK(wheel.earliest_expiry() <= after(1'000'000));
}
