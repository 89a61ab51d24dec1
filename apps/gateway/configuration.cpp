// SPDX-License-Identifier: MIT
#include "configuration.hpp"

#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <leat/app/error.hpp>
#include <leat/proto/url/url.hpp>

namespace gateway {
namespace {

/// Collects what is wrong, each with the place it comes from.
class problems {
 public:
  void add(std::vector<leat::app::problem> others) {
    found_.insert(found_.end(), std::make_move_iterator(others.begin()),
                  std::make_move_iterator(others.end()));
  }
  void add(std::string key, const leat::app::origin& from, std::string message,
           bool is_absence = false) {
    found_.push_back({.key = std::move(key),
                      .message = std::move(message),
                      .source = from.source,
                      .line = from.line,
                      .column = from.column,
                      .is_absence = is_absence});
  }

  void raise() && {
    if (!found_.empty()) {
      throw leat::app::invalid_configuration("configuration", std::move(found_));
    }
  }

 private:
  std::vector<leat::app::problem> found_;
};

/// What can be read of the settings; the rest keeps its defaults.
settings read_settings(const leat::app::configuration& all, problems& found) {
  settings read;
  try {
    all.read_into(read);
  } catch (const leat::app::invalid_configuration& e) {
    found.add(e.problems());
  }
  return read;
}

/// The text of an entry; null if there is none, of which somebody else has told.
const leat::app::configuration* text_in(const leat::app::configuration& table, const char* key) {
  const auto* const entry = table.find(key);
  const bool is_text = entry != nullptr && entry->kind() == leat::app::configuration_kind::string &&
                       !entry->as_string().empty();
  return is_text ? entry : nullptr;
}

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

void check_url(const leat::app::configuration& url, std::size_t index, bool has_demo,
               problems& found) {
  const std::string key = "upstreams[" + std::to_string(index) + "].url";
  if (is_demo_path(url.as_string())) {
    if (!has_demo) {
      found.add(key, url.origin(), "is a path on the demo upstream, but there is no [demo]", true);
    }
  } else if (std::string why = refusal_of(url.as_string()); !why.empty()) {
    found.add(key, url.origin(), "cannot be asked: " + why);
  }
}

/// As they stand there, because one with another mistake in it is not among those that were read.
void check_upstreams(const leat::app::configuration& all, problems& found) {
  const auto* const upstreams = all.find("upstreams");
  if (upstreams == nullptr) return;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < upstreams->elements().size(); ++i) {
    const auto& each = upstreams->elements()[i];
    const auto* const name = text_in(each, "name");
    if (name != nullptr && !seen.insert(name->as_string()).second) {
      found.add("upstreams[" + std::to_string(i) + "].name", name->origin(),
                "is the name of another upstream too: \"" + name->as_string() + "\"");
    }
    const auto* const url = text_in(each, "url");
    if (url != nullptr) check_url(*url, i, all.contains("demo"), found);
  }
}

}  // namespace

configuration read_configuration(const leat::app::configuration& all,
                                 const std::filesystem::path& folder) {
  problems found;
  auto read = read_settings(all, found);
  check_upstreams(all, found);
  if (read.demo) {
    if (read.demo->port == 0) {
      if (read.server.port == 65535) {
        found.add("demo.port", all.at("demo").origin(), "must be given beside the port 65535");
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
