// SPDX-License-Identifier: MIT
#include "leat/proto/trace/trace_headers.hpp"

#include <array>
#include <string>
#include <vector>

#include "support/test.hpp"

using leat::trace_context;
using leat::proto::format_traceparent;
using leat::proto::parse_traceparent;
using leat::proto::parse_tracestate;

namespace {

const std::string usual = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string with(std::size_t at, char c) {
  std::string text = usual;
  text[at] = c;
  return text;
}

std::string state_of(const std::vector<std::string_view>& fields) {
  return parse_tracestate(fields);
}

std::string members(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "k" + std::to_string(i) + "=v,";
  return text;
}

}  // namespace

TEST_CASE("traceparent: is read, and written as it was") {
  const auto read = parse_traceparent(usual);
  REQUIRE(read.has_value());
  CHECK(read->trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(read->span_id() == "00f067aa0ba902b7");
  CHECK(read->is_sampled);
  CHECK(read->state.empty());
  CHECK(format_traceparent(*read) == usual);
}

TEST_CASE("traceparent: knows one flag, and passes no other on") {
  for (const auto& [flags, is_sampled] :
       {std::pair("00", false), {"01", true}, {"02", false}, {"ff", true}, {"fe", false}}) {
    CAPTURE(flags);
    const auto read = parse_traceparent(usual.substr(0, 53) + flags);
    REQUIRE(read.has_value());
    CHECK(read->is_sampled == is_sampled);
    CHECK(format_traceparent(*read).substr(53) == (is_sampled ? "01" : "00"));
  }
}

TEST_CASE("traceparent: of a higher version, what is known is read") {
  const std::string higher = "cc" + usual.substr(2);
  CHECK(parse_traceparent(higher) == parse_traceparent(usual));
  CHECK(parse_traceparent(higher + "-") == parse_traceparent(usual));
  CHECK(parse_traceparent(higher + "-what-the-future-will-be-like") == parse_traceparent(usual));
  CHECK(format_traceparent(*parse_traceparent(higher + "-more")) == usual);
  CHECK(!parse_traceparent(higher + ".what-the-future-will-be-like"));
  CHECK(!parse_traceparent(higher + "0"));
  CHECK(!parse_traceparent(higher.substr(0, 54)));
}

TEST_CASE("traceparent: what is not valid is refused") {
  for (const std::string& text :
       std::vector<std::string>{"",
                                "00",
                                usual + "-",
                                usual + "-x",
                                usual + "0",
                                usual + " ",
                                " " + usual,
                                usual + "," + usual,
                                usual.substr(1),
                                "ff" + usual.substr(2),
                                "ff" + usual.substr(2) + "-x",
                                "0g" + usual.substr(2),
                                "CC" + usual.substr(2),
                                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e473-000f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0G",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-FF",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"}) {
    CAPTURE(text);
    CHECK(!parse_traceparent(text));
  }
}

TEST_CASE("traceparent: every character counts, and so does every missing one") {
  for (std::size_t at = 0; at < usual.size(); ++at) {
    CAPTURE(at);
    for (const char c : {'-', 'x', 'A', ' ', '\0', '\x80'}) {
      if (usual[at] != c) CHECK(!parse_traceparent(with(at, c)));
    }
    CHECK(!parse_traceparent(usual.substr(0, at)));
  }
}

TEST_CASE("tracestate: fields are one list, without what stands around its members") {
  CHECK(state_of({}).empty());
  CHECK(state_of({""}).empty());
  CHECK(state_of({"rojo=00f067aa0ba902b7"}) == "rojo=00f067aa0ba902b7");
  CHECK(state_of({" rojo=1 ,\tcongo=t61 rc\t", "", ",,b=2,"}) == "rojo=1,congo=t61 rc,b=2");
  CHECK(state_of({"fw529a3039@dt=a;b:c", "0@a=!"}) == "fw529a3039@dt=a;b:c,0@a=!");
  CHECK(state_of({"a*-_/0=v"}) == "a*-_/0=v");
}

TEST_CASE("tracestate: a list with one member that is not valid is not carried on") {
  const std::string long_key(257, 'a');
  const std::string long_tenant = std::string(242, 'a') + "@b=1";
  const std::string long_system = "a@" + std::string(15, 'b') + "=1";
  const std::string long_value = "a=" + std::string(257, 'x');
  for (const std::string& text : {std::string("a"),
                                  std::string("=1"),
                                  std::string("a="),
                                  std::string("A=1"),
                                  std::string("0=1"),
                                  std::string("a@=1"),
                                  std::string("@a=1"),
                                  std::string("a@0=1"),
                                  std::string("a@b@c=1"),
                                  std::string("a =1"),
                                  std::string("a b=1"),
                                  std::string("a=1=2"),
                                  std::string("a=\x7F"),
                                  std::string("a=\xC3\xBC"),
                                  std::string("a=1\tb"),
                                  long_key + "=1",
                                  long_tenant,
                                  long_system,
                                  long_value,
                                  std::string("b=2"),
                                  std::string("c=\n")}) {
    CAPTURE(text);
    CHECK(state_of({"b=1", text, "z=9"}).empty());
  }
}

TEST_CASE("tracestate: keys and values may be as long as the standard says") {
  for (const std::string& text :
       {std::string(256, 'a') + "=1", std::string(241, 'a') + "@b=1",
        "a@" + std::string(14, 'b') + "=1", "a=" + std::string(256, 'x')}) {
    CAPTURE(text);
    CHECK(state_of({text}) == text);
  }
}

TEST_CASE("tracestate: has up to 32 members") {
  CHECK(state_of({members(32)}) + "," == members(32));
  CHECK(state_of({members(33)}).empty());
  CHECK(state_of({members(32), "one=more"}).empty());
}

TEST_CASE("tracestate: what is too long loses large members first, and then the last ones") {
  const std::string large = "large=" + std::string(200, 'x');
  const std::array<std::string_view, 4> fields{"first=1", large, "second=2", "third=3"};
  CHECK(parse_tracestate(fields, {.max_bytes = 300}) == "first=1," + large + ",second=2,third=3");
  CHECK(parse_tracestate(fields, {.max_bytes = 100}) == "first=1,second=2,third=3");
  CHECK(parse_tracestate(fields, {.max_bytes = 24}) == "first=1,second=2,third=3");
  CHECK(parse_tracestate(fields, {.max_bytes = 23}) == "first=1,second=2");
  CHECK(parse_tracestate(fields, {.max_bytes = 7}) == "first=1");
  CHECK(parse_tracestate(fields, {.max_bytes = 6}).empty());
}
