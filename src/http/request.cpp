// SPDX-License-Identifier: MIT
#include "leat/http/request.hpp"

#include <string>

#include "leat/base/error.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/url/query.hpp"

namespace leat::http {

request_options::request_options() noexcept = default;
request_options::request_options(const request_options&) = default;
request_options::request_options(request_options&&) noexcept = default;
request_options& request_options::operator=(const request_options&) = default;
request_options& request_options::operator=(request_options&&) noexcept = default;
request_options::~request_options() = default;

request_options& request_options::header(std::string_view name, std::string_view value) & {
  headers.add(name, value);
  return *this;
}

request_options& request_options::query(std::string name, std::string value) & {
  query_parameters.emplace_back(std::move(name), std::move(value));
  return *this;
}

request_options& request_options::cookie(std::string_view name, std::string_view value) & {
  // Where the name ends, and where the next cookie begins.
  if (name.empty() || name.find_first_of("=; ,") != name.npos || value.find(';') != value.npos ||
      !proto::is_field_value(name) || !proto::is_field_value(value)) {
    throw invalid_argument("the cookie cannot be sent as it is");
  }
  auto& cookies = own_extras().cookies;
  if (!cookies.empty()) cookies += "; ";
  cookies.append(name).append("=").append(value);
  return *this;
}

request_options& request_options::content(std::string bytes, std::string type) & {
  body = std::move(bytes);
  content_type = std::move(type);
  return *this;
}

request_options& request_options::form(
    const std::vector<std::pair<std::string, std::string>>& fields) & {
  proto::query_builder built(proto::query_builder::space::plus);
  for (const auto& [name, value] : fields) built.add(name, value);
  return content(std::move(built).text(), "application/x-www-form-urlencoded");
}

request_options& request_options::follow_redirects(bool follow) & {
  follows_redirects = follow;
  return *this;
}

request_options& request_options::expect_continue(duration wait) & {
  continue_wait = wait;
  return *this;
}

request_options& request_options::authenticate(auth_ptr with) & {
  auth = std::move(with);
  return *this;
}

request_options&& request_options::authenticate(auth_ptr with) && {
  return std::move(authenticate(std::move(with)));
}

/// Those of copies of the options stay as they are.
request_extras& request_options::own_extras() {
  auto own = extras == nullptr ? std::make_shared<request_extras>()
                               : std::make_shared<request_extras>(*extras);
  extras = own;
  return *own;
}

request_options& request_options::target(std::string as) & {
  own_extras().target = std::move(as);
  return *this;
}

request_options& request_options::max_body_bytes(std::uint64_t most) & {
  own_extras().max_body_bytes = most;
  return *this;
}

request_options& request_options::limit_head(const head_limits& to) & {
  for (const auto& bytes : {to.max_line_bytes, to.max_field_section_bytes}) {
    if (bytes.value_or(0) > proto::http1::most_line_bytes) {
      throw invalid_argument("limit_head: the most that can be allowed is " +
                             std::to_string(proto::http1::most_line_bytes) + " bytes");
    }
  }
  own_extras().head_limits = to;
  return *this;
}

request_options& request_options::trace(trace_callback callback) & {
  tracer = std::make_shared<const trace_callback>(std::move(callback));
  return *this;
}

request_options& request_options::server_name(std::string host) & {
  own_extras().server_name = std::move(host);
  return *this;
}

request_options& request_options::endpoint(std::string name) & {
  own_extras().endpoint = std::move(name);
  return *this;
}

template <class Io>
basic_request_options<Io>::basic_request_options() noexcept = default;
template <class Io>
basic_request_options<Io>::basic_request_options(request_options shared) noexcept
    : request_options(std::move(shared)) {}
template <class Io>
basic_request_options<Io>::basic_request_options(const basic_request_options&) = default;
template <class Io>
basic_request_options<Io>::basic_request_options(basic_request_options&&) noexcept = default;
template <class Io>
basic_request_options<Io>& basic_request_options<Io>::operator=(const basic_request_options&) =
    default;
template <class Io>
basic_request_options<Io>& basic_request_options<Io>::operator=(basic_request_options&&) noexcept =
    default;
template <class Io>
basic_request_options<Io>::~basic_request_options() = default;

template <class Io>
basic_request_options<Io>& basic_request_options<Io>::stream(
    std::shared_ptr<basic_body_source<Io>> source, std::string type) & {
  streamed = std::move(source);
  content_type = std::move(type);
  return *this;
}

template <class Io>
basic_request_options<Io>&& basic_request_options<Io>::stream(
    std::shared_ptr<basic_body_source<Io>> source, std::string type) && {
  return std::move(stream(std::move(source), std::move(type)));
}

template <class Io>
basic_request_options<Io>& basic_request_options<Io>::multipart(basic_form_data<Io> form) & {
  auto encoded = std::move(form).encode();
  content(std::move(encoded.content), std::move(encoded.content_type));
  streamed = std::move(encoded.streamed);
  return *this;
}

template <class Io>
basic_request_options<Io>&& basic_request_options<Io>::multipart(basic_form_data<Io> form) && {
  return std::move(multipart(std::move(form)));
}

template class basic_request_options<io::async>;
template class basic_request_options<io::blocking>;

proto::http1::limits head_limits::applied_to(proto::http1::limits defaults) const noexcept {
  defaults.max_line_bytes = max_line_bytes.value_or(defaults.max_line_bytes);
  defaults.max_field_section_bytes =
      max_field_section_bytes.value_or(defaults.max_field_section_bytes);
  defaults.max_fields = max_fields.value_or(defaults.max_fields);
  defaults.max_informational = max_informational.value_or(defaults.max_informational);
  return defaults;
}

timeouts timeout_overrides::applied_to(const timeouts& defaults) const noexcept {
  timeouts merged;
  merged.pool = pool.value_or(defaults.pool);
  merged.connect = connect.value_or(defaults.connect);
  merged.write = write.value_or(defaults.write);
  merged.read = read.value_or(defaults.read);
  merged.body = body ? body : defaults.body;
  merged.total = total.value_or(defaults.total);
  return merged;
}

}  // namespace leat::http
