// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leat/log/backend.hpp"

#include "log/delivery.hpp"
#include "log/redaction.hpp"

namespace leat::log {

/// What is bound to a logger. Never changes, and is shared by its copies.
struct logger::context {
  context() = default;
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  std::string name;
  std::vector<field> fields;     // refer to `texts`
  std::list<std::string> texts;  // they never move
};

/// What the loggers of one backend share, and what is left of it when it has ended.
class core final : public gate, public std::enable_shared_from_this<core> {
 public:
  core(delivery how, backend_options options);

  [[nodiscard]] logger make_logger(std::string_view name);
  [[nodiscard]] logger derive(const logger& from, std::string_view name,
                              std::span<const field> added);

  void submit(level at, std::string_view event, std::span<const field> fields,
              const logger::context& bound) noexcept;

  /// What a backend consists of.
  [[nodiscard]] static const core& of(const backend& owner) noexcept { return *owner.core_; }
  [[nodiscard]] const line_delivery& lines() const noexcept { return *delivery_; }

  void set_minimum(level minimum) noexcept;
  void flush();
  [[nodiscard]] backend_counts counts() const noexcept;

  /// Writes what is queued. What another thread submits meanwhile is written or lost, whole.
  void close() noexcept;

 private:
  class entered;

  void process(level at, std::string_view event, std::span<const field> fields,
               const logger::context& bound);

  const backend_options options_;
  const redaction redaction_;
  std::unique_ptr<line_delivery> delivery_;
  const bool with_colours_;
  std::atomic<std::uint64_t> submitted_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<unsigned> inside_ = 0;  // threads that may be using delivery_
  std::atomic<bool> is_closed_ = false;
};

}  // namespace leat::log
