// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "leat/base/function.hpp"
#include "leat/coro/task.hpp"
#include "leat/http/request.hpp"
#include "leat/http/server_response.hpp"
#include "leat/http/transport.hpp"

namespace leat::http {

/// A transport without a network: a function answers. For tests of what calls services, and for
/// services that are simulated.
///
///     options.transport = std::make_shared<http::mock_transport>([](const http::request& sent) {
///       if (sent.url.path() != "/users/7") return http::server_response::empty(404);
///       return http::server_response::json(user);
///     });
///
/// The function sees the request as it would be sent: the body as a whole in `content`, also if it
/// is streamed. The answer is what a client would see of it on the wire: with a Content-Length,
/// without a body where HTTP has none (HEAD, 204, 304). Everything above transports works as
/// always: redirects, cookies, authentication, decoding.
///
/// For `async_client`, the function returns the answer, or a task with it. What it throws ends the
/// request.
///
/// Errors of a request: also `local_protocol_error` for an answer that HTTP does not allow.
/// Thread-safety: that of the function.
template <class Io>
class basic_mock_transport final : public basic_transport<Io> {
 public:
  using handler =
      std::function<typename Io::template result<server_response>(const basic_request<Io>&)>;

  template <class Function>
    requires std::is_invocable_v<Function&, const basic_request<Io>&>
  explicit basic_mock_transport(Function answer) : answer_(wrapped(std::move(answer))) {}

  typename Io::template result<basic_transport_response<Io>> handle(
      basic_request<Io>& request) override;

 private:
  template <class Function>
  static handler wrapped(Function answer) {
    using answered = std::invoke_result_t<Function&, const basic_request<Io>&>;
    if constexpr (!Io::is_blocking && std::same_as<answered, server_response>) {
      return [answer = std::move(answer)](const basic_request<Io>& request) mutable {
        return at_once(answer, request);
      };
    } else {
      return answer;
    }
  }
  template <class Function>
  static task<server_response> at_once(Function& answer, const basic_request<Io>& request) {
    co_return answer(request);
  }

  handler answer_;
};

extern template class basic_mock_transport<io::async>;
extern template class basic_mock_transport<io::blocking>;

using async_mock_transport = basic_mock_transport<io::async>;
using mock_transport = basic_mock_transport<io::blocking>;

}  // namespace leat::http
