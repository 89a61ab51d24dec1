// SPDX-License-Identifier: MIT
#include "proto/http1/transitions.hpp"

#include <initializer_list>

#include "support/test.hpp"

using namespace leat::proto::http1::detail;

namespace {

/// An exchange in which these steps were taken, all of which must be allowed.
exchange after(std::initializer_list<step> steps) {
  exchange what;
  for (const step each : steps) REQUIRE(transitions::apply(what, each));
  return what;
}

const auto whole_exchange = {step::request_head, step::request_end, step::response_head,
                             step::response_end};

}  // namespace

TEST_CASE("exchange: a whole one can be followed by another") {
  exchange what = after(whole_exchange);

  CHECK(transitions::apply(what, step::next_cycle));
  CHECK(what.request() == phase::idle);
  CHECK(what.response() == phase::idle);
}

TEST_CASE("exchange: none follows once keep-alive is lost") {
  exchange what = after(whole_exchange);
  transitions::lose_keep_alive(what);

  CHECK_FALSE(transitions::apply(what, step::next_cycle));
}

TEST_CASE("exchange: none follows while the request is incomplete") {
  exchange what = after({step::request_head, step::response_head, step::response_end});

  CHECK_FALSE(transitions::apply(what, step::next_cycle));
  CHECK(transitions::apply(what, step::request_end));
  CHECK(transitions::apply(what, step::next_cycle));
}

TEST_CASE("exchange: a head comes once") {
  exchange what = after({step::request_head});
  CHECK_FALSE(transitions::apply(what, step::request_head));

  what = after({step::request_head, step::response_head});
  CHECK_FALSE(transitions::apply(what, step::response_head));
}

TEST_CASE("exchange: an informational response comes between the two heads") {
  exchange what;
  CHECK_FALSE(transitions::apply(what, step::informational));

  what = after({step::request_head});
  CHECK(transitions::apply(what, step::informational));
  CHECK(transitions::apply(what, step::informational));

  what = after({step::request_head, step::response_head});
  CHECK_FALSE(transitions::apply(what, step::informational));
}

TEST_CASE("exchange: a response may come before any request") {
  exchange what;

  CHECK(transitions::apply(what, step::response_head));
}

TEST_CASE("exchange: no request follows a response that came before it") {
  exchange what = after({step::response_head, step::response_end});

  CHECK_FALSE(transitions::apply(what, step::request_head));
}

TEST_CASE("exchange: a request that failed can be answered") {
  exchange what = after({step::request_head, step::request_failed});

  CHECK(transitions::apply(what, step::response_head));
  CHECK(transitions::apply(what, step::response_end));
  CHECK_FALSE(what.keep_alive());
}

TEST_CASE("exchange: nothing answers a client that left") {
  exchange what = after({step::request_closed});

  CHECK_FALSE(transitions::apply(what, step::response_head));
}

TEST_CASE("exchange: leaves HTTP only when that was proposed") {
  exchange what = after({step::request_head, step::request_end});
  CHECK_FALSE(transitions::apply(what, step::protocol_switch));

  transitions::propose_switch(what);
  CHECK(transitions::apply(what, step::protocol_switch));
  CHECK(what.request() == phase::switched);
  CHECK(what.response() == phase::switched);
}

TEST_CASE("exchange: leaves HTTP only after the whole request") {
  exchange what = after({step::request_head});
  transitions::propose_switch(what);

  CHECK_FALSE(transitions::apply(what, step::protocol_switch));
}

TEST_CASE("exchange: a proposal to leave HTTP holds for one exchange") {
  exchange what = after({step::request_head});
  transitions::propose_switch(what);
  for (const step each : {step::request_end, step::response_head, step::response_end}) {
    REQUIRE(transitions::apply(what, each));
  }

  REQUIRE(transitions::apply(what, step::next_cycle));
  CHECK_FALSE(what.switch_proposed());
}
