// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string_view>
#include <utility>

#include "leat/base/context.hpp"
#include "leat/coro/executor.hpp"

namespace leat {

namespace detail {
class join;
struct task_tag;

/// Tasks of this thread that are alive, or whose end nobody has looked at yet.
inline constinit thread_local std::size_t tasks_on_thread = 0;
}  // namespace detail

/// The name of a task, for whoever looks at the running program. It also notes where the name
/// was given, which is where the task was created.
class task_name {
 public:
  explicit task_name(std::string_view text,
                     std::source_location created = std::source_location::current());
  task_name(task_name&& from) noexcept : block_(from.block_) { from.block_ = nullptr; }
  task_name& operator=(task_name&& from) noexcept {
    std::swap(block_, from.block_);
    return *this;
  }
  ~task_name() {
    if (block_ != nullptr) free(block_);
  }

 private:
  friend class task_node;

  struct block {
    std::source_location created;
    std::size_t size;
  };
  static void free(block* named) noexcept;

  block* block_;  // with the text behind it; null once it was given away
};

/// A concurrent task in the tree of all that run: the one of `run()`, each child of a group,
/// each of several children that a combinator runs side by side. Frames that are awaited one
/// after the other are parts of one task.
///
/// It lives beside the task's frame and is linked, not allocated. To look at the tree, use
/// `live_tasks()`.
class task_node : public carried_context, public list_hook<detail::task_tag> {
 public:
  task_node() noexcept { ++detail::tasks_on_thread; }
  task_node(const task_node&) = delete;
  task_node& operator=(const task_node&) = delete;

  ~task_node() {
    --detail::tasks_on_thread;
    // A signal handler may look at the running task at any time.
    if (detail::current_carried == this) detail::current_carried = nullptr;
    if (is_named()) task_name::free(named());
  }

  void give_name(task_name&& name) noexcept {
    origin_ = reinterpret_cast<std::byte*>(std::exchange(name.block_, nullptr)) + 1;
  }

  /// The name it was given; empty if it was given none.
  [[nodiscard]] std::string_view name() const noexcept;
  /// Where it was created, as far as that is known; its line may be 0.
  [[nodiscard]] std::source_location created_at() const noexcept;
  /// The coroutine it began with.
  [[nodiscard]] std::source_location function() const noexcept { return function_; }
  /// The code that spawned it, for a symboliser; null if `created_at()` is known instead.
  [[nodiscard]] const void* created_by() const noexcept { return is_named() ? nullptr : origin_; }
  /// The innermost join that is open in this task; null if it has no children.
  [[nodiscard]] detail::join* innermost_join() const noexcept { return innermost_join_; }
  /// What it waits in; null if it runs, or is about to.
  [[nodiscard]] const ready_node* waits_in() const noexcept { return waits_in_; }
  /// When it began to wait.
  [[nodiscard]] time_point waits_since() const noexcept { return waits_since_; }

  /// The task suspends in `node`.
  void wait_in(const ready_node& node, time_point now) noexcept {
    waits_in_ = &node;
    waits_since_ = now;
  }
  /// Where a child was spawned, as an address in the code that did it.
  void set_creator(void* code) noexcept {
    origin_ = static_cast<std::byte*>(code);
    if (is_named()) --origin_;
  }
  void wait_no_more() noexcept { waits_in_ = nullptr; }

  /// For run roots: the task begins with `function` and has no parent.
  void begin_root(std::source_location function) noexcept { function_ = function; }

 private:
  friend class detail::join;

  // One word, because it is in every task. Blocks of names are aligned, so an odd address is one
  // behind such a block; an address in code is made even, which symbolisers do not mind.
  [[nodiscard]] bool is_named() const noexcept {
    return (reinterpret_cast<std::uintptr_t>(origin_) & 1) != 0;
  }
  [[nodiscard]] task_name::block* named() const noexcept {
    return reinterpret_cast<task_name::block*>(origin_ - 1);
  }

  detail::join* innermost_join_ = nullptr;
  const ready_node* waits_in_ = nullptr;
  time_point waits_since_{};
  std::source_location function_;
  std::byte* origin_ = nullptr;
};

namespace detail {

/// How many more awaits of the running step may go on at once because they were ready. Without a
/// limit a task that finds everything ready would never let another one run.
inline constexpr int awaits_per_step = 128;
inline constinit thread_local int awaits_left = awaits_per_step;

/// `carry_on_thread` for a task itself, which is then known to be the running one.
class task_on_thread {
 public:
  explicit task_on_thread(const task_node& task) noexcept : carried_(task, /*is_task=*/true) {}

 private:
  carry_on_thread carried_;
};

/// A step of a task from the ready queue: until its end, this is the running task.
class task_step {
 public:
  explicit task_step(task_node& task) noexcept {
    task.wait_no_more();
    current_carried = &task;
    awaits_left = awaits_per_step;
  }
  task_step(const task_step&) = delete;
  task_step& operator=(const task_step&) = delete;
  // Not what it was before: between two steps nothing runs.
  ~task_step() { current_carried = nullptr; }
};

}  // namespace detail
}  // namespace leat
