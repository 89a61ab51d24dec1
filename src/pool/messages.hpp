// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "leat/pool/detail/slot_ledger.hpp"

/// What both pools say when there is nothing to lend.
namespace leat::pool::detail {

[[noreturn]] void throw_pool_closed(const std::string& key);
[[noreturn]] void throw_pool_timeout(const std::string& key, const slot_ledger& slots,
                                     std::size_t waiting);

}  // namespace leat::pool::detail
