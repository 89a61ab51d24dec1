// SPDX-License-Identifier: MIT
#include "http/request_builder.hpp"

#include <algorithm>

#include "leat/http/error.hpp"
#include "leat/proto/coding/coding.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/url/query.hpp"
#include "leat/proto/url/query_parameters.hpp"

#include "route/proxy_rules.hpp"

namespace leat::http {
namespace {

void merge(headers& into, const headers& from) {
  for (const auto& each : from) into.remove(each.name);
  for (const auto& each : from) into.add(each.name, each.value);
}

}  // namespace

void check_limits(const connection_limits& limits) {
  if (limits.max_connections == 0 || limits.max_per_host == 0) {
    throw invalid_argument("client_options: a limit of 0 connections lets no request through");
  }
}

void check_limits(const timeouts& limits) {
  checked_limit(limits.pool, "the pool timeout");
  checked_limit(limits.connect, "the connect timeout");
  checked_limit(limits.write, "the write timeout");
  checked_limit(limits.read, "the read timeout");
  if (limits.body) checked_limit(*limits.body, "the body timeout");
  checked_limit(limits.total, "the total timeout");
}

proto::url parse_absolute(std::string_view text) {
  proto::url parsed;
  if (const auto refused = proto::parse_url(text, parsed)) {
    throw invalid_url("not a URL that can be requested: " + refused.message(), refused);
  }
  return parsed;
}

void resolve_url(const proto::url* base, std::string_view url, proto::url& target) {
  if (!url.starts_with('/') && proto::has_scheme(url)) {
    target = parse_absolute(url);
  } else if (base == nullptr) {
    throw invalid_url("a URL without a scheme needs a client with a base_url");
  } else if (const auto refused = proto::append(*base, url, target)) {
    throw invalid_url("not a path that can be appended to the base URL: " + refused.message(),
                      refused);
  }
}

proto::url resolve_own(const proto::url& base, std::string_view text) {
  // Without the credentials of the base, which a relative reference would have.
  proto::url target = parse_absolute(std::string(base.origin()) + std::string(base.target()));
  if (const auto refused = proto::resolve(target, text, target)) {
    throw invalid_url("an authentication asks for what is no URL: " + refused.message(), refused);
  }
  return target;
}

void throw_unheld(std::string_view method, const proto::url& to, std::uint64_t most) {
  throw limit_exceeded("the body of " + std::string(method) + " " + to.redacted() +
                       " is longer than the " + std::to_string(most) +
                       " bytes that its authentication reads");
}

void throw_other_size(std::string_view method, const proto::url& to, std::uint64_t announced,
                      std::uint64_t size) {
  throw local_protocol_error("the body of " + std::string(method) + " " + to.redacted() + " has " +
                             std::to_string(size) + " bytes, where its source said " +
                             std::to_string(announced));
}

void add_query(const query_list& of_client, const query_list& of_request, proto::url& target) {
  if (of_client.empty() && of_request.empty()) return;
  proto::query_builder added;
  if (!of_client.empty()) {
    const auto of_url = proto::query_parameters::parse(target.query());
    for (const auto& [name, value] : of_client) {
      const bool is_said =
          of_url.contains(name) ||
          std::ranges::find(of_request, name, &query_list::value_type::first) != of_request.end();
      if (!is_said) added.add(name, value);
    }
  }
  for (const auto& [name, value] : of_request) added.add(name, value);
  if (added.text().empty()) return;
  std::string query(target.query());
  if (!query.empty()) query += '&';
  query += added.text();
  if (const auto refused = proto::replace_query(target, query, target)) {
    throw invalid_url("the query cannot be added: " + refused.message(), refused);
  }
}

std::string_view spelled_origin(std::string_view url) noexcept {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == url.npos || !proto::has_scheme(url)) return {};
  const std::string_view spelled = url.substr(0, url.find_first_of("/?#", scheme_end + 3));
  return spelled.find('@') == spelled.npos ? spelled : std::string_view();
}

