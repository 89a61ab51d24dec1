// SPDX-License-Identifier: MIT
#include "leat/http/event_stream.hpp"

#include "leat/coro/refuse_on_loop.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/client.hpp"

#include "http/event_stream_core.hpp"

namespace leat::http {

class async_event_stream::impl final : public event_stream_core<io::async, async_client> {
 public:
  using event_stream_core::event_stream_core;
};

async_event_stream::async_event_stream(async_client& from, std::string url,
                                       event_stream_options options)
    : impl_(make_impl<impl>(from, std::move(url), std::move(options))) {}
async_event_stream::async_event_stream(async_event_stream&&) noexcept = default;
async_event_stream& async_event_stream::operator=(async_event_stream&&) noexcept = default;
async_event_stream::~async_event_stream() = default;

task<std::optional<server_event>> async_event_stream::next() {
  return impl_->next();
}

void async_event_stream::close() noexcept {
  impl_->close();
}

bool async_event_stream::is_over() const noexcept {
  return impl_->is_over();
}

const std::string& async_event_stream::last_event_id() const noexcept {
  return impl_->last_event_id();
}

std::size_t async_event_stream::connections() const noexcept {
  return impl_->connections();
}

class event_stream::impl final : public event_stream_core<io::blocking, client> {
 public:
  using event_stream_core::event_stream_core;
};

event_stream::event_stream(client& from, std::string url, event_stream_options options)
    : impl_(make_impl<impl>(from, std::move(url), std::move(options))) {}
event_stream::event_stream(event_stream&&) noexcept = default;
event_stream& event_stream::operator=(event_stream&&) noexcept = default;
event_stream::~event_stream() = default;

std::optional<server_event> event_stream::next() {
  refuse_on_loop("http::async_event_stream::next");
  return run_blocking(impl_->next());
}

void event_stream::close() noexcept {
  impl_->close();
}

bool event_stream::is_over() const noexcept {
  return impl_->is_over();
}

const std::string& event_stream::last_event_id() const noexcept {
  return impl_->last_event_id();
}

std::size_t event_stream::connections() const noexcept {
  return impl_->connections();
}

}  // namespace leat::http
