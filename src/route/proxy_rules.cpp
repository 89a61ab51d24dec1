// SPDX-License-Identifier: MIT
#include "route/proxy_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/hash/hash.hpp"
#include "leat/route/error.hpp"
#include "leat/route/proxy_schemes.hpp"

namespace leat::route {
namespace {

constexpr std::uint16_t socks_port = 1080;     // registered
constexpr std::size_t most_socks_bytes = 255;  // RFC 1929: a length is one byte

struct proxy_scheme {
  std::string_view name;
  proxy_server::kind speaks;
};
constexpr std::array<proxy_scheme, 4> schemes{{
    {"http", proxy_server::kind::http},
    {"https", proxy_server::kind::https},
    {"socks5", proxy_server::kind::socks5},
    {"socks5h", proxy_server::kind::socks5},
}};

const proxy_scheme* find_scheme(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(schemes, name, &proxy_scheme::name);
  return found == schemes.end() ? nullptr : found;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text, Number most) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

std::string_view without_last_dot(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

bool is_below(std::string_view host, std::string_view domain) noexcept {
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

bool is_this_machine(const proto::url& to) {
  const auto host = without_last_dot(to.host());
  if (host == "localhost" || is_below(host, "localhost")) return true;
  const auto address = ip_address::parse(host);
  return address && address->is_loopback();
}

}  // namespace

bool is_proxy_scheme(std::string_view scheme) noexcept {
  return find_scheme(scheme) != nullptr;
}

std::string known_proxy_schemes() {
  std::string text;
  for (const auto& each : schemes) {
    if (&each == &schemes.back()) {
      text += " and ";
    } else if (!text.empty()) {
      text += ", ";
    }
    text += each.name;
  }
  return text;
}

std::string proxy_server::authorization() const {
  if (!has_login) return {};
  return proto::basic_credentials(username, password);
}

proxy_server parse_proxy(std::string_view text, const char* where) {
  const auto refuse = [where](const std::string& why, std::error_code cause = {}) {
    throw invalid_proxy(std::string(where) + " is no URL of a proxy: " + why, cause);
  };
  std::string whole(text);
  if (!proto::has_scheme(whole)) whole.insert(0, "http://");
  proto::url url;
  if (const auto refused = proto::parse_url(whole, url)) refuse(refused.message(), refused);

  proxy_server made;
  const auto scheme = url.scheme();
  const auto* const known = find_scheme(scheme);
  if (known == nullptr) refuse("its scheme is none of " + known_proxy_schemes());
  made.speaks = known->speaks;
  if (url.host().empty()) refuse("it has no host");
  if ((!url.path().empty() && url.path() != "/") || url.has_query() || url.has_fragment()) {
    refuse("something follows its host and port");
  }
  made.host = url.host();
  const bool is_socks = made.speaks == proxy_server::kind::socks5;
  made.port = url.port() == 0 && is_socks ? socks_port : url.port();
  if (made.port == 0) refuse("its port is 0");
  made.name = std::string(scheme) + "://" + (url.is_ipv6() ? "[" + made.host + "]" : made.host) +
              ":" + std::to_string(made.port);
  made.has_login = !url.userinfo().empty();
  made.username = url.username();
  made.password = url.password();
  if (is_socks && made.has_login &&
      (made.username.empty() || made.username.size() > most_socks_bytes ||
       made.password.size() > most_socks_bytes)) {
    refuse("SOCKS5 cannot say its user name or password");
  }
  return made;
}

no_proxy_list::no_proxy_list(std::string_view text) {
  constexpr std::string_view between = ", \t";
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(between), text.size());
    if (end != 0) add(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void no_proxy_list::add(std::string_view text) {
  if (text == "*") {
    names_all_ = true;
    return;
  }
  entry made;
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    made.network = ip_address::parse(text.substr(0, slash));
    if (!made.network) return;
    const auto bits =
        parse_number<unsigned>(text.substr(slash + 1), made.network->is_v4() ? 32 : 128);
    if (!bits) return;
    made.bits = *bits;
    entries_.push_back(std::move(made));
    return;
  }

  std::string_view host = text;
  const bool is_bare_ipv6 = std::ranges::count(text, ':') > 1 && text.front() != '[';
  if (const auto colon = text.rfind(':');
      !is_bare_ipv6 && colon != std::string_view::npos && !text.ends_with(']')) {
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1), 65535);
    if (!port || *port == 0) return;
    made.port = *port;
    host = text.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (const auto address = ip_address::parse(host)) {
    made.network = address;
    made.bits = address->is_v4() ? 32 : 128;
    entries_.push_back(std::move(made));
    return;
  }
  if (host.starts_with("*.")) host.remove_prefix(1);
  if (host.starts_with('.')) {
    made.is_below_only = true;
    host.remove_prefix(1);
  }
  made.domain = proto::lower_case(without_last_dot(host));
  if (!made.domain.empty()) entries_.push_back(std::move(made));
}

bool no_proxy_list::entry::names(std::string_view host, const std::optional<ip_address>& address,
                                 std::uint16_t to_port) const noexcept {
  if (port != 0 && port != to_port) return false;
  if (network) return address && address->is_in(*network, bits);
  return (!is_below_only && host == domain) || is_below(host, domain);
}

bool no_proxy_list::names(const proto::url& to) const {
  if (names_all_) return true;
  const auto host = without_last_dot(to.host());
  const auto address = ip_address::parse(host);
  return std::ranges::any_of(
      entries_, [&](const entry& each) { return each.names(host, address, to.port()); });
}

proxy_rules::proxy_rules(proxy_server always)
    : for_http_(std::make_shared<const proxy_server>(std::move(always))), for_https_(for_http_) {}

proxy_rules::proxy_rules(const environment& variables) : is_from_environment_(true) {
  const auto value_of = [&variables](const char*& name, const char* upper) {
    auto value = variables(name);
    if (value || upper == nullptr) return value;
    name = upper;
    return variables(upper);
  };
  // To a CGI program HTTP_PROXY is what a client has put into a Proxy field (CVE-2016-5385).
  const bool is_cgi = variables("REQUEST_METHOD").has_value();
  const auto proxy_of = [&](const char* name,
                            const char* upper) -> std::shared_ptr<const proxy_server> {
    auto value = value_of(name, upper);
    if (!value) {
      name = "all_proxy";
      value = value_of(name, "ALL_PROXY");
    }
    if (!value || value->empty()) return nullptr;
    return std::make_shared<const proxy_server>(parse_proxy(*value, name));
  };
  for_http_ = proxy_of("http_proxy", is_cgi ? nullptr : "HTTP_PROXY");
  for_https_ = proxy_of("https_proxy", "HTTPS_PROXY");
  const char* name = "no_proxy";
  if (const auto value = value_of(name, "NO_PROXY")) except_ = no_proxy_list(*value);
}

const proxy_server* proxy_rules::find(const proto::url& to) const {
  const bool is_open = to.scheme() == "http" || to.scheme() == "ws";
  const auto& found = is_open ? for_http_ : for_https_;
  if (found == nullptr) return nullptr;
  if (is_from_environment_ && (is_this_machine(to) || except_.names(to))) return nullptr;
  return found.get();
}

std::string proxy_rules::pool_key(const proto::url& to, const proxy_server* via) {
  std::string key(to.origin());
  if (via != nullptr) key += " through " + via->name;
  return key;
}

}  // namespace leat::route
