// SPDX-License-Identifier: MIT
#pragma once

#include <leat/coro/task.hpp>

#include "http_request.hpp"

namespace cli {

/// What the process is connected to.
struct terminals {
  bool is_output_terminal = false;  ///< The standard output.
  bool is_error_terminal = false;   ///< The standard error.
  bool may_colour = false;          ///< Neither NO_COLOR nor a dumb terminal.
};

[[nodiscard]] terminals find_terminals(const environment& of);

/// Sends the request and shows the answer. Returns the exit status.
/// Lifetime: `arguments` outlives it.
/// Cancellation: safe; a download that is not complete leaves nothing.
/// Errors: those of a request, whose total timeout holds for showing the answer, too;
/// `usage_error`, `output_closed`, `std::system_error`.
leat::task<int> run_http(const http_arguments& arguments, http_request request, terminals at);

}  // namespace cli
