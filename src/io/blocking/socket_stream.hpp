// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "leat/io/blocking_stream.hpp"

#include "io/owned_file.hpp"

namespace leat::io::blocking_sockets {

/// A connected socket as a stream.
[[nodiscard]] std::unique_ptr<blocking_stream> make_socket_stream(owned_file socket,
                                                                  std::string peer_name);

}  // namespace leat::io::blocking_sockets
