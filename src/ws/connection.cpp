// SPDX-License-Identifier: MIT
#include "leat/ws/connection.hpp"

#include "leat/coro/refuse_on_loop.hpp"

#include "ws/connection_core.hpp"

namespace leat::ws {

class connection::impl final : public connection_core<io::blocking> {
 public:
  using connection_core::connection_core;
};

connection::connection(impl_ptr<impl> made) noexcept : impl_(std::move(made)) {}
connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;
connection::~connection() = default;

ws::statistics connection::statistics() const noexcept {
  return impl_->statistics();
}

const std::string& connection::subprotocol() const noexcept {
  return impl_->subprotocol();
}

connection connection::connect(std::string url, ws::options options) {
  refuse_on_loop("ws::async_connection::connect");
  auto made = make_impl<impl>(std::move(options));
  run_blocking(made->open(std::move(url)));
  return connection(std::move(made));
}

void connection::send_text(std::string text) {
  refuse_on_loop("ws::async_connection::send_text");
  run_blocking(impl_->send(outgoing::kind::text, std::move(text)));
}

void connection::send_binary(std::string bytes) {
  refuse_on_loop("ws::async_connection::send_binary");
  run_blocking(impl_->send(outgoing::kind::binary, std::move(bytes)));
}

message connection::receive() {
  refuse_on_loop("ws::async_connection::receive");
  return run_blocking(impl_->receive());
}

void connection::ping(std::string payload) {
  refuse_on_loop("ws::async_connection::ping");
  run_blocking(impl_->send(outgoing::kind::ping, std::move(payload)));
}

void connection::pong(std::string payload) {
  refuse_on_loop("ws::async_connection::pong");
  run_blocking(impl_->send(outgoing::kind::pong, std::move(payload)));
}

void connection::close(std::uint16_t code, std::string reason) {
  refuse_on_loop("ws::async_connection::close");
  run_blocking(impl_->close(code, std::move(reason)));
}

}  // namespace leat::ws
