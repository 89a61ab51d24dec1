// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>

#include "leat/base/error.hpp"

namespace leat::pool {

enum class errc {
  acquire_timeout = 1,
  closed,
};

std::error_code make_error_code(errc value) noexcept;

/// Nothing became free in time. The message says who holds what.
class pool_timeout : public timeout_error {
 public:
  explicit pool_timeout(const std::string& message);
};

/// The pool was closed, before or while somebody waited.
class pool_closed : public usage_error {
 public:
  explicit pool_closed(const std::string& message);
};

}  // namespace leat::pool

template <>
struct std::is_error_code_enum<leat::pool::errc> : std::true_type {};
