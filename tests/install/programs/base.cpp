// SPDX-License-Identifier: MIT
#include <leat/base/byte_buffer.hpp>
#include <leat/base/error.hpp>
#include <leat/base/outcome.hpp>

// Succeeds if errors thrown in the library are caught by type and by condition here: the
// categories and the type information must be one and the same on both sides.
int main() {
  leat::byte_buffer buffer;
  buffer.append("leat");
  leat::outcome<int> stopped(leat::cancelled{});

  try {
    stopped.value();
  } catch (const leat::usage_error& e) {
    return e.code() == leat::failure::caller_fault && buffer.text() == "leat" ? 0 : 1;
  }
  return 1;
}
