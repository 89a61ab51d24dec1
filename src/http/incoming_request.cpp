// SPDX-License-Identifier: MIT
#include "http/incoming_request.hpp"

#include <algorithm>

namespace leat::http::detail {
namespace {

/// Cuts path and query out of the target (RFC 9112, section 3.2). The path of `*` and of an
/// authority is empty.
void split_target(request_parts& parts) noexcept {
  std::string_view rest = parts.target;
  if (rest.front() != '/') {
    const std::size_t scheme_end = rest.find("://");
    if (scheme_end == std::string_view::npos) return;
    rest.remove_prefix(scheme_end + 3);
    rest.remove_prefix(std::min(rest.size(), rest.find_first_of("/?")));
  }
  const std::size_t mark = rest.find('?');
  parts.path = rest.substr(0, mark);
  if (mark != std::string_view::npos) parts.query = rest.substr(mark + 1);
  if (parts.path.empty()) parts.path = "/";
}

}  // namespace

request_parts incoming_request::parts_of(const proto::http1::request_head& head,
                                         std::string_view peer) noexcept {
  request_parts made{
      .method = head.method, .target = head.target, .fields = head.fields, .peer = peer};
  split_target(made);
  return made;
}

void incoming_request::keep(const router& routes) {
  kept = std::make_unique<copies>();
  kept->start_line.reserve(parts.method.size() + parts.target.size());
  kept->start_line.append(parts.method).append(parts.target);
  kept->fields = headers(parts.fields);
  kept->body = parts.body;

  const std::string_view line = kept->start_line;
  parts.method = line.substr(0, parts.method.size());
  parts.target = line.substr(parts.method.size());
  split_target(parts);
  parts.fields = kept->fields;
  parts.body = kept->body;
  route = routes.find(parts.method, parts.path);
}

}  // namespace leat::http::detail
