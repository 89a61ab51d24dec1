// SPDX-License-Identifier: MIT
#include "leat/coro/exit_stack.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<void> note(std::string& log, std::string text) {
  co_await sleep_for(1s);
  log += text;
}

/// A resource that notes when it is entered and left.
struct room {
  std::string& log;
  char name;
  bool refuses = false;

  task<char> enter() {
    co_await sleep_for(1s);
    if (refuses) throw std::runtime_error("no entry");
    log += name;
    co_return name;
  }
  task<void> exit(const exit_status& status) {
    co_await sleep_for(1s);
    log += status.has_error() ? '!' : status.is_cancelled() ? '~' : '.';
    log += name;
  }
};

task<void> throws(const char* text) {
  co_await sleep_for(1s);
  throw std::runtime_error(text);
}

/// The message of what `work` throws; empty if it throws nothing.
task<std::string> error_of(task<void> work) {
  const auto ended = co_await as_outcome(std::move(work));
  co_return ended.has_error() ? describe(ended.error()) : "";
}

}  // namespace

LEAT_ASYNC_TEST("exit stack: hands out what was entered and leaves it at the end") {
  std::string log;
  co_await with_exit_stack([&log](exit_stack& exits) -> task<void> {
    CHECK(co_await exits.enter(room{log, 'a'}) == 'a');
    log += '-';
  });
  CHECK(log == "a-.a");
}

LEAT_ASYNC_TEST("exit stack: what refused to be entered is not left, what was before it is") {
  std::string log;
  const auto what = co_await error_of(with_exit_stack([&log](exit_stack& exits) -> task<void> {
    static_cast<void>(co_await exits.enter(room{log, 'a'}));
    static_cast<void>(co_await exits.enter(room{log, 'b', true}));
  }));
  CHECK(what == "no entry");
  CHECK(log == "a!a");
}

LEAT_ASYNC_TEST("exit stack: cleanups run last first, each after the one before has ended") {
  std::string log;
  co_await with_exit_stack([&log](exit_stack& exits) -> task<void> {
    for (const char* name : {"a", "b", "c"}) exits.callback(note, std::ref(log), name);
    co_return;
  });
  CHECK(log == "cba");
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("exit stack: a pushed exit sees how the body ended") {
  std::string seen;
  const auto what = co_await error_of(with_exit_stack([&seen](exit_stack& exits) -> task<void> {
    exits.push([&seen](const exit_status& status) { seen = describe(status.error()); });
    co_await throws("body");
  }));
  CHECK(what == "body");
  CHECK(seen == "body");
}

LEAT_ASYNC_TEST("exit stack: an exit that suppresses ends the block normally for those outside") {
  bool outer_saw_error = true;
  co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
    exits.push([&](const exit_status& status) { outer_saw_error = status.has_error(); });
    exits.push([](const exit_status&) -> task<bool> {
      co_await sleep_for(1s);
      co_return true;
    });
    co_await throws("suppressed");
  });
  CHECK_FALSE(outer_saw_error);
}

LEAT_ASYNC_TEST("exit stack: a callback cannot suppress an error") {
  const auto what = co_await error_of(with_exit_stack([](exit_stack& exits) -> task<void> {
    exits.callback([] { return true; });
    co_await throws("body");
  }));
  CHECK(what == "body");
}

LEAT_ASYNC_TEST("exit stack: a body with a value whose error was suppressed says so") {
  bool absent = false;
  try {
    static_cast<void>(co_await with_exit_stack([](exit_stack& exits) -> task<int> {
      exits.push([](const exit_status&) { return true; });
      co_await throws("suppressed");
      co_return 1;
    }));
  } catch (const value_absent&) {
    absent = true;
  }
  CHECK(absent);
}

LEAT_ASYNC_TEST("exit stack: a cleanup that throws does not keep the others from running") {
  std::string log;
  const auto what = co_await error_of(with_exit_stack([&log](exit_stack& exits) -> task<void> {
    exits.callback(note, std::ref(log), "a");
    exits.callback(throws, "cleanup");
    exits.callback(note, std::ref(log), "c");
    co_return;
  }));
  CHECK(what == "cleanup");
  CHECK(log == "ca");
}

