// SPDX-License-Identifier: MIT
#include "http/server_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "leat/coro/sleep.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/http/error.hpp"
#include "leat/io/error.hpp"

#include "http/error_response.hpp"
#include "http/handler_call.hpp"
#include "http/incoming_request.hpp"
#include "http/tracing.hpp"

namespace leat::http::detail {

using proto::http1::event;
using proto::http1::event_kind;

namespace {

// A usual request fits. A client that fills this room sends ahead, and one read then takes in
// many of its requests.
constexpr std::size_t usual_room = 512;
constexpr std::size_t large_room = 4096;
// Less room than this is not worth a call to the kernel.
constexpr std::size_t least_room = 256;
constexpr std::size_t body_room = std::size_t{16} << 10;
// What a client may send ahead while a handler watches it.
constexpr std::size_t most_ahead = std::size_t{16} << 10;

// Answers of this size and above are not copied into the output, and once the output has
// grown so far it is written: memory for a client that sends ahead stays bounded.
constexpr std::size_t most_gathered = std::size_t{16} << 10;
// What a client has to accept within `server_timeouts::write`.
constexpr std::size_t write_piece = std::size_t{64} << 10;

// A connection that has been idle for so long gives its input buffer back. Busy ones keep
// theirs, which saves an allocation for each request.
constexpr duration doze_after = std::chrono::seconds(1);
// Where the first bytes after that go; the rest of the request follows with the next read.
constexpr std::size_t doze_room = 16;

// How much is read, and for how long, before a connection with unread input is closed. To close
// it at once would make the kernel send a reset, which destroys the answer on its way (RFC
// 9112, section 9.6).
constexpr std::size_t most_lingering = std::size_t{1} << 20;
constexpr duration longest_lingering = std::chrono::seconds(2);

/// Sees to it that each request is noted exactly once, however it ends: a stop runs destructors
/// and nothing else.
class access_note {
 public:
  access_note(server_core& core, const incoming_request& request) noexcept
      : core_(core), request_(request), meter_(core.meter()) {
    if (meter_ != nullptr && !meter_->measures(request.route)) meter_ = nullptr;
    if (meter_ != nullptr) meter_->request_began();
    if (meter_ != nullptr || core_.keeps_access_records()) {
      began_ = executor::current().read_clock();
    }
  }
  access_note(const access_note&) = delete;
  access_note& operator=(const access_note&) = delete;
  ~access_note() {
    const bool is_told = core_.keeps_access_records();
    if (!is_told && meter_ == nullptr) return;
    const duration took = executor::current().read_clock() - began_;
    if (meter_ != nullptr) {
      meter_->request_ended();
      core_.measure(request_.route, request_.parts.method, status, took);
    }
    if (!is_told) return;
    const carrying there(request_.carried);
    core_.note_access({.method = request_.parts.method,
                       .route = request_.route.pattern(),
                       .peer = request_.parts.peer,
                       .status = status,
                       .elapsed = took,
                       .body_in = request_.parts.body.size(),
                       .body_out = body_out});
  }

  int status = 0;
  std::uint64_t body_out = 0;

