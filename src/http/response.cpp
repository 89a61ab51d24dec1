// SPDX-License-Identifier: MIT
#include "leat/http/response.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "leat/proto/fields/parameters.hpp"
#include "leat/proto/text/error.hpp"
#include "leat/proto/url/url.hpp"

#include "http/failed_request.hpp"
#include "http/redirects.hpp"

namespace leat::http {
namespace {

std::string_view kind_of(int status) noexcept {
  if (is_client_error(status)) return "client error";
  if (is_server_error(status)) return "server error";
  if (is_redirect(status)) return "redirect";
  if (is_informational(status)) return "informational answer";
  return "no success";
}

}  // namespace

// One after the other: each ending the one before it, many would take a deep stack.
void response_head::redirects_before::end() noexcept {
  while (last_ != nullptr && last_.use_count() == 1) {
    auto before = std::move(last_->earlier.last_);
    last_ = std::move(before);
  }
}

response_head::response_head(parts from) : parts_(std::make_shared<parts>(std::move(from))) {}

response::response(response_head head, std::string body, duration elapsed,
                   std::vector<response_head> history, std::uint64_t bytes_downloaded) noexcept
    : response_head(std::move(head)),
      body_(std::move(body)),
      elapsed_(elapsed),
      bytes_downloaded_(bytes_downloaded),
      history_(std::move(history)) {}

std::string response_head::status_line() const {
  const std::string_view phrase =
      parts_->reason.empty() ? status_phrase(parts_->status) : std::string_view(parts_->reason);
  std::string line(parts_->http_version);
  line.append(" ").append(std::to_string(parts_->status));
  if (!phrase.empty()) line.append(" ").append(phrase);
  return line;
}

std::vector<response_head> response_head::history() const {
  std::vector<response_head> all;
  for (auto at = parts_->earlier.last(); at != nullptr; at = at->earlier.last()) {
    all.push_back(sharing(at));
  }
  std::ranges::reverse(all);
  return all;
}

proto::charset response_head::charset() const {
  const auto type = parts_->headers.get("content-type");
  if (!type) return parts_->default_charset;
  const auto name = proto::find_parameter(*type, "charset");
  if (!name) return parts_->default_charset;
  if (const auto found = proto::find_charset(*name)) return *found;
  throw_of(*this,
           decode_error("the answer to " + parts_->method + " " + parts_->url +
                            " is in a charset that is not known here; say what to read it as",
                        proto::text_errc::unknown_charset));
}

std::vector<proto::link> response_head::links() const {
  const auto value = parts_->headers.joined("link");
  if (!value) return {};
  auto links = proto::parse_links(*value);
  proto::url base;
  if (proto::parse_url(parts_->url, base)) return links;
  for (proto::link& each : links) {
    proto::url target;
    if (!proto::resolve(base, each.target, target)) each.target = target.text();
  }
  return links;
}

void response_head::throw_decode_error(const leat::error& problem) const {
  throw_of(*this, decode_error("the answer to " + parts_->method + " " + parts_->url +
                               " cannot be decoded: " + problem.what()));
}

std::string response_head::describe_status() const {
  std::string text(kind_of(parts_->status));
  text += " " + std::to_string(parts_->status) + " for " + parts_->method + " " + parts_->url;
  if (const auto location = redirect_location(*this)) {
    proto::url base;
    proto::url target;
    // What is no URL may hold anything, and a query often holds a code that lets somebody in.
    if (!proto::parse_url(parts_->url, base) && !proto::resolve(base, *location, target) &&
        !proto::replace_query(target, {}, target)) {
      text += ", to " + target.without_fragment().text();
    }
  }
  return text;
}

void response_head::check_status() const {
  if (is_success()) return;
  throw_of(*this, status_error(describe_status(), std::make_shared<const response_head>(*this)));
}

const response& response::raise_for_status() const& {
  if (!is_success()) {
    throw_of(*this,
             status_error(describe_status(), std::make_shared<const response_head>(*this), body_));
  }
  return *this;
}

response&& response::raise_for_status() && {
  static_cast<void>(std::as_const(*this).raise_for_status());
  return std::move(*this);
}

}  // namespace leat::http
