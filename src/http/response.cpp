// SPDX-License-Identifier: MIT
#include "leat/http/response.hpp"

namespace leat::http {

void response_head::throw_decode_error(const leat::error& problem) const {
  throw decode_error("the answer to " + parts_->method + " " + parts_->url +
                     " cannot be decoded: " + problem.what());
}

void response_head::check_status() const {
  if (is_success()) return;
  const std::string_view kind = is_client_error(parts_->status)   ? "client error"
                                : is_server_error(parts_->status) ? "server error"
                                : is_redirect(parts_->status)     ? "redirect"
                                                                  : "no success";
  throw status_error(std::string(kind) + " " + std::to_string(parts_->status) + " for " +
                         parts_->method + " " + parts_->url,
                     parts_->status);
}

const response& response::raise_for_status() const& {
  check_status();
  return *this;
}

response&& response::raise_for_status() && {
  check_status();
  return std::move(*this);
}

}  // namespace leat::http
