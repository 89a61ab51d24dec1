// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "leat/proto/url/url.hpp"

namespace leat::ws {

/// The user name and password of a URL as the field Authorization has them (RFC 7617). Secret.
/// Errors: `invalid_argument` for a name with a colon, which would end it.
[[nodiscard]] std::string basic_credentials(const proto::url& of);

}  // namespace leat::ws
