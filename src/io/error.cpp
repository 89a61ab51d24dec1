// SPDX-License-Identifier: MIT
#include "leat/io/error.hpp"

#include <array>

namespace leat::io {
namespace {

constexpr unsigned transient = failure_bit(failure::transient);
constexpr unsigned timed_out = transient | failure_bit(failure::timed_out);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::resolve_failed), "name lookup failed", transient},
    error_entry{static_cast<int>(errc::connect_failed), "connect failed", transient},
    error_entry{static_cast<int>(errc::listen_failed), "listen failed",
                failure_bit(failure::caller_fault)},
    error_entry{static_cast<int>(errc::accept_failed), "accept failed", transient},
    error_entry{static_cast<int>(errc::read_failed), "read failed", transient},
    error_entry{static_cast<int>(errc::write_failed), "write failed", transient},
    error_entry{static_cast<int>(errc::connect_timeout), "connect timed out", timed_out},
    error_entry{static_cast<int>(errc::read_timeout), "read timed out", timed_out},
    error_entry{static_cast<int>(errc::write_timeout), "write timed out", timed_out},
    // Who is not trusted now will not be a moment later.
    error_entry{static_cast<int>(errc::tls_failed), "TLS failed", failure_bit(failure::peer_fault)},
    error_entry{static_cast<int>(errc::operation_failed), "operation failed", transient},
    error_entry{static_cast<int>(errc::operation_timeout), "operation timed out", timed_out},
    error_entry{static_cast<int>(errc::socket_option_refused), "socket option refused",
                failure_bit(failure::caller_fault)},
};

constinit const table_category io_category("leat.io", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), io_category};
}

void detail::throw_read_timeout(const std::string& peer) {
  throw read_timeout("read timed out: no data from " + peer + " in time");
}

}  // namespace leat::io