LEAT_ASYNC_TEST("exit stack: three failing cleanups are all told, oldest first") {
  std::optional<exit_stack_failed> failure;
  try {
    co_await with_exit_stack([](exit_stack& exits) -> task<void> {
      for (const char* name : {"third", "second", "first"}) exits.callback(throws, name);
      co_await throws("body");
    });
  } catch (const exit_stack_failed& e) {
    failure = e;
  }
  REQUIRE(failure);
  REQUIRE(failure->errors().size() == 4);
  CHECK(describe(failure->errors()[0]) == "body");
  CHECK(describe(failure->errors()[1]) == "first");
  CHECK(describe(failure->errors()[3]) == "third");
}

LEAT_ASYNC_TEST("exit stack: the error of a cleanup is what those outside see") {
  std::string seen;
  const auto what = co_await error_of(with_exit_stack([&seen](exit_stack& exits) -> task<void> {
    exits.push([&seen](const exit_status& status) { seen = describe(status.error()); });
    exits.callback(throws, "newer");
    co_await throws("older");
  }));
  CHECK(seen == "newer");
  CHECK(what == "2 errors while closing an exit stack: older; then newer");
}

LEAT_ASYNC_TEST("exit stack: pop_all hands all registrations over") {
  std::string log;
  co_await with_exit_stack([&log](exit_stack& outer) -> task<void> {
    co_await with_exit_stack([&](exit_stack& inner) -> task<void> {
      inner.callback(note, std::ref(log), "a");
      inner.callback(note, std::ref(log), "b");
      outer.adopt(inner.pop_all());
      CHECK(inner.is_empty());
      co_return;
    });
    CHECK(log.empty());
  });
  CHECK(log == "ba");
}

LEAT_ASYNC_TEST("exit stack: closing twice runs each cleanup once") {
  std::string log;
  co_await with_exit_stack([&log](exit_stack& exits) -> task<void> {
    exits.callback(note, std::ref(log), "a");
    co_await exits.close();
    co_await exits.close();
    CHECK(log == "a");
  });
  CHECK(log == "a");
}

LEAT_ASYNC_TEST("exit stack: refuses registrations once it is closed") {
  co_await with_exit_stack([](exit_stack& exits) -> task<void> {
    co_await exits.close();
    CHECK_THROWS_AS(exits.callback([] {}), exit_stack_closed);
    CHECK_THROWS_AS(exits.push([](const exit_status&) {}), exit_stack_closed);
    CHECK_THROWS_AS(static_cast<void>(exits.pop_all()), exit_stack_closed);
  });
}

LEAT_ASYNC_TEST("exit stack: refuses registrations from a cleanup while it is closing") {
  bool refused = false;
  co_await with_exit_stack([&refused](exit_stack& exits) -> task<void> {
    exits.callback([&] {
      try {
        exits.callback([] {});
      } catch (const exit_stack_closed&) {
        refused = true;
      }
    });
    co_return;
  });
  CHECK(refused);
}

LEAT_ASYNC_TEST("exit stack: keeps a value until its turn comes") {
  std::string log;
  struct noted {
    std::string* log;
    explicit noted(std::string& into) : log(&into) {}
    noted(noted&& other) noexcept : log(std::exchange(other.log, nullptr)) {}
    noted& operator=(noted&&) = delete;
    ~noted() {
      if (log != nullptr) *log += 'k';
    }
  };
  co_await with_exit_stack([&log](exit_stack& exits) -> task<void> {
    exits.callback(note, std::ref(log), "a");
    exits.keep(noted(log));
    exits.callback(note, std::ref(log), "b");
    co_return;
  });
  CHECK(log == "bka");
}

LEAT_ASYNC_TEST("exit stack: all cleanups run when the body is stopped, and the stop goes on") {
  std::string log;
  bool reached = false;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
      static_cast<void>(co_await exits.enter(room{log, 'a'}));
      exits.callback(note, std::ref(log), "b");
      scope.cancel();
      co_await sleep_for(1h);
    });
    reached = true;
  });
  CHECK(ended.is_cancelled());
  CHECK_FALSE(reached);
  CHECK(log == "ab~a");
}

LEAT_ASYNC_TEST("exit stack: a cleanup that hangs under a stop gets its grace, the others run") {
  std::string log;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_exit_stack(
        [&](exit_stack& exits) -> task<void> {
          exits.callback(note, std::ref(log), "a");
          exits.callback([]() -> task<void> { co_await sleep_for(1h); });
          scope.cancel();
          co_await sleep_for(1h);
        },
        exit_limits{2s, 10s});
  });
  CHECK(ended.is_cancelled());
  CHECK(log == "a");
  CHECK(loop.elapsed() == 3s);
  CHECK(loop.take_reports().size() == 1);
}

