// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "leat/base/atomic_word.hpp"
#include "leat/base/time.hpp"

/// What a task carries with it: values under typed keys, and the deadline of the work around
/// it. `coro` gives every task a place for both and hands them to its children and to the
/// threads that work for it; whoever writes a log record or asks a peer reads them here, and
/// need not know what a task is.
namespace leat {

/// Names a value that tasks carry, such as a trace id. A key is an object of its own: two keys
/// with the same text are two keys.
///
///     inline constexpr leat::context_key<std::string> trace_id("trace_id");
///
/// Lifetime: a constant at namespace scope; contexts refer to it.
template <class T>
class context_key {
 public:
  using value_type = T;

  consteval explicit context_key(const char* name) noexcept : name_(name) {}
  context_key(const context_key&) = delete;
  context_key& operator=(const context_key&) = delete;

  [[nodiscard]] std::string_view name() const noexcept { return name_; }

 private:
  const char* name_;
};

namespace detail {

/// One value of a context, above those it was added to. Never changed, so that any number of
/// tasks and threads may share it.
class context_entry {
 public:
  context_entry(const void* key, context_entry* below) noexcept : key_(key), below_(below) {
    if (below_ != nullptr) below_->hold();
  }
  context_entry(const context_entry&) = delete;
  context_entry& operator=(const context_entry&) = delete;

  void hold() noexcept { holders_.hold(); }
  void let_go() noexcept;

  [[nodiscard]] const void* key() const noexcept { return key_; }
  [[nodiscard]] const context_entry* below() const noexcept { return below_; }

 protected:
  virtual ~context_entry() = default;

 private:
  atomic_word<std::size_t> holders_{1};
  const void* key_;
  context_entry* below_;
};

template <class T>
class context_value_entry final : public context_entry {
 public:
  template <class Value>
  context_value_entry(const void* key, context_entry* below, Value&& given)
      : context_entry(key, below), value(std::forward<Value>(given)) {}

  const T value;
};

}  // namespace detail

/// An immutable set of values under typed keys. An empty one costs nothing; copies share.
///
/// Thread-safety: a const context may be used and copied by several threads at once.
class context {
 public:
  constexpr context() noexcept = default;
  context(const context& other) noexcept : top_(other.top_) {
    if (top_ != nullptr) top_->hold();
  }
  context(context&& other) noexcept : top_(std::exchange(other.top_, nullptr)) {}
  context& operator=(context other) noexcept {
    swap(other);
    return *this;
  }
  ~context() {
    if (top_ != nullptr) top_->let_go();
  }
  void swap(context& other) noexcept { std::swap(top_, other.top_); }

  [[nodiscard]] bool is_empty() const noexcept { return top_ == nullptr; }

  /// The value under `key`, or null. Lifetime: that of this context and its copies.
  template <class T>
  [[nodiscard]] const T* find(const context_key<T>& key) const noexcept {
    const auto* const entry = find_entry(&key);
    return entry == nullptr ? nullptr
                            : &static_cast<const detail::context_value_entry<T>*>(entry)->value;
  }

  /// This context with one value more, or another one under the same key. `value` is anything
  /// a `T` can be made of.
  template <class T, class Value>
  [[nodiscard]] context with(const context_key<T>& key, Value&& value) const {
    context more;
    more.top_ = new detail::context_value_entry<T>(&key, top_, std::forward<Value>(value));
    return more;
  }

 private:
  [[nodiscard]] const detail::context_entry* find_entry(const void* key) const noexcept {
    const detail::context_entry* entry = top_;
    while (entry != nullptr && entry->key() != key) entry = entry->below();
    return entry;
  }

  detail::context_entry* top_ = nullptr;
};

/// What the running work carries. Whoever runs work on a thread says so with `carry_on_thread`.
struct carried_context {
  context values;
  deadline until = deadline::never();  ///< The earliest of all limits around the work.
};

namespace detail {
inline constinit thread_local const carried_context* current_carried = nullptr;
/// Whether what this thread carries is a task itself, whose name it then has.
inline constinit thread_local bool carries_task = true;
}  // namespace detail

namespace detail {
class task_on_thread;
}

/// Makes `carried` that of this thread until the end of the block, and then what it was.
class carry_on_thread {
 public:
  explicit carry_on_thread(const carried_context& carried) noexcept
      : carry_on_thread(carried, /*is_task=*/false) {}
  carry_on_thread(const carry_on_thread&) = delete;
  carry_on_thread& operator=(const carry_on_thread&) = delete;
  ~carry_on_thread() {
    detail::current_carried = before_;
    detail::carries_task = carried_task_before_;
  }

 private:
  friend class detail::task_on_thread;

  carry_on_thread(const carried_context& carried, bool is_task) noexcept
      : before_(std::exchange(detail::current_carried, &carried)),
        carried_task_before_(std::exchange(detail::carries_task, is_task)) {}

  const carried_context* before_;
  bool carried_task_before_;
};

/// The values that the running task carries; none outside of tasks. On a thread of `to_thread`
/// they are those of the task that waits for the call.
///
/// Lifetime: until the task's next await; take a copy to keep them.
/// Thread-safety: any thread; each has its own.
[[nodiscard]] const context& current_context() noexcept;

/// The value under `key` that the running task carries, or null. Lifetime and Thread-safety:
/// those of `current_context()`.
template <class T>
[[nodiscard]] const T* context_value(const context_key<T>& key) noexcept {
  return current_context().find(key);
}

/// When the running task will be stopped at the latest: the earliest limit of all `with_timeout`,
/// `with_deadline` and `move_on_after` around it, also those around the task group it was
/// spawned in; never, outside of tasks. For telling a peer how long its answer is worth
/// waiting for. Thread-safety: that of `current_context()`.
[[nodiscard]] inline deadline current_deadline() noexcept {
  return detail::current_carried == nullptr ? deadline::never() : detail::current_carried->until;
}

}  // namespace leat
