// SPDX-License-Identifier: MIT
#include "io/watch/step_watch.hpp"

#include <chrono>

#include "support/test.hpp"

using namespace leat;
using namespace std::chrono_literals;
using verdict = io::step_watch::verdict;

namespace {

constexpr time_point start{1h};
constexpr std::uint64_t runs = 7;
constexpr std::uint64_t waits = 8;

}  // namespace

TEST_CASE("step watch: a step is blocked once it lasts as long as the threshold") {
  io::step_watch watch(100ms, 10s);
  CHECK(watch.look(runs, start).what == verdict::fine);
  CHECK(watch.look(runs, start + 99ms).what == verdict::fine);
  const auto found = watch.look(runs, start + 100ms);
  CHECK(found.what == verdict::blocked);
  CHECK(found.lasted == 100ms);
}

TEST_CASE("step watch: a loop that waits is never blocked") {
  io::step_watch watch(100ms, 10s);
  for (auto at = start; at < start + 1h; at += 25ms) {
    REQUIRE(watch.look(waits, at).what == verdict::fine);
  }
}

TEST_CASE("step watch: steps that go on are never blocked") {
  io::step_watch watch(100ms, 10s);
  std::uint64_t step = runs;
  for (auto at = start; at < start + 1h; at += 90ms) {
    REQUIRE(watch.look(step, at).what == verdict::fine);
    step += 2;
  }
}

TEST_CASE("step watch: the end of a reported step is reported with its whole time") {
  io::step_watch watch(100ms, 10s);
  watch.look(runs, start);
  watch.look(runs, start + 100ms);
  CHECK(watch.look(runs, start + 200ms).what == verdict::fine);
  const auto found = watch.look(waits, start + 300ms);
  CHECK(found.what == verdict::ended);
  CHECK(found.lasted == 300ms);
  CHECK(watch.look(waits, start + 400ms).what == verdict::fine);
}

TEST_CASE("step watch: a step that stays blocked is reported again after the gap") {
  io::step_watch watch(100ms, 10s);
  watch.look(runs, start);
  CHECK(watch.look(runs, start + 100ms).what == verdict::blocked);
  CHECK(watch.look(runs, start + 10s).what == verdict::fine);
  const auto found = watch.look(runs, start + 10s + 100ms);
  CHECK(found.what == verdict::blocked);
  CHECK(found.lasted == 10s + 100ms);
}

TEST_CASE("step watch: a second blocked step within the gap is withheld, once") {
  io::step_watch watch(100ms, 10s);
  watch.look(runs, start);
  watch.look(runs, start + 100ms);
  watch.look(runs + 2, start + 200ms);
  CHECK(watch.look(runs + 2, start + 300ms).what == verdict::withheld);
  CHECK(watch.look(runs + 2, start + 400ms).what == verdict::fine);
  // It was not reported, so neither is its end.
  CHECK(watch.look(runs + 4, start + 500ms).what == verdict::fine);
}

TEST_CASE("step watch: a withheld step that outlasts the gap is reported") {
  io::step_watch watch(100ms, 1s);
  watch.look(runs, start);
  watch.look(runs, start + 100ms);
  watch.look(runs + 2, start + 200ms);
  CHECK(watch.look(runs + 2, start + 300ms).what == verdict::withheld);
  const auto found = watch.look(runs + 2, start + 1100ms);
  CHECK(found.what == verdict::blocked);
  CHECK(found.withheld == 0);  // it is the one that had been
  CHECK(watch.look(runs + 4, start + 1200ms).what == verdict::ended);
}

TEST_CASE("step watch: a report tells how many steps were withheld since the last one") {
  io::step_watch watch(100ms, 1s);
  watch.look(runs, start);
  watch.look(runs, start + 100ms);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    watch.look(runs + 2 * i, start + i * 200ms);
    CHECK(watch.look(runs + 2 * i, start + i * 200ms + 100ms).what == verdict::withheld);
  }
  watch.look(runs + 10, start + 1s);
  const auto found = watch.look(runs + 10, start + 1100ms);
  CHECK(found.what == verdict::blocked);
  CHECK(found.withheld == 3);
  watch.look(runs + 12, start + 2s);
  CHECK(watch.look(runs + 12, start + 2100ms).withheld == 0);
}
