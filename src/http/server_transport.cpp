// SPDX-License-Identifier: MIT
#include "leat/http/server_transport.hpp"

#include <mutex>
#include <string>
#include <utility>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_deadline.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/policy.hpp"

#include "http/client_connection.hpp"
#include "http/held_body.hpp"
#include "http/server_core.hpp"
#include "http/server_session.hpp"

namespace leat::http {
namespace {

struct whole_answer {
  response_head::parts head;
  std::string body;
};

task<void> ask(std::unique_ptr<io::async_stream> over, async_request& request,
               whole_answer& answer) {
  client_connection<io::async> connection(std::move(over), proto::http1::limits());
  arrived_head first;
  if (!connection.try_send(request, nullptr, nullptr)) co_await connection.send(request, first);
  while (!connection.try_read_head(request.timeouts.read, first)) {
    co_await connection.read_more_of_head(request.timeouts.read);
  }
  answer.head = std::move(*first.head);
  for (;;) {
    const auto piece = co_await connection.read_body(request.timeouts.of_body());
    if (piece.empty()) break;
    answer.body += piece;
  }
}

/// One exchange with a server on the other end of a stream in memory.
task<whole_answer> exchange(detail::server_core& core, async_request& request) {
  // What is meant for a proxy is not the origin's to know.
  request.headers.remove("proxy-authorization");
  whole_answer answer;
  co_await with_task_group([&core, &request, &answer](task_group& both) -> task<void> {
    auto ends = io::make_stream_pair();
    both.spawn(&detail::server_session::serve,
               std::make_unique<detail::server_session>(core, std::move(ends.second)));
    co_await ask(std::move(ends.first), request, answer);
  });
  co_return answer;
}

task<whole_answer> exchange_within(deadline until, detail::server_core& core,
                                   async_request& request) {
  co_return co_await with_deadline(until, exchange(core, request));
}

template <class Io>
basic_transport_response<Io> exposed(whole_answer answer) {
  return {.head = std::move(answer.head),
          .body = std::make_unique<held_body<Io>>(std::move(answer.body))};
}

/// A server, and how a surface asks it.
template <class Io>
class served;

template <>
class served<io::async> {
 public:
  served(router routes, server_options options) : core_(std::move(routes), std::move(options)) {}

  task<basic_transport_response<io::async>> handle(async_request& request) {
    co_return exposed<io::async>(co_await exchange(core_, request));
  }

 private:
  detail::server_core core_;
};

template <>
class served<io::blocking> {
 public:
  served(router routes, server_options options) : core_(std::move(routes), std::move(options)) {}

  basic_transport_response<io::blocking> handle(request& request) {
    async_request sent;
    sent.method = request.method;
    sent.url = request.url;
    sent.headers = request.headers;
    sent.content = run_blocking(whole_body(request));
    sent.timeouts = request.timeouts;
    sent.extras = request.extras;
    const deadline whole = blocking_deadline::bound(deadline::never());
    const std::lock_guard one_at_a_time(mutex_);
    return exposed<io::blocking>(leat::run(loop_, exchange_within(whole, core_, sent)));
  }

 private:
  std::mutex mutex_;
  io::loop loop_;
  detail::server_core core_;
};

}  // namespace

template <class Io>
class basic_server_transport<Io>::impl final : public served<Io> {
 public:
  using served<Io>::served;
};

template <class Io>
basic_server_transport<Io>::basic_server_transport(router routes, server_options options)
    : impl_(make_impl<impl>(std::move(routes), std::move(options))) {}

template <class Io>
basic_server_transport<Io>::~basic_server_transport() = default;

template <class Io>
typename Io::template result<basic_transport_response<Io>> basic_server_transport<Io>::handle(
    basic_request<Io>& request) {
  return impl_->handle(request);
}

template class basic_server_transport<io::async>;
template class basic_server_transport<io::blocking>;

}  // namespace leat::http