headers merge_headers(const proto::url& url, const headers& of_client,
                      const request_options& options, bool has_body, bool decodes) {
  // That a connection is kept goes without saying in HTTP/1.1. Servers of HTTP/1.0 want to hear it.
  headers merged{{"host", url.authority()},
                 {"accept", "*/*"},
                 {"connection", "keep-alive"},
                 {"user-agent", "leat/0.1"}};
  merge(merged, of_client);
  if (has_body && !options.content_type.empty()) merged.set("content-type", options.content_type);
  merge(merged, options.headers);
  // A range of a coded content cannot be decoded (RFC 9110, section 14.2).
  if (decodes && !merged.contains("accept-encoding") && !merged.contains("range")) {
    merged.add("accept-encoding", proto::accept_encoding());
  }
  return merged;
}

std::unique_ptr<const known_origin> make_known_origin(std::string spelled, proto::url root,
                                                      const headers& of_client, bool decodes) {
  auto made = std::make_unique<known_origin>();
  made->spelled = std::move(spelled);
  made->root = std::move(root);
  made->usual = merge_headers(made->root, of_client, {}, false, decodes);
  headers ready = made->usual;
  ready.remove(proxy_authorization);
  made->ready = proto::http1::ready_fields(ready);
  made->pool_key = route::proxy_rules::pool_key(made->root, nullptr);
  made->has_cookie = made->usual.contains("cookie");
  return made;
}

const known_origin* origin_memory::recall(std::string_view url) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(known_, [url](const auto& each) { return each->is_in_front_of(url); });
  if (found == known_.end()) return nullptr;
  latest_.store(found->get(), std::memory_order_release);
  return found->get();
}

bool origin_memory::knows(std::string_view spelled) const noexcept {
  return std::ranges::any_of(known_,
                             [spelled](const auto& each) { return each->spelled == spelled; });
}

bool origin_memory::has_come_again(std::string_view spelled) {
  const std::lock_guard lock(mutex_);
  if (spelled.empty() || known_.size() == most_known || knows(spelled)) return false;
  if (spelled == last_spelled_) return true;
  last_spelled_ = spelled;
  return false;
}

void origin_memory::learn(std::unique_ptr<const known_origin> made) {
  const std::lock_guard lock(mutex_);
  // Two threads may have met it at once.
  if (known_.size() == most_known || knows(made->spelled)) return;
  known_.push_back(std::move(made));
  latest_.store(known_.back().get(), std::memory_order_release);
}

namespace {

constexpr std::string_view between_cookies = "; ";

/// Takes `name=` from the front of a Cookie field, and skips the rest of that cookie.
std::string_view take_cookie(std::string_view& rest, std::string_view& name) noexcept {
  const std::size_t size = std::min(rest.find(between_cookies), rest.size());
  const std::string_view cookie = rest.substr(0, size);
  rest.remove_prefix(std::min(size + between_cookies.size(), rest.size()));
  name = cookie.substr(0, cookie.find('='));
  return cookie;
}

bool has_cookie(std::string_view field, std::string_view wanted) noexcept {
  for (std::string_view name; !field.empty();) {
    take_cookie(field, name);
    if (name == wanted) return true;
  }
  return false;
}

}  // namespace

std::string join_cookies(std::string_view of_jar, std::string_view of_request) {
  std::string joined;
  for (std::string_view name; !of_jar.empty();) {
    const auto cookie = take_cookie(of_jar, name);
    if (!has_cookie(of_request, name)) joined.append(cookie).append(between_cookies);
  }
  return joined.append(of_request);
}

void check_method(const std::string& method) {
  if (proto::is_method(method)) return;
  const auto refused = proto::check_method(method);
  throw local_protocol_error("the method of the request: " + refused.message(), refused);
}

}  // namespace leat::http
