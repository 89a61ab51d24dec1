// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>
#include <vector>

#include <nghttp2/nghttp2.h>

#include "leat/proto/http2/client_session.hpp"

namespace leat::proto::http2 {

/// The fields of a request or of its trailers, as nghttp2 takes them. Lifetime: refers to what it
/// was made of, and is not moved.
class field_list {
 public:
  field_list() = default;
  field_list(const field_list&) = delete;
  field_list& operator=(const field_list&) = delete;

  /// Errors: as `client_session::open()`.
  [[nodiscard]] std::error_code take_request(const outgoing_request& request);
  /// Errors: as `client_session::end_body()`.
  [[nodiscard]] std::error_code take_trailers(fields_view trailers);

  [[nodiscard]] const nghttp2_nv* data() const noexcept { return list_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
  /// How long the request says that its body is.
  [[nodiscard]] std::optional<std::uint64_t> declared() const noexcept { return declared_; }

 private:
  void add(std::string_view name, std::string_view value);
  void add_lowered(std::string_view name, std::string_view value);

  std::string names_;  // in lower case
  std::string length_;
  std::optional<std::uint64_t> declared_;
  std::vector<nghttp2_nv> list_;
};

}  // namespace leat::proto::http2
