// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "leat/http/server_response.hpp"
#include "leat/model/error.hpp"

namespace leat::http {

class http_error;

namespace detail {

/// `{"error":{"status":404,"message":"..."}}`, with "problems" where there are any. Without a
/// message the phrase that belongs to the status is told.
[[nodiscard]] server_response make_error_response(int status, std::string_view message = {},
                                                  std::span<const model::problem> problems = {});

[[nodiscard]] server_response make_error_response(const http_error& refusal);

}  // namespace detail
}  // namespace leat::http
