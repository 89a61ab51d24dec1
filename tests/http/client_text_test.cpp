// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>
#include <vector>

#include "leat/http/error.hpp"
#include "leat/model/describe.hpp"
#include "leat/proto/text/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// What can be made of an answer: text, lines, values, links, errors. Each case on both surfaces.

using namespace leat;
using namespace std::string_view_literals;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client: " name, Surface, async_surface, blocking_surface)

namespace {

struct user {
  int id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(user, (), (id, name))

/// An answer of one conversation, in chunks as they are given.
raw_peer::script chunked(std::string fields, std::vector<std::string> chunks,
                         std::string status = "200 OK") {
  std::string answer =
      "HTTP/1.1 " + status + "\r\nTransfer-Encoding: chunked\r\n" + fields + "\r\n";
  for (const auto& each : chunks) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", each.size());
    answer += size + each + "\r\n";
  }
  answer += "0\r\n\r\n";
  return [answer = std::move(answer)](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send(answer);
    talk.wait_closed();
  };
}

raw_peer::script answering(std::string fields, std::string body, std::string status = "200 OK") {
  return chunked(std::move(fields), body.empty() ? std::vector<std::string>() : std::vector{body},
                 std::move(status));
}

/// The bytes of `body` one by one.
std::vector<std::string> bytes_of(std::string_view body) {
  std::vector<std::string> all;
  for (const char each : body) all.emplace_back(1, each);
  return all;
}

template <class Surface>
std::vector<std::string> lines_of(
    Surface& api,
    typename std::remove_reference_t<decltype(std::declval<Surface&>().stream("", ""))>& answer) {
  std::vector<std::string> lines;
  while (auto line = api.read_line(answer)) lines.push_back(std::move(*line));
  return lines;
}

}  // namespace

LEAT_BOTH_SURFACES("text is read in the charset of its type, the default, or the one asked for") {
  struct sample {
    const char* fields;
    std::string body;
    const char* expected;
  };
  const sample samples[] = {
      {"Content-Type: text/plain; charset=utf-8\r\n", "caf\xC3\xA9", "caf\xC3\xA9"},
      {"Content-Type: text/plain; Charset=\"ISO-8859-1\"\r\n", "caf\xE9", "caf\xC3\xA9"},
      {"Content-Type: text/plain; charset=utf-16\r\n", std::string("\xFE\xFF\0A"sv), "A"},
      {"Content-Type: text/plain\r\n", "caf\xE9", "caf\xEF\xBF\xBD"},
      {"", "caf\xC3\xA9", "caf\xC3\xA9"},
      {"", "", ""},
  };
  for (const auto& each : samples) {
    CAPTURE(each.fields);
    raw_peer peer(answering(each.fields, each.body));
    Surface api;
    const auto answer = api.get(peer.url());
    CHECK(answer.text() == each.expected);
    CHECK(answer.content() == each.body);
    CHECK(answer.bytes_downloaded() == each.body.size());
  }
  raw_peer peer(answering("", "caf\xE9"));
  typename Surface::options options;
  options.decoding.default_charset = proto::charset::windows_1252;
  Surface api(options);
  const auto answer = api.get(peer.url());
  CHECK(answer.text() == "caf\xC3\xA9");
  CHECK(answer.text(proto::charset::utf_8) == "caf\xEF\xBF\xBD");
}

LEAT_BOTH_SURFACES("an unknown charset has to be said, and the body is there all the same") {
  raw_peer peer({answering("Content-Type: text/plain; charset=koi8-r\r\n", "\xC1"),
                 answering("Content-Type: text/plain; charset=koi8-r\r\n", "\xC1")});
  {
    Surface api;
    const auto answer = api.get(peer.url());
    try {
      static_cast<void>(answer.text());
      FAIL("it was read");
    } catch (const http::decode_error& e) {
      CHECK(e.cause() == proto::text_errc::unknown_charset);
      CHECK(e.code() == failure::peer_fault);
      CHECK(std::string_view(e.what()).find("koi8") == std::string_view::npos);  // untrusted
    }
    CHECK(answer.text(proto::charset::utf_8) == "\xEF\xBF\xBD");
    CHECK(answer.content() == "\xC1");
  }
  Surface api;
  auto stream = api.stream("GET", peer.url());
  CHECK_THROWS_AS(static_cast<void>(api.read_text_some(stream)), http::decode_error);
  stream.set_charset(proto::charset::windows_1252);
  CHECK(api.read_text_all(stream) == "\xC3\x81");
}

