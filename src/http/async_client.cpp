// SPDX-License-Identifier: MIT
#include "leat/http/async_client.hpp"

#include "http/client_core.hpp"

namespace leat::http {

class async_client::impl final : public client_core<io::async> {
 public:
  using client_core::client_core;
};

async_client::async_client(async_client_options options)
    : impl_(make_impl<impl>(std::move(options))) {}

async_client::~async_client() = default;

task<response> async_client::request(std::string method, std::string_view url,
                                     async_request_options options) {
  return impl_->request(std::move(method), url, std::move(options));
}

task<response> async_client::start(std::string method, std::string_view url,
                                   async_request_options&& options) {
  return impl_->request(std::move(method), url, std::move(options));
}

task<async_response_stream> async_client::stream(std::string method, std::string_view url,
                                                 async_request_options options) {
  return impl_->stream(std::move(method), url, std::move(options));
}

async_request async_client::build_request(std::string method, std::string_view url,
                                          async_request_options options) const {
  return impl_->build_request(std::move(method), url, std::move(options));
}

std::optional<async_request> async_client::next_request(async_request sent,
                                                        const response_head& answer) const {
  return impl_->next_request(std::move(sent), answer);
}

task<response> async_client::send(async_request built) {
  return impl_->send(std::move(built));
}

task<async_response_stream> async_client::open(async_request built) {
  return impl_->open(std::move(built));
}

task<response> async_client::get(std::string_view url, async_request_options options) {
  return start("GET", url, std::move(options));
}
task<response> async_client::get(std::string_view url) {
  return impl_->request("GET", url);
}
task<response> async_client::head(std::string_view url, async_request_options options) {
  return start("HEAD", url, std::move(options));
}
task<response> async_client::options(std::string_view url, async_request_options options) {
  return start("OPTIONS", url, std::move(options));
}
task<response> async_client::post(std::string_view url, async_request_options options) {
  return start("POST", url, std::move(options));
}
task<response> async_client::put(std::string_view url, async_request_options options) {
  return start("PUT", url, std::move(options));
}
task<response> async_client::patch(std::string_view url, async_request_options options) {
  return start("PATCH", url, std::move(options));
}
task<response> async_client::del(std::string_view url, async_request_options options) {
  return start("DELETE", url, std::move(options));
}

void async_client::close() {
  impl_->close();
}

bool async_client::is_closed() const noexcept {
  return impl_->is_closed();
}

client_statistics async_client::statistics() const noexcept {
  return impl_->statistics();
}

std::shared_ptr<async_transport> make_transport(async_transport_options options) {
  return make_pooled_transport<io::async>(std::move(options));
}

}  // namespace leat::http
