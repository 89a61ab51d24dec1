// SPDX-License-Identifier: MIT
#include "leat/proto/socks5/connector.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "leat/base/error.hpp"
#include "leat/testing/splits.hpp"

#include "support/test.hpp"

namespace testing = leat::testing;
using leat::byte_buffer;
using leat::failure;
using namespace leat::proto::socks5;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

destination origin() {
  return destination::name("origin.test", 443);
}

constexpr std::string_view asked_for_origin = "\x05\x01\x00\x03\x0borigin.test\x01\xbb"sv;
constexpr std::string_view bound = "\x05\x00\x00\x01\x7f\x00\x00\x01\x04\x38"sv;

/// What a proxy was told, and how it ended.
struct ending {
  std::string written;
  event last;
  std::string rest;

  friend bool operator==(const ending& a, const ending& b) {
    return a.written == b.written && a.last.kind == b.last.kind && a.last.error == b.last.error &&
           a.rest == b.rest;
  }
};

/// Shows the answers of a proxy to a connector, cut into parts.
template <class... Parts>
ending converse(connector machine, Parts... parts) {
  ending told;
  byte_buffer out;
  REQUIRE_FALSE(machine.begin(out));
  std::string input;
  const auto show = [&](std::string_view part) {
    input += part;
    std::string_view left = input;
    told.last = machine.next(left, out);
    input.erase(0, input.size() - left.size());
  };
  (show(parts), ...);
  told.written = out.text();
  told.rest = input;
  return told;
}

std::error_code failure_of(connector machine, std::string_view answers) {
  const auto told = converse(std::move(machine), answers);
  CHECK(told.last.kind == event_kind::failed);
  return told.last.error;
}

std::string method(unsigned char chosen) {
  return {'\x05', static_cast<char>(chosen)};
}

}  // namespace

TEST_CASE("socks5: connects without authentication, and the proxy looks the name up") {
  const auto told = converse(connector(origin()), method(0) + std::string(bound) + "bytes behind");
  CHECK(told.last.kind == event_kind::connected);
  CHECK(told.written == "\x05\x01\x00"s + std::string(asked_for_origin));
  CHECK(told.rest == "bytes behind");
}

TEST_CASE("socks5: authenticates where the proxy asks for it") {
  const connector machine(origin(), {.username = "ada", .password = "s3cret"});
  const auto told = converse(machine, method(2) + "\x01\x00"s + std::string(bound));
  CHECK(told.last.kind == event_kind::connected);
  CHECK(told.written ==
        "\x05\x02\x00\x02\x01\x03"s + "ada\x06s3cret" + std::string(asked_for_origin));

  const auto without = converse(machine, method(0) + std::string(bound));
  CHECK(without.last.kind == event_kind::connected);
  CHECK(without.written == "\x05\x02\x00\x02"s + std::string(asked_for_origin));
}

TEST_CASE("socks5: asks for addresses as such") {
  constexpr std::array v4{std::byte{192}, std::byte{0}, std::byte{2}, std::byte{1}};
  const auto short_one = converse(connector(destination::ipv4(v4, 80)), method(0));
  CHECK(short_one.written == "\x05\x01\x00\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x50"s);
  std::array<std::byte, 16> v6{};
  v6[15] = std::byte{1};
  const auto long_one = converse(connector(destination::ipv6(v6, 258)), method(0));
  CHECK(long_one.written ==
        "\x05\x01\x00\x05\x01\x00\x04"s + std::string(15, '\0') + "\x01\x01\x02"s);
}

TEST_CASE("socks5: takes a bound address of every type") {
  const std::string begin = method(0) + "\x05\x00\x00"s;
  for (const std::string& address :
       {"\x01"s + std::string(4, 'a'), "\x04"s + std::string(16, 'a'), "\x03\x00"s,
        "\x03\x03"s + "abc", "\x03\xff"s + std::string(255, 'a')}) {
    const auto told = converse(connector(origin()), begin + address + "PP");
    CHECK(told.last.kind == event_kind::connected);
    CHECK(told.rest.empty());
    const auto incomplete = converse(connector(origin()), begin + address + "P");
    CHECK(incomplete.last.kind == event_kind::need_more);
  }
}

