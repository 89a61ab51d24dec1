// SPDX-License-Identifier: MIT
#include "leat/proto/http2/client_session.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <limits>
#include <new>
#include <unordered_map>
#include <utility>

#include <nghttp2/nghttp2.h>

#include "leat/base/assert.hpp"

#include "request_fields.hpp"

// nghttp2 calls back while it reads or writes. A callback only takes down what it is told in the
// record of a stream; nothing in one calls back into nghttp2 but for credit and resets, which
// nghttp2 allows there. Nothing leaves a callback as an exception, because C stands in between.

namespace leat::proto::http2 {
namespace {

// A head counts 32 bytes for each field (RFC 9113, section 6.5.2).
constexpr std::size_t field_overhead = 32;
// CONTINUATION frames in one head. nghttp2 counts every read in front of one, also a part of its
// header, so its own limit of 8 would refuse what comes in small pieces.
constexpr std::size_t most_continuations = 10'000;
// How many streams are answered before one more is tried than a peer has refused.
constexpr std::uint32_t answers_before_more = 100;
// What is sent of a body before the peer's SETTINGS have come. The window is 65,535 bytes until
// then (RFC 9113, section 6.9.3), and shrinks below what was sent if the peer says less. Servers on
// nghttp2 (1.52) reset a stream whose window shrinks while they give credit for the half of it, so
// less than that is sent.
constexpr std::uint64_t most_before_settings = 32767;
// How much is written ahead of the driver to learn what nghttp2 made of the input.
constexpr std::size_t most_ahead = 65536;

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

struct record {
  fields head;
  fields informational;
  fields trailers;
  byte_buffer data;
  byte_buffer body;  // to be sent
  std::error_code error;
  std::optional<std::uint64_t> declared;  // of the body that is sent
  std::uint64_t body_taken = 0;
  std::uint64_t data_taken = 0;
  std::size_t section_bytes = 0;
  std::size_t section_fields = 0;
  std::uint32_t informational_count = 0;
  std::uint32_t peer_code = 0;
  int status = 0;
  int section_status = 0;
  int informational_status = 0;
  std::uint32_t max_section_bytes = 0;
  std::uint32_t max_fields = 0;
  std::uint32_t max_informational = 0;
  fields section;  // the head that is being read
  fields sent_trailers;
  bool has_head = false;
  bool is_complete = false;
  bool is_closed = false;  // nghttp2 has forgotten it
  bool is_body_over = false;
  bool is_deferred = false;
  bool is_changed = false;
  bool is_written = false;  // its head
  bool reports_sent = false;
  bool is_unprocessed = false;
  bool is_crowded_out = false;
  bool may_continue = false;
  bool was_answered = false;  // a head has begun
  bool was_reset_by_peer = false;
};

}  // namespace

class client_session::impl {
 public:
  explicit impl(const limits& given);
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() { nghttp2_session_del(session_); }

  std::error_code open(const outgoing_request& request, stream_id& id);
  std::error_code send_data(stream_id id, std::string_view bytes);
  std::error_code end_body(stream_id id, fields_view trailers);
  void release(stream_id id) noexcept;
  void give_credit(stream_id id, std::size_t bytes);
  std::error_code receive(std::string_view bytes);
  void end_of_input();
  std::error_code write(byte_buffer& out, std::size_t enough);
  void send_ping();
  void send_goaway();
  std::optional<stream_id> next_changed() noexcept;

  [[nodiscard]] record& at(stream_id id) noexcept {
    const auto found = records_.find(id);
    LEAT_ASSERT(found != records_.end());
    return found->second;
  }
  [[nodiscard]] std::uint32_t peer_max_streams() const noexcept {
    return nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  }
  [[nodiscard]] bool is_going_away() const noexcept { return is_going_away_ || bool(error_); }
  [[nodiscard]] bool can_open() const noexcept {
    return !is_going_away() && open_ < std::min({limits_.max_streams, peer_max_streams(), taken_});
  }
  [[nodiscard]] std::size_t open_streams() const noexcept { return open_; }
  [[nodiscard]] std::error_code error() const noexcept { return error_; }
  [[nodiscard]] bool has_output() const noexcept {
    return !ahead_.is_empty() || (!is_broken_ && nghttp2_session_want_write(session_) != 0);
  }
  [[nodiscard]] std::uint32_t unanswered_pings() const noexcept { return unanswered_pings_; }

