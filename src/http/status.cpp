// SPDX-License-Identifier: MIT
#include "leat/http/status.hpp"

#include "leat/proto/http1/events.hpp"

namespace leat::http {

std::string_view status_phrase(int code) noexcept {
  return proto::http1::reason_phrase(code);
}

}  // namespace leat::http
