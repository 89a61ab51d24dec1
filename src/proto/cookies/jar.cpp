// SPDX-License-Identifier: MIT
#include "leat/proto/cookies/jar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "proto/cookies/matching.hpp"

namespace leat::proto {
namespace {

bool has_expired(const cookie& held, wall_time now) noexcept {
  return held.expires && *held.expires <= now;
}

bool is_meant(const cookie& held, std::string_view name, std::string_view domain,
              std::string_view path) noexcept {
  return held.name == name && (domain.empty() || held.domain == domain) &&
         (path.empty() || held.path == path);
}

bool is_for(const cookie& held, const url& to) noexcept {
  const bool covers_host =
      held.is_host_only ? to.host() == held.domain : domain_matches(to.host(), held.domain);
  return covers_host && path_matches(to.path(), held.path) &&
         (!held.is_secure || is_secure_scheme(to.scheme()));
}

constexpr std::string_view http_only_mark = "#HttpOnly_";

/// A line of the format that Netscape began: domain, whether it covers what is below, path,
/// secure, expiry in seconds (0: session), name, value.
bool parse_line(std::string_view line, cookie& made) {
  if (line.starts_with(http_only_mark)) {
    made.is_http_only = true;
    line.remove_prefix(http_only_mark.size());
  }
  std::array<std::string_view, 7> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool is_last = i + 1 == fields.size();
    const std::size_t tab = is_last ? line.size() : line.find('\t');
    if (tab == std::string_view::npos) return false;
    fields[i] = line.substr(0, tab);
    line.remove_prefix(is_last ? tab : tab + 1);
  }
  const auto [domain, covers_below, path, secure, expiry, name, value] = fields;
  const auto is_flag = [](std::string_view text) { return text == "TRUE" || text == "FALSE"; };
  if (!is_flag(covers_below) || !is_flag(secure)) return false;
  std::int64_t seconds = 0;
  const auto read = std::from_chars(expiry.data(), expiry.data() + expiry.size(), seconds);
  if (read.ec != std::errc() || read.ptr != expiry.data() + expiry.size()) return false;
  made.domain = domain.starts_with('.') ? domain.substr(1) : domain;
  made.is_host_only = covers_below == "FALSE";
  made.path = path;
  made.is_secure = secure == "TRUE";
  if (seconds != 0) made.expires = wall_time(std::chrono::seconds(seconds));
  made.name = name;
  made.value = value;
  return is_sendable(made);
}

}  // namespace

cookie_refusal cookie_jar::store(std::string_view set_cookie, const url& from, wall_time now) {
  cookie made;
  if (const auto refusal = parse_set_cookie(set_cookie, from, now, made);
      refusal != cookie_refusal::none) {
    return refusal;
  }
  // What is not encrypted must not overlay what is (RFC 6265bis, section 5.7, step 16).
  if (!is_secure_scheme(from.scheme())) {
    for (const auto& each : kept_) {
      if (each.held.is_secure && each.held.name == made.name &&
          (domain_matches(made.domain, each.held.domain) ||
           domain_matches(each.held.domain, made.domain)) &&
          path_matches(made.path, each.held.path)) {
        return cookie_refusal::insecure;
      }
    }
  }
  put(std::move(made), now);
  return cookie_refusal::none;
}

cookie_refusal cookie_jar::set(cookie made, wall_time now) {
  if (!is_sendable(made)) return cookie_refusal::malformed;
  put(std::move(made), now);
  return cookie_refusal::none;
}

cookie_jar::entry* cookie_jar::find_same(const cookie& like) noexcept {
  const auto found = std::ranges::find_if(kept_, [&like](const entry& each) {
    return each.held.name == like.name && each.held.domain == like.domain &&
           each.held.path == like.path && each.held.is_host_only == like.is_host_only;
  });
  return found == kept_.end() ? nullptr : &*found;
}

// A cookie that is set again keeps its place in the order (section 5.3, step 11).
void cookie_jar::put(cookie made, wall_time now) {
  const std::uint64_t used = ++clock_;
  if (entry* const same = find_same(made)) {
    if (has_expired(made, now)) {
      kept_.erase(kept_.begin() + (same - kept_.data()));
    } else {
      same->held = std::move(made);
      same->used = used;
    }
    return;
  }
  if (has_expired(made, now)) return;
  make_room(made.domain, now);
  kept_.push_back({std::move(made), used, used});
}

