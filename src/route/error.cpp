// SPDX-License-Identifier: MIT
#include "leat/route/error.hpp"

#include <array>
#include <utility>

namespace leat::route {
namespace {

constexpr unsigned caller_fault = failure_bit(failure::caller_fault);
constexpr unsigned peer_fault = failure_bit(failure::peer_fault);
constexpr unsigned transient = failure_bit(failure::transient);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::proxy_protocol), "proxy broke its protocol", peer_fault},
    error_entry{static_cast<int>(errc::proxy_refused), "proxy refused", peer_fault},
    error_entry{static_cast<int>(errc::proxy_unavailable), "no connection through the proxy",
                peer_fault | transient},
    error_entry{static_cast<int>(errc::proxy_authentication), "proxy wants other credentials",
                caller_fault},
    error_entry{static_cast<int>(errc::invalid_proxy), "no URL of a proxy", caller_fault},
};

constinit const table_category route_category("leat.route", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), route_category};
}

proxy_error::proxy_error(errc code, std::string proxy, const std::string& message,
                         std::error_code cause, int status)
    : error(code, message, cause), proxy_(std::move(proxy)), status_(status) {}

invalid_proxy::invalid_proxy(const std::string& message, std::error_code cause)
    : error(errc::invalid_proxy, message, cause) {}

}  // namespace leat::route
