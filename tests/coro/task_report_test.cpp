// SPDX-License-Identifier: MIT
#include "leat/coro/task_report.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "leat/coro/channel.hpp"
#include "leat/coro/mutex.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

namespace shop {

leat::task<int> fetch(std::string, leat::duration time) {
  co_await leat::sleep_for(time);
  co_return 1;
}

template <class T>
leat::task<T> fetch_as(T value) {
  co_await leat::sleep_for(1h);
  co_return value;
}

namespace {
leat::task<void> hidden() {
  co_await leat::sleep_for(1h);
}
}  // namespace

}  // namespace shop

using namespace leat;

namespace {

const task_entry* find_task(const task_report& report, std::string_view name) {
  const auto found = std::ranges::find(report.tasks, name, &task_entry::name);
  return found == report.tasks.end() ? nullptr : &*found;
}

/// The tree as it is once everything that can run has run.
task<task_report> settled_tree() {
  co_await some_turns();
  co_return live_tasks(executor::current());
}

/// One child of the tree of a thousand: sleeps, or opens a group with ten of the next level.
task<void> branch(int level, std::string path) {
  if (level == 0) {
    co_await sleep_for(1h);
    co_return;
  }
  co_await with_task_group(group_options("level " + std::to_string(level)),
                           [level, &path](task_group& group) -> task<void> {
                             for (int i = 0; i < 10; ++i) {
                               const auto name = path + "." + std::to_string(i);
                               group.spawn(task_name(name), branch, level - 1, name);
                             }
                             co_return;
                           });
}

}  // namespace

TEST_CASE("task tree: nothing is alive on an executor that runs nothing") {
  testing::test_loop loop;
  CHECK(live_tasks(loop.loop()).tasks.empty());
}

LEAT_ASYNC_TEST("task tree: a thousand tasks stand once each, under their parents") {
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn(task_name("root"), branch, 3, std::string("root"));
    co_await some_turns();
    co_await sleep_for(90s);

    const auto report = live_tasks(executor::current());

    // Ourselves, the root, and its 10 + 100 + 1,000 descendants.
    REQUIRE(report.tasks.size() == 1112);
    std::set<std::string> names;
    for (std::size_t i = 1; i < report.tasks.size(); ++i) {
      const auto& each = report.tasks[i];
      CHECK(names.insert(each.name).second);
      REQUIRE(each.parent < i);
      const auto& parent = report.tasks[each.parent];
      CHECK(each.depth == parent.depth + 1);
      if (each.depth > 1) CHECK(each.name.substr(0, each.name.size() - 2) == parent.name);
      CHECK(each.waits == 90s);
      if (each.depth == 4) {
        CHECK(each.waits_for == "sleep");
        CHECK(each.group == "task group level 1");
        CHECK(std::string_view(each.waits_at.file_name()).ends_with("task_report_test.cpp"));
      } else {
        CHECK(each.waits_for ==
              "task group level " + std::to_string(4 - each.depth) + ": 10 children left");
      }
    }
    CHECK(names.contains("root.9.9.9"));
    group.cancel();
  });
  CHECK(live_tasks(executor::current()).tasks.size() == 1);
}

LEAT_ASYNC_TEST("task tree: a task without a name has that of its function") {
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn(shop::fetch, std::string(), 1h);
    group.spawn(shop::fetch_as<std::string>, std::string());
    group.spawn(shop::hidden);
    group.spawn([]() -> task<void> { co_await sleep_for(1h); });
    const auto report = co_await settled_tree();
    CHECK(find_task(report, "shop::fetch") != nullptr);
    CHECK(find_task(report, "shop::fetch_as") != nullptr);
    CHECK(find_task(report, "shop::hidden") != nullptr);
    CHECK(std::ranges::any_of(report.tasks, [](const task_entry& each) {
      return each.name.starts_with("lambda at task_report_test.cpp:");
    }));
    group.cancel();
  });
}

LEAT_ASYNC_TEST("task tree: a named child says where it was spawned, another by which code") {
  co_await with_task_group([](task_group& group) -> task<void> {
    const auto line = std::source_location::current().line() + 1;
    group.spawn(task_name("users"), shop::hidden);
    group.spawn(shop::fetch, std::string(), 1h);
    const auto report = co_await settled_tree();
    REQUIRE(find_task(report, "users") != nullptr);
    CHECK(find_task(report, "users")->created_at.line() == line);
    CHECK(find_task(report, "users")->created_by == nullptr);
    REQUIRE(find_task(report, "shop::fetch") != nullptr);
    CHECK(find_task(report, "shop::fetch")->created_by != nullptr);
    const auto text = report.format([](const void*) { return "the symboliser's answer"; });
    CHECK(text.find("created at the symboliser's answer") != std::string::npos);
    group.cancel();
  });
}

