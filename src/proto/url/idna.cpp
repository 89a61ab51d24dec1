// SPDX-License-Identifier: MIT
#include "proto/url/idna.hpp"

#include <cstdint>
#include <memory>
#include <new>

#include <idn2.h>

#include "leat/base/utf8.hpp"

namespace leat::proto {

std::optional<std::string> to_ascii(const std::string& host) {
  // The longest name of the DNS has 253 bytes; four of UTF-8 make less than one of them.
  constexpr std::size_t longest = 1024;
  if (host.size() > longest || !is_utf8(host) || host.find('\0') != host.npos) return std::nullopt;
  std::uint8_t* made = nullptr;
  const int result = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(host.c_str()), &made,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (result == IDN2_MALLOC) throw std::bad_alloc();
  if (result != IDN2_OK) return std::nullopt;
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owned(made, &idn2_free);
  std::string name(reinterpret_cast<const char*>(made));
  if (name.empty()) return std::nullopt;
  return name;
}

}  // namespace leat::proto
