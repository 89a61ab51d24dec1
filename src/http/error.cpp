// SPDX-License-Identifier: MIT
#include "leat/http/error.hpp"

#include <array>
#include <utility>

#include "leat/base/error_detail.hpp"
#include "leat/http/response.hpp"
#include "leat/http/status.hpp"

namespace leat::http {
namespace {

constexpr unsigned caller_fault = failure_bit(failure::caller_fault);
constexpr unsigned peer_fault = failure_bit(failure::peer_fault);
constexpr unsigned transient = failure_bit(failure::transient);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::local_protocol), "request not allowed by HTTP",
                caller_fault},
    error_entry{static_cast<int>(errc::remote_protocol), "peer broke HTTP", peer_fault},
    error_entry{static_cast<int>(errc::client_error_status), "client error status", caller_fault},
    error_entry{static_cast<int>(errc::server_error_status), "server error status",
                peer_fault | transient},
    error_entry{static_cast<int>(errc::other_error_status), "status is no success", peer_fault},
    error_entry{static_cast<int>(errc::undecodable_body), "body cannot be decoded", peer_fault},
    error_entry{static_cast<int>(errc::invalid_url), "invalid URL", caller_fault},
    error_entry{static_cast<int>(errc::unsupported_protocol), "unsupported protocol", caller_fault},
    error_entry{static_cast<int>(errc::no_response), "no response", peer_fault | transient},
    error_entry{static_cast<int>(errc::client_closed), "client is closed", caller_fault},
    error_entry{static_cast<int>(errc::stream_closed), "stream is closed", caller_fault},
    error_entry{static_cast<int>(errc::too_many_redirects), "too many redirects", peer_fault},
    error_entry{static_cast<int>(errc::redirect_loop), "redirects lead in a circle", peer_fault},
    error_entry{static_cast<int>(errc::body_not_replayable), "body cannot be sent again",
                caller_fault},
    error_entry{static_cast<int>(errc::cookie_conflict), "several cookies of one name",
                caller_fault},
    error_entry{static_cast<int>(errc::stream_consumed), "stream has been read", caller_fault},
    error_entry{static_cast<int>(errc::unreadable_body), "body cannot be read", caller_fault},
    error_entry{static_cast<int>(errc::unsupported_challenge), "unknown kind of challenge",
                peer_fault},
    error_entry{static_cast<int>(errc::request_refused), "request refused by its handler",
                caller_fault},
};

constinit const table_category http_category("leat.http", entries);

errc code_for(int status) noexcept {
  if (is_client_error(status)) return errc::client_error_status;
  if (is_server_error(status)) return errc::server_error_status;
  return errc::other_error_status;
}

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), http_category};
}

local_protocol_error::local_protocol_error(const std::string& message, std::error_code cause)
    : protocol_error(errc::local_protocol, message, cause) {}

remote_protocol_error::remote_protocol_error(const std::string& message, std::error_code cause)
    : protocol_error(errc::remote_protocol, message, cause) {}

no_response::no_response(const std::string& message, std::error_code cause)
    : remote_protocol_error(errc::no_response, message, cause) {}

status_error::status_error(const std::string& message, std::shared_ptr<const response_head> answer,
                           std::string body)
    : error(code_for(answer->status()), message),
      status_(answer->status()),
      answer_(std::move(answer)),
      body_(std::make_shared<const std::string>(std::move(body))) {}

error_details status_error::own_details() const {
  return {{"status", status_}};
}

decode_error::decode_error(const std::string& message, std::error_code cause)
    : error(errc::undecodable_body, message, cause) {}

invalid_url::invalid_url(const std::string& message, std::error_code cause)
    : error(errc::invalid_url, message, cause) {}

unsupported_protocol::unsupported_protocol(const std::string& message)
    : error(errc::unsupported_protocol, message) {}

client_closed::client_closed()
    : error(errc::client_closed, "the client has been closed and cannot send requests") {}

stream_closed::stream_closed(const std::string& message) : error(errc::stream_closed, message) {}

stream_consumed::stream_consumed(const std::string& message)
    : error(errc::stream_consumed, message) {}

too_many_redirects::too_many_redirects(const std::string& message)
    : error(errc::too_many_redirects, message) {}

redirect_loop::redirect_loop(const std::string& message) : error(errc::redirect_loop, message) {}

body_not_replayable::body_not_replayable(const std::string& message)
    : error(errc::body_not_replayable, message) {}

unreadable_body::unreadable_body(const std::string& message, std::error_code cause)
    : error(errc::unreadable_body, message, cause) {}

unsupported_challenge::unsupported_challenge(const std::string& message)
    : error(errc::unsupported_challenge, message) {}

cookie_conflict::cookie_conflict(const std::string& name, std::size_t count)
    : error(errc::cookie_conflict, std::to_string(count) + " cookies are called " + name +
                                       ": say of which domain or path") {}

}  // namespace leat::http
