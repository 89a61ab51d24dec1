// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

#include "leat/base/atomic_word.hpp"
#include "leat/base/memory.hpp"
#include "leat/log/field.hpp"
#include "leat/log/level.hpp"

namespace leat::log {

class core;

/// What a logger can see of its backend without a call.
class gate {
 public:
  [[nodiscard]] level minimum() const noexcept { return minimum_.load(); }

 protected:
  explicit gate(level minimum) noexcept : minimum_(minimum) {}
  ~gate() = default;

  leat::detail::atomic_word<level> minimum_;
};

/// A handle to say what happens, with the fields that were bound to it:
///
///     const auto log = root.bind("request_id", id);
///     log.info("policy created", {{"name", name}, {"version", 3}});
///
/// A record below the backend's level costs a comparison and whatever its arguments cost.
/// Nothing here throws: a record that cannot be made or written is counted by the backend.
/// One made without a backend says nothing, so a library can hold a logger unconditionally.
///
/// Lifetime: may outlive its backend; what is said then is lost.
/// Thread-safety: a const logger may be used and copied by several threads at once.
class logger {
 public:
  /// Says nothing.
  logger() noexcept = default;

  [[nodiscard]] bool is_enabled(level at) const noexcept {
    return gate_ != nullptr && at >= gate_->minimum();
  }

  void trace(std::string_view event, std::initializer_list<field> fields = {}) const noexcept {
    say(level::trace, event, fields.begin(), fields.size());
  }
  void debug(std::string_view event, std::initializer_list<field> fields = {}) const noexcept {
    say(level::debug, event, fields.begin(), fields.size());
  }
  void info(std::string_view event, std::initializer_list<field> fields = {}) const noexcept {
    say(level::info, event, fields.begin(), fields.size());
  }
  void warn(std::string_view event, std::initializer_list<field> fields = {}) const noexcept {
    say(level::warn, event, fields.begin(), fields.size());
  }
  void error(std::string_view event, std::initializer_list<field> fields = {}) const noexcept {
    say(level::error, event, fields.begin(), fields.size());
  }
  void critical(std::string_view event, std::initializer_list<field> fields = {}) const noexcept {
    say(level::critical, event, fields.begin(), fields.size());
  }

  void log(level at, std::string_view event,
           std::initializer_list<field> fields = {}) const noexcept {
    say(at, event, fields.begin(), fields.size());
  }
  void log(level at, std::string_view event, std::span<const field> fields) const noexcept {
    say(at, event, fields.data(), fields.size());
  }

  /// A logger that adds these fields to each of its records. A field that was bound before,
  /// under the same key, is replaced; one given with a record wins over a bound one.
  [[nodiscard]] logger bind(std::string_view key, const value& what) const;
  [[nodiscard]] logger bind(std::initializer_list<field> fields) const;

  /// A logger with another name, which JSON shows under "logger" and plain text in front.
  [[nodiscard]] logger named(std::string_view name) const;

  /// The level of the backend, from now on and for all of its loggers; as
  /// `backend::set_minimum()`, for a program that has only a logger in its hands.
  void set_backend_minimum(level minimum) const noexcept;

 private:
  friend class core;

  struct context;

  // Neither overloads nor spans: whether a list is one would be asked in each file of each user.
  void say(level at, std::string_view event, const field* first, std::size_t count) const noexcept {
    if (is_enabled(at)) submit(at, event, first, count);
  }
  void submit(level at, std::string_view event, const field* first,
              std::size_t count) const noexcept;

  std::shared_ptr<core> core_;
  const gate* gate_ = nullptr;  // of core_
  std::shared_ptr<const context> context_;
};

}  // namespace leat::log