 private:
  [[nodiscard]] record* find(stream_id id) noexcept {
    const auto found = records_.find(id);
    return found == records_.end() ? nullptr : &found->second;
  }
  static impl& of(void* user) noexcept { return *static_cast<impl*>(user); }

  void note(stream_id id, record& which) {
    if (std::exchange(which.is_changed, true)) return;
    changed_.push_back(id);
  }
  void fail(stream_id id, record& which, errc why) {
    if (which.error || which.is_complete) return;
    which.error = why;
    note(id, which);
  }
  void resume(stream_id id, record& which);
  void lose(errc why);
  void fail_all(errc why);
  std::error_code pump(byte_buffer& out, std::size_t enough);
  void check(std::ptrdiff_t answer) const {
    if (answer == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  }

  // What nghttp2 tells.
  int begin_section(const nghttp2_frame& frame);
  int take_field(const nghttp2_frame& frame, std::string_view name, std::string_view value);
  int take_data(stream_id id, std::string_view bytes);
  int take_frame(const nghttp2_frame& frame);
  void end_section(stream_id id, record& which);
  int take_close(stream_id id, std::uint32_t code);
  int take_unsent(const nghttp2_frame& frame);
  int take_sent(const nghttp2_frame& frame);
  ssize_t give_body(stream_id id, std::uint8_t* into, std::size_t size, std::uint32_t& flags);

  /// What is told must not throw through C.
  template <class Callable>
  int guarded(Callable told) noexcept {
    try {
      return told();
    } catch (const std::bad_alloc&) {
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }
  static void set_callbacks(nghttp2_session_callbacks& to) noexcept;

  limits limits_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<stream_id, record> records_;
  std::deque<stream_id> changed_;
  byte_buffer ahead_;  // written before the driver asked
  std::error_code error_;
  std::size_t open_ = 0;
  std::uint32_t unanswered_pings_ = 0;
  // What the peer has shown to take at once, if that is less than it says.
  std::uint32_t taken_ = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t answered_ = 0;  // since then
  std::uint32_t goaway_code_ = NGHTTP2_NO_ERROR;
  bool is_going_away_ = false;
  bool has_settings_ = false;  // the peer's
  bool is_broken_ = false;     // nghttp2 cannot even say good-bye
};

void client_session::impl::set_callbacks(nghttp2_session_callbacks& to) noexcept {
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      &to, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
        return of(user).guarded([&] { return of(user).begin_section(*frame); });
      });
  nghttp2_session_callbacks_set_on_header_callback(
      &to, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t, void* user) {
        return of(user).guarded([&] {
          return of(user).take_field(*frame, text_of(name, name_size), text_of(value, value_size));
        });
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      &to, [](nghttp2_session*, std::uint8_t, stream_id id, const std::uint8_t* bytes,
              std::size_t size, void* user) {
        return of(user).guarded([&] { return of(user).take_data(id, text_of(bytes, size)); });
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      &to, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
        return of(user).guarded([&] { return of(user).take_frame(*frame); });
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      &to, [](nghttp2_session*, stream_id id, std::uint32_t code, void* user) {
        return of(user).guarded([&] { return of(user).take_close(id, code); });
      });
  nghttp2_session_callbacks_set_on_frame_not_send_callback(
      &to, [](nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
        return of(user).guarded([&] { return of(user).take_unsent(*frame); });
      });
  nghttp2_session_callbacks_set_on_frame_send_callback(
      &to, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
        return of(user).guarded([&] { return of(user).take_sent(*frame); });
      });
}

client_session::impl::impl(const limits& given) : limits_(given) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
  const std::unique_ptr<nghttp2_session_callbacks, void (*)(nghttp2_session_callbacks*)>
      callbacks_owner(callbacks, nghttp2_session_callbacks_del);
  if (nghttp2_option_new(&option) != 0) throw std::bad_alloc();
  const std::unique_ptr<nghttp2_option, void (*)(nghttp2_option*)> option_owner(option,
                                                                                nghttp2_option_del);
  set_callbacks(*callbacks);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_max_continuations(option, most_continuations);
  nghttp2_option_set_peer_max_concurrent_streams(option, limits_.assumed_peer_streams);
  if (nghttp2_session_client_new2(&session_, callbacks, this, option) != 0) throw std::bad_alloc();

  const std::array<nghttp2_settings_entry, 3> settings{{
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits_.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits_.max_field_section_bytes},
  }};
  if (nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) != 0 ||
      nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                            static_cast<std::int32_t>(limits_.connection_window)) !=
          0) {
    nghttp2_session_del(session_);
    throw std::bad_alloc();
  }
}

