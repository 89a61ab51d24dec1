// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "leat/proto/http1/detail/exchange.hpp"

// THE RULES OF THIS FILE
//
// Whatever changes the phase of an exchange is a row of the table below. `exchange` can be
// read everywhere and written only here, which the compiler sees to. Nothing in this file
// knows whether it runs in a client or in a server, and nothing here looks at bytes.
//
// THE THEORY
//
// An exchange is one request and one response. Each of the two is a head, a body and an end,
// and each goes from `idle` over `body` to `done`. Both peers keep the same pair of phases: what
// one of them sends, the other receives, and it takes the same step for both. A machine is
// therefore the pair, plus code that turns bytes into steps in one direction and steps into
// bytes in the other, and two machines wired to each other have to agree at every moment.
//
// The two directions are nearly independent, because HTTP/1 is: a server may answer before it
// has read the body (413), and a client may go on sending after it has been answered. They
// meet in four places, and each of them is a condition on both columns of a row:
//
//   next_cycle  Only when both messages are over does the next one begin. Until then the
//               input behind a message is not looked at, so that what a client sent ahead, or
//               the first bytes of another protocol behind CONNECT or Upgrade, are never taken
//               for HTTP by mistake. This is the whole of pipelining.
//   switch      The connection leaves HTTP in both directions at once, after a whole request
//               that proposed it (RFC 9110, sections 7.8 and 9.3.6).
//   informational  1xx comes after the request's head and before the final response.
//   response_head  A server may speak before it has read a head, or when it could not read
//               one (408, 400); but not once the peer has closed between two messages.
//
// Whether a connection persists is not a phase but a flag beside them that can only be lost: by
// a Connection field on either side, by the versions, by a body that ends with the
// connection, by any failure (RFC 9112, section 9.3). It is looked at when a cycle ends.
//
// WHY FAILURES DO NOT CROSS
//
// A request that cannot be read must still be answered, so a failure marks one direction only:
// the one that was read. The flag is lost, and the other direction goes on to its end.
//
// STRICTNESS
//
// The readers refuse what two implementations are known to read in two ways, rather than
// guess, for a guess at a message boundary lets an attacker hide a request from whoever sits in
// front (RFC 9112, section 11.2). In the sections of RFC 9112:
//
//   2.2    A line ends with CR LF. A bare LF, which a recipient MAY accept, and a bare CR are
//          refused in heads, chunk lines and trailers alike. One empty line is skipped in front
//          of a request line. A blank in front of the first field line is refused.
//   3      One space between the three parts of a request line; no blank behind them.
//   3.2    HTTP/1.1 needs exactly one Host; HTTP/1.0 may have one.
//   5.1    No blank between a field's name and its colon, in responses neither.
//   5.2    No folded lines, in responses neither.
//   6.1    Transfer-Encoding is exactly `chunked`, once. It is refused together with
//          Content-Length, and in HTTP/1.0, where the RFC tells to distrust the framing.
//   6.2    Content-Length is one field of digits. Repeated ones are refused even when they are
//          equal, which section 6.3, rule 5, allows: two lengths mean that two parties wrote
//          the framing, and nobody honest needs that.
//   7.1    Numbers end at 2^63 - 1, in Content-Length and chunk sizes: beyond that, readers with
//          signed numbers see something else.
//   6.5    Trailers are kept apart from the head's fields and never merged into them.
namespace leat::proto::http1::detail {

/// What can happen in an exchange, whoever sends it.
enum class step : std::uint8_t {
  request_head,
  request_end,
  request_closed,  // the client ended the connection instead of sending a request
  request_failed,  // the server cannot read on
  informational,
  response_head,
  response_end,
  response_closed,  // the server ended the connection between two exchanges
  response_failed,  // the client cannot read on
  protocol_switch,
  next_cycle,
};

/// A set of phases.
using phases = std::uint8_t;

template <class... Phases>
constexpr phases in(Phases... each) noexcept {
  return static_cast<phases>((0U | ... | (1U << static_cast<unsigned>(each))));
}

inline constexpr phases any = 0xff;

/// A step: where it is allowed, and what it does. What is not named stays as it is.
struct transition {
  step taken;
  phases request_in = any;
  phases response_in = any;
  bool needs_keep_alive = false;
  bool needs_proposal = false;
  std::optional<phase> request_becomes = std::nullopt;
  std::optional<phase> response_becomes = std::nullopt;
  bool loses_keep_alive = false;
  bool forgets_proposal = false;
};

inline constexpr std::array table{
    transition{.taken = step::request_head,
               .request_in = in(phase::idle),
               .response_in = in(phase::idle),
               .request_becomes = phase::body},

    transition{
        .taken = step::request_end, .request_in = in(phase::body), .request_becomes = phase::done},

    transition{.taken = step::request_closed,
               .request_in = in(phase::idle),
               .request_becomes = phase::closed,
               .loses_keep_alive = true},

    transition{
        .taken = step::request_failed, .request_becomes = phase::failed, .loses_keep_alive = true},

    transition{.taken = step::informational,
               .request_in = in(phase::body, phase::done),
               .response_in = in(phase::idle)},

    transition{.taken = step::response_head,
               .request_in = in(phase::idle, phase::body, phase::done, phase::failed),
               .response_in = in(phase::idle),
               .response_becomes = phase::body},

    transition{.taken = step::response_end,
               .response_in = in(phase::body),
               .response_becomes = phase::done},

    transition{.taken = step::response_closed,
               .request_in = in(phase::idle),
               .response_in = in(phase::idle),
               .response_becomes = phase::closed,
               .loses_keep_alive = true},

    transition{.taken = step::response_failed,
               .response_becomes = phase::failed,
               .loses_keep_alive = true},

    transition{.taken = step::protocol_switch,
               .request_in = in(phase::done),
               .response_in = in(phase::idle),
               .needs_proposal = true,
               .request_becomes = phase::switched,
               .response_becomes = phase::switched},

    transition{.taken = step::next_cycle,
               .request_in = in(phase::done),
               .response_in = in(phase::done),
               .needs_keep_alive = true,
               .request_becomes = phase::idle,
               .response_becomes = phase::idle,
               .forgets_proposal = true},
};

/// The table is indexed by the step.
static_assert([] {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].taken != static_cast<step>(i)) return false;
  }
  return table.size() == static_cast<std::size_t>(step::next_cycle) + 1;
}());

/// The only class that may change an exchange.
class transitions {
 public:
  /// Takes a step if it is allowed. Otherwise leaves the exchange as it is. Inlined so that the
  /// row is known where it is applied, and only its conditions are left.
  [[nodiscard]] [[gnu::always_inline]] static bool apply(exchange& what, step taken) noexcept {
    const transition& rule = table[static_cast<std::size_t>(taken)];
    if ((rule.request_in & in(what.request_)) == 0) return false;
    if ((rule.response_in & in(what.response_)) == 0) return false;
    if (rule.needs_keep_alive && !what.keep_alive_) return false;
    if (rule.needs_proposal && !what.switch_proposed_) return false;

    if (rule.request_becomes) what.request_ = *rule.request_becomes;
    if (rule.response_becomes) what.response_ = *rule.response_becomes;
    if (rule.loses_keep_alive) what.keep_alive_ = false;
    if (rule.forgets_proposal) what.switch_proposed_ = false;
    return true;
  }

  /// No other exchange may follow this one.
  static void lose_keep_alive(exchange& what) noexcept { what.keep_alive_ = false; }

  /// The request asks to leave HTTP when it is over.
  static void propose_switch(exchange& what) noexcept { what.switch_proposed_ = true; }
};

}  // namespace leat::proto::http1::detail
