// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "leat/proto/fields/fields.hpp"
#include "leat/proto/http1/detail/outgoing_facts.hpp"

namespace leat::proto::http1 {

/// The fields of requests, looked at once and kept as the lines that they are on the wire: for
/// what is the same in many of them.
///
/// Thread-safety: never changed; any number of threads may send the same.
class ready_fields {
 public:
  /// None, which no request can be sent with.
  ready_fields() noexcept = default;

  /// Fields that no request may have are not ready. Why that is so is told where they are sent as
  /// `outgoing_request::fields`.
  explicit ready_fields(fields_view fields);

  /// Whether requests can be sent with them: each of them may be sent, and there is one Host.
  [[nodiscard]] bool is_ready() const noexcept { return facts_.host_count == 1; }

 private:
  friend class client_connection;

  std::string lines_;
  detail::outgoing_facts facts_;
};

}  // namespace leat::proto::http1
