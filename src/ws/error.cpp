// SPDX-License-Identifier: MIT
#include "leat/ws/error.hpp"

#include <array>

#include "leat/base/error_detail.hpp"

namespace leat::ws {
namespace {

constexpr unsigned peer_fault = failure_bit(failure::peer_fault);
constexpr unsigned transient = failure_bit(failure::transient);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::handshake_failed), "WebSocket refused", peer_fault},
    error_entry{static_cast<int>(errc::remote_protocol), "peer broke WebSocket", peer_fault},
    error_entry{static_cast<int>(errc::ping_timeout), "ping not answered",
                failure_bit(failure::timed_out) | transient},
    error_entry{static_cast<int>(errc::closed), "WebSocket is closed", transient},
    error_entry{static_cast<int>(errc::reconnect_failed), "reconnecting failed", transient},
};

/// What `failure` says for itself.
std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& why) {
    return why.what();
  }
}

std::error_code code_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::system_error& why) {
    return why.code();
  } catch (const std::exception&) {
    return {};
  }
}

constinit const table_category ws_category("leat.ws", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), ws_category};
}

handshake_error::handshake_error(const std::string& message, int status, std::error_code cause)
    : protocol_error(errc::handshake_failed, message, cause), status_(status) {}

error_details handshake_error::own_details() const {
  return {{"status", status_}};
}

remote_protocol_error::remote_protocol_error(const std::string& message, std::error_code cause)
    : protocol_error(errc::remote_protocol, message, cause) {}

ping_timeout::ping_timeout(const std::string& message)
    : timeout_error(errc::ping_timeout, message) {}

closed::closed(const std::string& peer, std::uint16_t close_code, std::string reason)
    : error(errc::closed,
            "the WebSocket with " + peer + " is closed: " + std::to_string(close_code)),
      close_code_(close_code),
      reason_(std::move(reason)) {}

error_details closed::own_details() const {
  return {{"close_code", close_code_}};
}

reconnect_failed::reconnect_failed(std::size_t attempts, std::exception_ptr last)
    : error(errc::reconnect_failed,
            "the WebSocket was lost, and " + std::to_string(attempts) +
                " attempts to reconnect have failed; the last: " + text_of(last),
            code_of(last)),
      attempts_(attempts),
      last_(std::move(last)) {}

error_details reconnect_failed::own_details() const {
  return {{"attempts", static_cast<std::int64_t>(attempts_)},
          {"errors", std::vector<std::exception_ptr>{last_}}};
}

}  // namespace leat::ws
