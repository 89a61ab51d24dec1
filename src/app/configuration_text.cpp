// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "leat/app/configuration.hpp"
#include "leat/app/secret.hpp"
#include "leat/log/backend.hpp"

namespace leat::app {
namespace {

/// Letters and digits alone, in small letters, as the log compares keys.
std::string plain(std::string_view key) {
  std::string made;
  for (const char c : key) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) made += c;
    if (c >= 'A' && c <= 'Z') made += static_cast<char>(c - 'A' + 'a');
  }
  return made;
}

class configuration_writer {
 public:
  explicit configuration_writer(model::writer& out) : out_(out) {
    for (const auto& key : log::default_redacted_keys()) hidden_.push_back(plain(key));
  }

  void write(const configuration& value) {
    switch (value.kind()) {
      case configuration_kind::table:
        out_.begin_object();
        for (const auto& [key, each] : value.entries()) {
          out_.key(key);
          if (is_hidden(key, each)) {
            out_.string(redacted);
          } else {
            write(each);
          }
        }
        out_.end_object();
        return;
      case configuration_kind::array:
        out_.begin_array();
        for (const auto& each : value.elements()) write(each);
        out_.end_array();
        return;
      case configuration_kind::string:
      case configuration_kind::date_time: return out_.string(value.as_string());
      case configuration_kind::boolean: return out_.boolean(value.as_boolean());
      case configuration_kind::integer: return out_.integer(value.as_integer());
      case configuration_kind::real: return write_real(value.as_real());
    }
  }

 private:
  void write_real(double value) {
    if (std::isfinite(value)) return out_.number(value);
    // As TOML spells them.
    out_.string(std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
  }

  [[nodiscard]] bool is_hidden(std::string_view key, const configuration& value) const {
    if (value.kind() == configuration_kind::table) return false;
    if (value.kind() == configuration_kind::string) {
      const std::string& text = value.as_string();
      if (text.starts_with("env:") || text.starts_with("file:/")) return false;
    }
    const std::string name = plain(key);
    return std::ranges::any_of(hidden_,
                               [&](const std::string& each) { return name.ends_with(each); });
  }

  model::writer& out_;
  std::vector<std::string> hidden_;
};

}  // namespace
}  // namespace leat::app

void leat::model::codec<leat::app::configuration>::write(writer& out,
                                                         const leat::app::configuration& value) {
  leat::app::configuration_writer(out).write(value);
}
