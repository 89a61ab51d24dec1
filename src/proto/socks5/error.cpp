// SPDX-License-Identifier: MIT
#include "leat/proto/socks5/error.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::proto::socks5 {
namespace {

constexpr unsigned caller_fault = failure_bit(failure::caller_fault);
constexpr unsigned peer_fault = failure_bit(failure::peer_fault);
constexpr unsigned passing = peer_fault | failure_bit(failure::transient);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::general_failure), "general failure", passing},
    error_entry{static_cast<int>(errc::not_allowed), "connection not allowed by its rules",
                peer_fault},
    error_entry{static_cast<int>(errc::network_unreachable), "network unreachable", passing},
    error_entry{static_cast<int>(errc::host_unreachable), "host unreachable", passing},
    error_entry{static_cast<int>(errc::connection_refused), "connection refused", passing},
    error_entry{static_cast<int>(errc::ttl_expired), "time to live expired", passing},
    error_entry{static_cast<int>(errc::command_not_supported), "command not supported", peer_fault},
    error_entry{static_cast<int>(errc::address_type_not_supported), "address type not supported",
                peer_fault},
    error_entry{static_cast<int>(errc::unassigned_reply), "failure with an unassigned code",
                peer_fault},
    error_entry{static_cast<int>(errc::no_acceptable_method),
                "it wants another way of authentication", caller_fault},
    error_entry{static_cast<int>(errc::credentials_refused), "user name or password refused",
                caller_fault},
    error_entry{static_cast<int>(errc::bad_version), "answer is not of SOCKS5", peer_fault},
    error_entry{static_cast<int>(errc::unexpected_method),
                "it chose a way of authentication that was not offered", peer_fault},
    error_entry{static_cast<int>(errc::bad_reply), "malformed reply", peer_fault},
    error_entry{static_cast<int>(errc::truncated), "connection ended before the reply", passing},
    error_entry{static_cast<int>(errc::invalid_host), "host cannot be said in SOCKS5",
                caller_fault},
    error_entry{static_cast<int>(errc::invalid_credentials),
                "user name or password cannot be said in SOCKS5", caller_fault},
};

constinit const table_category socks5_category("leat.proto.socks5", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), socks5_category};
}

}  // namespace leat::proto::socks5
