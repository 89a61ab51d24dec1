// SPDX-License-Identifier: MIT
#include "configuration.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <leat/app/error.hpp>
#include <leat/proto/url/url.hpp>

namespace gateway {
namespace {

/// Collects what is wrong beyond the types of values, each with the place it comes from.
class problems {
 public:
  explicit problems(const leat::app::configuration& all) noexcept : all_(all) {}

  void add(const std::string& key, const leat::app::configuration* at, std::string message) {
    const leat::app::origin& from = at != nullptr ? at->origin() : all_.origin();
    found_.push_back({.key = key,
                      .message = std::move(message),
                      .source = from.source,
                      .line = from.line,
                      .column = from.column});
  }

  void raise() && {
    if (!found_.empty()) {
      throw leat::app::invalid_configuration("configuration", std::move(found_));
    }
  }

 private:
  const leat::app::configuration& all_;
  std::vector<leat::app::problem> found_;
};

bool is_demo_path(const std::string& url) {
  return url.starts_with('/');
}

/// Why no request can be sent there, or nothing. The URL itself stays out of the message: it may
/// hold a password.
std::string refusal_of(const std::string& url) {
  leat::proto::url parsed;
  if (const auto refused = leat::proto::parse_url(url, parsed)) return refused.message();
  return parsed.scheme() == "http" ? "" : "only http is spoken yet";
}

void check_upstream(const upstream_settings& upstream, std::size_t index, bool has_demo,
                    const leat::app::configuration& all, problems& found) {
  const std::string key = "upstreams[" + std::to_string(index) + "].url";
  const auto* const table = all.find("upstreams");
  const auto* const at = table->elements()[index].find("url");
  if (is_demo_path(upstream.url)) {
    if (!has_demo) found.add(key, at, "is a path on the demo upstream, but there is no [demo]");
  } else if (std::string why = refusal_of(upstream.url); !why.empty()) {
    found.add(key, at, "cannot be asked: " + why);
  }
}

void check_names(const std::vector<upstream_settings>& upstreams,
                 const leat::app::configuration& all, problems& found) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    if (seen.insert(upstreams[i].name).second) continue;
    found.add("upstreams[" + std::to_string(i) + "].name",
              all.find("upstreams")->elements()[i].find("name"),
              "is the name of another upstream too: \"" + upstreams[i].name + "\"");
  }
}

}  // namespace

configuration read_configuration(const leat::app::configuration& all,
                                 const std::filesystem::path& folder) {
  auto read = all.to<settings>();
  problems found(all);
  check_names(read.upstreams, all, found);
  for (std::size_t i = 0; i < read.upstreams.size(); ++i) {
    check_upstream(read.upstreams[i], i, read.demo.has_value(), all, found);
  }
  if (read.demo) {
    if (read.demo->port == 0) {
      if (read.server.port == 65535) {
        found.add("demo.port", all.find("demo"), "must be given beside the port 65535");
      }
      // Port 0 asks the system for both.
      read.demo->port = read.server.port == 0 ? std::uint16_t{0}
                                              : static_cast<std::uint16_t>(read.server.port + 1);
    }
    read.demo->ledger = (folder / read.demo->ledger).string();
  }
  std::move(found).raise();
  return {std::move(read.server), std::move(read.demo), std::move(read.upstreams)};
}

}  // namespace gateway
