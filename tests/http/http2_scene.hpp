// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "leat/coro/stream.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/proto/http2/error.hpp"
#include "leat/testing/memory_network.hpp"

#include "support/async_test.hpp"
#include "support/http2_site.hpp"

/// A client and scripted HTTP/2 peers, which do what real servers do on their bad days.
namespace http2_scene {

using namespace leat;
using connection = http2_site::connection;
using proto_errc = proto::http2::errc;

inline const io::endpoint h2_test = io::endpoint::tcp("h2.test", 80);

// Codes of errors and settings (RFC 9113, sections 7 and 6.5.2).
inline constexpr std::uint32_t protocol_error_code = 1;
inline constexpr std::uint32_t refused_stream_code = 7;
inline constexpr std::uint32_t cancel_code = 8;
inline constexpr std::uint16_t initial_window = 4;
inline constexpr std::uint16_t max_frame_size = 5;

inline std::string frame(char type, char flags, char stream, std::string_view payload) {
  std::string text{'\0',
                   static_cast<char>(payload.size() >> 8),
                   static_cast<char>(payload.size()),
                   type,
                   flags,
                   '\0',
                   '\0',
                   '\0',
                   stream};
  return text.append(payload);
}
inline const std::string ping_frame = frame(6, 0, 0, "12345678");
inline const std::string empty_settings = frame(4, 0, 0, "");

struct scene {
  explicit scene(const http2_peer::settings& wanted = {}, http::async_client_options options = {})
      : site(net, h2_test, wanted), client(with_network(std::move(options), net)) {}

  static http::async_client_options with_network(http::async_client_options options,
                                                 io::network& net) {
    options.network = &net;
    options.http2_prior_knowledge = true;
    if (options.base_url.empty()) options.base_url = "http://h2.test";
    return options;
  }

  /// Plays `body` beside the site, and sees that it has left nothing with the client.
  task<void> play(std::function<task<void>()> body) {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([](http2_site& which) { return which.run(); }, std::ref(site));
      co_await body();
      const auto left = client.statistics();
      CHECK(left.active == 0);
      CHECK(left.waiting == 0);
      client.close();
      co_await some_turns();
      group.cancel();
    });
    for (const auto& each : site.connections) CHECK(each->keeps_rules);
  }

  connection& first() { return *site.connections.at(0); }

  testing::memory_network net;
  http2_site site;
  http::async_client client;
};

/// What became of a request.
struct result {
  int status = 0;
  std::string body;
  std::exception_ptr failure;

  [[nodiscard]] bool is_quietly(std::string_view expected) const {
    return failure == nullptr && status == 200 && body == expected;
  }
  [[nodiscard]] bool is(std::string_view expected) const {
    if (failure == nullptr) return is_quietly(expected);
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      MESSAGE("it failed: " << std::string(e.what()));
    }
    return false;
  }
  template <class Error>
  [[nodiscard]] bool failed_with(std::error_code cause = {}) const {
    if (failure == nullptr) return false;
    try {
      std::rethrow_exception(failure);
    } catch (const Error& e) {
      if (!cause || e.cause() == cause) return true;
      MESSAGE("it failed for another reason: " << std::string(e.what()));
    } catch (const std::exception& e) {
      MESSAGE("it failed with another error: " << std::string(e.what()));
    }
    return false;
  }
};

inline task<void> ask(http::async_client& client, result& into, std::string path,
                      std::string method = "GET", http::async_request_options options = {}) {
  try {
    const auto answer =
        co_await client.request(std::move(method), std::move(path), std::move(options));
    into.status = answer.status();
    into.body = answer.content();
  } catch (const leat::error&) {
    into.failure = std::current_exception();
  }
}

inline task<result> get(http::async_client& client, std::string path) {
  result made;
  co_await ask(client, made, std::move(path));
  co_return made;
}

inline http::async_request_options body_of(std::size_t size) {
  return http::request_options().content(std::string(size, 'b'), "text/plain");
}

inline stream<std::string> pieces(std::size_t count, std::size_t size) {
  for (std::size_t i = 0; i < count; ++i) co_yield std::string(size, 'p');
}

/// Takes requests down and answers none.
inline void answer_nothing(connection& made) {
  made.peer.on_request = [](std::int32_t) {};
}

}  // namespace http2_scene