std::error_code client_session::impl::open(const outgoing_request& request, stream_id& id) {
  if (!can_open()) return errc::no_slot;
  field_list list;
  if (const auto bad = list.take_request(request)) return bad;
  const bool has_body = request.has_body && request.body_bytes != std::uint64_t{0};
  nghttp2_data_provider body{};
  body.read_callback = [](nghttp2_session*, stream_id which, std::uint8_t* into, std::size_t size,
                          std::uint32_t* flags, nghttp2_data_source*, void* user) -> ssize_t {
    return of(user).give_body(which, into, size, *flags);
  };
  const stream_id next = nghttp2_submit_request(session_, nullptr, list.data(), list.size(),
                                                has_body ? &body : nullptr, nullptr);
  check(next);
  if (next < 0) {
    is_going_away_ = true;  // the numbers are used up
    return errc::no_slot;
  }
  try {
    record& made = records_[next];
    made.declared = list.declared();
    made.is_body_over = !has_body;
    made.reports_sent = request.reports_sent;
    made.max_section_bytes =
        request.max_field_section_bytes.value_or(limits_.max_field_section_bytes);
    made.max_fields = request.max_fields.value_or(limits_.max_fields);
    made.max_informational = request.max_informational.value_or(limits_.max_informational);
  } catch (const std::bad_alloc&) {
    static_cast<void>(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, next, NGHTTP2_CANCEL));
    throw;
  }
  id = next;
  ++open_;
  return {};
}

std::error_code client_session::impl::send_data(stream_id id, std::string_view bytes) {
  record& which = at(id);
  if (bytes.empty()) return {};
  if (which.declared && bytes.size() > *which.declared - which.body_taken) {
    return errc::body_too_long;
  }
  if (which.is_body_over) return errc::wrong_phase;
  which.body_taken += bytes.size();
  if (which.is_closed || which.is_complete || which.error) return {};
  which.body.append(bytes);
  resume(id, which);
  return {};
}

std::error_code client_session::impl::end_body(stream_id id, fields_view trailers) {
  record& which = at(id);
  if (which.declared && which.body_taken < *which.declared) return errc::body_too_short;
  if (which.is_body_over) {
    return trailers.size() == 0 && which.declared == std::uint64_t{0} ? std::error_code()
                                                                      : errc::wrong_phase;
  }
  {
    field_list list;
    if (const auto bad = list.take_trailers(trailers)) return bad;
  }
  which.sent_trailers = fields(trailers);
  which.is_body_over = true;
  if (!which.is_closed) resume(id, which);
  return {};
}

void client_session::impl::resume(stream_id id, record& which) {
  if (!std::exchange(which.is_deferred, false)) return;
  check(nghttp2_session_resume_data(session_, id));
}

ssize_t client_session::impl::give_body(stream_id id, std::uint8_t* into, std::size_t size,
                                        std::uint32_t& flags) {
  record* const which = find(id);
  if (which == nullptr) return NGHTTP2_ERR_DEFERRED;  // its reset is on its way
  std::size_t part = std::min(size, which->body.size());
  if (!has_settings_) {
    const std::uint64_t given = which->body_taken - which->body.size();
    part = static_cast<std::size_t>(std::min<std::uint64_t>(part, most_before_settings - given));
  }
  if (part == 0 && !(which->is_body_over && which->body.is_empty())) {
    which->is_deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  std::memcpy(into, which->body.bytes().data(), part);
  which->body.consume(part);
  if (which->is_body_over && which->body.is_empty()) {
    flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!which->sent_trailers.is_empty()) {
      flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const int submitted = guarded([&]() -> int {
        field_list list;
        if (list.take_trailers(which->sent_trailers)) return NGHTTP2_ERR_CALLBACK_FAILURE;
        return nghttp2_submit_trailer(session_, id, list.data(), list.size());
      });
      if (submitted != 0) return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }
  if (guarded([&] {
        note(id, *which);
        return 0;
      }) != 0) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  return static_cast<ssize_t>(part);
}

void client_session::impl::release(stream_id id) noexcept {
  const auto found = records_.find(id);
  LEAT_ASSERT(found != records_.end());
  if (!found->second.is_closed) {
    --open_;
    if (!is_broken_ &&
        nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL) != 0) {
      // Without memory the peer cannot be told, so it would go on for ever.
      is_broken_ = true;
      error_ = errc::connection_error;
    }
  }
  records_.erase(found);
}

