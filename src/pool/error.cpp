// SPDX-License-Identifier: MIT
#include "leat/pool/error.hpp"

#include <array>

#include "pool/messages.hpp"

namespace leat::pool {
namespace {

constexpr std::array entries{
    error_entry{static_cast<int>(errc::acquire_timeout), "nothing became free in time",
                failure_bit(failure::timed_out) | failure_bit(failure::transient)},
    error_entry{static_cast<int>(errc::closed), "pool is closed",
                failure_bit(failure::caller_fault)},
};

constinit const table_category pool_category("leat.pool", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), pool_category};
}

pool_timeout::pool_timeout(const std::string& message)
    : timeout_error(errc::acquire_timeout, message) {}

pool_closed::pool_closed(const std::string& message) : usage_error(errc::closed, message) {}

namespace detail {

void throw_pool_closed(const std::string& key) {
  throw pool_closed("the pool for " + key + " is closed");
}

void throw_pool_timeout(const std::string& key, const slot_ledger& slots, std::size_t waiting) {
  throw pool_timeout("no connection to " + key +
                     " became free in time: " + slots.describe_holders(waiting));
}

}  // namespace detail

}  // namespace leat::pool
