// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "leat/http/error.hpp"
#include "leat/http/headers.hpp"
#include "leat/model/error.hpp"

namespace leat::http {

/// Thrown by a handler to choose how a request is refused: the server answers with this status
/// and `{"error":{"status":404,"message":"no such user"}}`.
///
///     if (!found) throw http::http_error(http::status::not_found, "no such user");
///
/// Unlike any other exception it is meant for the client: the message is sent as it is, so it
/// must not hold what the client may not see. Nothing is told to `server_options::on_error`.
class http_error : public error {
 public:
  /// `extra` are further fields of the response, such as Retry-After or WWW-Authenticate;
  /// `problems` say what is wrong with a body, and are listed in the answer.
  /// Errors: `invalid_argument`, if `status` is not between 400 and 599.
  http_error(int status, const std::string& message, headers extra = {},
             std::vector<model::problem> problems = {});

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const headers& extra() const noexcept { return extra_; }
  [[nodiscard]] const std::vector<model::problem>& problems() const noexcept { return problems_; }

 private:
  int status_;
  headers extra_;
  std::vector<model::problem> problems_;
};

}  // namespace leat::http
