// SPDX-License-Identifier: MIT
//
// What the pages under docs/guides/mistakes quote: each mistake, what Leat says to it, word for
// word, and what to write instead.
#include <array>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include "leat/base/error.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/run.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/http/client.hpp"
#include "leat/io/blocking_network.hpp"
#include "leat/pool/error.hpp"
#include "leat/pool/resource_pool.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// The message of the error that `work` fails with.
template <class T>
task<std::string> message_of(task<T> work) {
  try {
    static_cast<void>(co_await std::move(work));
  } catch (const leat::error& e) {
    co_return e.what();
  }
  co_return "went through";
}

std::string only_report(testing::test_loop& loop) {
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  return describe(reports.front().failure);
}

task<int> save(int record) {
  co_await sleep_for(1s);
  co_return record;
}

// region dropped_mistake
task<void> save_later() {
  auto saving = save(1);  // nothing is wrong with this line
  co_return;              // but it ends here, and nothing was saved
}
// endregion dropped_mistake

// region nested_mistake
int save_now(int record) {
  return leat::run(save(record));  // called by a task
}
task<void> handle_nested() {
  save_now(1);
  co_return;
}
// endregion nested_mistake

// region nested_instead
task<int> save_and_count(int record) {
  co_return 1 + co_await save(record);
}
task<void> handle_plainly() {
  static_cast<void>(co_await save_and_count(1));
}
// endregion nested_instead

// region blocking_mistake
task<std::string> ask_blocking(http::client& api) {
  co_return api.get("http://localhost:1/").content();
}
// endregion blocking_mistake

// region blocking_instead
task<std::string> ask_on_thread(http::client& api) {
  co_return co_await to_thread([&api] { return api.get("http://localhost:1/").content(); });
}
// endregion blocking_instead

task<void> undo() {
  co_return;
}

// region unclosed_mistake
task<void> keep_undone() {
  exit_stack cleanups;
  cleanups.callback(undo);
  co_return;  // nobody can await undo() in a destructor
}
// endregion unclosed_mistake

// region unclosed_instead
task<void> undo_at_the_end() {
  co_await with_exit_stack([](exit_stack& cleanups) -> task<void> {
    cleanups.callback(undo);
    co_await sleep_for(1s);
  });
}
// endregion unclosed_instead

// region stuck_mistake
task<void> flush() {
  co_await shield(sleep_for(1h), no_timeout);  // whatever happens, for as long as it takes
}
task<void> stop_flushing() {
  co_await with_task_group(group_options("writers"), [](task_group& group) -> task<void> {
    group.spawn(task_name("flush"), flush);
    co_await sleep_for(1s);
    group.cancel();
  });
}
// endregion stuck_mistake

// region stuck_instead
task<void> flush_for_a_while() {
  co_await shield(sleep_for(1h), 2s);
}
// endregion stuck_instead

// region timeout_mistake
task<void> wait_for_answer(event& answered) {
  co_await answered.wait();
}
// endregion timeout_mistake

// region timeout_instead
task<void> wait_a_minute_for_answer(event& answered) {
  co_await with_timeout(1min, answered.wait());
}
// endregion timeout_instead

// region slot_mistake
task<void> copy(pool::resource_pool& connections) {
  const auto source = co_await connections.acquire("db", deadline_after(5s));
  const auto target = co_await connections.acquire("db", deadline_after(5s));
}
// endregion slot_mistake

// region slot_instead
task<void> copy_in_turn(pool::resource_pool& connections) {
  {
    const auto source = co_await connections.acquire("db", deadline_after(5s));
    co_await sleep_for(1s);  // reads
  }  // gives the slot back
  const auto target = co_await connections.acquire("db", deadline_after(5s));
}
// endregion slot_instead

pool::pool_options one_connection() {
  pool::pool_options options;
  options.max_size = 1;
  return options;
}

