// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <variant>
#include <vector>

namespace leat {

struct error_detail;

/// In the order in which they are shown.
using error_details = std::vector<error_detail>;

/// One thing that an error says besides its message, for whoever shows or sends it: which key,
/// which line, which errors it carries. No more a secret than the message is.
struct error_detail {
  using value_type = std::variant<std::string, std::int64_t, bool,
                                  std::vector<std::exception_ptr>,  ///< Errors it carries.
                                  std::vector<error_details>>;      ///< Several things of one kind.

  std::string key;
  value_type value;
};

/// The key of the detail that is the message without what the other details say as well: shown
/// to people above a list of them.
inline constexpr const char* summary_key = "summary";

}  // namespace leat
