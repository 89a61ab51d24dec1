// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "leat/http/headers.hpp"
#include "leat/http/timeouts.hpp"
#include "leat/http/transport.hpp"

namespace leat::http {

/// How many connections a client keeps. The waiting line of a full pool is bounded by
/// `timeouts::pool`.
struct connection_limits {
  connection_limits() noexcept = default;

  std::size_t max_connections = 100;  ///< In use and idle together.
  std::size_t max_per_host = std::numeric_limits<std::size_t>::max();
  std::size_t max_idle = 20;
  duration max_idle_time = std::chrono::seconds(5);  ///< Servers keep theirs longer, as a rule.
};

/// What a client is made with; the same for both surfaces but for the types of what it uses.
template <class Io>
struct basic_client_options {
  basic_client_options() = default;

  /// Stands in front of every URL that has no scheme; its path is kept and appended to.
  std::string base_url;
  /// Sent with every request, unless the request says otherwise.
  http::headers headers;
  http::timeouts timeouts;
  connection_limits limits;
  /// The most a response's body may have. Unlimited unless set: only the program knows.
  std::uint64_t max_body_bytes = std::numeric_limits<std::uint64_t>::max();
  /// Where connections come from. By default the system's network.
  /// Lifetime: outlives the client.
  typename Io::network* network = nullptr;
  /// Takes the place of the client's own transport and its connections.
  std::shared_ptr<basic_transport<Io>> transport;
};

using async_client_options = basic_client_options<io::async>;
using client_options = basic_client_options<io::blocking>;

struct client_statistics {
  std::size_t active = 0;   ///< Connections in use.
  std::size_t idle = 0;     ///< Connections kept for the next request.
  std::size_t waiting = 0;  ///< Requests that wait for a connection.
};

}  // namespace leat::http
