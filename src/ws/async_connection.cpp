// SPDX-License-Identifier: MIT
#include "leat/ws/async_connection.hpp"

#include "ws/connection_core.hpp"

namespace leat::ws {

class async_connection::impl final : public connection_core<io::async> {
 public:
  using connection_core::connection_core;
};

async_connection::async_connection(impl_ptr<impl> made) noexcept : impl_(std::move(made)) {}
async_connection::async_connection(async_connection&&) noexcept = default;
async_connection& async_connection::operator=(async_connection&&) noexcept = default;
async_connection::~async_connection() = default;

ws::statistics async_connection::statistics() const noexcept {
  return impl_->statistics();
}

const std::string& async_connection::subprotocol() const noexcept {
  return impl_->subprotocol();
}

task<async_connection> async_connection::connect(std::string url, async_options options) {
  auto made = make_impl<impl>(std::move(options));
  co_await made->open(std::move(url));
  co_return async_connection(std::move(made));
}

task<void> async_connection::send_text(std::string text) {
  return impl_->send(outgoing::kind::text, std::move(text));
}

task<void> async_connection::send_binary(std::string bytes) {
  return impl_->send(outgoing::kind::binary, std::move(bytes));
}

task<message> async_connection::receive() {
  return impl_->receive();
}

task<void> async_connection::ping(std::string payload) {
  return impl_->send(outgoing::kind::ping, std::move(payload));
}

task<void> async_connection::pong(std::string payload) {
  return impl_->send(outgoing::kind::pong, std::move(payload));
}

task<void> async_connection::close(std::uint16_t code, std::string reason) {
  return impl_->close(code, std::move(reason));
}

}  // namespace leat::ws
