// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

#include "leat/coro/leaf.hpp"

namespace leat {

/// A number of permits, given to those who wait in the order in which they came.
///
/// A permit that comes free while somebody waits belongs to that waiter from this moment on:
/// if the waiter is stopped before it could go on, the permit passes to the next.
///
/// Lifetime: must outlive its permits and waiters. Thread-safety: one executor.
class semaphore {
 public:
  /// Holds one permit and gives it back when destroyed. May be empty.
  class [[nodiscard]] permit {
   public:
    permit() noexcept = default;
    permit(permit&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
    permit& operator=(permit&& other) noexcept {
      if (this != &other) {
        release();
        from_ = std::exchange(other.from_, nullptr);
      }
      return *this;
    }
    ~permit() { release(); }

    [[nodiscard]] explicit operator bool() const noexcept { return from_ != nullptr; }

    /// Gives the permit back now.
    void release() noexcept {
      if (from_ != nullptr) std::exchange(from_, nullptr)->give_back();
    }

   private:
    friend class semaphore;
    explicit permit(semaphore& from) noexcept : from_(&from) {}

    semaphore* from_ = nullptr;
  };

  class [[nodiscard]] awaiter final : public leaf {
   public:
    explicit awaiter(semaphore& awaited) noexcept : semaphore_(awaited) {}
    awaiter(awaiter&& other) noexcept : leaf(std::move(other)), semaphore_(other.semaphore_) {}

    [[nodiscard]] bool await_ready() noexcept {
      if (is_stop_pending()) return false;
      permit_ = semaphore_.try_acquire();
      return permit_ && goes_on_at_once();
    }
    [[nodiscard]] permit await_resume() noexcept { return std::move(permit_); }

   private:
    friend class semaphore;
    void start() noexcept override { semaphore_.waiters_.push_back(*this); }
    void describe(wait_description& to) const noexcept override { to.add(semaphore_.what_); }

    semaphore& semaphore_;
    permit permit_;
  };

  /// `what` names it in reports; a constant text.
  explicit semaphore(std::size_t permits, const char* what = "semaphore: acquire") noexcept
      : free_(permits), what_(what) {}

  [[nodiscard]] std::size_t free_permits() const noexcept { return free_; }
  [[nodiscard]] bool has_waiters() const noexcept { return !waiters_.is_empty(); }

  /// Takes a permit if one is free and nobody waits for it; otherwise returns an empty one.
  permit try_acquire() noexcept {
    if (free_ == 0 || has_waiters()) return {};
    --free_;
    return permit(*this);
  }

  /// Waits for a permit. Cancellation: safe; no permit is lost.
  [[nodiscard]] awaiter acquire() noexcept { return awaiter(*this); }

 private:
  void give_back() noexcept {
    if (!has_waiters()) {
      ++free_;
      return;
    }
    auto& next = static_cast<awaiter&>(waiters_.pop_front());
    next.permit_ = permit(*this);
    next.complete();
  }

  std::size_t free_;
  const char* what_;
  ready_list waiters_;
};

}  // namespace leat
