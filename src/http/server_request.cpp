// SPDX-License-Identifier: MIT
#include "leat/http/server_request.hpp"

#include "leat/coro/sleep.hpp"
#include "leat/http/http_error.hpp"
#include "leat/http/status.hpp"
#include "leat/model/error.hpp"

#include "http/escaped_text.hpp"

namespace leat::http {

void detail::throw_unreadable_body() {
  try {
    throw;
  } catch (const model::parse_error& e) {
    throw http_error(status::bad_request, std::string("the body is no JSON: ") + e.what());
  } catch (const model::validation_error& e) {
    throw http_error(status::unprocessable_content, "the body does not fit", {}, e.problems());
  } catch (const model::document_limit_exceeded& e) {
    throw http_error(status::content_too_large, e.what());
  }
}

task<void> server_request::wait_client_gone() {
  if (client_ == nullptr) {
    co_await sleep_for(no_timeout);
  } else {
    co_await client_->wait_gone();
  }
}

std::string server_request::path_parameter(std::string_view name) const {
  std::string_view raw = raw_path_parameter(name);
  std::string plain;
  plain.reserve(raw.size());
  while (!raw.empty()) plain += detail::next_unescaped(raw);
  return plain;
}

std::string_view server_request::raw_path_parameter(std::string_view name) const {
  return route_.parameter(name);
}

std::optional<std::string> server_request::query_parameter(std::string_view name) const {
  std::string_view rest = parts_.query;
  while (auto each = proto::next_query_parameter(rest)) {
    if (each->name == name) return std::move(each->value);
  }
  return std::nullopt;
}

}  // namespace leat::http
