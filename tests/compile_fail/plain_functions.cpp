// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/background_group.hpp"
#include "leat/coro/concepts.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/map_concurrent.hpp"
#include "leat/coro/measure_latency.hpp"
#include "leat/coro/once.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/with_cancel_scope.hpp"

using namespace leat;

namespace {

// region functions
int parse(const std::string& text) {  // computes
  return static_cast<int>(text.size());
}
task<int> fetch(std::string url) {  // waits
  co_return parse(url);
}
// endregion functions

void parse_it() {
  static_cast<void>(parse("x"));
}
task<int> fetch_it() {
  co_return co_await fetch("x");
}

// The wrong callable at the place that is asked for, and the right one anywhere else.
#ifdef MISTAKE_spawn
constexpr auto in_spawn = parse;
#else
constexpr auto in_spawn = fetch;
#endif
#ifdef MISTAKE_background
constexpr auto in_background = parse;
#else
constexpr auto in_background = fetch;
#endif
#ifdef MISTAKE_measure_latency
constexpr auto to_measure = parse;
#else
constexpr auto to_measure = fetch;
#endif
#ifdef MISTAKE_own_wrapper
constexpr auto to_wrap = parse;
#else
constexpr auto to_wrap = fetch;
#endif
#ifdef MISTAKE_once
constexpr auto to_do_once = parse_it;
#else
constexpr auto to_do_once = fetch_it;
#endif

#ifdef MISTAKE_start
void serve(readiness& ready) {
  ready.set();
}
#else
task<void> serve(readiness& ready) {
  ready.set();
  co_return;
}
#endif
#ifdef MISTAKE_with_task_group
void group_body(task_group& group) {
  group.spawn(fetch, "x");
}
#else
task<void> group_body(task_group& group) {
  group.spawn(fetch, "x");
  co_return;
}
#endif
#ifdef MISTAKE_with_cancel_scope
void scope_body(cancel_scope& scope) {
  scope.cancel();
}
#else
task<void> scope_body(cancel_scope& scope) {
  scope.cancel();
  co_return;
}
#endif
#ifdef MISTAKE_with_exit_stack
void stack_body(exit_stack& stack) {
  stack.callback(parse_it);
}
#else
task<void> stack_body(exit_stack& stack) {
  stack.callback(parse_it);
  co_return;
}
#endif
#ifdef MISTAKE_with_background_group
void background_body(background_group& group) {
  group.cancel();
}
#else
task<void> background_body(background_group& group) {
  group.cancel();
  co_return;
}
#endif

#ifdef MISTAKE_map_concurrent
// region mistake_map
task<std::vector<int>> parse_all(std::vector<std::string> texts) {
  co_return co_await map_concurrent(8, std::move(texts), parse);
}
// endregion mistake_map
#else
// region instead_map
task<std::vector<int>> parse_all(std::vector<std::string> texts) {
  co_return co_await map_concurrent(8, std::move(texts), [](std::string text) -> task<int> {
    co_return co_await to_thread([&text] { return parse(text); });
  });
}
// endregion instead_map
#endif

#ifdef MISTAKE_to_thread
// region mistake_thread
task<void> show() {
  std::printf("%d\n", co_await to_thread([] { return fetch("http://localhost/"); }));
}
// endregion mistake_thread
#else
// region instead_thread
task<void> show() {
  std::printf("%d\n", co_await fetch("http://localhost/"));
}
// endregion instead_thread
#endif

// region wrapper
template <async_callable<std::string> Fetch>
task<int> twice(Fetch fetch_one, std::string url) {
  const int first = co_await fetch_one(url);
  co_return first + co_await fetch_one(url);
}
// endregion wrapper

}  // namespace

task<void> all(background_group& background) {
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn(in_spawn, "x");
    co_await group.start(serve);
    once<int> value(group, to_do_once);
    static_cast<void>(co_await value.get());
  });
  background.spawn(task_name("fetch"), in_background, "x");
  co_await with_task_group(group_body);
  static_cast<void>(co_await with_cancel_scope(scope_body));
  co_await with_exit_stack(stack_body);
  co_await with_background_group(background_options("audit"), background_body);
  auto timed = measure_latency("fetch", to_measure, [](const latency_record&) noexcept {});
  static_cast<void>(co_await timed("x"));
  static_cast<void>(co_await twice(to_wrap, "x"));
  static_cast<void>(co_await parse_all({"a", "b"}));
  co_await show();
}
