// SPDX-License-Identifier: MIT
#include "leat/http/client.hpp"

#include "leat/coro/refuse_on_loop.hpp"

#include "http/client_core.hpp"

namespace leat::http {

class client::impl final : public client_core<io::blocking> {
 public:
  using client_core::client_core;
};

client::client(client_options options) : impl_(make_impl<impl>(std::move(options))) {}

client::~client() = default;

response client::request(std::string method, std::string_view url,
                         blocking_request_options options) {
  return start(std::move(method), url, std::move(options));
}

response client::start(std::string method, std::string_view url,
                       blocking_request_options&& options) {
  refuse_on_loop("http::async_client::request");
  return run_blocking(impl_->request(std::move(method), url, std::move(options)));
}

response_stream client::stream(std::string method, std::string_view url,
                               blocking_request_options options) {
  refuse_on_loop("http::async_client::stream");
  return run_blocking(impl_->stream(std::move(method), url, std::move(options)));
}

http::request client::build_request(std::string method, std::string_view url,
                                    blocking_request_options options) const {
  return impl_->build_request(std::move(method), url, std::move(options));
}

std::optional<http::request> client::next_request(http::request sent,
                                                  const response_head& answer) const {
  return impl_->next_request(std::move(sent), answer);
}

response client::send(http::request built) {
  refuse_on_loop("http::async_client::send");
  return run_blocking(impl_->send(std::move(built)));
}

response_stream client::open(http::request built) {
  refuse_on_loop("http::async_client::open");
  return run_blocking(impl_->open(std::move(built)));
}

response client::get(std::string_view url, blocking_request_options options) {
  return start("GET", url, std::move(options));
}
response client::get(std::string_view url) {
  refuse_on_loop("http::async_client::request");
  return run_blocking(impl_->request("GET", url));
}
response client::head(std::string_view url, blocking_request_options options) {
  return start("HEAD", url, std::move(options));
}
response client::options(std::string_view url, blocking_request_options options) {
  return start("OPTIONS", url, std::move(options));
}
response client::post(std::string_view url, blocking_request_options options) {
  return start("POST", url, std::move(options));
}
response client::put(std::string_view url, blocking_request_options options) {
  return start("PUT", url, std::move(options));
}
response client::patch(std::string_view url, blocking_request_options options) {
  return start("PATCH", url, std::move(options));
}
response client::del(std::string_view url, blocking_request_options options) {
  return start("DELETE", url, std::move(options));
}

void client::close() {
  impl_->close();
}

bool client::is_closed() const noexcept {
  return impl_->is_closed();
}

client_statistics client::statistics() const noexcept {
  return impl_->statistics();
}

std::shared_ptr<transport> make_transport(transport_options options) {
  return make_pooled_transport<io::blocking>(std::move(options));
}

}  // namespace leat::http
