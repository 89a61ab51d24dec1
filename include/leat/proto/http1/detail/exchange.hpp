// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace leat::proto::http1::detail {

/// How far one direction of an exchange has come.
enum class phase : std::uint8_t {
  idle,      ///< Its head has not come yet.
  body,      ///< Its head is over and its end has not come yet.
  done,      ///< The message is complete.
  switched,  ///< The connection speaks another protocol.
  closed,    ///< The connection ended between two messages.
  failed,    ///< Nothing more can be said in this direction.
};

/// One request and its response, as both sides see them. It can only be looked at here: the
/// rules by which it changes are in src/proto/http1/transitions.hpp, and nowhere else.
class exchange {
 public:
  [[nodiscard]] phase request() const noexcept { return request_; }
  [[nodiscard]] phase response() const noexcept { return response_; }
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
  [[nodiscard]] bool switch_proposed() const noexcept { return switch_proposed_; }

 private:
  friend class transitions;

  phase request_ = phase::idle;
  phase response_ = phase::idle;
  bool keep_alive_ = true;
  bool switch_proposed_ = false;
};

}  // namespace leat::proto::http1::detail
