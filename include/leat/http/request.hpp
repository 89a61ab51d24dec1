// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/http/headers.hpp"
#include "leat/http/timeouts.hpp"
#include "leat/model/json.hpp"

namespace leat::http {

/// What a request carries besides its method and URL. Everything is optional; what it says
/// wins over what the client was configured with.
///
///     client.post("/policies", request_options().json(draft).header("x-trace", id));
class request_options {
 public:
  request_options() = default;

  /// Adds a field of the header; it replaces the client's fields of that name.
  request_options& header(std::string_view name, std::string_view value) & {
    headers.add(name, value);
    return *this;
  }
  request_options&& header(std::string_view name, std::string_view value) && {
    return std::move(header(name, value));
  }

  /// Adds a parameter to the URL's query; encoded as needed.
  request_options& query(std::string name, std::string value) & {
    query_parameters.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  request_options&& query(std::string name, std::string value) && {
    return std::move(query(std::move(name), std::move(value)));
  }

  /// Sets the body.
  request_options& content(std::string bytes, std::string type) & {
    body = std::move(bytes);
    content_type = std::move(type);
    return *this;
  }
  request_options&& content(std::string bytes, std::string type) && {
    return std::move(content(std::move(bytes), std::move(type)));
  }

  /// Sets the body to the JSON text of `value`, a described struct or anything else that
  /// `model` can write. Errors: `model::write_error`.
  template <class Value>
  request_options& json(const Value& value) & {
    return content(model::to_json(value), "application/json");
  }
  template <class Value>
  request_options&& json(const Value& value) && {
    return std::move(json(value));
  }

  http::headers headers;
  std::vector<std::pair<std::string, std::string>> query_parameters;
  std::string body;
  std::string content_type;  ///< Sent when there is a body.
  timeout_overrides timeouts;
};

}  // namespace leat::http
