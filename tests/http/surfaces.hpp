// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/http/async_client.hpp"
#include "leat/http/client.hpp"
#include "leat/io/blocking_stream.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/stream.hpp"

#include "support/test.hpp"

inline std::optional<std::string> owned(std::optional<std::string_view> view) {
  if (!view) return std::nullopt;
  return std::string(*view);
}

/// Longer than anything here takes.
inline leat::deadline soon() {
  return leat::deadline::after(std::chrono::steady_clock::now(), std::chrono::seconds(10));
}

/// The two surfaces of the client behind one face, so that a case is written once and runs on
/// both:
///
///     TEST_CASE_TEMPLATE("client: ...", Surface, async_surface, blocking_surface) {
///       Surface api(options);
///       CHECK(api.get(url).status() == 200);
///     }
///
/// On the async surface every call runs on the same loop, so connections are kept in between.
class async_surface {
 public:
  using io = leat::io::async;
  using options = leat::http::async_client_options;
  using request_options = leat::http::async_request_options;

  explicit async_surface(options given = {}) : client_(std::move(given)) {}

  leat::http::response request(std::string method, std::string url, request_options more = {}) {
    return leat::run(loop_, client_.request(std::move(method), std::move(url), std::move(more)));
  }
  leat::http::response get(std::string url) { return leat::run(loop_, client_.get(url)); }
  leat::http::response get(std::string url, request_options more) {
    return leat::run(loop_, client_.get(url, std::move(more)));
  }
  leat::http::response post(std::string url, request_options more = {}) {
    return request("POST", std::move(url), std::move(more));
  }
  leat::http::async_response_stream stream(std::string method, std::string url,
                                           request_options more = {}) {
    return leat::run(loop_, client_.stream(std::move(method), std::move(url), std::move(more)));
  }
  std::string read_some(leat::http::async_response_stream& from) {
    return std::string(leat::run(loop_, from.read_some()));
  }
  std::string read_raw_some(leat::http::async_response_stream& from) {
    return std::string(leat::run(loop_, from.read_raw_some()));
  }
  std::string read_all(leat::http::async_response_stream& from) {
    return leat::run(loop_, from.read_all());
  }
  std::string read_chunk(leat::http::async_response_stream& from, std::size_t size) {
    return std::string(leat::run(loop_, from.read_chunk(size)));
  }
  std::string read_text_some(leat::http::async_response_stream& from) {
    return std::string(leat::run(loop_, from.read_text_some()));
  }
  std::string read_text_all(leat::http::async_response_stream& from) {
    return leat::run(loop_, from.read_text_all());
  }
  std::optional<std::string> read_line(leat::http::async_response_stream& from,
                                       std::size_t max_bytes = 1000) {
    return owned(leat::run(loop_, from.read_line(max_bytes)));
  }
  template <class Value>
  Value read_json(leat::http::async_response_stream& from) {
    return leat::run(loop_, from.read_json<Value>());
  }
  leat::http::response send(leat::http::async_request built) {
    return leat::run(loop_, client_.send(std::move(built)));
  }

  std::string read_from(leat::io::async_stream& from) {
    std::string room(1000, '\0');
    room.resize(leat::run(loop_, from.read_some(std::as_writable_bytes(std::span(room)), soon())));
    return room;
  }
  void write_to(leat::io::async_stream& to, std::string_view text) {
    leat::run(loop_, to.write_all(leat::as_bytes(text), soon()));
  }

  using form_data = leat::http::async_form_data;
  static auto file(std::string path) { return leat::http::async_file_body(std::move(path)); }

  static std::shared_ptr<leat::http::async_body_source> pieces(std::vector<std::string> from) {
    return leat::http::stream_body(generate(std::move(from)));
  }

  leat::http::async_client& client() noexcept { return client_; }

 private:
  static leat::stream<std::string> generate(std::vector<std::string> from) {
    for (auto& each : from) co_yield std::move(each);
  }

  leat::io::loop loop_;
  leat::http::async_client client_;
};

class blocking_surface {
 public:
  using io = leat::io::blocking;
  using options = leat::http::client_options;
  using request_options = leat::http::blocking_request_options;

  explicit blocking_surface(options given = {}) : client_(std::move(given)) {}

  leat::http::response request(std::string method, std::string url, request_options more = {}) {
    return client_.request(std::move(method), std::move(url), std::move(more));
  }
  leat::http::response get(std::string url) { return client_.get(url); }
  leat::http::response get(std::string url, request_options more) {
    return client_.get(url, std::move(more));
  }
  leat::http::response post(std::string url, request_options more = {}) {
    return client_.post(std::move(url), std::move(more));
  }
  leat::http::response_stream stream(std::string method, std::string url,
                                     request_options more = {}) {
    return client_.stream(std::move(method), std::move(url), std::move(more));
  }
  std::string read_some(leat::http::response_stream& from) { return std::string(from.read_some()); }
  std::string read_raw_some(leat::http::response_stream& from) {
    return std::string(from.read_raw_some());
  }
  std::string read_all(leat::http::response_stream& from) { return from.read_all(); }
  std::string read_chunk(leat::http::response_stream& from, std::size_t size) {
    return std::string(from.read_chunk(size));
  }
  std::string read_text_some(leat::http::response_stream& from) {
    return std::string(from.read_text_some());
  }
  std::string read_text_all(leat::http::response_stream& from) { return from.read_text_all(); }
  std::optional<std::string> read_line(leat::http::response_stream& from,
                                       std::size_t max_bytes = 1000) {
    return owned(from.read_line(max_bytes));
  }
  template <class Value>
  Value read_json(leat::http::response_stream& from) {
    return from.read_json<Value>();
  }
  leat::http::response send(leat::http::request built) { return client_.send(std::move(built)); }

  static std::string read_from(leat::io::blocking_stream& from) {
    std::string room(1000, '\0');
    room.resize(from.read_some(std::as_writable_bytes(std::span(room)), soon()));
    return room;
  }
  static void write_to(leat::io::blocking_stream& to, std::string_view text) {
    to.write_all(leat::as_bytes(text), soon());
  }

  using form_data = leat::http::form_data;
  static auto file(std::string path) { return leat::http::file_body(std::move(path)); }

  static std::shared_ptr<leat::http::body_source> pieces(std::vector<std::string> from) {
    return leat::http::generated_body(
        [from = std::move(from), next = std::size_t{0}]() mutable -> std::optional<std::string> {
          if (next == from.size()) return std::nullopt;
          return from[next++];
        });
  }

  leat::http::client& client() noexcept { return client_; }

 private:
  leat::http::client client_;
};