void client_session::impl::give_credit(stream_id id, std::size_t bytes) {
  const record& which = at(id);
  if (!which.is_closed && !is_broken_) check(nghttp2_session_consume_stream(session_, id, bytes));
}

std::error_code client_session::impl::receive(std::string_view bytes) {
  if (error_) return error_;
  const ssize_t taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken == NGHTTP2_ERR_NOMEM || taken == NGHTTP2_ERR_CALLBACK_FAILURE) {
    is_broken_ = true;
    lose(errc::connection_error);
    throw std::bad_alloc();
  }
  if (taken < 0) {
    is_broken_ = true;
    lose(taken == NGHTTP2_ERR_FLOODED ? errc::flooded : errc::connection_error);
    return error_;
  }
  // What nghttp2 thought of it shows in what it writes.
  if (ahead_.size() < most_ahead) static_cast<void>(pump(ahead_, most_ahead));
  return error_;
}

void client_session::impl::end_of_input() {
  is_going_away_ = true;
  for (auto& [id, which] : records_) {
    if (which.is_complete || which.error) continue;
    if (!which.is_written) {
      which.is_unprocessed = true;
      fail(id, which, errc::refused_stream);
    } else if (goaway_code_ != NGHTTP2_NO_ERROR) {
      which.peer_code = goaway_code_;
      fail(id, which, errc::going_away);
    } else {
      fail(id, which, which.has_head ? errc::truncated : errc::no_response);
    }
  }
}

void client_session::impl::lose(errc why) {
  if (error_) return;
  error_ = why;
  fail_all(why);
}

void client_session::impl::fail_all(errc why) {
  for (auto& [id, which] : records_) fail(id, which, why);
}

std::error_code client_session::impl::write(byte_buffer& out, std::size_t enough) {
  if (!ahead_.is_empty()) {
    if (out.is_empty()) {
      std::swap(out, ahead_);
    } else {
      out.append(ahead_.text());
      ahead_.clear();
    }
  }
  return pump(out, enough);
}

std::error_code client_session::impl::pump(byte_buffer& out, std::size_t enough) {
  while (!is_broken_ && out.size() < enough) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    if (size == NGHTTP2_ERR_NOMEM || size == NGHTTP2_ERR_CALLBACK_FAILURE) {
      is_broken_ = true;
      lose(errc::connection_error);
      throw std::bad_alloc();
    }
    if (size < 0) {
      is_broken_ = true;
      lose(errc::connection_error);
      break;
    }
    if (size == 0) break;
    out.append(text_of(bytes, static_cast<std::size_t>(size)));
  }
  return error_;
}

void client_session::impl::send_ping() {
  check(nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr));
  ++unanswered_pings_;
}

void client_session::impl::send_goaway() {
  is_going_away_ = true;
  check(nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, nullptr, 0));
}

std::optional<stream_id> client_session::impl::next_changed() noexcept {
  while (!changed_.empty()) {
    const stream_id id = changed_.front();
    changed_.pop_front();
    if (record* const which = find(id); which != nullptr) {
      which->is_changed = false;
      return id;
    }
  }
  return std::nullopt;
}

int client_session::impl::begin_section(const nghttp2_frame& frame) {
  record* const which = find(frame.hd.stream_id);
  if (which == nullptr) return 0;
  which->was_answered = true;
  which->section.clear();
  which->section_bytes = 0;
  which->section_fields = 0;
  which->section_status = 0;
  return 0;
}

