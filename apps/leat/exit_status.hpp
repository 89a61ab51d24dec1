// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace cli {

/// What the process ends with; docs/guides/leat-http.md lists them for users.
namespace exit_status {
inline constexpr int ok = 0;
inline constexpr int failed = 1;       ///< The network, the peer, or a file.
inline constexpr int usage = 2;        ///< The command line cannot be meant.
inline constexpr int refused = 22;     ///< With --fail: the status is 400 or more. As curl has it.
inline constexpr int by_signal = 128;  ///< And the number of the signal, as shells have it.
}  // namespace exit_status

/// The command line, or a file that it names, cannot be used.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Nobody reads our output any more.
class output_closed : public std::runtime_error {
 public:
  output_closed() : std::runtime_error("nobody reads the output") {}
};

}  // namespace cli
