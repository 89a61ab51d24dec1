// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace leat::route {

/// Whether clients speak with a proxy whose URL has this scheme, in lower case. For programs that
/// look at the URL before they make a client, which looks at all of it.
/// Thread-safety: any thread.
[[nodiscard]] bool is_proxy_scheme(std::string_view scheme) noexcept;

/// All of them, for messages: `http, https, socks5 and socks5h`.
/// Thread-safety: any thread.
[[nodiscard]] std::string known_proxy_schemes();

}  // namespace leat::route
