// SPDX-License-Identifier: MIT
#include "ws/credentials.hpp"

#include "leat/base/error.hpp"
#include "leat/proto/hash/hash.hpp"

namespace leat::ws {

std::string basic_credentials(const proto::url& of) {
  const std::string user = of.username();
  if (user.find(':') != std::string::npos) {
    throw invalid_argument("the URL of a WebSocket: a user name holds no colon");
  }
  return proto::basic_credentials(user, of.password());
}

}  // namespace leat::ws