LEAT_BOTH_SURFACES("text comes in pieces whose characters are whole") {
  raw_peer peer(chunked("", bytes_of("a\xE2\x82\xAC\xF0\x9F\x98\x80z\xC3")));
  Surface api;
  auto answer = api.stream("GET", peer.url());
  std::vector<std::string> pieces;
  for (;;) {
    auto piece = api.read_text_some(answer);
    if (piece.empty()) break;
    pieces.push_back(std::move(piece));
  }
  CHECK(pieces ==
        std::vector<std::string>{"a", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "z", "\xEF\xBF\xBD"});
  CHECK(answer.is_at_end());
  CHECK(api.read_text_some(answer).empty());
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("lines end with LF, CR LF or CR, wherever the body is cut") {
  const std::string body = "one\r\n\r\ntwo\rthree\n\xC3\xA9\nlast";
  const std::vector<std::string> expected{"one", "", "two", "three", "\xC3\xA9", "last"};
  std::vector<raw_peer::script> scripts;
  for (std::size_t cut = 1; cut < body.size(); ++cut) {
    scripts.push_back(chunked("", {body.substr(0, cut), body.substr(cut)}));
  }
  scripts.push_back(chunked("", bytes_of(body)));
  scripts.push_back(chunked("", {body}));
  const std::size_t count = scripts.size();
  raw_peer peer(std::move(scripts));
  for (std::size_t i = 0; i < count; ++i) {
    CAPTURE(i);
    Surface api;
    auto answer = api.stream("GET", peer.url());
    CHECK(lines_of(api, answer) == expected);
    CHECK_FALSE(api.read_line(answer));
    CHECK(api.client().statistics().idle == 1);
  }
  peer.finish();
}

LEAT_BOTH_SURFACES("a line that is too long closes the stream") {
  raw_peer peer(chunked("", {"1234\n12345\n"}));
  Surface api;
  auto answer = api.stream("GET", peer.url());
  CHECK(api.read_line(answer, 4) == "1234");
  CHECK_THROWS_AS(static_cast<void>(api.read_line(answer, 4)), limit_exceeded);
  CHECK(api.client().statistics().idle == 0);
}

LEAT_BOTH_SURFACES("text goes on where the lines ended, and bytes do not") {
  raw_peer peer(chunked("", {"one\r", "\nrest of ", "it"}));
  Surface api;
  auto answer = api.stream("GET", peer.url());
  CHECK(api.read_line(answer) == "one");
  CHECK_THROWS_AS(static_cast<void>(api.read_some(answer)), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(api.read_all(answer)), invalid_argument);
  CHECK_THROWS_AS(answer.set_charset(proto::charset::utf_8), invalid_argument);
  CHECK(api.read_text_all(answer) == "rest of it");
}

LEAT_BOTH_SURFACES("chunks have the size that was asked for, but for the last") {
  raw_peer peer(chunked("", {"ab", "cdefg", "h"}));
  Surface api;
  auto answer = api.stream("GET", peer.url());
  CHECK_THROWS_AS(static_cast<void>(api.read_chunk(answer, 0)), invalid_argument);
  CHECK(api.read_chunk(answer, 3) == "abc");
  CHECK(api.read_chunk(answer, 1) == "d");
  CHECK(api.read_some(answer) == "efg");  // what a chunk has left
  CHECK(api.read_chunk(answer, 3) == "h");
  CHECK(api.read_chunk(answer, 3).empty());
  CHECK(answer.is_at_end());
}

LEAT_BOTH_SURFACES("a body is read whole once, and not after its end or its closing") {
  raw_peer peer({chunked("", {"ab"}), chunked("", {"ab"}), chunked("", {"ab"})});
  {
    Surface api;
    auto answer = api.stream("GET", peer.url());
    CHECK(api.read_all(answer) == "ab");
    CHECK_THROWS_AS(static_cast<void>(api.read_all(answer)), http::stream_consumed);
    CHECK_THROWS_AS(static_cast<void>(api.template read_json<user>(answer)), http::stream_consumed);
    CHECK(api.read_some(answer).empty());
  }
  {
    Surface api;
    auto answer = api.stream("GET", peer.url());
    CHECK(api.read_text_all(answer) == "ab");
    CHECK_THROWS_AS(static_cast<void>(api.read_text_all(answer)), http::stream_consumed);
    CHECK_FALSE(api.read_line(answer));
  }
  Surface api;
  auto answer = api.stream("GET", peer.url());
  answer.close();
  CHECK_THROWS_AS(static_cast<void>(api.read_chunk(answer, 1)), http::stream_closed);
  CHECK_THROWS_AS(static_cast<void>(api.read_line(answer)), http::stream_closed);
  CHECK_THROWS_AS(static_cast<void>(api.read_text_all(answer)), http::stream_closed);
}

LEAT_BOTH_SURFACES("a value is read from a stream, and what is none lists its problems") {
  raw_peer peer(
      {chunked("", {"{\"id\":7,", "\"name\":\"Ada\"}"}), chunked("", {"{\"id\":\"x\"}"})});
  {
    Surface api;
    auto answer = api.stream("GET", peer.url());
    const auto found = api.template read_json<user>(answer);
    CHECK(found.id == 7);
    CHECK(found.name == "Ada");
  }
  Surface api;
  auto answer = api.stream("GET", peer.url());
  CHECK_THROWS_WITH_AS(static_cast<void>(api.template read_json<user>(answer)),
                       doctest::Contains("name"), http::decode_error);
}

LEAT_BOTH_SURFACES("links are made absolute") {
  raw_peer peer(
      answering("Link: </list?page=2>; rel=next, <http://other.test/>; rel=\"last up\"\r\n"
                "Link: <x>; title=\"a, b\"\r\n",
                ""));
  Surface api;
  const auto answer = api.get("http://ada:s3cret@" + peer.url("/a/b").substr(7));
  const auto links = answer.links();
  REQUIRE(links.size() == 3);
  CHECK(links[0].target == peer.url("/list?page=2"));
  CHECK(links[0].has_relation("next"));
  CHECK(links[1].target == "http://other.test/");
  CHECK(links[1].has_relation("up"));
  CHECK(links[2].target == peer.url("/a/x"));
  CHECK(links[2].parameter("title") == "a, b");
}

LEAT_BOTH_SURFACES("each kind of status has its message, and the error has the answer") {
  struct sample {
    const char* status;
    const char* fields;
    const char* message;
  };
  const sample samples[] = {
      {"304 Not Modified", "", "redirect 304 for GET "},
      {"302 Found", "Location: http://u:p@b.test/x?code=s3cret#f\r\n", ", to http://b.test/x"},
      {"302 Found", "Location: http://[bad\r\n", "redirect 302 for GET "},
      {"404 Not Found", "", "client error 404 for GET "},
      {"503 Service Unavailable", "", "server error 503 for GET "},
  };
  for (const auto& each : samples) {
    CAPTURE(each.status);
    const std::string body = std::string_view(each.status).starts_with("304") ? "" : "why";
    raw_peer peer(body.empty() ? raw_peer::script([&](raw_peer::conversation& talk) {
      talk.read_until();
      talk.send("HTTP/1.1 " + std::string(each.status) + "\r\n\r\n");
    })
                               : answering(each.fields, body, each.status));
    Surface api;
    const auto answer = api.get(peer.url());
    try {
      answer.raise_for_status();
      FAIL("it was a success");
    } catch (const http::status_error& e) {
      const std::string_view message = e.what();
      CHECK(message.find(each.message) != std::string_view::npos);
      CHECK(message.find("s3cret") == std::string_view::npos);
      CHECK(message.find("u:p") == std::string_view::npos);
      CHECK(e.status() == answer.status());
      CHECK(e.answer().url() == peer.url());
      CHECK(e.answer().method() == "GET");
      CHECK(e.body() == body);
    }
  }
}

LEAT_BOTH_SURFACES("kinds of status are told apart") {
  const auto kinds = [](int status) {
    http::response_head::parts parts;
    parts.status = status;
    const http::response_head head(std::move(parts));
    return std::string(head.is_success() ? "s" : "") + (head.is_redirect() ? "r" : "") +
           (head.is_client_error() ? "c" : "") + (head.is_server_error() ? "v" : "") +
           (head.is_error() ? "e" : "");
  };
  CHECK(kinds(101).empty());
  CHECK(kinds(204) == "s");
  CHECK(kinds(301) == "r");
  CHECK(kinds(404) == "ce");
  CHECK(kinds(500) == "ve");
  CHECK(kinds(999) == "ve");
  const auto is_informational = [](int status) {
    http::response_head::parts parts;
    parts.status = status;
    return http::response_head(std::move(parts)).is_informational();
  };
  CHECK(is_informational(101));
  CHECK_FALSE(is_informational(200));
}
