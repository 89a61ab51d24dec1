// SPDX-License-Identifier: MIT
#include "configuration.hpp"

#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>

#include <leat/base/error.hpp>
#include <leat/proto/url/url.hpp>

namespace gateway {
namespace {

[[noreturn]] void refuse(std::string_view name, const std::string& problem) {
  throw leat::invalid_argument(std::string(name) + ": " + problem);
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    refuse(file.string(), "cannot be read: " + std::generic_category().message(errno));
  }
  return std::move(text).str();
}

bool is_demo_path(const std::string& url) {
  return url.starts_with('/');
}

void check_names(std::string_view name, const std::vector<upstream_settings>& upstreams) {
  std::set<std::string_view> seen;
  for (const auto& each : upstreams) {
    if (!seen.insert(each.name).second) {
      refuse(name, "two upstreams are named \"" + each.name + "\"");
    }
  }
}

// The URL itself stays out of the message: it may hold a password.
void check_url(std::string_view name, const upstream_settings& upstream) {
  leat::proto::url parsed;
  if (const auto refused = leat::proto::parse_url(upstream.url, parsed)) {
    refuse(name, "the url of upstream \"" + upstream.name + "\": " + refused.message());
  }
  if (parsed.scheme() != "http") {
    refuse(name, "the url of upstream \"" + upstream.name + "\": only http is spoken yet");
  }
}

}  // namespace

configuration parse_configuration(std::string_view text, std::string_view name,
                                  const std::filesystem::path& folder,
                                  const overrides& from_command_line) {
  auto read = leat::model::from_toml<settings>(text, name);
  if (from_command_line.port) read.server.port = *from_command_line.port;
  check_names(name, read.upstreams);
  if (read.demo) {
    if (read.demo->port == 0) {
      if (read.server.port == 65535) refuse(name, "demo.port must be given beside port 65535");
      // Port 0 asks the system for both.
      read.demo->port = read.server.port == 0 ? std::uint16_t{0}
                                              : static_cast<std::uint16_t>(read.server.port + 1);
    }
    read.demo->ledger = (folder / read.demo->ledger).string();
  }
  for (const auto& each : read.upstreams) {
    if (!is_demo_path(each.url)) {
      check_url(name, each);
    } else if (!read.demo) {
      refuse(name, "the url of upstream \"" + each.name +
                       "\" is a path on the demo upstream, but there is no [demo]");
    }
  }
  return {std::move(read.server), std::move(read.demo), std::move(read.upstreams)};
}

configuration load_configuration(const std::filesystem::path& file,
                                 const overrides& from_command_line) {
  return parse_configuration(read_file(file), file.string(), file.parent_path(), from_command_line);
}

}  // namespace gateway
