// SPDX-License-Identifier: MIT
#include "io/local_address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include "leat/base/error.hpp"
#include "leat/io/error.hpp"

namespace leat::io {

socket_address parse_local_address(const std::string& address) {
  try {
    return numeric_address(endpoint::tcp(address, 0));
  } catch (const resolve_error&) {
    throw invalid_argument("connections cannot begin at " + address + ": it is no numeric address");
  }
}

void keep_reachable(std::vector<socket_address>& addresses, const socket_address& local,
                    const endpoint& to) {
  std::erase_if(addresses,
                [&local](const socket_address& each) { return each.family() != local.family(); });
  if (!addresses.empty()) return;
  const auto cause = std::make_error_code(std::errc::address_family_not_supported);
  throw connect_error(
      "connect failed: " + to.to_string() + " has no address of the same kind as the local one",
      cause);
}

bool bind_local(int socket, const socket_address& local) noexcept {
  // The port is chosen when the destination is known, so many connections can share one.
  const int on = 1;
  ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return ::bind(socket, local.data(), local.size) == 0;
}

}  // namespace leat::io