void cookie_jar::make_room(const std::string& domain, wall_time now) {
  const auto of_domain = [&domain](const entry& each) { return each.held.domain == domain; };
  const auto is_crowded = [&] {
    return static_cast<std::size_t>(std::ranges::count_if(kept_, of_domain)) >= limits_.per_domain;
  };
  if (kept_.size() < limits_.total && !is_crowded()) return;
  drop_expired(now);
  const auto drop_least_used = [this](auto&& may_go) {
    auto least = kept_.end();
    for (auto at = kept_.begin(); at != kept_.end(); ++at) {
      if (may_go(*at) && (least == kept_.end() || at->used < least->used)) least = at;
    }
    if (least != kept_.end()) kept_.erase(least);
  };
  if (is_crowded()) drop_least_used(of_domain);
  if (kept_.size() >= limits_.total) drop_least_used([](const entry&) { return true; });
}

std::string cookie_jar::header_for(const url& to, wall_time now) {
  std::vector<entry*> sent;
  for (auto& each : kept_) {
    if (is_for(each.held, to) && !has_expired(each.held, now)) sent.push_back(&each);
  }
  std::ranges::sort(sent, [](const entry* a, const entry* b) {
    const std::size_t length_a = a->held.path.size();
    const std::size_t length_b = b->held.path.size();
    return length_a != length_b ? length_a > length_b : a->created < b->created;
  });
  std::string header;
  for (entry* const each : sent) {
    each->used = ++clock_;
    if (!header.empty()) header += "; ";
    header += each->held.name;
    header += '=';
    header += each->held.value;
  }
  return header;
}

std::vector<cookie> cookie_jar::find(std::string_view name, std::string_view domain,
                                     std::string_view path) const {
  std::vector<cookie> found;
  for (const auto& each : kept_) {
    if (is_meant(each.held, name, domain, path)) found.push_back(each.held);
  }
  return found;
}

std::size_t cookie_jar::remove(std::string_view name, std::string_view domain,
                               std::string_view path) {
  return std::erase_if(kept_,
                       [&](const entry& each) { return is_meant(each.held, name, domain, path); });
}

void cookie_jar::clear(std::string_view domain) {
  std::erase_if(kept_, [domain](const entry& each) {
    return domain.empty() || domain_matches(each.held.domain, domain);
  });
}

void cookie_jar::drop_expired(wall_time now) {
  std::erase_if(kept_, [now](const entry& each) { return has_expired(each.held, now); });
}

void cookie_jar::end_session() {
  std::erase_if(kept_, [](const entry& each) { return !each.held.expires; });
}

std::vector<cookie> cookie_jar::all() const {
  std::vector<cookie> copies;
  copies.reserve(kept_.size());
  for (const auto& each : kept_) copies.push_back(each.held);
  return copies;
}

std::string cookie_jar::save(bool with_session) const {
  std::string text = "# Netscape HTTP Cookie File\n";
  for (const auto& [held, created, used] : kept_) {
    if (!held.expires && !with_session) continue;
    const auto flag = [](bool is_set) { return is_set ? "\tTRUE\t" : "\tFALSE\t"; };
    if (held.is_http_only) text += http_only_mark;
    if (!held.is_host_only) text += '.';
    text += held.domain + flag(!held.is_host_only) + held.path + flag(held.is_secure);
    text += std::to_string(held.expires ? held.expires->time_since_epoch().count() : 0);
    text += '\t' + held.name + '\t' + held.value + '\n';
  }
  return text;
}

std::error_code cookie_jar::load(std::string_view text, wall_time now, std::size_t& bad_line) {
  std::vector<cookie> read;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || (line.starts_with('#') && !line.starts_with(http_only_mark))) continue;
    cookie made;
    if (!parse_line(line, made)) {
      bad_line = number;
      return std::make_error_code(std::errc::invalid_argument);
    }
    read.push_back(std::move(made));
  }
  for (auto& each : read) put(std::move(each), now);
  return {};
}

}  // namespace leat::proto