 private:
  server_core& core_;
  const incoming_request& request_;
  server_meter* meter_;  // null, if this request is not measured
  time_point began_{};
};

/// Whether the body is sent apart from the head.
bool is_large(const server_response& response) noexcept {
  return response.body().size() >= most_gathered;
}

/// For what only a mistake in this file could make the machine refuse.
void require(const std::error_code& refused) noexcept {
  LEAT_ASSERT(!refused);
}

}  // namespace

server_session::server_session(server_core& core, std::unique_ptr<io::async_stream> stream)
    : core_(core), stream_(std::move(stream)), machine_(core.options().http1) {
  core_.session_began(*this);
}

server_session::~server_session() {
  unlink();
  core_.session_ended();
}

void server_session::stop_if_idle() noexcept {
  // What has arrived already is a request under way.
  if (!is_idle_ || !stream_->is_idle_and_open()) return;
  is_released_ = true;
  if (idle_scope_ != nullptr) idle_scope_->cancel(stop_reason::shutdown);
  if (awaited_input_ != nullptr) awaited_input_->wake();
}

void server_session::set_limit(deadline until) noexcept {
  limit_ = until;
  if (until.is_never() || (timer_.is_linked() && timer_.due <= until.at())) return;
  timer_.unlink();
  executor::current().arm(timer_, until.at());
}

void server_session::limit_rang() noexcept {
  if (limit_.is_never()) return;
  executor& home = executor::current();
  if (home.now() < limit_.at()) {
    home.arm(timer_, limit_.at());
  } else if (running_handler_ != nullptr) {
    running_handler_->cancel(stop_reason::deadline);
  } else if (awaited_input_ != nullptr && awaited_input_->has_waiters()) {
    // Otherwise there is input, which has been in time.
    is_late_ = true;
    awaited_input_->wake();
  }
}

task<void> server_session::serve() {
  try {
    const server_timeouts& limits = core_.timeouts();
    std::array<std::byte, doze_room> small_room;
    bool is_dozing = false;
    // Of what is waited for: from its opening on a request, later only once one has begun.
    bool owes_request = true;
    bool has_limit = false;
    deadline until = deadline::never();
    for (;;) {
      // Between two requests there is nothing to be found where nothing is.
      const event found = in_.is_empty() && !has_input_ended_ ? event{} : next_event();
      if (found.kind == event_kind::head) {
        if (!co_await exchange()) break;
        if (ahead_ != nullptr) take_input_ahead();
        owes_request = !in_.is_empty();
        has_limit = false;
        continue;
      }
      if (found.kind == event_kind::closed) break;
      if (found.kind == event_kind::failed) {
        const auto why = make_error_code(found.error);
        refuse(proto::http1::suggested_status(why), why.message());
        break;
      }
      LEAT_ASSERT(found.kind == event_kind::need_more);

      if (!out_.is_empty()) {
        if (!write_at_once()) co_await stream_->write_all(out_.bytes(), after(limits.write));
        release_output();
      }
      is_idle_ = in_.is_empty();
      if (is_idle_ && core_.is_draining() && stream_->is_idle_and_open()) co_return;
      deadline pause = until;
      if (!has_limit || (is_idle_ && !is_dozing)) {
        const time_point now = executor::current().limits_begin();
        if (!has_limit) until = deadline::after(now, owes_request ? limits.head : limits.idle);
        has_limit = true;
        pause = is_idle_ && !is_dozing ? earlier(until, deadline::after(now, doze_after)) : until;
      }

      const auto into = is_dozing ? std::span(small_room) : room_for_head();
      // Who does not send ahead has sent nothing yet.
      std::optional<std::size_t> size;
      if (sends_much_) size = stream_->try_read_some(into);
      is_late_ = false;
      while (!size && !is_late_) {
        // Only a wait for a new request is ended when the server drains, not what follows it: a
        // request that has come is answered.
        if (is_released_) co_return;
        awaited_input_ = stream_->input_to_wait_for();
        if (awaited_input_ == nullptr) {
          size = co_await read_in_task(into, pause, is_idle_);
          is_late_ = !size && !is_released_;
        } else {
          set_limit(pause);
          co_await awaited_input_->wait("read from ", stream_->peer_name());
          if (!is_late_ && !is_released_) size = stream_->try_read_some(into);
        }
      }
      awaited_input_ = nullptr;
      is_idle_ = false;

      if (!is_late_) {
        if (is_dozing) {
          in_.append(as_text(into.first(*size)));
        } else {
          in_.commit(*size);
          sends_much_ = sends_much_ || *size == into.size();
        }
        if (*size == 0) end_input();
        is_dozing = false;
        if (!owes_request) {
          owes_request = true;
          has_limit = false;
        }
      } else if (pause < until) {
        is_dozing = true;
        release_memory();
      } else {
        if (owes_request) refuse(status::request_timeout, "the request did not arrive in time");
        break;
      }
    }
    co_await finish();
  } catch (const io_error&) {
    co_return;  // The client is gone.
  } catch (const timeout_error&) {
    co_return;  // It does not read what it asked for.
  } catch (...) {
    core_.report({.where = server_error::place::connection, .failure = std::current_exception()});
  }
}

task<std::optional<std::size_t>> server_session::read_in_task(std::span<std::byte> into,
                                                              deadline until, bool is_idle) {
  std::optional<std::size_t> size;
  try {
    const auto read = co_await with_cancel_scope([&](cancel_scope& scope) {
      if (is_idle) idle_scope_ = &scope;
      return stream_->read_some(into, until);
    });
    if (!read.is_cancelled()) size = read.value();
  } catch (const io::read_timeout&) {
    // Nothing has come.
  }
  idle_scope_ = nullptr;
  co_return size;
}

event server_session::next_event() {
  std::string_view input = in_.text();
  const event found = machine_.next(input);
  in_.consume(in_.size() - input.size());
  return found;
}

bool server_session::write_at_once() {
  if (const auto sent = stream_->try_write_some(out_.bytes())) out_.consume(*sent);
  return out_.is_empty();
}

std::span<std::byte> server_session::room_for_head() {
  if (sends_much_) return in_.prepare(in_.is_empty() ? large_room : least_room);
  return in_.prepare(in_.is_empty() ? usual_room : least_room);
}

void server_session::release_output() noexcept {
  out_.clear();
  core_.keep_spare(out_);
}

void server_session::release_memory() noexcept {
  in_.release();
  machine_.release_memory();
  sends_much_ = false;
}

void server_session::end_input() noexcept {
  has_input_ended_ = true;
  machine_.end_of_input();
}

task<bool> server_session::exchange() {
  incoming_request request(core_.routes(), machine_.head(), stream_->peer_name());
  if (core_.options().tracing.enabled) {
    request.carried = traced_context(request.parts.fields, core_.options().tracing.samples_new);
  }
  const bool client_closes = !machine_.keep_alive();
  access_note note(core_, request);

  event found = next_event();
  if (found.kind == event_kind::data) {
    request.parts.body = found.data;
    found = next_event();
  }
  bool is_whole = found.kind == event_kind::end;
  std::optional<server_response> refused;
  // A client that asks before it sends the body is told at once that nobody wants it.
  const bool is_unwanted = machine_.expects_continue() && !request.has_route();
  if (!is_whole && !is_unwanted) {
    refused = co_await read_rest_of_body(request, found);
    is_whole = !refused;
  }
  if (!refused && !request.has_route()) refused = refusal_of(request);

  server_request shown(request.parts, request.route, this);
  server_response response =
      refused ? std::move(*refused) : co_await handler_call(core_, request, shown, *this);

  if (!is_whole || core_.is_draining()) machine_.disable_keep_alive();
  put_response(response, request);
  note.status = response.status();
  if (machine_.response_has_body()) {
    note.body_out = response.body().size();
    if (is_large(response)) co_await send_large_body(response.body());
  }
  if (!machine_.is_response_complete()) require(machine_.send_end(out_));

  if (machine_.must_close()) {
    needs_lingering_ = !is_whole || !client_closes || !in_.is_empty() || ahead_ != nullptr;
    co_return false;
  }
  require(machine_.start_next_cycle());
  if (out_.size() >= most_gathered) co_await flush();
  co_return true;
}

task<void> server_session::wait_gone() {
  if (ahead_ == nullptr) ahead_ = std::make_unique<input_ahead>();
  while (!has_input_ended_ && !ahead_->has_ended) {
    if (ahead_->bytes.size() >= most_ahead) co_await sleep_for(no_timeout);
    try {
      const auto into = ahead_->bytes.prepare(large_room);
      const std::size_t size = co_await stream_->read_some(into, deadline::never());
      ahead_->bytes.commit(size);
      ahead_->has_ended = size == 0;
    } catch (const io_error&) {
      ahead_->has_ended = true;
    }
  }
}

void server_session::take_input_ahead() {
  in_.append(ahead_->bytes.text());
  if (ahead_->has_ended) end_input();
  ahead_.reset();
}

task<std::optional<server_response>> server_session::read_rest_of_body(incoming_request& request,
                                                                       event first) {
  const deadline until = after(core_.timeouts().body);
  request.keep(core_.routes());
  for (event found = first;; found = next_event()) {
    switch (found.kind) {
      case event_kind::data:
        // Without a route it is read all the same, so that the connection can go on.
        if (request.has_route()) request.kept->body += found.data;
        break;

      case event_kind::end: request.parts.body = request.kept->body; co_return std::nullopt;

      case event_kind::failed: {
        const auto why = make_error_code(found.error);
        co_return make_error_response(proto::http1::suggested_status(why), why.message());
      }

      default:
        LEAT_ASSERT(found.kind == event_kind::need_more);
        if (machine_.expects_continue()) {
          require(machine_.send_informational(out_, status::continue_));
        }
        if (!out_.is_empty()) co_await flush();
        if (!co_await read_body_bytes(until)) {
          co_return make_error_response(status::request_timeout, "the body did not arrive in time");
        }
    }
  }
}

task<bool> server_session::read_body_bytes(deadline until) {
  try {
    const std::size_t size = co_await stream_->read_some(in_.prepare(body_room), until);
    in_.commit(size);
    if (size == 0) end_input();
  } catch (const io::read_timeout&) {
    co_return false;
  }
  co_return true;
}

server_response server_session::refusal_of(const incoming_request& request) const {
  const request_parts& parts = request.parts;
  switch (request.route.outcome()) {
    case route_match::result::no_such_method: {
      auto made = make_error_response(status::method_not_allowed);
      made.headers().add("Allow", core_.routes().allowed_methods(parts.path));
      return made;
    }
    case route_match::result::malformed_path:
      if (parts.method == "CONNECT") return make_error_response(status::not_implemented);
      // A question about the server as a whole, and often a health check (RFC 9110, 9.3.7).
      if (parts.method == "OPTIONS" && parts.target == "*") return server_response::empty();
      return make_error_response(status::bad_request, "the path of the request is malformed");
    case route_match::result::found:
    case route_match::result::no_such_path: break;
  }
  return make_error_response(status::not_found);
}

bool server_session::put_plain(const server_response& response) {
  if (out_.capacity() == 0) core_.take_spare(out_);
  if (response.status() != status::ok || !response.headers().is_empty() || is_large(response)) {
    return false;
  }
  const std::array lines{core_.date_line(), response.default_content_type_line()};
  return machine_.send_plain(out_, lines, response.body());
}

std::error_code server_session::try_put_response(const server_response& response) {
  if (out_.capacity() == 0) core_.take_spare(out_);
  const auto& header = response.headers();
  std::array<std::string_view, 2> lines;
  if (!header.contains("date")) lines[0] = core_.date_line();
  if (!header.contains("content-type")) lines[1] = response.default_content_type_line();
  proto::http1::outgoing_response head{
      .status = response.status(), .fields = header, .ready_lines = lines};
  if (!is_large(response)) return machine_.send_whole(out_, head, response.body());
  head.body = proto::http1::body_size::exactly(response.body().size());
  return machine_.send_head(out_, head);
}

void server_session::put_response(server_response& response, const incoming_request& request) {
  if (put_plain(response)) return;
  const std::error_code wrong = try_put_response(response);
  if (!wrong) return;
  core_.report({.where = server_error::place::handler,
                .failure = std::make_exception_ptr(local_protocol_error(
                    "the handler's response cannot be sent: " + wrong.message(), wrong)),
                .method = request.parts.method,
                .route = request.route.pattern()});
  response = make_error_response(status::internal_server_error);
  require(try_put_response(response));
}

task<void> server_session::send_large_body(std::string_view body) {
  require(machine_.begin_data(out_, body.size()));
  co_await flush();
  for (; !body.empty(); body.remove_prefix(std::min(body.size(), write_piece))) {
    co_await stream_->write_all(as_bytes(body.substr(0, write_piece)),
                                after(core_.timeouts().write));
  }
  require(machine_.finish_data(out_));
}

task<void> server_session::flush() {
  co_await stream_->write_all(out_.bytes(), after(core_.timeouts().write));
  release_output();
}

void server_session::refuse(int code, std::string_view message) {
  const auto response = make_error_response(code, message);
  require(try_put_response(response));
  needs_lingering_ = true;
  if (core_.meter() != nullptr) core_.measure_unreadable(code);
  if (!core_.keeps_access_records()) return;
  core_.note_access({.method = {},
                     .route = {},
                     .peer = stream_->peer_name(),
                     .status = code,
                     .body_out = response.body().size()});
}

task<void> server_session::finish() {
  if (!out_.is_empty()) co_await flush();
  if (needs_lingering_ && !has_input_ended_) co_await linger();
  co_await stream_->close(after(core_.timeouts().write));
}

task<void> server_session::linger() {
  const deadline until = after(longest_lingering);
  co_await stream_->shut_down_write(until);
  in_.clear();
  for (std::size_t drained = 0; drained < most_lingering;) {
    const std::size_t size = co_await stream_->read_some(in_.prepare(body_room), until);
    if (size == 0) break;
    drained += size;
  }
}

}  // namespace leat::http::detail
