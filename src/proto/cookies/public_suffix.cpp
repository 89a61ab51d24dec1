// SPDX-License-Identifier: MIT
#include <string>

#include <libpsl.h>

#include "leat/proto/cookies/cookie.hpp"

namespace leat::proto {

// The table is the one that libpsl was built with: reading a newer one from the disk would be
// I/O, and a jar that differs from machine to machine.
bool is_public_suffix(std::string_view domain) {
  const std::string name(domain);
  return psl_is_public_suffix(psl_builtin(), name.c_str()) == 1;
}

}  // namespace leat::proto
