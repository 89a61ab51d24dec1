// SPDX-License-Identifier: MIT
#include "leat/http/mock_transport.hpp"

#include <memory>
#include <string>

#include "leat/http/error.hpp"
#include "leat/io/policy.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/http1/events.hpp"

#include "http/held_body.hpp"

namespace leat::http {
namespace {

bool has_body(const std::string& method, int status) noexcept {
  return method != "HEAD" && status != status::no_content && status != status::not_modified;
}

response_head::parts head_of(const server_response& answer, const std::string& method) {
  const int status = answer.status();
  if (status < 200 || status > 599) {
    throw local_protocol_error("the mock answers " + method + " with the status " +
                               std::to_string(status) + ", which ends no request");
  }
  response_head::parts head;
  head.status = status;
  head.reason = proto::http1::reason_phrase(status);
  for (const auto& each : answer.headers()) {
    if (const auto refused = proto::check_field(each.name, each.value)) {
      throw local_protocol_error("the mock answers " + method +
                                     " with a field that HTTP does not allow: " + refused.message(),
                                 refused);
    }
    head.headers.add(each.name, each.value);
  }
  const auto type = answer.default_content_type();
  if (!type.empty() && !head.headers.contains("content-type")) {
    head.headers.add("content-type", type);
  }
  const std::string length = std::to_string(answer.body().size());
  if (head.headers.contains("transfer-encoding") ||
      (head.headers.contains("content-length") && head.headers.get("content-length") != length &&
       has_body(method, status))) {
    throw local_protocol_error("the mock answers " + method +
                               " with fields that say another length than its body has");
  }
  if (status != status::no_content && !head.headers.contains("content-length")) {
    head.headers.add("content-length", length);
  }
  return head;
}

template <class Io>
typename Io::template task<basic_transport_response<Io>> answer_with(
    const typename basic_mock_transport<Io>::handler& handler, basic_request<Io>& request) {
  basic_request<Io> seen = request;
  seen.content = co_await whole_body(request);
  seen.streamed = nullptr;
  const server_response answer = co_await Io::await(handler(seen));
  basic_transport_response<Io> made;
  made.head = head_of(answer, request.method);
  made.body = std::make_unique<held_body<Io>>(
      has_body(request.method, answer.status()) ? answer.body() : std::string());
  co_return made;
}

}  // namespace

template <class Io>
typename Io::template result<basic_transport_response<Io>> basic_mock_transport<Io>::handle(
    basic_request<Io>& request) {
  return Io::expose(answer_with<Io>(answer_, request));
}

template class basic_mock_transport<io::async>;
template class basic_mock_transport<io::blocking>;

}  // namespace leat::http
