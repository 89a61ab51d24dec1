// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "leat/io/network.hpp"

namespace leat::testing::detail {

enum class operation : std::uint8_t { listen, connect, accept, read, write, shut_down };

enum class way_to_fail : std::uint8_t { at_once, half_way, too_late, by_an_end };

/// Decides which operation fails, and remembers which it was.
class failure_plan {
 public:
  /// The `n`-th operation that can fail in this way; 0 is none.
  failure_plan(way_to_fail how, std::size_t n) noexcept : how_(how), fails_at_(n) {}

  /// Called for each operation, once. Whether it fails.
  [[nodiscard]] bool fails(operation what, const std::string& where);

  [[nodiscard]] way_to_fail how() const noexcept { return how_; }
  [[nodiscard]] bool has_failed() const noexcept { return !failed_.empty(); }
  /// For messages.
  [[nodiscard]] std::string failed() const;
  [[nodiscard]] std::size_t operations() const noexcept { return operations_; }

 private:
  way_to_fail how_;
  std::size_t fails_at_;
  std::size_t operations_ = 0;
  std::string failed_;
};

/// A network whose operations fail as planned.
/// Lifetime: both outlive it, its listeners and its streams.
class failing_network final : public io::network {
 public:
  failing_network(io::network& inner, failure_plan& plan) noexcept : inner_(inner), plan_(plan) {}

  task<std::unique_ptr<io::async_stream>> connect(io::endpoint to, deadline until) override;
  std::unique_ptr<io::listener> listen(const io::endpoint& at, io::listen_options options) override;

 private:
  io::network& inner_;
  failure_plan& plan_;
};

}  // namespace leat::testing::detail
