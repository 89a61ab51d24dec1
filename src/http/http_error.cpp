// SPDX-License-Identifier: MIT
#include "leat/http/http_error.hpp"

#include <utility>

#include "leat/http/status.hpp"

namespace leat::http {
namespace {

int checked_status(int status) {
  if (status >= 400 && status <= 599) return status;
  throw invalid_argument("http_error: " + std::to_string(status) +
                         " is no error status: 400 to 599 are");
}

}  // namespace

http_error::http_error(int status, const std::string& message, headers extra,
                       std::vector<model::problem> problems)
    : error(errc::request_refused, message),
      status_(checked_status(status)),
      extra_(std::move(extra)),
      problems_(std::move(problems)) {}

}  // namespace leat::http
