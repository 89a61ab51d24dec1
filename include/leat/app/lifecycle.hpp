// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "leat/base/chrono.hpp"
#include "leat/base/time.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/exit_stack.hpp"

namespace leat::app {

/// Where a program is between its first step and its last.
enum class phase : std::uint8_t {
  starting,  ///< It takes its start-up steps.
  ready,     ///< It does what it is there for.
  stopping,  ///< It was asked to stop, or its work has ended: it finishes and cleans up.
};

[[nodiscard]] std::string_view to_string(phase value) noexcept;

/// How long a program may take to end. Together the defaults stay below the 30 s that
/// orchestrators commonly leave between a polite and a hard end.
struct shutdown_limits {
  /// How long it goes on accepting work after it was asked to stop, with a readiness that says
  /// no: for load balancers that look now and then and send requests until they have seen it.
  duration notice{};
  /// What work under way has then; it is stopped afterwards.
  duration drain = std::chrono::seconds(10);
  /// What is left after that before everything is stopped, and the cleanups that still run have
  /// `cleanup`. Also what cleanups have if the program's work ended by itself.
  duration settle = std::chrono::seconds(5);
  exit_limits cleanup{};
};

/// The state of a program that others ask for: whether it has started, whether it is ready, whether
/// it should stop. It only goes forward.
///
/// Thread-safety: one loop.
class lifecycle {
 public:
  lifecycle() noexcept = default;
  lifecycle(const lifecycle&) = delete;
  lifecycle& operator=(const lifecycle&) = delete;

  [[nodiscard]] app::phase phase() const noexcept { return phase_; }
  [[nodiscard]] bool is_ready() const noexcept { return phase_ == app::phase::ready; }
  /// Whether start-up has been completed, also if it stops since.
  [[nodiscard]] bool has_started() const noexcept { return started_.is_set(); }
  [[nodiscard]] bool is_stop_requested() const noexcept { return stop_.is_set(); }

  /// Start-up is complete. Does nothing a second time, or once it stops.
  void set_ready() noexcept;

  /// Begins the end: readiness is over, and whoever waits for this goes on.
  void request_stop() noexcept;

  /// Waits until start-up is complete, which it may never be. Cancellation: safe.
  [[nodiscard]] event::awaiter wait_started() noexcept { return started_.wait(); }
  /// Waits until the program was asked to stop. Cancellation: safe.
  [[nodiscard]] event::awaiter wait_stop_requested() noexcept { return stop_.wait(); }

 private:
  app::phase phase_ = app::phase::starting;
  event started_;
  event stop_;
};

}  // namespace leat::app
