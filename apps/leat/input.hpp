// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include <leat/http/body_source.hpp>

namespace cli {

/// All of a small file, such as a certificate; `-` is the standard input.
/// Errors: `usage_error`, if it cannot be opened or is longer than 16 MiB; `std::system_error`.
[[nodiscard]] std::string read_file(const std::string& path);

/// The bytes of a file as a body, read while it is sent; `-` is the standard input.
/// Cancellation: lossy; a wait for input ends within a tenth of a second.
/// Errors: `usage_error`, if it cannot be opened; `std::system_error` while it is read.
[[nodiscard]] std::shared_ptr<leat::http::async_body_source> file_body(const std::string& path);

}  // namespace cli
