// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/http/trace_event.hpp"

#include "support/test.hpp"

/// What a trace callback was told, kept.
struct trace_notes {
  struct note {
    leat::http::trace_step step{};
    std::uint64_t call = 0;
    std::uint32_t attempt = 0;
    std::string method;
    std::string url;
    std::string peer;
    std::string address;
    std::string tls_version;
    std::string alpn;
    std::string http_version;
    int status = 0;
    std::uint64_t body_bytes = 0;
    leat::http::trace_step failed_after{};
    std::exception_ptr error;
  };

  [[nodiscard]] leat::http::trace_callback callback() {
    return [this](const leat::http::trace_event& told) {
      all.push_back({told.step, told.call, told.attempt, std::string(told.method),
                     std::string(told.url), std::string(told.peer), std::string(told.address),
                     std::string(told.tls_version), std::string(told.alpn),
                     std::string(told.http_version), told.status, told.body_bytes,
                     told.failed_after, told.error});
      if (then) then(told);
    };
  }

  /// The steps since this was asked last, a blank between them.
  [[nodiscard]] std::string steps() {
    std::string text;
    for (; shown < all.size(); ++shown) {
      if (!text.empty()) text += ' ';
      text += to_string(all[shown].step);
    }
    return text;
  }
  /// The last of a step. It has to be there.
  [[nodiscard]] const note& last(leat::http::trace_step step) const {
    for (std::size_t i = all.size(); i-- > 0;) {
      if (all[i].step == step) return all[i];
    }
    throw std::logic_error("nothing was told of " + std::string(to_string(step)));
  }
  [[nodiscard]] std::size_t count(leat::http::trace_step step) const {
    std::size_t found = 0;
    for (const auto& each : all) found += each.step == step ? 1 : 0;
    return found;
  }

  std::vector<note> all;
  std::size_t shown = 0;
  std::function<void(const leat::http::trace_event&)> then;  ///< Called when it was kept.
};

/// Each attempt has one end: an answer or a failure; and where there was a connection, what became
/// of it.
inline void check_balance(const trace_notes& notes) {
  struct open_attempt {
    bool has_connection = false;
    bool is_answered = false;
    int ends = 0;
    int failures = 0;
  };
  std::map<std::pair<std::uint64_t, std::uint32_t>, open_attempt> attempts;
  for (const auto& each : notes.all) {
    auto& attempt = attempts[{each.call, each.attempt}];
    CHECK(attempt.ends == 0);
    switch (each.step) {
      case leat::http::trace_step::connect_finished:
      case leat::http::trace_step::connection_reused: attempt.has_connection = true; break;
      case leat::http::trace_step::response_headers_received: attempt.is_answered = true; break;
      case leat::http::trace_step::failed: ++attempt.failures; break;
      case leat::http::trace_step::connection_returned:
      case leat::http::trace_step::connection_closed: ++attempt.ends; break;
      default: break;
    }
  }
  for (const auto& [which, attempt] : attempts) {
    CAPTURE(which.first);
    CAPTURE(which.second);
    CHECK(attempt.ends == (attempt.has_connection ? 1 : 0));
    CHECK((attempt.is_answered || attempt.failures == 1));
  }
}
