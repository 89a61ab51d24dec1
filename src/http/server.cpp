// SPDX-License-Identifier: MIT
#include "leat/http/server.hpp"

#include <utility>

#include "http/server_core.hpp"

namespace leat::http {

server::server(router routes, server_options options)
    : core_(make_impl<detail::server_core>(std::move(routes), std::move(options))) {}

server::server(server&&) noexcept = default;
server& server::operator=(server&&) noexcept = default;
server::~server() = default;

const io::endpoint& server::listen(const io::endpoint& at) {
  return core_->listen(at);
}

const io::endpoint& server::local() const {
  return core_->local();
}

task<void> server::run() {
  return core_->run();
}

void server::shut_down() noexcept {
  core_->shut_down();
}

bool server::is_draining() const noexcept {
  return core_->is_draining();
}

std::size_t server::connections() const noexcept {
  return core_->connections();
}

}  // namespace leat::http