/// What a program that runs `main` writes to standard error, and whether it was aborted.
struct ending {
  std::string said;
  bool was_aborted;
};
ending run_in_child(task<void> (*main)()) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGABRT, SIG_DFL);  // not the test framework's
    ::dup2(ends[1], STDERR_FILENO);
    testing::test_loop loop;
    loop.run(main());
    ::_exit(0);
  }
  ::close(ends[1]);
  ending seen{};
  std::array<char, 256> part{};
  for (;;) {
    const auto size = ::read(ends[0], part.data(), part.size());
    if (size <= 0) break;
    seen.said.append(part.data(), static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  seen.was_aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  return seen;
}

}  // namespace

#ifdef NDEBUG
constexpr bool is_debug = false;
#else
constexpr bool is_debug = true;
#endif

LEAT_ASYNC_TEST("mistakes: a task that is kept and never awaited") {
  co_await save_later();
  if (is_debug) {
    const auto said = only_report(loop);
    CHECK(said.starts_with("a task was dropped that nobody had awaited: save (mistakes_test.cpp:"));
  }
}

LEAT_ASYNC_TEST("mistakes: run() inside of a running loop") {
  CHECK(co_await message_of(handle_nested()) ==
        "run() was called on a thread whose loop is already running: co_await the task, or spawn "
        "it in a task group");
  co_await handle_plainly();
}

LEAT_ASYNC_TEST("mistakes: a blocking call on the thread of a loop") {
  http::client api;
  CHECK(co_await message_of(ask_blocking(api)) ==
        "blocking call on a loop thread: use http::async_client::request, or to_thread()");
  // On a thread it is only refused by the port, on which nobody listens.
  CHECK((co_await message_of(ask_on_thread(api))).find("localhost:1") != std::string::npos);
  CHECK_THROWS_WITH_AS(static_cast<void>(io::system_blocking_network().connect(
                           io::endpoint::tcp("localhost", 1), deadline::never())),
                       "blocking call on a loop thread: use io::network::connect, or to_thread()",
                       blocking_call_on_loop);
}

TEST_CASE("mistakes: an exit stack that is destroyed without having been closed") {
  const auto wrong = run_in_child(keep_undone);
  CHECK(wrong.was_aborted == is_debug);
  if (is_debug) {
    CHECK(wrong.said.find("leat: broken invariant: an exit_stack with registrations was destroyed "
                          "without close()") != std::string::npos);
  }
  const auto right = run_in_child(undo_at_the_end);
  CHECK_FALSE(right.was_aborted);
  CHECK(right.said.empty());
}

LEAT_ASYNC_TEST("mistakes: a child that does not stop") {
  co_await stop_flushing();
  CHECK(only_report(loop).ends_with("1 child has not stopped within 5 s: flush (sleep for 6 s)"));

  const auto before = loop.elapsed();
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn(flush_for_a_while);
    co_await sleep_for(1s);
    group.cancel();
  });
  CHECK(loop.elapsed() - before == 3s);
}

TEST_CASE("mistakes: a wait without a limit for what never comes") {
  testing::test_loop loop;
  event never;
  CHECK_THROWS_WITH_AS(loop.run(wait_for_answer(never)),
                       "the test can never go on: nothing is ready, no timer is armed and no "
                       "thread works for it",
                       deadlock);
  const auto said = loop.run(message_of(wait_a_minute_for_answer(never)));
  CHECK(
      said.starts_with("deadline exceeded: with_timeout of 60 s in "
                       "wait_a_minute_for_answer (mistakes_test.cpp:"));
}

LEAT_ASYNC_TEST("mistakes: a second slot of a pool that has one") {
  pool::resource_pool connections(one_connection());
  CHECK(co_await message_of(copy(connections)) ==
        "no connection to db became free in time: 1 of 1 in use (db: 1), 0 waiting");
  co_await copy_in_turn(connections);
  CHECK(connections.statistics().lent == 0);
}
