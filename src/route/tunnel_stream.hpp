// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "leat/io/blocking_stream.hpp"
#include "leat/io/stream.hpp"

#include "route/proxy_rules.hpp"

namespace leat::route {

/// A connection through a proxy, which is one with the origin from then on. It is told from one
/// with the proxy by its name only, so that what goes wrong is said of whom it concerns.
[[nodiscard]] std::unique_ptr<io::async_stream> make_tunnel_stream(
    std::unique_ptr<io::async_stream> below, const proxy_server& via, const proto::url& to);
[[nodiscard]] std::unique_ptr<io::blocking_stream> make_tunnel_stream(
    std::unique_ptr<io::blocking_stream> below, const proxy_server& via, const proto::url& to);

}  // namespace leat::route
