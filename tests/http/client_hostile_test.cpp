// SPDX-License-Identifier: MIT
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/http/error.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/http1/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// Peers that break the rules, over sockets and on both surfaces: the error says what and from whom,
// the connection is closed, and the pool is exact. What each rule is, the machine's tests say.

using namespace leat;
using why = proto::http1::errc;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client: " name, Surface, async_surface, blocking_surface)

namespace {

const std::string ok_line = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok_line + "Transfer-Encoding: chunked\r\n\r\n";

/// The same, again and again.
std::string many(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

struct row {
  std::string answer;
  why cause;
};

/// Asks a peer that answers so and ends its side, and looks at what comes of it.
template <class Surface>
void check_refused(const row& each) {
  CAPTURE(each.answer.substr(0, 100));
  bool is_closed = false;
  raw_peer peer([&](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send(each.answer);
    talk.end();
    talk.wait_closed();
    is_closed = true;
  });
  Surface api;
  try {
    static_cast<void>(api.get(peer.url()));
    FAIL("it was taken for an answer");
  } catch (const http::remote_protocol_error& refused) {
    CHECK(refused.cause() == each.cause);
    CHECK(std::string(refused.what()).find(std::to_string(peer.port())) != std::string::npos);
  }
  CHECK(api.client().statistics().active == 0);
  CHECK(api.client().statistics().idle == 0);
  peer.finish();
  CHECK(is_closed);
}

}  // namespace

LEAT_BOTH_SURFACES("heads that break HTTP are refused, and their connections closed") {
  const row rows[] = {
      {"", why::no_response},
      {"HTTP/1.1 200", why::truncated},
      {"<html>no head at all</html>\r\n", why::bad_status_line},
      {"http/1.1 200 OK\r\n\r\n", why::bad_status_line},
      {"HTTP/1.1  200 OK\r\n\r\n", why::bad_status_line},
      {"HTTP/1.1 2000 OK\r\n\r\n", why::bad_status_line},
      {"HTTP/1.1 099 OK\r\n\r\n", why::bad_status_line},
      {"HTTP/1.1 +20 OK\r\n\r\n", why::bad_status_line},
      {"\r\n" + ok_line + "\r\n", why::bad_status_line},
      {"HTTP/0.9 200 OK\r\n\r\n", why::unsupported_version},
      {"HTTP/2.0 200 OK\r\n\r\n", why::unsupported_version},
      {"HTTP/1.1 200 OK\n\n", why::bare_line_feed},
      {ok_line + "X: a\rb\r\n\r\n", why::bare_carriage_return},
      {ok_line + std::string("X: a\0b\r\n\r\n", 10), why::control_character},
      {ok_line + "X : a\r\n\r\n", why::bad_field_name},
      {ok_line + ": a\r\n\r\n", why::bad_field_name},
      {ok_line + "X: a\r\n folded\r\n\r\n", why::obsolete_folding},
      {ok_line + "nothing\r\n\r\n", why::missing_colon},
      {"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
       why::unexpected_switch},
      {many(100, "HTTP/1.1 103 Early Hints\r\n\r\n"), why::too_many_informational},
      {"HTTP/1.1 200 " + std::string(10'000, 'a'), why::start_line_too_long},
      {ok_line + "X: " + std::string(10'000, 'a'), why::field_line_too_long},
      {ok_line + many(20, "X: " + std::string(1000, 'a') + "\r\n"), why::field_section_too_large},
      {ok_line + many(200, "X: a\r\n"), why::too_many_fields},
  };
  for (const auto& each : rows) check_refused<Surface>(each);
}

LEAT_BOTH_SURFACES("bodies that are not what was announced are refused") {
  const auto sized = [](const std::string& length) {
    return ok_line + "Content-Length: " + length + "\r\n\r\nok";
  };
  const row rows[] = {
      {sized("3"), why::truncated},
      {sized("9223372036854775807"), why::truncated},
      {sized("9223372036854775808"), why::bad_content_length},
      {sized("18446744073709551618"), why::bad_content_length},
      {sized("-2"), why::bad_content_length},
      {sized("+2"), why::bad_content_length},
      {sized("0x2"), why::bad_content_length},
      {sized(""), why::bad_content_length},
      {sized("2, 2"), why::bad_content_length},
      {sized("2\r\ncontent-length: 2"), why::repeated_content_length},
      {sized("2\r\nTransfer-Encoding: chunked"), why::conflicting_framing},
      {ok_line + "Transfer-Encoding: chunked, chunked\r\n\r\n", why::bad_transfer_encoding},
      {ok_line + "Transfer-Encoding: gzip, chunked\r\n\r\n", why::unknown_transfer_coding},
      {ok_line + "Transfer-Encoding: identity\r\n\r\nok", why::unknown_transfer_coding},
      {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       why::transfer_encoding_in_http_1_0},
      {chunked + "5\r\nhel", why::truncated},
      {chunked + "5\r\nhello\r\n", why::truncated},
      {chunked + "5\r\nhello\r\n0\r\n", why::truncated},
      {chunked + "3\r\nhello\r\n0\r\n\r\n", why::bad_chunk},
      {chunked + "5\nhello\n0\n\n", why::bad_chunk},
      {chunked + "-5\r\nhello\r\n0\r\n\r\n", why::bad_chunk},
      {chunked + "0x5\r\nhello\r\n0\r\n\r\n", why::bad_chunk},
      {chunked + "10000000000000005\r\nhello\r\n0\r\n\r\n", why::bad_chunk},
      {chunked + "2 \r\nok\r\n0\r\n\r\n", why::bad_chunk},
      {chunked + "5;" + std::string(1000, 'a'), why::chunk_line_too_long},
      {chunked + many(200, "1;" + std::string(200, 'a') + "\r\nx\r\n"),
       why::chunk_extensions_too_large},
      {chunked + "5\r\nhello\r\n0\r\nX Y: 1\r\n\r\n", why::bad_field_name},
      {chunked + "0\r\n" + many(200, "X: a\r\n"), why::too_many_fields},
  };
  for (const auto& each : rows) check_refused<Surface>(each);
}

LEAT_BOTH_SURFACES("a body where none can be does no harm to the next request") {
  const std::string with_body = "Content-Length: 4\r\n\r\nevil";
  for (const auto& [method, answer] :
       {std::pair("HEAD", ok_line + with_body),
        std::pair("GET", "HTTP/1.1 204 No Content\r\n" + with_body),
        std::pair("GET", "HTTP/1.1 304 Not Modified\r\n" + with_body)}) {
    CAPTURE(answer);
    raw_peer peer(std::vector<raw_peer::script>{[&answer](auto& talk) {
                                                  talk.read_until();
                                                  talk.send(answer);
                                                  talk.wait_closed();
                                                },
                                                [](auto& talk) {
                                                  talk.read_until();
                                                  talk.send(ok_line +
                                                            "Content-Length: 2\r\n\r\nok");
                                                }});
    Surface api;
    CHECK(api.request(method, peer.url()).content().empty());
    CHECK(api.get(peer.url()).content() == "ok");
    peer.finish();
  }
}

LEAT_BOTH_SURFACES("over HTTP/2, a peer that always says something meets the read timeout") {
  using namespace std::string_view_literals;
  constexpr auto settings = "\0\0\0\4\0\0\0\0\0"sv;
  constexpr auto head = "\0\0\1\1\4\0\0\0\1\x88"sv;
  constexpr auto credit = "\0\0\4\x8\0\0\0\0\0\0\0\0\1"sv;
  constexpr auto empty_data = "\0\0\0\0\0\0\0\0\1"sv;
  const struct {
    std::string first;
    std::string again;
  } rows[] = {{std::string(settings), many(1000, credit)},
              {std::string(settings).append(head), many(1000, empty_data)}};
  for (const auto& each : rows) {
    CAPTURE(each.first.size());
    std::atomic<bool> is_over = false;
    raw_peer peer([&](auto& talk) {
      talk.read_until();  // two lines of the preface end so
      talk.read_until();
      talk.send(each.first);
      while (!is_over) talk.send(each.again);
    });
    typename Surface::options options;
    options.http2_prior_knowledge = true;
    options.timeouts.read = std::chrono::milliseconds(20);
    {
      Surface api(options);
      CHECK_THROWS_AS(static_cast<void>(api.get(peer.url())), io::read_timeout);
      CHECK(api.client().statistics().active == 0);
    }
    is_over = true;
    peer.finish();
  }
}

LEAT_BOTH_SURFACES("what may differ in an answer is taken as it is meant") {
  const std::string rows[] = {
      "HTTP/1.1 200\r\ncontent-length:2\r\n\r\nok",
      "HTTP/1.1 200 \r\nCONTENT-LENGTH:\t 2 \t\r\n\r\nok",
      "HTTP/1.1 200 d\xc3\xa9j\xc3\xa0 vu\r\nContent-Length: 00002\r\n\r\nok",
      "HTTP/1.1 100 Continue\r\n\r\n" + ok_line + "Content-Length: 2\r\n\r\nok",
      "HTTP/1.0 200 OK\r\n\r\nok",
      ok_line + "Transfer-Encoding: Chunked\r\n\r\n2;a=\"b;c\"\r\nok\r\n000\r\nX: 1\r\n\r\n",
  };
  for (const auto& each : rows) {
    CAPTURE(each);
    raw_peer peer([&each](auto& talk) {
      talk.read_until();
      talk.send(each);
    });
    Surface api;
    CHECK(api.get(peer.url()).content() == "ok");
  }
}
