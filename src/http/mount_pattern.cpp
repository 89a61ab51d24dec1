// SPDX-License-Identifier: MIT
#include "http/mount_pattern.hpp"

#include "leat/base/error.hpp"

namespace leat::http {
namespace {

[[noreturn]] void refuse(std::string_view text, const char* why) {
  throw invalid_argument("a mount cannot be on " + std::string(text) + ": " + why);
}

}  // namespace

mount_pattern::mount_pattern(std::string_view text) {
  constexpr std::string_view behind_scheme = "://";
  const auto end = text.find(behind_scheme);
  if (end == std::string_view::npos) refuse(text, "it begins with all:// or a scheme");
  const auto scheme = text.substr(0, end);
  if (scheme == "http" || scheme == "https") {
    scheme_ = scheme;
  } else if (scheme != "all") {
    refuse(text, "only http and https are spoken");
  }
  std::string_view host = text.substr(end + behind_scheme.size());
  if (host.empty()) return;
  if (host.find_first_of("/?#@") != std::string_view::npos) {
    refuse(text, "nothing but a host and a port may follow the scheme");
  }

  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && !host.ends_with(']');
  // A star is no host, but what stands in its place may be one.
  std::string plain(host);
  const bool is_any = host.starts_with('*') && (host.size() == 1 || host[1] == ':');
  if (is_any) {
    plain.replace(0, 1, "any");
  } else if (host.starts_with("*.")) {
    is_below_ = true;
    plain.erase(0, 2);
  }
  proto::url url;
  if (plain.find('*') != std::string::npos || proto::parse_url("http://" + plain, url)) {
    refuse(text, "that is no host");
  }
  if (!is_any) host_ = url.host();
  if (has_port) port_ = url.port();
  if (has_port && port_ == 0) refuse(text, "no port is 0");
}

bool mount_pattern::matches(const proto::url& to) const noexcept {
  if (!scheme_.empty() && to.scheme() != scheme_) return false;
  if (port_ != 0 && to.port() != port_) return false;
  if (!is_below_) return host_.empty() || to.host() == host_;
  const auto host = to.host();
  return host.size() > host_.size() && host.ends_with(host_) &&
         host[host.size() - host_.size() - 1] == '.';
}

}  // namespace leat::http
