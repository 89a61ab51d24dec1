// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "leat/base/byte_buffer.hpp"

#include "io/tls/context.hpp"

namespace leat::io {

/// One end of a TLS connection, without the connection: encrypted bytes go in and come out,
/// plain ones the other way. It does no I/O, so both surfaces share it.
class tls_engine {
 public:
  enum class step {
    done,
    needs_input,  ///< Feed it, or say that the input has ended.
    closed,       ///< The peer has said that nothing more comes.
    truncated,    ///< The input has ended without that.
    failed,       ///< See `failure()`. The connection is of no use any more.
  };

  /// Errors: `tls_error`.
  tls_engine(tls_context context, std::string host);

  /// Goes on with the handshake. What it wants to send is in `output()`.
  [[nodiscard]] step shake_hands();

  /// Takes plain bytes that have arrived; `size` says how many, and is not 0 for `done`.
  [[nodiscard]] step read(std::span<std::byte> into, std::size_t& size);

  /// Encrypts the front of `from`; `size` says how much. `needs_input` cannot happen.
  [[nodiscard]] step write(std::span<const std::byte> from, std::size_t& size);

  /// Says goodbye, into `output()`.
  void close() noexcept;

  /// Encrypted bytes from the peer. Errors: `std::bad_alloc`.
  void feed(std::span<const std::byte> input);
  void end_of_input() noexcept { has_input_ended_ = true; }

  /// Moves what has to be sent to the end of `out`.
  void take_output(byte_buffer& out);

  [[nodiscard]] bool has_output() const noexcept;

  /// Whether nothing that was fed is for the application: records of TLS itself, such as
  /// tickets, are worked off.
  [[nodiscard]] bool is_silent();

  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  [[nodiscard]] tls_info describe() const;

 private:
  [[nodiscard]] step judge(int result);
  void fail(std::string why);

  tls_context context_;
  ssl_ptr connection_;
  std::string failure_;
  bool has_input_ended_ = false;
};

}  // namespace leat::io
