// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/base/impl_ptr.hpp"
#include "leat/base/invoke.hpp"
#include "leat/coro/task.hpp"
#include "leat/http/server_response.hpp"

namespace leat::http {

class server_request;

/// What a route calls: anything that takes a request and returns a task with the answer. It is
/// stored in the router, so the captures of a lambda live as long as the server does.
template <class Handler>
concept request_handler =
    std::move_constructible<Handler> && requires(Handler& handler, server_request& request) {
      { leat::detail::invoke(handler, request) } -> std::same_as<task<server_response>>;
    };

namespace detail {

class stored_handler {
 public:
  stored_handler() = default;
  stored_handler(const stored_handler&) = delete;
  stored_handler& operator=(const stored_handler&) = delete;
  virtual ~stored_handler() = default;

  virtual task<server_response> call(server_request& request) = 0;
};

template <request_handler Handler>
class typed_handler final : public stored_handler {
 public:
  explicit typed_handler(Handler handler) : handler_(std::move(handler)) {}
  task<server_response> call(server_request& request) override {
    return leat::detail::invoke(handler_, request);
  }

 private:
  Handler handler_;
};

struct route;
struct route_node;
class literal_paths;

}  // namespace detail

/// What a router found for a method and a path. Lifetime: refers to the router and the path.
class route_match {
 public:
  enum class result : std::uint8_t {
    found,
    no_such_path,
    no_such_method,  ///< The path exists, for other methods.
    malformed_path,  ///< It does not begin with `/`, has a `%` that starts no escape, or `%00`.
  };

  [[nodiscard]] result outcome() const noexcept { return outcome_; }

  /// Which one it is of `router::routes()`. A route must have been found.
  [[nodiscard]] std::size_t index() const noexcept;

  /// The pattern of the route; empty unless one was found.
  [[nodiscard]] std::string_view pattern() const noexcept;

  /// The segment of the path that stands for `{name}`, as it was sent.
  /// Errors: `invalid_argument`, if the pattern has no such parameter.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;

  /// Calls the route's handler. A route must have been found.
  /// Lifetime: `request` outlives the task.
  [[nodiscard]] task<server_response> call(server_request& request) const;

  /// Parameters in one pattern.
  static constexpr std::size_t max_parameters = 8;

 private:
  friend class router;

  /// A segment of the path.
  struct slice {
    std::uint32_t begin;
    std::uint32_t size;
  };

  explicit route_match(std::string_view path) noexcept : path_(path) {}  // NOLINT: see slices_

  const detail::route* route_ = nullptr;
  std::string_view path_;
  std::array<slice, max_parameters> slices_;  // as many are set as the route has parameters
  result outcome_ = result::no_such_path;
};

/// What a router knows of a route. Lifetime: refers to the router.
struct route_description {
  std::string_view method;
  std::string_view pattern;
};

/// Which handler answers which request.
///
///     http::router routes;
///     routes.get("/users/{id}", show_user);
///     routes.post("/users", [&store](http::server_request& req) -> task<http::server_response> {
///       ...
///     });
///
/// A pattern is a path in plain text: segments between slashes, each either a literal or a
/// parameter `{name}` that stands for exactly one segment that is not empty. A request's path is
/// cut at its slashes first and then percent-decoded segment by segment, so `%2F` is a character
/// inside of a segment and never cuts one, and `/caf%C3%A9` matches the pattern `/café`. Case
/// counts. A slash at the end counts too: `/users` and `/users/` are two paths. Segments `.` and
/// `..` are ordinary text; nothing is resolved.
///
/// Where several patterns match, a literal wins over a parameter, from left to right; a
/// pattern without the method that was asked for does not hide one that has it. HEAD is
/// answered by the route for GET, unless it has one of its own.
///
/// A router is filled, then moved into a server. Thread-safety: none while it is filled;
/// finding is safe from several threads.
class router {
 public:
  router();
  router(router&&) noexcept;
  router& operator=(router&&) noexcept;
  ~router();

  /// Adds a route for any method.
  ///
  /// Errors: `invalid_argument` if the method is no token; if the pattern is malformed: it does
  /// not begin with `/`, holds `%`, `?`, `#`, blanks or control characters, a brace that is not
  /// around a whole segment, an empty or repeated name, or more than
  /// `route_match::max_parameters` parameters; and if the router has a route for the same
  /// method and the same paths already, whatever their parameters are called.
  template <class Handler>
  router& add(std::string_view method, std::string_view pattern, Handler handler) {
    static_assert(request_handler<Handler>,
                  "a handler is called with a server_request& and returns "
                  "task<http::server_response>: write a coroutine, also where it awaits nothing");
    if constexpr (request_handler<Handler>) {  // else one mistake is two errors
      add_route(
          method, pattern,
          impl_ptr<detail::stored_handler>(new detail::typed_handler<Handler>(std::move(handler))));
    }
    return *this;
  }

  template <class Handler>
  router& get(std::string_view pattern, Handler handler) {
    return add("GET", pattern, std::move(handler));
  }
  template <class Handler>
  router& post(std::string_view pattern, Handler handler) {
    return add("POST", pattern, std::move(handler));
  }
  template <class Handler>
  router& put(std::string_view pattern, Handler handler) {
    return add("PUT", pattern, std::move(handler));
  }
  template <class Handler>
  router& patch(std::string_view pattern, Handler handler) {
    return add("PATCH", pattern, std::move(handler));
  }
  /// DELETE; `delete` is a keyword, and the client's method is called `del` too.
  template <class Handler>
  router& del(std::string_view pattern, Handler handler) {
    return add("DELETE", pattern, std::move(handler));
  }

  /// Finds the route for a request. `path` is that of the target, as it was sent, without
  /// the query. Allocates nothing.
  [[nodiscard]] route_match find(std::string_view method, std::string_view path) const noexcept;

  /// All routes, in the order in which they were added.
  [[nodiscard]] std::vector<route_description> routes() const;

  /// The methods that have a route for this path, for the Allow field: `GET, HEAD, PUT`.
  [[nodiscard]] std::string allowed_methods(std::string_view path) const;

 private:
  void add_route(std::string_view method, std::string_view pattern,
                 impl_ptr<detail::stored_handler> handler);

  impl_ptr<detail::route_node> root_;
  impl_ptr<detail::literal_paths> literal_paths_;
  std::vector<const detail::route*> in_order_;
};

}  // namespace leat::http
