// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "leat/base/context.hpp"
#include "leat/http/server_request.hpp"
#include "leat/proto/http1/events.hpp"

namespace leat::http::detail {

/// A request from its head to its answer.
struct incoming_request {
  incoming_request(const router& routes, const proto::http1::request_head& head,
                   std::string_view peer) noexcept
      : parts(parts_of(head, peer)), route(routes.find(parts.method, parts.path)) {}

  [[nodiscard]] bool has_route() const noexcept {
    return route.outcome() == route_match::result::found;
  }

  /// Copies head and body out of the input, which is about to change.
  void keep(const router& routes);

  request_parts parts;
  route_match route;

  /// What the parts refer to once reading has gone on behind the head.
  struct copies {
    std::string start_line;
    headers fields;
    std::string body;
  };
  std::unique_ptr<copies> kept;

  /// What the handler's task carries; empty if it is what its connection carries.
  context carried;

 private:
  static request_parts parts_of(const proto::http1::request_head& head,
                                std::string_view peer) noexcept;
};

}  // namespace leat::http::detail
