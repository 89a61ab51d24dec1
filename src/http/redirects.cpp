// SPDX-License-Identifier: MIT
#include "http/redirects.hpp"

#include <algorithm>
#include <array>

#include "leat/http/error.hpp"
#include "leat/http/status.hpp"
#include "leat/proto/fields/ascii.hpp"

#include "http/failed_request.hpp"

namespace leat::http {
namespace {

bool becomes_get(std::string_view method, int code) noexcept {
  if (method == "HEAD") return false;
  switch (code) {
    case status::found:
    case status::see_other: return method != "GET";
    // Browsers turn a POST into a GET here, and nothing else.
    case status::moved_permanently: return method == "POST";
    default: return false;
  }
}

// The same server as before, only encrypted, may have what the one before had.
bool is_upgrade(const proto::url& from, const proto::url& to) noexcept {
  return from.scheme() == "http" && to.scheme() == "https" && from.host() == to.host() &&
         !from.has_explicit_port() && !to.has_explicit_port();
}

/// Those that describe a body or how it is sent: all of Content-* among them (RFC 9110, section 8.3
/// and those behind it).
std::vector<std::string> fields_of_body(const headers& fields) {
  constexpr std::string_view content = "content-";
  std::vector<std::string> names{"expect", "trailer", "transfer-encoding"};
  for (const auto each : fields) {
    if (proto::equals_ignoring_case(each.name.substr(0, content.size()), content)) {
      names.emplace_back(each.name);
    }
  }
  return names;
}

}  // namespace

std::optional<std::string_view> redirect_location(const response_head& answer) {
  switch (answer.status()) {
    case status::moved_permanently:
    case status::found:
    case status::see_other:
    case status::temporary_redirect:
    case status::permanent_redirect: return answer.headers().get("location");
    default: return std::nullopt;
  }
}

redirect_step follow_redirect(std::string_view method, const proto::url& from,
                              const response_head& answer) {
  const auto location = redirect_location(answer);
  redirect_step step;
  if (const auto refused = proto::resolve(from, *location, step.url)) {
    throw remote_protocol_error("the answer to " + std::string(method) + " " + from.redacted() +
                                    " redirects to what is no URL: " + refused.message(),
                                refused);
  }
  // RFC 9110, section 10.2.2: without a fragment of its own the target has that of the request.
  if (from.has_fragment() && !step.url.has_fragment()) {
    proto::url with_fragment;
    const std::string text = step.url.text() + "#" + std::string(from.fragment());
    if (!proto::parse_url(text, with_fragment)) step.url = std::move(with_fragment);
  }
  step.becomes_get = becomes_get(method, answer.status());
  step.keeps_credentials = from.origin() == step.url.origin() || is_upgrade(from, step.url);
  return step;
}

void apply_redirect(const redirect_step& step, headers& fields,
                    std::span<const std::string> secret) {
  fields.set("host", step.url.authority());
  if (!step.keeps_credentials) {
    for (const char* always : {"authorization", "cookie", "proxy-authorization"}) {
      fields.remove(always);
    }
    for (const auto& each : secret) fields.remove(each);
  }
  if (step.becomes_get) {
    for (const auto& of_body : fields_of_body(fields)) fields.remove(of_body);
  }
}

std::vector<std::string> changed_fields(const headers& before, const headers& now) {
  std::vector<std::string> names;
  for (const auto each : now) {
    if (before.get_all(each.name) != now.get_all(each.name)) names.emplace_back(each.name);
  }
  return names;
}

std::shared_ptr<const request_extras> extras_of_redirect(const request_extras* of,
                                                         bool keeps_credentials) {
  if (of == nullptr) return nullptr;
  auto left = std::make_shared<request_extras>(*of);
  left->target.clear();
  left->server_name.clear();
  if (!keeps_credentials) left->cookies.clear();
  return left;
}

void throw_too_many_redirects(const response_head& last, std::size_t max) {
  throw too_many_redirects("more than " + std::to_string(max) + " redirects: the last was from " +
                           last.method() + " " + last.url());
}

void throw_redirect_loop(const response_head& last) {
  throw_of(last, redirect_loop("redirects lead in a circle: " + last.method() + " " + last.url() +
                               " leads to where it came from"));
}

void throw_not_replayable(std::string_view method, const proto::url& to) {
  throw body_not_replayable("the " + std::string(method) + " request has to be sent again to " +
                            to.redacted() + ", and its body is a stream that has been read");
}

}  // namespace leat::http
