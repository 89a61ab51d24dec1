// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "leat/base/function.hpp"
#include "leat/base/invoke.hpp"
#include "leat/coro/channel.hpp"
#include "leat/coro/concepts.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"

namespace leat {

/// What a failed child means for the others of its background group.
enum class child_failure : std::uint8_t {
  report,    ///< Nothing: it is reported by name, and counted.
  stop_all,  ///< It stops the group and the body, and is the error of `with_background_group`.
};

/// How a background group is named, bounded and closed.
struct background_options {
  explicit background_options(std::string group_name) : name(std::move(group_name)) {}

  std::string name;
  std::size_t max_children = 1000;      ///< At a time. More is rarely what was meant.
  overflow when_full = overflow::fail;  ///< For `spawn`: `fail` or `drop_newest`.
  child_failure on_failure = child_failure::report;
  duration drain = std::chrono::seconds(5);  ///< What children have to end by themselves.
  duration grace = std::chrono::seconds(5);  ///< Then they are stopped, and after this reported.
};

/// What a background group has done so far.
struct background_counts {
  std::size_t running = 0;   ///< Alive now.
  std::size_t finished = 0;  ///< Ended by themselves, without an error.
  std::size_t failed = 0;
  std::size_t stopped = 0;
  std::size_t dropped = 0;  ///< Never begun, because the group was full.

  friend bool operator==(const background_counts&, const background_counts&) = default;
};

/// Work that goes on beside whatever asked for it, and that a part of the application owns: an
/// audit trail that is written after the answer was sent, a cache that is refreshed. Made by
/// `with_background_group`; handed by reference to whoever starts such work.
///
/// A child carries the context of the task that spawned it, such as its trace id, but not its
/// deadline or scope: it lives as long as the group.
///
/// Thread-safety: one executor.
class background_group {
 public:
  /// Errors: `invalid_argument` if there is no room for a child, a limit is negative, or the
  /// policy is one that only makes sense for messages.
  explicit background_group(background_options options);
  background_group(const background_group&) = delete;
  background_group& operator=(const background_group&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return options_.name; }
  [[nodiscard]] background_counts counts() const noexcept { return counts_; }
  /// Whether it takes no more children.
  [[nodiscard]] bool is_closed() const noexcept { return closing_.is_set() || group_ == nullptr; }

  /// Starts `callable(args...)`, which returns a task, as a child called `name`. Callable and
  /// arguments live with the child; what they refer to must outlive the group. Never waits;
  /// returns whether the child was started, which with `overflow::drop_newest` it may not be.
  ///
  /// Errors: `limit_exceeded` with `overflow::fail`; `owner_stopped` once the group is closed.
  template <class Callable, class... Args>
  bool spawn(task_name name, Callable&& callable, Args&&... args) {
    check_callable<std::decay_t<Callable>&, std::decay_t<Args>&&...>();
    check_open();
    auto place = places_.try_acquire();
    if (!place) return refuse();
    begin(std::move(name), std::move(place), std::forward<Callable>(callable),
          std::forward<Args>(args)...);
    return true;
  }

  /// The same, but waits for room, whatever the policy.
  /// Cancellation: safe; a call that was stopped has started nothing.
  /// Errors: `owner_stopped`, if the group is closed before or meanwhile.
  template <class Callable, class... Args>
  task<void> spawn_when_room(task_name name, Callable callable, Args... args) {
    check_callable<Callable&, Args&&...>();
    check_open();
    auto place = co_await places_.acquire();
    check_open();
    begin(std::move(name), std::move(place), std::move(callable), std::move(args)...);
  }

  /// Takes no more children, waits for those there are, stops those that have not ended within
  /// `background_options::drain`, and returns when none is left. The end of the body of
  /// `with_background_group` does the same. Closing again waits for the same end.
  /// Cancellation: safe; the group goes on closing.
  [[nodiscard]] task<void> close();

  /// Stops all children at once and takes no more.
  void cancel() noexcept;

 private:
  template <async_callable<background_group&> Body>
  friend auto with_background_group(background_options options, Body body)
      -> std::invoke_result_t<Body&, background_group&>;

  /// A child's place in the group, from its spawning until its frame is gone, which may be before
  /// it has begun.
  class membership {
   public:
    membership(background_group& group, semaphore::permit place) noexcept
        : group_(&group), place_(std::move(place)) {
      ++group_->counts_.running;
    }
    membership(membership&& other) noexcept
        : group_(std::exchange(other.group_, nullptr)), place_(std::move(other.place_)) {}
    membership& operator=(membership&&) = delete;
    ~membership() {
      if (group_ != nullptr) group_->leave(ended_as);
    }

    std::size_t background_counts::* ended_as = &background_counts::stopped;

   private:
    background_group* group_;
    semaphore::permit place_;
  };

  template <class Callable, class... Args>
  static task<void> run(background_group& group, membership child, Callable callable,
                        Args... args) {
    try {
      static_cast<void>(co_await leat::detail::invoke(callable, std::move(args)...));
      child.ended_as = &background_counts::finished;
    } catch (...) {
      child.ended_as = &background_counts::failed;
      if (group.options_.on_failure == child_failure::stop_all) throw;
      group.report(std::current_exception());
    }
  }

  template <class Callable, class... Args>
  void begin(task_name name, semaphore::permit place, Callable&& callable, Args&&... args) {
    group_->spawn(std::move(name), run<std::decay_t<Callable>, std::decay_t<Args>...>,
                  std::ref(*this), membership(*this, std::move(place)),
                  std::forward<Callable>(callable), std::forward<Args>(args)...);
  }

  template <class Callable, class... Args>
  static constexpr void check_callable() {
    static_assert(async_callable<Callable, Args...>,
                  "a background group takes callables that return a leat::task: write a coroutine; "
                  "what blocks or computes belongs into to_thread()");
  }

  void check_open() const;
  bool refuse();
  void leave(std::size_t background_counts::* ended_as) noexcept;
  void report(std::exception_ptr failure) const noexcept;
  /// Owns the children: the task that they stand under.
  task<void> keep();

  background_options options_;
  semaphore places_;
  background_counts counts_;
  task_group* group_ = nullptr;
  event closing_;
  event idle_;
  event ended_;
};

/// Runs `body(group)`, a callable that returns a task, beside a background group, and returns
/// what it returns. When the body has ended the group is closed: see `background_group::close`.
///
/// A failed child is reported by name (`background_failed`) and takes nobody with it, unless the
/// options say so. A body that fails stops the children at once.
///
/// Cancellation: safe; stops the body and all children, and waits for their end.
/// Errors: the body's; those of `background_group`; with `child_failure::stop_all` a child's.
template <async_callable<background_group&> Body>
auto with_background_group(background_options options, Body body)
    -> std::invoke_result_t<Body&, background_group&> {
  using value = typename std::invoke_result_t<Body&, background_group&>::value_type;
  background_group group(std::move(options));
  // First the group, so that it is open when the body begins.
  if constexpr (std::is_void_v<value>) {
    co_await when_all(group.keep(), [](background_group& open, Body& work) -> task<void> {
      co_await work(open);
      co_await open.close();
    }(group, body));
  } else {
    auto ended =
        co_await when_all(group.keep(), [](background_group& open, Body& work) -> task<value> {
          auto result = co_await work(open);
          co_await open.close();
          co_return result;
        }(group, body));
    co_return std::get<1>(std::move(ended));
  }
}

}  // namespace leat
