// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "leat/base/time.hpp"

namespace leat::http {

/// How long each phase of a request may take. `no_timeout` switches a limit off; it has to be
/// spelled out.
///
/// `write` and `read` limit each wait, not the whole transfer: a peer that keeps sending a
/// little meets them. Only `total` bounds a request as a whole. While a body is being sent,
/// `write` alone counts; `read` begins when the request is complete.
///
/// The system's resolver cannot be interrupted. A client that blocks looks at `connect` and `total`
/// when it has answered, after as long as resolv.conf(5) says; an async client does not wait for
/// it, but its loop ends when it has.
struct timeouts {
  timeouts() noexcept = default;

  duration pool = std::chrono::seconds(5);     ///< Waiting for a free connection: `pool_timeout`.
  duration connect = std::chrono::seconds(5);  ///< Name lookup and connecting: `connect_timeout`.
  duration write = std::chrono::seconds(5);    ///< Sending the next 64 KiB: `write_timeout`.
  duration read = std::chrono::seconds(5);     ///< One wait for data: `read_timeout`.
  /// One wait for data of an answer's body, where that is not `read`: for answers that come quickly
  /// and then bring something now and then.
  std::optional<duration> body;
  duration total = no_timeout;  ///< All of it: `deadline_exceeded`.

  /// The limit of one wait for data of an answer's body.
  [[nodiscard]] duration of_body() const noexcept { return body ? *body : read; }
};

/// What one request changes of its client's timeouts. Unset means the client's value,
/// `no_timeout` none.
struct timeout_overrides {
  timeout_overrides() noexcept = default;

  std::optional<duration> pool;
  std::optional<duration> connect;
  std::optional<duration> write;
  std::optional<duration> read;
  std::optional<duration> body;
  std::optional<duration> total;

  [[nodiscard]] bool has_any() const noexcept {
    return pool || connect || write || read || body || total;
  }

  [[nodiscard]] timeouts applied_to(const timeouts& defaults) const noexcept;
};

}  // namespace leat::http
