// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <leat/app/program.hpp>
#include <leat/coro/task.hpp>
#include <leat/io/network.hpp>

namespace gateway {

/// How the gateway is prepared. `folder` is where relative paths of its configuration begin,
/// `port`, where it is given, wins over every other source of `server.port`.
[[nodiscard]] leat::app::program_options program_options_of(
    leat::app::configuration_source source, std::filesystem::path folder,
    std::optional<std::uint16_t> port = std::nullopt);

/// That a configuration is one of the gateway, whose relative paths begin in `folder`.
[[nodiscard]] leat::app::configuration_check check_in(std::filesystem::path folder);

/// The work of the gateway: serves, beside its demo upstream, until it is asked to stop, and
/// drains. The demo upstream ends last.
///
/// Cancellation: safe; stops everything.
/// Errors: `io::listen_error`; `leat::error` if the ledger cannot be read, or if an upstream that
/// is required does not answer in time.
leat::task<void> serve(leat::app::program& self, leat::io::network& network,
                       std::filesystem::path folder);

}  // namespace gateway