TEST_CASE("socks5: every reply of a proxy that refuses is an error of its own") {
  struct row {
    unsigned char reply;
    errc means;
    bool is_transient;
  };
  for (const auto& each :
       {row{1, errc::general_failure, true}, row{2, errc::not_allowed, false},
        row{3, errc::network_unreachable, true}, row{4, errc::host_unreachable, true},
        row{5, errc::connection_refused, true}, row{6, errc::ttl_expired, true},
        row{7, errc::command_not_supported, false}, row{8, errc::address_type_not_supported, false},
        row{9, errc::unassigned_reply, false}, row{255, errc::unassigned_reply, false}}) {
    // Nothing needs to follow the reply.
    const auto error =
        failure_of(connector(origin()), method(0) + '\x05' + static_cast<char>(each.reply));
    CHECK(error == each.means);
    CHECK(error == failure::peer_fault);
    CHECK((error == failure::transient) == each.is_transient);
    CHECK_FALSE(error.message().empty());
  }
}

TEST_CASE("socks5: refuses what is not SOCKS5") {
  const credentials login{.username = "a", .password = ""};
  CHECK(failure_of(connector(origin()), "HTTP/1.1 400") == errc::bad_version);
  CHECK(failure_of(connector(origin()), method(0) + "\x04") == errc::bad_version);
  CHECK(failure_of(connector(origin()), method(1)) == errc::unexpected_method);
  CHECK(failure_of(connector(origin()), method(2)) == errc::unexpected_method);
  CHECK(failure_of(connector(origin()), method(0xff)) == errc::no_acceptable_method);
  CHECK(failure_of(connector(origin(), login), method(2) + "\x05") == errc::bad_version);
  CHECK(failure_of(connector(origin(), login), method(2) + "\x01\x01") ==
        errc::credentials_refused);
  CHECK(failure_of(connector(origin()), method(0) + "\x05\x00\x01"s) == errc::bad_reply);
  CHECK(failure_of(connector(origin()), method(0) + "\x05\x00\x00\x02"s) == errc::bad_reply);
}

TEST_CASE("socks5: an end of the input is a failure until the reply is there") {
  for (const std::string& so_far : {""s, "\x05"s, method(0), method(0) + "\x05\x00\x00\x01"s}) {
    connector machine(origin());
    byte_buffer out;
    REQUIRE_FALSE(machine.begin(out));
    std::string_view input = so_far;
    CHECK(machine.next(input, out).kind == event_kind::need_more);
    CHECK(machine.end_of_input().error == errc::truncated);
    CHECK(machine.next(input, out).error == errc::truncated);
    CHECK(std::error_code(errc::truncated) == failure::transient);
  }
  connector refused(origin());
  byte_buffer out;
  REQUIRE_FALSE(refused.begin(out));
  std::string_view input = "\x05\xff";
  CHECK(refused.next(input, out).error == errc::no_acceptable_method);
  CHECK(refused.end_of_input().error == errc::no_acceptable_method);
}

TEST_CASE("socks5: says nothing that does not fit, and everything that does") {
  const auto begins = [](const std::string& host, const std::string& user,
                         const std::string& password) {
    connector machine(destination::name(host, 1), {.username = user, .password = password});
    byte_buffer out;
    const auto refused = machine.begin(out);
    CHECK(out.is_empty() == bool(refused));
    return refused;
  };
  CHECK_FALSE(begins(std::string(255, 'h'), std::string(255, 'u'), std::string(255, 'p')));
  CHECK_FALSE(begins("h", "u", ""));
  CHECK(begins("", "u", "p") == errc::invalid_host);
  CHECK(begins(std::string(256, 'h'), "u", "p") == errc::invalid_host);
  CHECK(begins("h", "", "p") == errc::invalid_credentials);
  CHECK(begins("h", std::string(256, 'u'), "p") == errc::invalid_credentials);
  CHECK(begins("h", "u", std::string(256, 'p')) == errc::invalid_credentials);
  CHECK(std::error_code(errc::invalid_host) == failure::caller_fault);
}

TEST_CASE("socks5: hears the same however the answers are cut") {
  const credentials login{.username = "ada", .password = "s3cret"};
  for (const std::string& answers :
       {method(2) + "\x01\x00"s + std::string(bound), method(0) + std::string(bound) + "more",
        method(2) + "\x01\x07", method(0) + "\x05\x02\x00\x01"s,
        method(0) + "\x05\x00\x00\x03\x02"s + "abPP"}) {
    const auto whole = converse(connector(origin(), login), answers);
    testing::for_each_split(answers, [&](std::string_view head, std::string_view tail) {
      CHECK(converse(connector(origin(), login), head, tail) == whole);
    });
  }
}
