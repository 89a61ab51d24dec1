// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leat/http/client_options.hpp>
#include <leat/http/request.hpp>

namespace cli {

/// The environment of the process; nothing for what it has not.
using environment = std::function<std::optional<std::string>(const char* name)>;

/// When something is done that suits people and no programs.
enum class when : unsigned char { on_terminal, always, never };

/// What `leat http` was asked to do, as it stands in the command line.
struct http_arguments {
  std::string url;
  std::string method;  ///< Empty: GET, or POST with a body.
  std::vector<std::string> headers;
  std::vector<std::string> query;
  std::vector<std::string> cookies;

  std::optional<std::string> json;
  std::optional<std::string> data;
  std::vector<std::string> form;
  std::vector<std::string> files;  ///< Of a form, which they make a multipart one.

  std::string user;
  std::string bearer;
  std::string netrc_file;

  std::size_t max_redirects = 20;
  std::string timeout = "no_timeout";
  std::string connect_timeout = "10s";
  std::string read_timeout = "30s";

  std::string ca_file;
  std::string certificate_file;
  std::string key_file;

  std::string proxy;
  std::string unix_socket;

  std::optional<std::string> download;  ///< To a file, unless it is `-`.

  bool uses_digest = false;
  bool uses_netrc = false;
  bool follows_redirects = false;
  bool http2 = true;
  bool http2_prior_knowledge = false;
  bool is_insecure = false;
  bool asks_environment = true;
  bool is_verbose = false;
  bool fails_on_status = false;
  bool shows_progress = true;
  when pretty = when::on_terminal;
  when colour = when::on_terminal;
};

/// The same as the client wants it.
struct http_request {
  std::string method;
  std::string url;
  leat::http::async_client_options client;
  leat::http::async_request_options request;
};

/// Reads the files that are named, so it blocks: not for a loop.
/// Errors: `usage_error`, with the option that cannot be meant.
[[nodiscard]] http_request make_request(const http_arguments& arguments, const environment& of);

/// `name: value` of a header and `name=value` of a form or a file.
/// Errors: `usage_error`.
[[nodiscard]] std::pair<std::string, std::string> parse_header(const std::string& text);
[[nodiscard]] std::pair<std::string, std::string> parse_pair(const char* option,
                                                             const std::string& text);

/// Seconds, or a number with a unit: `2.5`, `300ms`.
/// Errors: `usage_error`.
[[nodiscard]] leat::duration parse_time(const char* option, const std::string& text);

}  // namespace cli
