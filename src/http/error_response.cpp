// SPDX-License-Identifier: MIT
#include "http/error_response.hpp"

#include <optional>
#include <string>
#include <vector>

#include "leat/base/utf8.hpp"
#include "leat/http/http_error.hpp"
#include "leat/model/describe.hpp"
#include "leat/proto/http1/events.hpp"

namespace leat::http::detail {
namespace {

struct problem_document {
  std::string pointer;
  std::string kind;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(problem_document, (), (pointer, kind, message))

struct error_description {
  int status = 0;
  std::string message;
  std::optional<std::vector<problem_document>> problems;
};
BOOST_DESCRIBE_STRUCT(error_description, (), (status, message, problems))

struct error_document {
  error_description error;
};
BOOST_DESCRIBE_STRUCT(error_document, (), (error))

}  // namespace

server_response make_error_response(int status, std::string_view message,
                                    std::span<const model::problem> problems) {
  error_document document;
  document.error.status = status;
  // A message of a handler may be any bytes, and JSON is UTF-8.
  const bool is_sendable = !message.empty() && is_utf8(message);
  document.error.message = is_sendable ? message : proto::http1::reason_phrase(status);
  if (!problems.empty()) {
    auto& list = document.error.problems.emplace();
    list.reserve(problems.size());
    for (const auto& each : problems) {
      list.push_back({each.where, std::string(model::to_string(each.kind)), each.message});
    }
  }
  return server_response::json(document, status);
}

server_response make_error_response(const http_error& refusal) {
  auto made = make_error_response(refusal.status(), refusal.what(), refusal.problems());
  for (const auto each : refusal.extra()) made.headers().add(each.name, each.value);
  return made;
}

}  // namespace leat::http::detail
