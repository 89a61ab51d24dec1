// SPDX-License-Identifier: MIT
#include "leat/http/metrics_page.hpp"

#include <utility>

#include "leat/coro/mutex.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/http/server_request.hpp"
#include "leat/metrics/registry.hpp"

namespace leat::http {

class metrics_page::impl {
 public:
  explicit impl(const metrics::registry& of) noexcept : registry_(of) {}

  task<server_response> show() {
    const auto turn = co_await turns_.lock();
    std::string text = co_await to_thread([this] { return registry_.to_text(); });
    server_response answer(status::ok, std::move(text));
    answer.headers().set("content-type", metrics::text_content_type);
    co_return answer;
  }

 private:
  const metrics::registry& registry_;
  mutex turns_;
};

metrics_page::metrics_page(const metrics::registry& of) : impl_(make_impl<impl>(of)) {}
metrics_page::metrics_page(metrics_page&&) noexcept = default;
metrics_page& metrics_page::operator=(metrics_page&&) noexcept = default;
metrics_page::~metrics_page() = default;

task<server_response> metrics_page::operator()(server_request&) {
  return impl_->show();
}

}  // namespace leat::http
