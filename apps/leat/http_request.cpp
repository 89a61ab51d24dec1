// SPDX-License-Identifier: MIT
#include "http_request.hpp"

#include <string_view>

#include <leat/base/error.hpp>
#include <leat/io/error.hpp>
#include <leat/io/tls.hpp>
#include <leat/model/duration.hpp>
#include <leat/model/json_text.hpp>
#include <leat/proto/fields/ascii.hpp>
#include <leat/proto/fields/validation.hpp>
#include <leat/proto/url/url.hpp>
#include <leat/route/proxy_schemes.hpp>

#include "exit_status.hpp"
#include "input.hpp"

namespace cli {
namespace {

namespace http = leat::http;

/// `@file` stands for what is in it, so that secrets need not be in the list of processes.
std::string secret_of(const std::string& text) {
  if (!text.starts_with('@')) return text;
  std::string secret = read_file(text.substr(1));
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  return secret;
}

void check_url(const std::string& text) {
  leat::proto::url url;
  if (!leat::proto::has_scheme(text)) {
    throw usage_error("the URL begins with neither http:// nor https://");
  }
  if (const auto refused = leat::proto::parse_url(text, url)) {
    throw usage_error("the URL cannot be requested: " + refused.message());
  }
  if (url.scheme() != "http" && url.scheme() != "https") {
    throw usage_error("this speaks http and https, not " + std::string(url.scheme()));
  }
}

/// The URL of a proxy, which may hold a password, so it never stands in a message.
std::string proxy_of(const std::string& text) {
  std::string proxy = secret_of(text);
  leat::proto::url url;
  if (const auto refused = leat::proto::parse_url(proxy, url)) {
    throw usage_error("--proxy takes a URL: " + refused.message());
  }
  if (!leat::route::is_proxy_scheme(url.scheme())) {
    throw usage_error("--proxy: this speaks " + leat::route::known_proxy_schemes() +
                      " with a proxy, not " + std::string(url.scheme()));
  }
  return proxy;
}

http::async_form_data form_with_files(const http_arguments& arguments) {
  http::async_form_data form;
  for (const auto& each : arguments.form) {
    auto [name, value] = parse_pair("--form", each);
    form.field(std::move(name), std::move(value));
  }
  for (const auto& each : arguments.files) {
    auto [name, path] = parse_pair("--file", each);
    auto filename = path.substr(path.rfind('/') + 1);
    form.stream(std::move(name), std::move(filename), file_body(path));
  }
  return form;
}

void add_cookies(const http_arguments& arguments, http::async_request_options& to) {
  for (const auto& each : arguments.cookies) {
    auto [name, value] = parse_pair("--cookie", each);
    try {
      to.cookie(name, value);
    } catch (const leat::invalid_argument& wrong) {
      throw usage_error(std::string("--cookie: ") + wrong.what());
    }
  }
}

/// Whether the request has a body.
bool add_body(const http_arguments& arguments, http::async_request_options& to) {
  if (arguments.json) {
    const std::string text =
        arguments.json->starts_with('@') ? read_file(arguments.json->substr(1)) : *arguments.json;
    try {
      static_cast<void>(leat::model::json_text::parse(text));
    } catch (const leat::error& wrong) {
      throw usage_error(std::string("--json: ") + wrong.what());
    }
    to.content(text, "application/json");
    return true;
  }
  if (arguments.data) {
    if (arguments.data->starts_with('@')) {
      to.stream(file_body(arguments.data->substr(1)));
    } else {
      to.content(*arguments.data, "text/plain; charset=utf-8");
    }
    return true;
  }
  if (!arguments.files.empty()) {
    to.multipart(form_with_files(arguments));
    return true;
  }
  if (!arguments.form.empty()) {
    std::vector<std::pair<std::string, std::string>> fields;
    fields.reserve(arguments.form.size());
    for (const auto& each : arguments.form) fields.push_back(parse_pair("--form", each));
    to.form(fields);
    return true;
  }
  return false;
}

http::auth_ptr credentials_of(const http_arguments& arguments, const environment& of) {
  if (!arguments.bearer.empty()) return http::bearer_auth(secret_of(arguments.bearer));
  if (!arguments.user.empty()) {
    const std::string text = secret_of(arguments.user);
    const auto colon = text.find(':');
    if (colon == std::string::npos) {
      throw usage_error("--user takes name:password, or @file with that in it");
    }
    const std::string name = text.substr(0, colon);
    const std::string password = text.substr(colon + 1);
    if (arguments.uses_digest) return http::digest_auth(name, password);
    return http::basic_auth(name, password);
  }
  if (!arguments.netrc_file.empty()) return http::netrc_auth(read_file(arguments.netrc_file));
  if (arguments.uses_netrc) {
    if (const auto named = of("NETRC")) return http::netrc_auth(read_file(*named));
    const auto home = of("HOME");
    if (!home) throw usage_error("--netrc: there is neither NETRC nor HOME in the environment");
    return http::netrc_auth(read_file(*home + "/.netrc"));
  }
  return nullptr;
}

leat::io::tls_client_options tls_of(const http_arguments& arguments) {
  leat::io::tls_client_options tls;
  if (arguments.is_insecure) tls.verification = leat::io::tls_verification::none;
  if (!arguments.ca_file.empty()) {
    tls.trusted = read_file(arguments.ca_file);
    // For the client, nothing means the system's certificates.
    if (tls.trusted.empty()) throw usage_error("--cacert: " + arguments.ca_file + " is empty");
  }
  if (!arguments.certificate_file.empty()) {
    tls.identity.certificate_chain = read_file(arguments.certificate_file);
    tls.identity.key =
        arguments.key_file.empty() ? tls.identity.certificate_chain : read_file(arguments.key_file);
  }
  if (!arguments.ca_file.empty() || !arguments.certificate_file.empty()) {
    try {
      static_cast<void>(leat::io::tls_context::client(tls));
    } catch (const leat::io::tls_error& wrong) {
      throw usage_error(wrong.what());
    }
  }
  return tls;
}

}  // namespace

std::pair<std::string, std::string> parse_header(const std::string& text) {
  const auto colon = text.find(':');
  std::string name = text.substr(0, colon);
  if (colon == std::string::npos || !leat::proto::is_token(name)) {
    throw usage_error("--header takes \"name: value\"");
  }
  std::string value(leat::proto::trim_blanks(std::string_view(text).substr(colon + 1)));
  if (!leat::proto::is_field_value(value)) {
    throw usage_error("--header: the value of " + name + " has a control character");
  }
  return {std::move(name), std::move(value)};
}

std::pair<std::string, std::string> parse_pair(const char* option, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw usage_error(std::string(option) + " takes name=value");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

leat::duration parse_time(const char* option, const std::string& text) {
  auto time = leat::model::parse_duration(text);
  if (!time) time = leat::model::parse_duration(text + "s");
  if (!time) {
    throw usage_error(std::string(option) + " takes a time such as 5, 2.5s or 300ms");
  }
  return *time;
}

http_request make_request(const http_arguments& arguments, const environment& of) {
  check_url(arguments.url);
  http_request made;
  made.url = arguments.url;

  for (const auto& each : arguments.headers) {
    const auto [name, value] = parse_header(each);
    made.request.header(name, value);
  }
  for (const auto& each : arguments.query) {
    auto [name, value] = parse_pair("--query", each);
    made.request.query(std::move(name), std::move(value));
  }
  add_cookies(arguments, made.request);
  const bool has_body = add_body(arguments, made.request);
  made.method = arguments.method;
  if (made.method.empty()) made.method = has_body ? "POST" : "GET";
  if (leat::proto::check_method(made.method)) throw usage_error("--method takes a word, as GET");

  try {
    made.client.auth = credentials_of(arguments, of);
  } catch (const leat::invalid_argument& wrong) {
    throw usage_error(wrong.what());
  }
  made.client.redirects.follow = arguments.follows_redirects;
  made.client.redirects.max = arguments.max_redirects;
  made.client.timeouts.total = parse_time("--timeout", arguments.timeout);
  made.client.timeouts.connect = parse_time("--connect-timeout", arguments.connect_timeout);
  made.client.timeouts.read = parse_time("--read-timeout", arguments.read_timeout);
  made.client.timeouts.write = made.client.timeouts.read;
  made.client.http2 = arguments.http2;
  made.client.http2_prior_knowledge = arguments.http2_prior_knowledge;
  made.client.tls = tls_of(arguments);
  made.client.trust_env = arguments.asks_environment;
  if (!arguments.proxy.empty()) made.client.proxy = proxy_of(arguments.proxy);
  made.client.unix_socket = arguments.unix_socket;
  return made;
}

}  // namespace cli
