// SPDX-License-Identifier: MIT
#include "support/http2_peer.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <nghttp2/nghttp2.h>

class http2_peer::impl {
 public:
  impl(http2_peer& told, const settings& wanted) : self(told), takes_credit(wanted.takes_credit) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, wanted.takes_credit ? 0 : 1);
    set(*callbacks);
    nghttp2_session_server_new2(&session, callbacks, this, option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(option);
    const nghttp2_settings_entry entries[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, wanted.max_streams},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, wanted.window}};
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, entries, 2);
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                          static_cast<std::int32_t>(wanted.connection_window));
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() { nghttp2_session_del(session); }

  static impl& of(void* user) { return *static_cast<impl*>(user); }

  static void set(nghttp2_session_callbacks& to) {
    nghttp2_session_callbacks_set_on_header_callback(
        &to, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                std::uint8_t, void* user) {
          auto& into = of(user).self.requests[frame->hd.stream_id];
          auto& list = frame->headers.cat == NGHTTP2_HCAT_REQUEST ? into.fields : into.trailers;
          list.emplace_back(std::string(reinterpret_cast<const char*>(name), name_size),
                            std::string(reinterpret_cast<const char*>(value), value_size));
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        &to, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                std::size_t size, void* user) {
          of(user).self.requests[id].body.append(reinterpret_cast<const char*>(bytes), size);
          return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        &to, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
          impl& me = of(user);
          const auto& head = frame->hd;
          if (head.type == NGHTTP2_PING && (head.flags & NGHTTP2_FLAG_ACK) != 0) ++me.pings;
          if (head.type == NGHTTP2_GOAWAY) {
            ++me.self.goaways;
            me.self.goaway_code = frame->goaway.error_code;
          }
          if (head.type == NGHTTP2_RST_STREAM) {
            me.self.requests[head.stream_id].reset_code = frame->rst_stream.error_code;
          }
          if (head.type == NGHTTP2_HEADERS || head.type == NGHTTP2_DATA) {
            std::uint32_t open = 0;
            for (const auto& [id, each] : me.self.requests) open += each.is_closed ? 0 : 1;
            me.self.most_open = std::max(me.self.most_open, open);
            if ((head.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
              me.self.requests[head.stream_id].is_complete = true;
              if (me.self.on_request) me.self.on_request(head.stream_id);
            } else if (head.type == NGHTTP2_HEADERS && me.self.on_head) {
              me.self.on_head(head.stream_id);
            }
          }
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        &to, [](nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
          of(user).self.requests[id].is_closed = true;
          of(user).answers.erase(id);
          return 0;
        });
  }

  struct answer {
    std::string body;
    std::size_t sent = 0;
    std::vector<field> trailers;
    bool is_over = false;
  };

  static std::vector<nghttp2_nv> list_of(const std::vector<field>& fields) {
    std::vector<nghttp2_nv> list;
    for (const auto& [name, value] : fields) {
      list.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                      reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                      value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    return list;
  }

  static ssize_t give(nghttp2_session* session, std::int32_t id, std::uint8_t* into,
                      std::size_t size, std::uint32_t* flags, nghttp2_data_source*, void* user) {
    const auto found = of(user).answers.find(id);
    if (found == of(user).answers.end()) return NGHTTP2_ERR_DEFERRED;
    answer& from = found->second;
    const std::size_t part = std::min(size, from.body.size() - from.sent);
    if (part == 0 && !from.is_over) return NGHTTP2_ERR_DEFERRED;
    std::memcpy(into, from.body.data() + from.sent, part);
    from.sent += part;
    if (from.is_over && from.sent == from.body.size()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!from.trailers.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const auto list = list_of(from.trailers);
        nghttp2_submit_trailer(session, id, list.data(), list.size());
      }
    }
    return static_cast<ssize_t>(part);
  }

  http2_peer& self;
  bool takes_credit;
  nghttp2_session* session = nullptr;
  std::map<std::int32_t, answer> answers;
  std::uint32_t pings = 0;
};

http2_peer::http2_peer(const settings& wanted) : impl_(std::make_unique<impl>(*this, wanted)) {}
http2_peer::~http2_peer() = default;

bool http2_peer::receive(std::string_view bytes) {
  return nghttp2_session_mem_recv(impl_->session,
                                  reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                  bytes.size()) == static_cast<ssize_t>(bytes.size());
}

std::string http2_peer::take_output() {
  std::string out;
  for (;;) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(impl_->session, &bytes);
    if (size < 0) throw std::runtime_error("the peer cannot write");
    if (size == 0) return out;
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
}

void http2_peer::respond(std::int32_t id, std::vector<field> fields, std::string body,
                         std::vector<field> trailers) {
  if (body.empty() && trailers.empty()) {
    const auto list = impl::list_of(fields);
    nghttp2_submit_response(impl_->session, id, list.data(), list.size(), nullptr);
    return;
  }
  impl_->answers[id] = {std::move(body), 0, std::move(trailers), true};
  nghttp2_data_provider from{};
  from.read_callback = impl::give;
  const auto list = impl::list_of(fields);
  nghttp2_submit_response(impl_->session, id, list.data(), list.size(), &from);
}

void http2_peer::begin(std::int32_t id, std::vector<field> fields) {
  impl_->answers[id] = {};
  nghttp2_data_provider from{};
  from.read_callback = impl::give;
  const auto list = impl::list_of(fields);
  nghttp2_submit_response(impl_->session, id, list.data(), list.size(), &from);
}

void http2_peer::add(std::int32_t id, std::string_view bytes) {
  const auto found = impl_->answers.find(id);
  if (found == impl_->answers.end()) return;
  found->second.body += bytes;
  nghttp2_session_resume_data(impl_->session, id);
}

void http2_peer::end(std::int32_t id) {
  const auto found = impl_->answers.find(id);
  if (found == impl_->answers.end()) return;
  found->second.is_over = true;
  nghttp2_session_resume_data(impl_->session, id);
}

void http2_peer::informational(std::int32_t id, int status) {
  const std::vector<field> fields{{":status", std::to_string(status)}};
  const auto list = impl::list_of(fields);
  nghttp2_submit_headers(impl_->session, NGHTTP2_FLAG_NONE, id, nullptr, list.data(), list.size(),
                         nullptr);
}

void http2_peer::reset(std::int32_t id, std::uint32_t code) {
  nghttp2_submit_rst_stream(impl_->session, NGHTTP2_FLAG_NONE, id, code);
}

void http2_peer::go_away(std::int32_t last, std::uint32_t code) {
  nghttp2_submit_goaway(impl_->session, NGHTTP2_FLAG_NONE, last, code, nullptr, 0);
}

void http2_peer::set_max_streams(std::uint32_t streams) {
  set(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams);
}

void http2_peer::set(std::uint16_t which, std::uint32_t value) {
  const nghttp2_settings_entry entry{which, value};
  nghttp2_submit_settings(impl_->session, NGHTTP2_FLAG_NONE, &entry, 1);
}

void http2_peer::ping() {
  nghttp2_submit_ping(impl_->session, NGHTTP2_FLAG_NONE, nullptr);
}

std::uint32_t http2_peer::answered_pings() const noexcept {
  return impl_->pings;
}

std::string http2_peer::push_promise(std::int32_t id) {
  // Length 5, PUSH_PROMISE, END_HEADERS; the promised stream 2; `:method: GET` of the table.
  std::string frame("\0\0\5\5\4", 5);
  frame += std::string{'\0', '\0', '\0', static_cast<char>(id)};
  return frame + std::string("\0\0\0\2\x82", 5);
}
