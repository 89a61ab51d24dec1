// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "leat/base/memory.hpp"
#include "leat/io/network.hpp"

namespace leat::testing {

/// How it is between two hosts, and what goes wrong there. The defaults are perfect.
///
/// Likelihoods are from 0 (never) to 1 (always). All are drawn from the seed of the network.
struct link_profile {
  duration latency{};  ///< One way.
  duration jitter{};   ///< Up to so much more, drawn for each piece. Order is kept.
  /// For each direction of each connection.
  std::uint64_t bytes_per_second = std::numeric_limits<std::uint64_t>::max();
  /// Bytes of one direction, under way or unread, at which a write waits.
  std::size_t capacity = std::size_t{64} << 10;
  duration accept_delay{};  ///< Up to so long a new connection waits before it can be accepted.

  double lookup_failure = 0;  ///< Of a connect: `io::resolve_error`.
  double refusal = 0;         ///< Of a connect: `io::connect_error`.
  double black_hole = 0;      ///< Of a connect: nothing comes back, until its deadline.
  double reset = 0;           ///< Of a connection: it is reset at some byte or instant.
  double vanishing = 0;       ///< Of a connection: its peers vanish at some byte or instant.
  double dripping = 0;        ///< Of a connection: every read gets one byte.
  double short_read = 0;      ///< Of a read: it gets less than there is.
  double short_write = 0;     ///< Of a write: a part of it goes later, when others have run.

  /// The byte of one direction, and the time, before which a connection is reset or vanishes.
  std::uint64_t fault_within_bytes = std::uint64_t{16} << 10;
  duration fault_within = std::chrono::seconds(1);
};

namespace detail {
class simulated_link;
}

/// One connection of a simulated network, for faults at a chosen moment.
class simulated_connection {
 public:
  explicit simulated_connection(std::shared_ptr<detail::simulated_link> link) noexcept
      : link_(std::move(link)) {}

  /// As in the trace: connections are counted from 1.
  [[nodiscard]] std::size_t id() const noexcept;
  [[nodiscard]] const std::string& from() const noexcept;  ///< The host that connected.
  [[nodiscard]] const std::string& to() const noexcept;    ///< The host that listened.

  /// Whether neither side has closed it and it was not reset.
  [[nodiscard]] bool is_open() const noexcept;

  /// Resets it now. What has arrived can still be read; what is under way is lost.
  void reset() noexcept;

  /// Resets it when so many more bytes have arrived at the host that listened.
  void reset_after(std::uint64_t bytes) noexcept;

  /// Each side is gone for the other: nothing arrives any more, no byte, no end, no reset.
  /// Reads wait until their deadline, and so do writes once `link_profile::capacity` is full.
  void vanish() noexcept;

 private:
  std::shared_ptr<detail::simulated_link> link_;
};

/// A network of hosts inside the process, with latency, bandwidth and faults. Everything that
/// is random comes from one seed, so a run that failed is repeated by its seed, event by event.
///
///     testing::simulated_network net(seed, {.latency = 5ms, .jitter = 2ms, .reset = 0.1});
///     server_options.network = &net.host("server");
///     client_options.network = &net.host("client");
///     ...
///     net.partition("client", "server");
///
/// A host listens under its own name or a loopback address, and is reached under its name from
/// anywhere, under a loopback address ("localhost", "127.0.0.1", "::1") from itself. The network
/// itself is an `io::network` too: it connects from the host "localhost" and listens on whichever
/// host the endpoint names. Unix sockets lead to the host itself. Within a host everything is
/// perfect, unless `set_link` says otherwise.
///
/// A connection behaves as one of TCP. What was written before an end arrives before it. Closing
/// with unread input, or sending to who has closed, makes a reset. A reset loses what is under
/// way. A listener whose `listen_options::backlog` is full, or a partition, keeps a connect
/// waiting.
///
/// Works on virtual time, and on any other loop.
///
/// Lifetime: outlives its listeners. Streams that outlive it, or the loop, are reset.
/// Thread-safety: one loop at a time.
class simulated_network final : public io::network {
 public:
  explicit simulated_network(std::uint64_t seed, const link_profile& links = {});
  ~simulated_network() override;

  /// Cancellation: safe. Errors: `resolve_error`, for a name that no host has or where the link
  /// says so; `connect_error`, `connect_timeout`.
  task<std::unique_ptr<io::async_stream>> connect(io::endpoint to, deadline until) override;

  /// `listen_options::backlog` counts, `reuse_port` has no effect. Errors: `listen_error`.
  std::unique_ptr<io::listener> listen(const io::endpoint& at, io::listen_options options) override;
  using io::network::listen;

  /// The network as a host sees it; makes the host if there is none of that name.
  /// Lifetime: as long as the simulated network.
  [[nodiscard]] io::network& host(const std::string& name);

  /// Says how it is between any two hosts; for connections that are made from now on.
  void set_links(const link_profile& links);
  /// The same for two hosts, whichever of them connects. The same host twice is allowed.
  void set_link(const std::string& one, const std::string& other, const link_profile& link);

  /// Lets nothing through between two hosts until it is healed: bytes, ends, resets and connects
  /// wait.
  void partition(const std::string& one, const std::string& other);
  /// What waited arrives after the latency.
  void heal(const std::string& one, const std::string& other);

  /// Whether this name can be looked up. By default it can.
  void fail_lookups(const std::string& name, bool fail = true);

  /// The connections that are not yet closed by both sides, oldest first.
  [[nodiscard]] std::vector<simulated_connection> connections() const;

  [[nodiscard]] std::uint64_t seed() const noexcept;

  /// What has happened so far, a line for each event with its virtual time:
  ///
  ///     0.005000000 #1 client -> server:80 connected
  ///     0.010000000 #1 client -> server:80 delivered 57
  ///
  /// Two runs with the same seed and the same program have the same trace.
  [[nodiscard]] std::string trace() const;

  class core;

 private:
  std::shared_ptr<core> core_;
};

}  // namespace leat::testing