LEAT_ASYNC_TEST("exit stack: all cleanups under a stop together get the total") {
  int stopped = 0;
  struct counts_end {
    int& count;
    explicit counts_end(int& into) : count(into) {}
    counts_end(const counts_end&) = delete;
    counts_end& operator=(const counts_end&) = delete;
    ~counts_end() { ++count; }
  };
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_exit_stack(
        [&](exit_stack& exits) -> task<void> {
          for (int i = 0; i < 4; ++i) {
            exits.callback([&stopped]() -> task<void> {
              counts_end guard(stopped);
              co_await sleep_for(1h);
            });
          }
          scope.cancel();
          co_await sleep_for(1h);
        },
        exit_limits{2s, 5s});
  });
  CHECK(ended.is_cancelled());
  CHECK(stopped == 4);
  CHECK(loop.elapsed() == 5s);
  CHECK(loop.take_reports().size() == 4);
}

LEAT_ASYNC_TEST("exit stack: an error of a cleanup during a stop is reported") {
  const auto ended = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
    co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
      exits.callback(throws, "cleanup");
      scope.cancel();
      co_await sleep_for(1h);
    });
  });
  CHECK(ended.is_cancelled());
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(describe(reports[0].failure) == "cleanup");
}

LEAT_ASYNC_TEST("exit stack: an error that a stop overtakes during the cleanups is reported") {
  const auto ended = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
    co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
      exits.callback([&] { scope.cancel(); });
      co_await throws("body");
    });
  });
  CHECK(ended.is_cancelled());
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(describe(reports[0].failure) == "body");
}

LEAT_ASYNC_TEST("exit stack: a body that throws instead of returning a task is cleaned up after") {
  std::string log;
  const auto what = co_await error_of(with_exit_stack([&log](exit_stack& exits) -> task<void> {
    exits.callback(note, std::ref(log), "a");
    throw std::runtime_error("no task");
  }));
  CHECK(what == "no task");
  CHECK(log == "a");
}

LEAT_ASYNC_TEST("exit stack: time before a stop does not count against the total") {
  std::string log;
  const auto ended = co_await with_cancel_scope([&log](cancel_scope& scope) -> task<void> {
    co_await with_exit_stack(
        [&](exit_stack& exits) -> task<void> {
          exits.callback(note, std::ref(log), "after");
          exits.callback([&log, &scope]() -> task<void> {
            co_await sleep_for(1h);
            scope.cancel();
            co_await note(log, "during");
          });
          co_return;
        },
        exit_limits(5s, 10s));
  });
  CHECK(ended.is_cancelled());
  CHECK(log == "duringafter");
}

LEAT_ASYNC_TEST("exit stack: a context entered while the stack was closed is left, stop or not") {
  std::string log;
  const auto ended = co_await with_cancel_scope([&log](cancel_scope& scope) -> task<void> {
    exit_stack exits;
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([&exits, &log]() -> task<void> {
        static_cast<void>(co_await exits.enter(room{log, 'a'}));
      });
      co_await sleep_for(500ms);
      co_await exits.close();
      co_await sleep_for(1s);
      scope.cancel();
    });
  });
  CHECK(ended.is_cancelled());
  CHECK(log == "a.a");
}

LEAT_ASYNC_TEST("exit stack: a stop goes on after close(), when all cleanups have run") {
  std::string log;
  bool reached = false;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    exit_stack exits;
    exits.callback(note, std::ref(log), "a");
    scope.cancel();
    co_await exits.close();
    reached = true;
  });
  CHECK(ended.is_cancelled());
  CHECK(log == "a");
  CHECK_FALSE(reached);
}

TEST_CASE("exit stack: cancelled anywhere, what was entered is left once") {
  std::string log;
  const auto scenario = [&log]() -> task<void> {
    log.clear();
    co_await with_exit_stack([&log](exit_stack& exits) -> task<void> {
      static_cast<void>(co_await exits.enter(room{log, 'a'}));
      co_await exits.close();
      exit_stack inner;
      inner.callback([&log]() -> task<void> { co_await note(log, "!"); });
      co_await inner.close();
    });
  };
  const auto report = testing::for_each_cancellation(scenario, [&log](const outcome<void>&) {
    const bool was_entered = log.find('a') != std::string::npos;
    const auto times = std::count(log.begin(), log.end(), 'a');
    CHECK((was_entered ? times == 2 : times == 0));
  });
  CHECK(report.suspensions >= 3);
}
