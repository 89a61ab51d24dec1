// SPDX-License-Identifier: MIT
#include "leat/testing/simulation.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"

#include "support/async_test.hpp"

using namespace leat;
using testing::seed_failure;
using testing::seed_range;
using testing::simulation;

namespace {

std::optional<seed_failure> failure_of(seed_range seeds,
                                       const std::function<task<void>(simulation&)>& scenario) {
  try {
    testing::for_each_seed(seeds, scenario);
  } catch (const seed_failure& failure) {
    return failure;
  }
  return std::nullopt;
}

task<void> fails_now_and_then(simulation& run) {
  const auto listening = run.net.listen(io::endpoint::tcp("server", 80));
  static_cast<void>(co_await run.net.connect(listening->local(), deadline_after(1s)));
  if (run.random.chance(0.05)) throw std::runtime_error("bad luck");
}

}  // namespace

TEST_CASE("seeds: each is tried once, in order, from a loop and a network of its own") {
  std::vector<std::uint64_t> seen;
  testing::for_each_seed({.first = 5, .count = 3}, [&seen](simulation& run) -> task<void> {
    CHECK(run.loop.elapsed() == 0s);
    CHECK(run.net.seed() == run.seed);
    CHECK(run.net.trace().empty());
    co_await sleep_for(1s);
    seen.push_back(run.seed);
  });
  CHECK(seen == std::vector<std::uint64_t>{5, 6, 7});
}

TEST_CASE("seeds: a failure says which seed it was, and that seed alone repeats it") {
  const auto found = failure_of({}, fails_now_and_then);
  REQUIRE(found.has_value());
  CHECK(std::string(found->what()) ==
        "failed with seed " + std::to_string(found->seed()) + ": bad luck");
  CHECK(found->trace().starts_with("0.000000000 #1 localhost -> server:80 connected\n"));
  CHECK_THROWS_WITH(std::rethrow_exception(found->cause()), "bad luck");

  const auto again = failure_of({.first = found->seed(), .count = 1}, fails_now_and_then);
  REQUIRE(again.has_value());
  CHECK(std::string(again->what()) == found->what());
  CHECK(again->trace() == found->trace());
}

TEST_CASE("seeds: a run that can never go on fails") {
  const auto found = failure_of({}, [](simulation&) -> task<void> {
    event never;
    co_await never.wait();
  });
  REQUIRE(found.has_value());
  CHECK_THROWS_AS(std::rethrow_exception(found->cause()), deadlock);
}

TEST_CASE("seeds: a run that leaves a task behind fails") {
  static std::vector<task<void>> leaked;
  const auto found = failure_of({}, [](simulation&) -> task<void> {
    leaked.push_back([]() -> task<void> { co_return; }());
    co_return;
  });
  leaked.clear();
  REQUIRE(found.has_value());
  CHECK(std::string(found->what()).find("coroutine frames") != std::string::npos);
}

TEST_CASE("seeds: a run with a report that nobody takes fails") {
  const auto found = failure_of({}, [](simulation&) -> task<void> {
    executor::current().report(std::make_exception_ptr(std::runtime_error("boom")), "somewhere");
    co_return;
  });
  REQUIRE(found.has_value());
  CHECK(std::string(found->what()).find("somewhere: boom") != std::string::npos);
}
