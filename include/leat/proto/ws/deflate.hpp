// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "leat/base/impl_ptr.hpp"

namespace leat::proto::ws {

/// What two peers agree on about permessage-deflate (RFC 7692, section 7.1).
struct deflate_parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::uint8_t server_max_window_bits = 15;  ///< 8 to 15.
  std::uint8_t client_max_window_bits = 15;

  friend bool operator==(const deflate_parameters&, const deflate_parameters&) = default;
};

namespace detail {

/// Compresses messages one after the other. Thread-safety: none.
class deflater {
 public:
  /// `window_bits` 9 to 15: zlib cannot write raw data with a window of 8.
  deflater(int window_bits, bool keeps_context);
  deflater(deflater&&) noexcept;
  ~deflater();

  void compress(std::string_view message, std::string& into);

 private:
  struct state;
  impl_ptr<state> state_;
  bool keeps_context_;
};

/// Expands messages that come in pieces. Thread-safety: none.
class inflater {
 public:
  explicit inflater(bool keeps_context);
  inflater(inflater&&) noexcept;
  ~inflater();

  /// Appends to `into`, which never grows beyond `most` bytes.
  /// Errors: errc::bad_compression, errc::message_too_large.
  [[nodiscard]] std::error_code expand(std::string_view piece, std::string& into, std::size_t most);
  /// Ends a message. Errors: as `expand()`.
  [[nodiscard]] std::error_code finish(std::string& into, std::size_t most);

 private:
  struct state;
  impl_ptr<state> state_;
  bool keeps_context_;
};

}  // namespace detail
}  // namespace leat::proto::ws
