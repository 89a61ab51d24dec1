// SPDX-License-Identifier: MIT
#include "http/request_builder.hpp"

#include "leat/http/error.hpp"
#include "leat/proto/coding/coding.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/url/query.hpp"

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

void resolve_url(const proto::url* base, const std::string& url, proto::url& target) {
  if (!url.starts_with('/') && proto::has_scheme(url)) {
    target = parse_absolute(url);
  } else if (base == nullptr) {
    throw invalid_url("a URL without a scheme needs a client with a base_url");
  } else if (const auto refused = proto::append(*base, url, target)) {
    throw invalid_url("not a path that can be appended to the base URL: " + refused.message(),
                      refused);
  }
}

void add_query(const request_options& options, proto::url& target) {
  if (options.query_parameters.empty()) return;
  proto::query_builder added;
  for (const auto& [name, value] : options.query_parameters) added.add(name, value);
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
  headers merged{{"host", url.authority()}, {"accept", "*/*"}, {"user-agent", "leat/0.1"}};
  merge(merged, of_client);
  if (has_body && !options.content_type.empty()) merged.set("content-type", options.content_type);
  merge(merged, options.headers);
  // A range of a coded content cannot be decoded (RFC 9110, section 14.2).
  if (decodes && !merged.contains("accept-encoding") && !merged.contains("range")) {
    merged.add("accept-encoding", proto::accept_encoding());
  }
  return merged;
}

std::shared_ptr<const known_origin> make_known_origin(std::string spelled, proto::url root,
                                                      const headers& of_client, bool decodes) {
  auto made = std::make_shared<known_origin>();
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

void check_method(const std::string& method) {
  if (const auto refused = proto::check_method(method)) {
    throw local_protocol_error("the method of the request: " + refused.message(), refused);
  }
}

}  // namespace leat::http