int client_session::impl::take_field(const nghttp2_frame& frame, std::string_view name,
                                     std::string_view value) {
  const stream_id id = frame.hd.stream_id;
  record* const which = find(id);
  if (which == nullptr) return 0;
  which->section_bytes += name.size() + value.size() + field_overhead;
  if (which->section_bytes > which->max_section_bytes) {
    fail(id, *which, errc::field_section_too_large);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  if (name == ":status") {
    // nghttp2 has seen to it that these are three digits.
    which->section_status = 0;
    for (const char digit : value) which->section_status = which->section_status * 10 + digit - '0';
    // As over HTTP/1.1: above 599 it is taken for a server's error (RFC 9110, section 15).
    if (which->section_status < 100) {
      fail(id, *which, errc::malformed_message);
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    return 0;
  }
  if (++which->section_fields > which->max_fields) {
    fail(id, *which, errc::too_many_fields);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  which->section.add(name, value);
  return 0;
}

int client_session::impl::take_data(stream_id id, std::string_view bytes) {
  check(nghttp2_session_consume_connection(session_, bytes.size()));
  record* const which = find(id);
  if (which == nullptr || which->error) return 0;
  const std::uint64_t room = limits_.max_body_bytes - which->data_taken;
  if (bytes.size() > room) {
    which->data.append(bytes.substr(0, static_cast<std::size_t>(room)));
    which->data_taken += room;
    fail(id, *which, errc::body_too_large);
    check(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL));
    return 0;
  }
  which->data_taken += bytes.size();
  which->data.append(bytes);
  note(id, *which);
  return 0;
}

int client_session::impl::take_frame(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_PING) {
    if ((frame.hd.flags & NGHTTP2_FLAG_ACK) != 0 && unanswered_pings_ > 0) --unanswered_pings_;
    return 0;
  }
  if (frame.hd.type == NGHTTP2_SETTINGS) {
    if ((frame.hd.flags & NGHTTP2_FLAG_ACK) == 0) {
      taken_ = std::numeric_limits<std::uint32_t>::max();
      if (!std::exchange(has_settings_, true)) {
        for (auto& [id, each] : records_) resume(id, each);
      }
    }
    return 0;
  }
  if (frame.hd.type == NGHTTP2_GOAWAY) {
    is_going_away_ = true;
    goaway_code_ = frame.goaway.error_code;
    return 0;
  }
  const stream_id id = frame.hd.stream_id;
  record* const which = find(id);
  if (which == nullptr) return 0;
  if (frame.hd.type == NGHTTP2_RST_STREAM) {
    which->was_reset_by_peer = true;
    which->peer_code = frame.rst_stream.error_code;
    return 0;
  }
  if (frame.hd.type == NGHTTP2_HEADERS) end_section(id, *which);
  const bool is_message = frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA;
  if (is_message && (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 && !which->error) {
    which->is_complete = true;
    note(id, *which);
  }
  return 0;
}

void client_session::impl::end_section(stream_id id, record& which) {
  if (which.error) return;
  if (which.has_head) {
    which.trailers = std::exchange(which.section, {});
  } else if (which.section_status >= 200) {
    which.has_head = true;
    which.status = which.section_status;
    which.head = std::exchange(which.section, {});
  } else {
    if (++which.informational_count > which.max_informational) {
      fail(id, which, errc::too_many_informational);
      check(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL));
      return;
    }
    which.informational_status = which.section_status;
    if (which.section_status == 100) which.may_continue = true;
    which.informational = std::exchange(which.section, {});
  }
  note(id, which);
}

int client_session::impl::take_close(stream_id id, std::uint32_t code) {
  record* const which = find(id);
  if (which == nullptr || which->is_closed) return 0;
  which->is_closed = true;
  --open_;
  which->body = byte_buffer();
  if (which->error || which->is_complete) {
    const bool is_limited = taken_ != std::numeric_limits<std::uint32_t>::max();
    if (is_limited && which->is_complete && ++answered_ >= answers_before_more) {
      ++taken_;
      answered_ = 0;
    }
    note(id, *which);
    return 0;
  }
  if (code == NGHTTP2_REFUSED_STREAM && !which->was_answered) {
    // By its reset, or because it is above the last one of a GOAWAY. A peer that has begun an
    // answer says so in vain: it did look at the request.
    which->is_unprocessed = true;
    if (which->was_reset_by_peer && open_ > 0) {
      which->is_crowded_out = true;
      taken_ = static_cast<std::uint32_t>(std::min<std::size_t>(taken_, open_));
      answered_ = 0;
    }
    which->peer_code = code;
    fail(id, *which, errc::refused_stream);
  } else if (!which->was_reset_by_peer) {
    fail(id, *which, errc::malformed_message);
  } else if (code == NGHTTP2_HTTP_1_1_REQUIRED) {
    fail(id, *which, errc::http_1_1_required);
  } else {
    fail(id, *which, errc::stream_reset);
  }
  return 0;
}

int client_session::impl::take_unsent(const nghttp2_frame& frame) {
  if (frame.hd.type != NGHTTP2_HEADERS || frame.headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  // It waited for room within nghttp2, and a GOAWAY came first.
  record* const which = find(frame.hd.stream_id);
  if (which == nullptr || which->is_closed) return 0;
  which->is_closed = true;
  --open_;
  which->is_unprocessed = true;
  fail(frame.hd.stream_id, *which, errc::refused_stream);
  return 0;
}

int client_session::impl::take_sent(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_GOAWAY && frame.goaway.error_code != NGHTTP2_NO_ERROR) {
    lose(errc::connection_error);
  } else if (frame.hd.type == NGHTTP2_HEADERS) {
    if (record* const which = find(frame.hd.stream_id); which != nullptr) {
      which->is_written = true;
      if (which->reports_sent) note(frame.hd.stream_id, *which);
    }
  }
  return 0;
}

client_session::client_session(const limits& given) : impl_(make_impl<impl>(given)) {}
client_session::client_session(client_session&&) noexcept = default;
client_session& client_session::operator=(client_session&&) noexcept = default;
client_session::~client_session() = default;

bool client_session::can_open() const noexcept {
  return impl_->can_open();
}
bool client_session::is_going_away() const noexcept {
  return impl_->is_going_away();
}
std::size_t client_session::open_streams() const noexcept {
  return impl_->open_streams();
}

std::error_code client_session::open(const outgoing_request& request, stream_id& id) {
  return impl_->open(request, id);
}
std::error_code client_session::send_data(stream_id id, std::string_view bytes) {
  return impl_->send_data(id, bytes);
}
std::error_code client_session::end_body(stream_id id, fields_view trailers) {
  return impl_->end_body(id, trailers);
}
bool client_session::is_sent(stream_id id) const noexcept {
  return impl_->at(id).is_written;
}
std::size_t client_session::unsent(stream_id id) const noexcept {
  return impl_->at(id).body.size();
}
void client_session::release(stream_id id) noexcept {
  impl_->release(id);
}

bool client_session::has_head(stream_id id) const noexcept {
  return impl_->at(id).has_head;
}
response_head client_session::head(stream_id id) const noexcept {
  const record& which = impl_->at(id);
  return {which.status, which.head};
}
bool client_session::may_continue(stream_id id) const noexcept {
  return impl_->at(id).may_continue;
}
std::uint32_t client_session::informational_count(stream_id id) const noexcept {
  return impl_->at(id).informational_count;
}
response_head client_session::informational(stream_id id) const noexcept {
  const record& which = impl_->at(id);
  return {which.informational_status, which.informational};
}
std::string_view client_session::data(stream_id id) const noexcept {
  return impl_->at(id).data.text();
}
void client_session::consume(stream_id id, std::size_t bytes) {
  impl_->at(id).data.consume(bytes);
  impl_->give_credit(id, bytes);
}
void client_session::take_data(stream_id id, byte_buffer& into) noexcept {
  LEAT_ASSERT(into.is_empty());
  std::swap(into, impl_->at(id).data);
}
void client_session::give_credit(stream_id id, std::size_t bytes) {
  impl_->give_credit(id, bytes);
}
bool client_session::is_complete(stream_id id) const noexcept {
  return impl_->at(id).is_complete;
}
fields_view client_session::trailers(stream_id id) const noexcept {
  return impl_->at(id).trailers;
}
std::error_code client_session::error(stream_id id) const noexcept {
  return impl_->at(id).error;
}
bool client_session::is_unprocessed(stream_id id) const noexcept {
  return impl_->at(id).is_unprocessed;
}
bool client_session::is_crowded_out(stream_id id) const noexcept {
  return impl_->at(id).is_crowded_out;
}
std::uint32_t client_session::peer_code(stream_id id) const noexcept {
  return impl_->at(id).peer_code;
}

std::error_code client_session::receive(std::string_view bytes) {
  return impl_->receive(bytes);
}
void client_session::end_of_input() {
  impl_->end_of_input();
}
std::error_code client_session::error() const noexcept {
  return impl_->error();
}
bool client_session::has_output() const noexcept {
  return impl_->has_output();
}
std::error_code client_session::write(byte_buffer& out, std::size_t enough) {
  return impl_->write(out, enough);
}
void client_session::send_ping() {
  impl_->send_ping();
}
std::uint32_t client_session::unanswered_pings() const noexcept {
  return impl_->unanswered_pings();
}
void client_session::send_goaway() {
  impl_->send_goaway();
}
std::optional<stream_id> client_session::next_changed() noexcept {
  return impl_->next_changed();
}
std::uint32_t client_session::peer_max_streams() const noexcept {
  return impl_->peer_max_streams();
}

}  // namespace leat::proto::http2
