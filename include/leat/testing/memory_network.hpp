// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "leat/base/memory.hpp"
#include "leat/io/network.hpp"

namespace leat::testing {

/// A network inside the process: what listens on it can be connected to, and nothing else
/// exists. Works on virtual time.
///
/// Lifetime: outlives its listeners. Thread-safety: one loop.
class memory_network final : public io::network {
 public:
  memory_network();
  ~memory_network() override;

  /// Connecting takes one turn of the loop, whatever the deadline.
  /// Errors: `connect_error`, if nobody listens there.
  task<std::unique_ptr<io::async_stream>> connect(io::endpoint to, deadline until) override;

  std::unique_ptr<io::listener> listen(const io::endpoint& at, io::listen_options options) override;
  using io::network::listen;

  /// How many connections were made so far.
  [[nodiscard]] std::size_t connections() const noexcept;

  class state;

 private:
  std::shared_ptr<state> state_;
};

}  // namespace leat::testing
