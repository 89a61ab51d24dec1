// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "leat/base/byte_buffer.hpp"
#include "leat/io/blocking_stream.hpp"
#include "leat/io/stream.hpp"

namespace leat::http {

/// A stream of which `begun` has been read already, and is read again.
[[nodiscard]] std::unique_ptr<io::async_stream> make_begun_stream(
    std::unique_ptr<io::async_stream> below, byte_buffer begun);
[[nodiscard]] std::unique_ptr<io::blocking_stream> make_begun_stream(
    std::unique_ptr<io::blocking_stream> below, byte_buffer begun);

}  // namespace leat::http
