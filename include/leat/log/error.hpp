// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

#include "leat/base/error.hpp"

/// The branch of `log`:
///
///     leat::error
///     └── io_error
///         └── sink_error   a log file cannot be opened
namespace leat::log {

enum class errc { sink_failed = 1 };

std::error_code make_error_code(errc value) noexcept;

}  // namespace leat::log

template <>
struct std::is_error_code_enum<leat::log::errc> : std::true_type {};

namespace leat::log {

/// A sink cannot be opened. `cause()` is the system's reason, where it gave one.
class sink_error : public io_error {
 public:
  explicit sink_error(const std::string& message, std::error_code cause = {})
      : io_error(errc::sink_failed, message, cause) {}
};

}  // namespace leat::log
