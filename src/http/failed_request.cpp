// SPDX-License-Identifier: MIT
#include "http/failed_request.hpp"

#include <new>
#include <string>
#include <typeinfo>

#include "leat/base/error_note.hpp"
#include "leat/io/error.hpp"
#include "leat/model/error.hpp"
#include "leat/pool/error.hpp"

namespace leat::http {
namespace {

class request_note final : public error_note {
 public:
  request_note(std::string_view method, std::string url)
      : request_{std::string(method), std::move(url)} {}

  [[nodiscard]] const failed_request& request() const noexcept { return request_; }
  [[nodiscard]] error_details details() const override {
    return {{"method", request_.method}, {"url", request_.url}};
  }

 private:
  failed_request request_;
};

template <class Known>
void throw_copy_if(const leat::error& shared, const error_note_ptr& note) {
  if (typeid(shared) != typeid(Known)) return;
  Known own(static_cast<const Known&>(shared));
  own.attach(note);
  throw own;
}

template <class... Known>
void throw_copy_of(const leat::error& shared, const error_note_ptr& note) {
  (throw_copy_if<Known>(shared, note), ...);
}

/// Throws a copy of an error that ends several requests. Those are what connections end with and
/// what making one fails of; a hook may hand on any other.
void throw_copy(const leat::error& shared, const error_note_ptr& note) {
  throw_copy_of<io::read_error, io::write_error, io::connect_error, io::resolve_error,
                io::tls_error, io::connect_timeout, io::read_timeout, io::write_timeout,
                io::socket_option_refused, pool::pool_timeout, route::proxy_error,
                remote_protocol_error, no_response, local_protocol_error, invalid_url,
                unsupported_protocol, client_closed, status_error, decode_error, too_many_redirects,
                redirect_loop, body_not_replayable, unreadable_body, unsupported_challenge,
                cookie_conflict, stream_closed, stream_consumed, limit_exceeded, deadline_exceeded,
                invalid_argument, owner_stopped, model::parse_error, model::validation_error>(
      shared, note);
}

template <class MakeNote>
void name(leat::error& problem, MakeNote make_note) {
  if (problem.note() != nullptr) return;
  error_note_ptr note;
  try {
    note = make_note();
  } catch (const std::bad_alloc&) {
    return;
  }
  if (!problem.attach(note) && problem.is_shared()) throw_copy(problem, note);
}

}  // namespace

void name_request(leat::error& problem, std::string_view method, const proto::url& url) {
  name(problem, [&] { return make_error_note<request_note>(method, url.redacted()); });
}

void name_request(leat::error& problem, std::string_view method, std::string_view url) {
  name(problem, [&] { return make_error_note<request_note>(method, std::string(url)); });
}

void throw_total_exceeded(std::string_view method, std::string_view url) {
  deadline_exceeded late("request timed out: " + std::string(method) + " " + std::string(url) +
                         " took longer than its total timeout allows");
  name_request(late, method, url);
  throw late;
}

const failed_request* request_of(const leat::error& problem) noexcept {
  const auto* const note = dynamic_cast<const request_note*>(problem.note());
  return note != nullptr ? &note->request() : nullptr;
}

}  // namespace leat::http
