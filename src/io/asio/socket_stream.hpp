// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "leat/io/network.hpp"

#include "io/asio/operation.hpp"
#include "io/asio/reactor.hpp"
#include "io/resolver.hpp"

namespace leat::io::asio_backend {

/// A socket of any stream family, typed on the concrete executor: a type-erased one would cost
/// an allocation or a virtual call per operation.
using protocol = asio::generic::stream_protocol;
using stream_socket = asio::basic_stream_socket<protocol, io_executor>;

[[nodiscard]] protocol protocol_of(const socket_address& address) noexcept;
[[nodiscard]] protocol::endpoint endpoint_of(const socket_address& address);

/// `connect` for one address. Slot and socket outlive the operation.
class connect_operation final : public operation {
 public:
  connect_operation(stream_socket& socket, protocol::endpoint to, operation_slot& slot,
                    deadline until)
      : operation(slot, until), socket_(socket), to_(std::move(to)) {}

  void await_resume() const noexcept {}

 private:
  void initiate(handler on_end) override { socket_.async_connect(to_, on_end); }
  void describe(wait_description& to) const noexcept override { to.add("connect"); }

  stream_socket& socket_;
  protocol::endpoint to_;
};

/// A connected socket as a stream.
[[nodiscard]] std::unique_ptr<async_stream> make_socket_stream(stream_socket socket,
                                                               std::string peer_name);

}  // namespace leat::io::asio_backend
