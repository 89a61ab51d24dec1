// SPDX-License-Identifier: MIT
#include <concepts>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/http/response.hpp"
#include "leat/io/error.hpp"
#include "leat/pool/error.hpp"
#include "leat/route/error.hpp"

#include "support/test.hpp"

// Whoever uses a client catches a leaf, its branch, or everything; and asks a code what can be
// done.

using namespace leat;

namespace {

struct thrown {
  std::error_code code;
  bool is_http_error;
  bool is_protocol_error;
};

/// What is known of `made` at each level at which it can be caught.
template <class Leaf>
thrown look_at(const Leaf& made) {
  static_assert(std::derived_from<Leaf, leat::error>);
  static_assert(std::derived_from<Leaf, std::system_error>);
  thrown seen{made.code(), false, false};
  try {
    throw made;
  } catch (const http::error&) {
    seen.is_http_error = true;
  } catch (const protocol_error&) {
    seen.is_protocol_error = true;
  }
  CHECK_FALSE(std::string(made.what()).empty());
  return seen;
}

http::status_error status_error_of(int status) {
  http::response_head::parts parts;
  parts.status = status;
  return {"no", std::make_shared<const http::response_head>(std::move(parts))};
}

}  // namespace

TEST_CASE("http errors: each leaf is of one branch, and has a code of its own") {
  std::vector<thrown> all;
  for (const thrown& each :
       {look_at(http::local_protocol_error("m")), look_at(http::remote_protocol_error("m")),
        look_at(http::no_response("m"))}) {
    CHECK(each.is_protocol_error);
    all.push_back(each);
  }
  for (const thrown& each :
       {look_at(status_error_of(404)), look_at(status_error_of(500)), look_at(status_error_of(302)),
        look_at(http::decode_error("m")), look_at(http::invalid_url("m")),
        look_at(http::unsupported_protocol("m")), look_at(http::client_closed()),
        look_at(http::too_many_redirects("m")), look_at(http::redirect_loop("m")),
        look_at(http::body_not_replayable("m")), look_at(http::unreadable_body("m")),
        look_at(http::unsupported_challenge("m")), look_at(http::cookie_conflict("c", 2)),
        look_at(http::stream_consumed("m")), look_at(http::stream_closed("m"))}) {
    CHECK(each.is_http_error);
    all.push_back(each);
  }
  std::set<std::error_code> codes;
  for (const thrown& each : all) {
    CHECK(std::string(each.code.category().name()) == "leat.http");
    CHECK(codes.insert(each.code).second);
  }
}

TEST_CASE("http errors: no answer is a peer that broke the protocol, and may come the next time") {
  const http::no_response none("m");
  CHECK(dynamic_cast<const http::remote_protocol_error*>(
            static_cast<const std::exception*>(&none)) != nullptr);
  CHECK(none.code() == failure::transient);
  CHECK_FALSE(http::remote_protocol_error("m").code() == failure::transient);
}

TEST_CASE("http errors: a code says whose fault it is, and whether another attempt may help") {
  CHECK(status_error_of(404).code() == failure::caller_fault);
  CHECK_FALSE(status_error_of(404).code() == failure::transient);
  CHECK(status_error_of(503).code() == failure::transient);
  CHECK(status_error_of(302).code() == failure::peer_fault);
  CHECK(http::decode_error("m").code() == failure::peer_fault);
  CHECK(http::unsupported_challenge("m").code() == failure::peer_fault);
  CHECK(http::invalid_url("m").code() == failure::caller_fault);
  CHECK(http::client_closed().code() == failure::caller_fault);
}

TEST_CASE("http errors: what the network and the pool throw are branches of their own") {
  static_assert(std::derived_from<io::connect_error, io_error>);
  static_assert(std::derived_from<io::resolve_error, io_error>);
  static_assert(std::derived_from<io::read_error, io_error>);
  static_assert(std::derived_from<io::write_error, io_error>);
  static_assert(std::derived_from<io::tls_error, error>);
  static_assert(std::derived_from<io::connect_timeout, timeout_error>);
  static_assert(std::derived_from<io::read_timeout, timeout_error>);
  static_assert(std::derived_from<io::write_timeout, timeout_error>);
  static_assert(std::derived_from<pool::pool_timeout, timeout_error>);
  static_assert(std::derived_from<deadline_exceeded, timeout_error>);
  static_assert(std::derived_from<route::proxy_error, error>);
  static_assert(!std::derived_from<timeout_error, io_error>);
  CHECK(pool::pool_timeout("m").code() == failure::timed_out);
}
