// SPDX-License-Identifier: MIT
#include "leat/proto/url/error.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::proto {
namespace {

constexpr unsigned caller_fault = failure_bit(failure::caller_fault);

constexpr error_entry entry(url_errc value, const char* text) {
  return {static_cast<int>(value), text, caller_fault};
}

constexpr std::array entries{
    entry(url_errc::too_long, "URL is longer than 65536 bytes"),
    entry(url_errc::control_character, "URL has a control character"),
    entry(url_errc::missing_scheme, "URL has no scheme"),
    entry(url_errc::invalid_scheme, "URL has an invalid scheme"),
    entry(url_errc::missing_host, "URL has no host"),
    entry(url_errc::invalid_host, "URL has an invalid host"),
    entry(url_errc::invalid_idna, "host has letters that no domain name can have"),
    entry(url_errc::invalid_port, "URL has an invalid port"),
    entry(url_errc::invalid_userinfo, "URL has an invalid user name or password"),
};

constinit const table_category category("leat.proto.url", entries);

}  // namespace

std::error_code make_error_code(url_errc value) noexcept {
  return {static_cast<int>(value), category};
}

}  // namespace leat::proto