LEAT_ASYNC_TEST("task tree: children of combinators stand under the task that waits for them") {
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn(task_name("page"), []() -> task<void> {
      co_await when_all(shop::fetch("a", 1h), shop::fetch("b", 2h), sleep_for(3h));
    });
    const auto report = co_await settled_tree();
    const auto* const page = find_task(report, "page");
    REQUIRE(page != nullptr);
    CHECK(page->waits_for == "when_all: 3 children left");
    const auto place = static_cast<std::size_t>(page - report.tasks.data());
    REQUIRE(report.tasks.size() == place + 4);
    for (std::size_t i = place + 1; i < place + 4; ++i) {
      CHECK(report.tasks[i].parent == place);
      CHECK(report.tasks[i].group == "when_all");
      CHECK(report.tasks[i].created_at.line() == page->waits_at.line());
    }
    CHECK(report.tasks[place + 3].name == "an awaitable");
    group.cancel();
  });
}

LEAT_ASYNC_TEST("task tree: what a task waits for is said, with the frames that wait") {
  mutex gate;
  channel<int> queue(1);
  const auto held = gate.try_lock();
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(task_name("locks"),
                [&gate]() -> task<void> { static_cast<void>(co_await gate.lock()); });
    group.spawn(task_name("receives"),
                [&queue]() -> task<void> { static_cast<void>(co_await queue.receive()); });
    group.spawn(task_name("limited"),
                []() -> task<void> { co_await with_timeout(2h, shop::fetch("", 1h)); });
    auto child = group.spawn(task_name("joined"), shop::hidden);
    group.spawn(task_name("joins"),
                [&child]() -> task<void> { static_cast<void>(co_await child.join()); });
    const auto report = co_await settled_tree();
    CHECK(find_task(report, "locks")->waits_for == "mutex: lock");
    CHECK(find_task(report, "receives")->waits_for == "channel: receive");
    CHECK(find_task(report, "joins")->waits_for == "the end of a child: joined");
    const auto* const limited = find_task(report, "limited");
    CHECK(limited->waits_for == "sleep");
    REQUIRE(limited->frames.size() == 2);
    CHECK(std::string_view(limited->frames[0].function_name()).find("shop::fetch") !=
          std::string_view::npos);
    CHECK(report.format().find(", in shop::fetch < lambda at ") != std::string::npos);
    group.cancel();
    co_await some_turns();
  });
}

LEAT_ASYNC_TEST("task tree: one line a task, indented below its parent") {
  co_await with_task_group(group_options("ingest"), [](task_group& group) -> task<void> {
    group.spawn(task_name("reader"), shop::hidden);
    co_await some_turns();
    co_await sleep_for(1500ms);
    const auto text = live_tasks(executor::current()).format();
    CHECK(text.find("\n  reader [task group ingest]: sleep at task_report_test.cpp:") !=
          std::string::npos);
    CHECK(text.find(" for 1.5 s, created at task_report_test.cpp:") != std::string::npos);
    CHECK(std::ranges::count(text, '\n') == 2);
    group.cancel();
  });
}

LEAT_ASYNC_TEST("task tree: whoever looks runs, and a child that was not begun is ready") {
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn(task_name("new"), shop::hidden);
    const auto report = live_tasks(executor::current());
    REQUIRE(report.tasks.size() == 2);
    CHECK(report.tasks[0].waits_for.empty());
    CHECK(report.tasks[1].waits_for.empty());
    group.cancel();
    co_return;
  });
}

TEST_CASE("task tree: it can be read at every suspension and every stop") {
  const auto looks = []() -> task<void> {
    co_await with_task_group(group_options("outer"), [](task_group& group) -> task<void> {
      for (int i = 0; i < 2; ++i) {
        group.spawn(task_name("child"), []() -> task<void> {
          struct looks_when_destroyed {
            looks_when_destroyed() noexcept = default;
            looks_when_destroyed(const looks_when_destroyed&) = delete;
            looks_when_destroyed& operator=(const looks_when_destroyed&) = delete;
            ~looks_when_destroyed() {
              const auto report = live_tasks(executor::current());
              CHECK_FALSE(report.tasks.empty());
              CHECK_FALSE(report.format().empty());
            }
          };
          const looks_when_destroyed first;
          co_await when_all(sleep_for(1s), shop::fetch("", 2s));
          static_cast<void>(co_await with_timeout(5s, shop::fetch("", 2s)));
          co_await with_task_group([](task_group& inner) -> task<void> {
            const looks_when_destroyed second;
            inner.spawn(shop::fetch, std::string(), 1s);
            co_await sleep_for(2s);
          });
        });
      }
      co_return;
    });
  };
  CHECK(testing::for_each_cancellation(looks).stopped > 10);
}

// The names are given away, so a task that is gone must not be in the tree any more.
LEAT_ASYNC_TEST("task tree: a finished child is gone while its siblings run") {
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn(task_name("short"), shop::fetch, std::string(), 1s);
    group.spawn(task_name("long"), shop::fetch, std::string(), 1h);
    co_await sleep_for(2s);
    const auto report = live_tasks(executor::current());
    CHECK(find_task(report, "short") == nullptr);
    CHECK(find_task(report, "long") != nullptr);
    group.cancel();
  });
}
