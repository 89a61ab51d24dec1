// SPDX-License-Identifier: MIT
#include "http/server_core.hpp"

#include <utility>

#include "leat/coro/sleep.hpp"
#include "leat/coro/with_timeout.hpp"

#include "http/server_session.hpp"

namespace leat::http::detail {
namespace {

// A process that has run out of descriptors stays so until a connection ends; asking at once
// would only burn time.
constexpr duration accept_backoff = std::chrono::milliseconds(50);

server_options checked(server_options options) {
  const auto& limits = options.timeouts;
  checked_limit(limits.head, "server_timeouts::head");
  checked_limit(limits.body, "server_timeouts::body");
  checked_limit(limits.idle, "server_timeouts::idle");
  checked_limit(limits.write, "server_timeouts::write");
  checked_limit(limits.handler, "server_timeouts::handler");
  checked_limit(limits.drain_grace, "server_timeouts::drain_grace");
  if (options.max_connections == 0) {
    throw invalid_argument("server_options: max_connections is 0, so nothing could be served");
  }
  // Beyond this, positions in a head do not fit their 32 bits.
  constexpr std::uint32_t most = std::uint32_t{1} << 30;
  if (options.http1.max_line_bytes > most || options.http1.max_field_section_bytes > most) {
    throw invalid_argument("server_options: limits on a head end at 1 GiB");
  }
  options.http1.max_body_bytes = options.max_body_bytes;
  if (options.network == nullptr) options.network = &io::system_network();
  return options;
}

}  // namespace

server_core::server_core(router routes, server_options options)
    : routes_(std::move(routes)),
      options_(checked(std::move(options))),
      date_(options_.wall_clock),
      meter_(options_.metrics.into == nullptr
                 ? nullptr
                 : std::make_unique<server_meter>(options_.metrics, routes_)) {}

server_core::~server_core() {
  LEAT_ASSERT(connections_ == 0);
}

const io::endpoint& server_core::listen(const io::endpoint& at) {
  if (has_run_ || is_draining_) {
    throw invalid_argument("server: listen() on " + at.to_string() + " comes after run()");
  }
  return listeners_.emplace_back(options_.network->listen(at, options_.listen))->local();
}

const io::endpoint& server_core::local() const {
  if (listeners_.empty()) throw invalid_argument("server: it listens nowhere yet");
  return listeners_.front()->local();
}

task<void> server_core::run() {
  if (std::exchange(has_run_, true)) throw invalid_argument("server: run() was called before");
  if (listeners_.empty()) throw invalid_argument("server: run() without listen()");

  co_await with_task_group([this](task_group& connections) -> task<void> {
    co_await accept_until_shut_down(connections);
    try {
      co_await with_timeout(timeouts().drain_grace, wait_until_empty());
    } catch (const deadline_exceeded&) {
      connections.cancel(stop_reason::shutdown);
    }
  });
}

task<void> server_core::accept_until_shut_down(task_group& connections) {
  co_await with_task_group([this, &connections](task_group& acceptors) -> task<void> {
    for (const auto& each : listeners_) {
      acceptors.spawn([this](io::listener& from, task_group& to) { return accept_from(from, to); },
                      std::ref(*each), std::ref(connections));
    }
    co_await drain_request_.wait();
    acceptors.cancel(stop_reason::shutdown);
  });
}

task<void> server_core::accept_from(io::listener& from, task_group& connections) {
  for (;;) {
    co_await wait_for_room();
    std::exception_ptr failure;
    try {
      auto stream = co_await from.accept();
      co_await wait_for_room();  // another listener may have taken the last place
      connections.spawn(&server_session::serve,
                        std::make_unique<server_session>(*this, std::move(stream)));
    } catch (...) {
      failure = std::current_exception();
    }
    if (is_draining_) co_return;
    if (failure == nullptr) continue;
    report({.where = server_error::place::accept, .failure = std::move(failure)});
    co_await sleep_for(accept_backoff);
  }
}

task<void> server_core::wait_for_room() {
  while (connections_ >= options_.max_connections) {
    session_end_.reset();
    co_await session_end_.wait();
  }
}

task<void> server_core::wait_until_empty() {
  while (connections_ != 0) {
    session_end_.reset();
    co_await session_end_.wait();
  }
}

void server_core::shut_down() noexcept {
  if (std::exchange(is_draining_, true)) return;
  for (const auto& each : listeners_) each->close();
  for (auto* session = sessions_.first(); session != nullptr; session = sessions_.next(*session)) {
    session->stop_if_idle();
  }
  drain_request_.set();
}

void server_core::session_began(server_session& session) noexcept {
  sessions_.push_back(session);
  ++connections_;
  if (meter_ != nullptr) meter_->connection_began();
}

void server_core::session_ended() noexcept {
  --connections_;
  if (meter_ != nullptr) meter_->connection_ended();
  session_end_.set();
}

void server_core::note_access(const access_record& record) noexcept {
  try {
    options_.on_access(record);
  } catch (...) {
    report({.where = server_error::place::hook,
            .failure = std::current_exception(),
            .method = record.method,
            .route = record.route});
  }
}

void server_core::measure(const route_match& route, std::string_view method, int status,
                          duration took) noexcept {
  try {
    meter_->note(route, method, status, took);
  } catch (...) {
    report({.where = server_error::place::hook,
            .failure = std::current_exception(),
            .method = method,
            .route = route.pattern()});
  }
}

void server_core::measure_unreadable(int status) noexcept {
  try {
    meter_->note_unreadable(status);
  } catch (...) {
    report({.where = server_error::place::hook, .failure = std::current_exception()});
  }
}

void server_core::report(const server_error& what) noexcept {
  if (meter_ != nullptr) meter_->failed(what.where);
  if (options_.on_error) {
    try {
      return options_.on_error(what);
    } catch (...) {
      executor::current().report(std::current_exception(), "http::server: on_error");
    }
  }
  executor::current().report(what.failure, "http::server");
}

}  // namespace leat::http::detail
